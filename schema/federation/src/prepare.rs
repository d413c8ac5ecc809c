//! From a document to an operation that can be run: parsed, within limits, valid, cut to what the actor may see, planned.
//! A document is checked once per supergraph; what it becomes for actors of one kind of access, and with one set of conditions, is
//! remembered, too. All that is remembered is bounded in bytes, which are estimates.

use std::sync::{Arc, atomic::Ordering};

use graphql_tools::static_graphql::query::{Document, OperationDefinition};
use kernel::{Code, Fault, Fields, Locale, OperationKind, Request, Result};

use crate::{
    authorize::permitted,
    cost::{Estimate, estimate},
    documents::TrustedDocument,
    everybody::is_for_everybody,
    limits::Limit,
    measure::{Size, measure},
    merge::{Conditions, Lens, Shape, compile, condition_variables},
    plan::{Overrides, Plan, plan},
    policy::Gate,
    response::{GraphError, GraphRequest, GraphResponse, Stage},
    schema::Access,
    supergraph::Supergraph,
    validate::{coerce, operation_kind, operation_name, parse, select, validate},
    words::words,
};

/// Longer documents are not remembered: a client could fill the memory with long strings and comments, which no other limit holds.
pub(crate) const REMEMBERED_BYTES_MAX: usize = 16 * 1024;

/// What a byte of a document takes when it is parsed, and a field of an answer's shape.
pub(crate) const PARSED_TIMES: usize = 32;
const FIELD_BYTES: usize = 1024;

/// A document that is valid in one supergraph.
pub(crate) struct Checked {
    /// Tells it from all others; nothing when it is not remembered.
    id: Option<u64>,
    document: Document,
    /// About how much memory one of its variants takes without the plan.
    variant_bytes: usize,
    /// The variables of its `@skip` and `@include`.
    conditions: Vec<String>,
    /// Limits that it exceeds and that only count.
    exceeded: Vec<Limit>,
    introspects: bool,
}

/// One operation of a document for one kind of access, its conditions and overrides decided.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Variant {
    document: Option<u64>,
    name: Option<String>,
    access: Access,
    conditions: Conditions,
    overrides: Overrides,
}

/// A variant that is ready, and what it costs whatever the variables; unknown when that depends on them.
pub(crate) type Known = (Arc<Ready>, Option<u64>);

/// An operation that is ready to run any number of times.
pub(crate) struct Ready {
    pub(crate) access: Access,
    pub(crate) shape: Shape,
    pub(crate) plan: Arc<Plan>,
    for_everybody: bool,
}

/// A request that is ready to run.
#[derive(Clone)]
pub struct Prepared {
    pub(crate) supergraph: Arc<Supergraph>,
    pub(crate) ready: Arc<Ready>,
    pub(crate) variables: Fields,
    kind: OperationKind,
    name: Option<String>,
    cost: u64,
    trusted: Option<Arc<TrustedDocument>>,
}

impl Prepared {
    /// Query, mutation or subscription.
    #[must_use]
    pub fn kind(&self) -> OperationKind {
        self.kind
    }

    /// The operation's name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// What it is estimated to cost; nothing for a document of the program.
    #[must_use]
    pub fn cost(&self) -> u64 {
        self.cost
    }

    /// The trusted document that it is.
    #[must_use]
    pub fn trusted(&self) -> Option<&Arc<TrustedDocument>> {
        self.trusted.as_ref()
    }

    /// Whether it tells everybody the same, so that its answer may be kept for others and compressed.
    #[must_use]
    pub fn is_for_everybody(&self) -> bool {
        self.ready.for_everybody
    }

    pub(crate) fn of(self, trusted: Option<Arc<TrustedDocument>>) -> Prepared {
        Prepared { trusted, ..self }
    }

    pub(crate) fn lens(&self) -> Lens<'_> {
        Lens { schema: &self.supergraph.schema, access: &self.ready.access }
    }
}

/// Prepares a request. Without a gate it is a document of the program.
pub(crate) fn prepare(
    supergraph: Arc<Supergraph>,
    params: GraphRequest,
    gate: Option<&Gate>,
    overrides: &Overrides,
    request: &Request,
) -> Result<Prepared, GraphResponse> {
    let checked = check(&supergraph, &params.query, gate, request.locale)?;
    if let Some(gate) = gate {
        gate.scale.count_measured(&checked.exceeded);
        if checked.introspects {
            gate.introspection.check(&request.actor, request.locale)?;
        }
    }
    let operation = select(&checked.document, params.operation_name.as_deref(), request.locale)?;
    let variables = coerce(operation.variable_definitions(), params.variables, &supergraph.schema, gate, request.locale)?;
    let (ready, cost) = checked.ready(&supergraph, operation, &variables, (gate, overrides), request)?;
    let (kind, name) = (operation_kind(operation), operation_name(operation).map(str::to_owned));
    Ok(Prepared { supergraph, ready, variables, kind, name, cost, trusted: None })
}

/// Checks a trusted document as far as it can be checked before anybody asks for it.
pub(crate) fn check_trusted(supergraph: &Supergraph, document: &TrustedDocument, gate: &Gate) -> Result<(), GraphResponse> {
    let checked = check(supergraph, document.text(), Some(gate), Locale::En)?;
    select(&checked.document, document.operation(), Locale::En).map(drop)
}

