//! From a document to an operation that can be run: parsed, within limits, valid, cut to what the actor may see, planned.
//! A document is checked once per supergraph; what it becomes for actors of one kind of access, and with one set of conditions, is kept
//! beside it.

use std::sync::{Arc, Mutex, PoisonError};

use graphql_tools::static_graphql::query::{Document, OperationDefinition};
use kernel::{Code, Fault, Locale, OperationKind, Request, Result};
use serde_json::{Map, Value};

use crate::{
    authorize::permitted,
    cost::{Estimate, estimate},
    documents::TrustedDocument,
    everybody::is_for_everybody,
    limits::Limit,
    measure::measure,
    merge::{Conditions, Lens, Shape, compile, condition_variables},
    plan::{Overrides, Plan, plan},
    policy::Gate,
    response::{GraphError, GraphRequest, GraphResponse, Stage},
    schema::Access,
    supergraph::Supergraph,
    validate::{coerce, operation_kind, operation_name, parse, select, validate},
    words::words,
};

/// How many variants of one document are kept: operations times kinds of access, conditions and overrides.
const VARIANTS_MAX: usize = 64;

/// Longer documents are not remembered: a client could fill the memory with long strings and comments, which no other limit holds.
pub(crate) const REMEMBERED_BYTES_MAX: usize = 16 * 1024;

/// A document that is valid in one supergraph.
pub(crate) struct Checked {
    document: Document,
    /// The variables of its `@skip` and `@include`.
    conditions: Vec<String>,
    /// Limits that it exceeds and that only count.
    exceeded: Vec<Limit>,
    introspects: bool,
    variants: Mutex<Vec<Variant>>,
}

/// One operation of a document for one kind of access, its conditions and overrides decided.
struct Variant {
    name: Option<String>,
    conditions: Conditions,
    /// What it costs whatever the variables; unknown when that depends on them.
    cost: Option<u64>,
    overrides: Overrides,
    ready: Arc<Ready>,
}

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
    pub(crate) variables: Map<String, Value>,
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
    let introspects = match gate {
        Some(gate) => weigh(&document, gate, &mut exceeded, locale)?,
        None => false,
    };
    validate(&document, &supergraph.schema, &supergraph.rules, locale)?;
    let conditions = condition_variables(&document);
    let checked = Arc::new(Checked { document, conditions, exceeded, introspects, variants: Mutex::default() });
    if gate.is_none() || text.len() <= REMEMBERED_BYTES_MAX {
        documents.insert(Arc::from(text), Arc::clone(&checked));
    }
    Ok(checked)
}

/// Holds a document against the limits of its size; says whether it asks for the schema.
fn weigh(document: &Document, gate: &Gate, exceeded: &mut Vec<Limit>, locale: Locale) -> Result<bool, GraphResponse> {
    let mut introspects = false;
    for size in measure(document) {
        introspects |= size.introspects();
        for (limit, found) in size.of_limits() {
            if gate.weigh(limit, found, locale)? && !exceeded.contains(&limit) {
                exceeded.push(limit);
            }
        }
    }
    Ok(introspects)
}

impl Checked {
    fn ready(
        &self,
        supergraph: &Supergraph,
        operation: &OperationDefinition,
        variables: &Map<String, Value>,
        (gate, overrides): (Option<&Gate>, &Overrides),
        request: &Request,
    ) -> Result<(Arc<Ready>, u64), GraphResponse> {
        let name = operation_name(operation);
        let access = supergraph.schema.access(&request.actor);
        let conditions = Conditions::of(&self.conditions, variables);
        let is_it = |known: &&Variant| {
            known.ready.access == access && known.conditions == conditions && known.overrides == *overrides && known.name.as_deref() == name
        };
        let known = self.variants().iter().find(is_it).map(|known| (Arc::clone(&known.ready), known.cost));
        // What costs too much is not remembered, so a cost that is known is within the limit.
        let (cost, fixed) = match (&known, gate) {
            (Some((_, Some(cost))), Some(gate)) => (*cost, gate.price(*cost, request.locale).map(|()| true)?),
            (_, None) => (0, true),
            (_, Some(gate)) => {
                let estimate = self.estimate(supergraph, operation, &conditions, variables, request)?;
                gate.price(estimate.cost, request.locale)?;
                (estimate.cost, !estimate.varies)
            }
        };
        if let Some((ready, _)) = known {
            return Ok((ready, cost));
        }
        let ready = Arc::new(build(supergraph, &self.document, operation, access, (&conditions, overrides), request)?);
        let mut variants = self.variants();
        if variants.len() >= VARIANTS_MAX {
            variants.remove(0);
        }
        let cost_known = fixed.then_some(cost);
        let (name, overrides) = (name.map(str::to_owned), overrides.clone());
        variants.push(Variant { name, conditions, overrides, cost: cost_known, ready: Arc::clone(&ready) });
        Ok((ready, cost))
    }

    fn estimate(
        &self,
        supergraph: &Supergraph,
        operation: &OperationDefinition,
        conditions: &Conditions,
        variables: &Map<String, Value>,
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

    fn variants(&self) -> std::sync::MutexGuard<'_, Vec<Variant>> {
        self.variants.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn build(
    supergraph: &Supergraph,
    document: &Document,
    operation: &OperationDefinition,
    access: Access,
    (conditions, overrides): (&Conditions, &Overrides),
    request: &Request,
) -> Result<Ready, GraphResponse> {
    let schema = &supergraph.schema;
    let refused = |code: Code| {
        let message = Fault::general(code, request.locale).message;
        GraphResponse::refused(Stage::Validate, vec![GraphError::new(code, message)])
    };
    let root = schema.root(operation_kind(operation)).ok_or_else(|| refused(Code::GraphqlValidationFailed))?;
    let permitted = permitted(document, operation, root, &Lens { schema, access: &access }, conditions);
    let planned = permitted.map_or_else(|| Ok(Arc::default()), |document| planned(supergraph, &document, overrides));
    let plan = planned.map_err(|error| {
        tracing::error!(request_id = %request.id, ?error, "an operation cannot be planned");
        refused(error.code())
    })?;
    let for_everybody = is_for_everybody(document, operation, root, schema);
    Ok(Ready { shape: Shape::root(root, &compile(operation.selection_set(), document, conditions), schema), plan, access, for_everybody })
}

fn planned(supergraph: &Supergraph, document: &Document, overrides: &Overrides) -> Result<Arc<Plan>> {
    let key = (document.to_string(), overrides.clone());
    if let Some(plan) = supergraph.plans.get(&key) {
        return Ok(plan);
    }
    let plan = Arc::new(plan(supergraph, document, overrides)?);
    if key.0.len() <= REMEMBERED_BYTES_MAX {
        supergraph.plans.insert(key, Arc::clone(&plan));
    }
    Ok(plan)
}
