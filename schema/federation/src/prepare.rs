//! From a document to an operation that can be run: parsed, within limits, valid, cut to what the actor may see, planned.
//! A document is checked once per supergraph; what it becomes for actors of one kind of access, and with one set of conditions, is kept
//! beside it.

use std::sync::{Arc, Mutex, PoisonError};

use graphql_tools::static_graphql::query::{Document, OperationDefinition};
use kernel::{Code, OperationKind, Request, Result};
use serde_json::{Map, Value};

use crate::{
    authorize::permitted,
    limits::Limits,
    merge::{Conditions, Lens, Shape, compile, condition_variables},
    plan::{Overrides, Plan, plan},
    response::{GraphError, GraphRequest, GraphResponse, Stage},
    schema::Access,
    supergraph::Supergraph,
    validate::{coerce, operation_kind, operation_name, parse, select, validate},
    values,
};

/// How many variants of one document are kept: operations times kinds of access, conditions and overrides.
const VARIANTS_MAX: usize = 64;

/// Longer documents are not remembered: a client could fill the memory with long strings and comments, which no other limit holds.
const REMEMBERED_BYTES_MAX: usize = 16 * 1024;

/// A document that is valid in one supergraph.
pub(crate) struct Checked {
    document: Document,
    /// The variables of its `@skip` and `@include`.
    conditions: Vec<String>,
    variants: Mutex<Vec<Variant>>,
}

/// One operation of a document for one kind of access, its conditions and overrides decided.
struct Variant {
    name: Option<String>,
    conditions: Conditions,
    overrides: Overrides,
    ready: Arc<Ready>,
}

/// An operation that is ready to run any number of times.
pub(crate) struct Ready {
    pub(crate) access: Access,
    pub(crate) shape: Shape,
    pub(crate) plan: Arc<Plan>,
}

/// A request that is ready to run.
#[derive(Clone)]
pub struct Prepared {
    pub(crate) supergraph: Arc<Supergraph>,
    pub(crate) ready: Arc<Ready>,
    pub(crate) variables: Map<String, Value>,
    kind: OperationKind,
    name: Option<String>,
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

    pub(crate) fn lens(&self) -> Lens<'_> {
        Lens { schema: &self.supergraph.schema, access: &self.ready.access }
    }
}

/// Prepares a request. Without limits it is a document of the program.
pub(crate) fn prepare(
    supergraph: Arc<Supergraph>,
    params: GraphRequest,
    limits: Option<&Limits>,
    overrides: &Overrides,
    request: &Request,
) -> Result<Prepared, GraphResponse> {
    let checked = check(&supergraph, &params.query, limits, request)?;
    let operation = select(&checked.document, params.operation_name.as_deref(), request.locale)?;
    let variables = coerce(operation.variable_definitions(), params.variables, &supergraph.schema, limits, request.locale)?;
    let ready = checked.ready(&supergraph, operation, &variables, overrides, request)?;
    let (kind, name) = (operation_kind(operation), operation_name(operation).map(str::to_owned));
    Ok(Prepared { supergraph, ready, variables, kind, name })
}

fn check(supergraph: &Supergraph, text: &str, limits: Option<&Limits>, request: &Request) -> Result<Arc<Checked>, GraphResponse> {
    // What the program may ask is not thereby allowed to clients, so the two are remembered apart.
    let documents = if limits.is_some() { &supergraph.documents } else { &supergraph.own_documents };
    if let Some(checked) = documents.get(text) {
        return Ok(checked);
    }
    let document = parse(text, limits, request.locale)?;
    validate(&document, &supergraph.schema, &supergraph.rules, limits, request.locale)?;
    let checked = Arc::new(Checked { conditions: condition_variables(&document), document, variants: Mutex::default() });
    if limits.is_none() || text.len() <= REMEMBERED_BYTES_MAX {
        documents.insert(Arc::from(text), Arc::clone(&checked));
    }
    Ok(checked)
}

impl Checked {
    fn ready(
        &self,
        supergraph: &Supergraph,
        operation: &OperationDefinition,
        variables: &Map<String, Value>,
        overrides: &Overrides,
        request: &Request,
    ) -> Result<Arc<Ready>, GraphResponse> {
        let name = operation_name(operation);
        let access = supergraph.schema.access(&request.actor);
        let conditions = Conditions::of(&self.conditions, variables);
        let is_it = |known: &&Variant| {
            known.ready.access == access && known.conditions == conditions && known.overrides == *overrides && known.name.as_deref() == name
        };
        if let Some(known) = self.variants().iter().find(is_it) {
            return Ok(Arc::clone(&known.ready));
        }
        let ready = Arc::new(build(supergraph, &self.document, operation, access, (&conditions, overrides), request)?);
        let mut variants = self.variants();
        if variants.len() >= VARIANTS_MAX {
            variants.remove(0);
        }
        variants.push(Variant { name: name.map(str::to_owned), conditions, overrides: overrides.clone(), ready: Arc::clone(&ready) });
        Ok(ready)
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
    let root = match operation_kind(operation) {
        OperationKind::Query => Some(&schema.query),
        OperationKind::Mutation => schema.mutation.as_ref(),
        OperationKind::Subscription => schema.subscription.as_ref(),
    };
    let refused = |code: Code| {
        let message = values::fault(code, request).message;
        GraphResponse::refused(Stage::Validate, vec![GraphError::new(code, message)])
    };
    let root = root.ok_or_else(|| refused(Code::GraphqlValidationFailed))?;
    let permitted = permitted(document, operation, root, &Lens { schema, access: &access }, conditions);
    let planned = permitted.map_or_else(|| Ok(Arc::default()), |document| planned(supergraph, &document, overrides));
    let plan = planned.map_err(|error| {
        tracing::error!(request_id = %request.id, ?error, "an operation cannot be planned");
        refused(error.code())
    })?;
    Ok(Ready { shape: Shape::root(root, &compile(operation.selection_set(), document, conditions), schema), plan, access })
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