fn check(supergraph: &Supergraph, text: &str, gate: Option<&Gate>, locale: Locale) -> Result<Arc<Checked>, GraphResponse> {
    // What the program may ask is not thereby allowed to clients, so the two are remembered apart.
    let documents = if gate.is_some() { &supergraph.documents } else { &supergraph.own_documents };
    if let Some(checked) = documents.get(text) {
        return Ok(checked);
    }
    let mut exceeded = Vec::new();
    let document = parse(text, gate, &mut exceeded, locale)?;
    let sizes = measure(&document);
    if let Some(gate) = gate {
        weigh(&sizes, gate, &mut exceeded, locale)?;
    }
    validate(&document, &supergraph.schema, &supergraph.rules, locale)?;
    let conditions = condition_variables(&document);
    let introspects = sizes.iter().any(|size| size.introspects());
    let variant_bytes = text.len() + FIELD_BYTES * sizes.iter().map(|size| size.fields()).max().unwrap_or_default();
    let is_remembered = gate.is_none() || text.len() <= REMEMBERED_BYTES_MAX;
    let id = is_remembered.then(|| supergraph.checked.fetch_add(1, Ordering::Relaxed));
    let checked = Arc::new(Checked { id, document, variant_bytes, conditions, exceeded, introspects });
    if is_remembered {
        documents.insert(Arc::from(text), Arc::clone(&checked), text.len() * PARSED_TIMES);
    }
    Ok(checked)
}

/// Holds a document against the limits of its size.
fn weigh(sizes: &[Size], gate: &Gate, exceeded: &mut Vec<Limit>, locale: Locale) -> Result<(), GraphResponse> {
    for (limit, found) in sizes.iter().flat_map(|size| size.of_limits()) {
        if gate.weigh(limit, found, locale)? && !exceeded.contains(&limit) {
            exceeded.push(limit);
        }
    }
    Ok(())
}

impl Checked {
    fn ready(
        &self,
        supergraph: &Supergraph,
        operation: &OperationDefinition,
        variables: &Fields,
        (gate, overrides): (Option<&Gate>, &Overrides),
        request: &Request,
    ) -> Result<(Arc<Ready>, u64), GraphResponse> {
        let access = supergraph.schema.access(&request.actor);
        let conditions = Conditions::of(&self.conditions, variables);
        let name = operation_name(operation).map(str::to_owned);
        let variant = Variant { document: self.id, name, access, conditions, overrides: overrides.clone() };
        let known = self.id.and_then(|_| supergraph.ready.get(&variant));
        // What costs too much is not remembered, so a cost that is known is within the limit.
        let (cost, fixed) = match (&known, gate) {
            (Some((_, Some(cost))), Some(gate)) => (*cost, gate.price(*cost, request.locale).map(|()| true)?),
            (_, None) => (0, true),
            (_, Some(gate)) => {
                let estimate = self.estimate(supergraph, operation, &variant.conditions, variables, request)?;
                gate.price(estimate.cost, request.locale)?;
                (estimate.cost, !estimate.varies)
            }
        };
        if let Some((ready, _)) = known {
            return Ok((ready, cost));
        }
        let ready = Arc::new(build(supergraph, &self.document, operation, &variant, request)?);
        if self.id.is_some() {
            let bytes = self.variant_bytes + ready.plan.bytes();
            supergraph.ready.insert(variant, (Arc::clone(&ready), fixed.then_some(cost)), bytes);
        }
        Ok((ready, cost))
    }

    fn estimate(
        &self,
        supergraph: &Supergraph,
        operation: &OperationDefinition,
        conditions: &Conditions,
        variables: &Fields,
        request: &Request,
    ) -> Result<Estimate, GraphResponse> {
        let schema = &supergraph.schema;
        let Some(root) = schema.root(operation_kind(operation)) else { return Ok(Estimate { cost: 0, varies: false }) };
        estimate(&self.document, operation, root, schema, conditions, variables).map_err(|unsliced| {
            let facts = [("field", unsliced.coordinate.into()), ("arguments", unsliced.arguments.into())];
            let message = words().text(request.locale, "cost-slicing", &facts);
            GraphResponse::refused(Stage::Validate, vec![GraphError::new(Code::GraphqlValidationFailed, message)])
        })
    }
}

fn build(
    supergraph: &Supergraph,
    document: &Document,
    operation: &OperationDefinition,
    variant: &Variant,
    request: &Request,
) -> Result<Ready, GraphResponse> {
    let Variant { access, conditions, overrides, .. } = variant;
    let schema = &supergraph.schema;
    let refused = |code: Code| {
        let message = Fault::general(code, request.locale).message;
        GraphResponse::refused(Stage::Validate, vec![GraphError::new(code, message)])
    };
    let root = schema.root(operation_kind(operation)).ok_or_else(|| refused(Code::GraphqlValidationFailed))?;
    let permitted = permitted(document, operation, root, &Lens { schema, access }, conditions);
    let planned = permitted.map_or_else(|| Ok(Arc::default()), |document| planned(supergraph, &document, overrides));
    let plan = planned.map_err(|error| {
        tracing::error!(request_id = %request.id, ?error, "an operation cannot be planned");
        refused(error.code())
    })?;
    let for_everybody = is_for_everybody(document, operation, root, schema);
    let shape = Shape::root(root, &compile(operation.selection_set(), document, conditions), schema);
    Ok(Ready { shape, plan, access: access.clone(), for_everybody })
}

fn planned(supergraph: &Supergraph, document: &Document, overrides: &Overrides) -> Result<Arc<Plan>> {
    let key = (document.to_string(), overrides.clone());
    if let Some(plan) = supergraph.plans.get(&key) {
        return Ok(plan);
    }
    let plan = Arc::new(plan(supergraph, document, overrides)?);
    if key.0.len() <= REMEMBERED_BYTES_MAX {
        let bytes = key.0.len() + plan.bytes();
        supergraph.plans.insert(key, Arc::clone(&plan), bytes);
    }
    Ok(plan)
}
