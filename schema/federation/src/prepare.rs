//! From a document to an operation that can be run: parsed, within limits, valid, cut to what the actor may see, planned.
//! A document is checked once per supergraph; what it becomes for actors of one kind of access is kept beside it.

use std::sync::{Arc, Mutex, PoisonError};

use graphql_tools::static_graphql::query::{Document, VariableDefinition};
use kernel::{Code, OperationKind, Request, Result};

use crate::{
    authorize::permitted,
    limits::Limits,
    merge::{Lens, Shape, compile},
    plan::{Plan, plan},
    response::{GraphError, GraphResponse, Stage},
    schema::Access,
    supergraph::Supergraph,
    validate::{operation_kind, operation_name, parse, select, validate},
    values,
};

/// How many variants of one document are kept: operations times kinds of access.
const VARIANTS_MAX: usize = 64;

/// A document that is valid in one supergraph.
pub(crate) struct Checked {
    document: Document,
    variants: Mutex<Vec<Variant>>,
}

/// One operation of a document for one kind of access.
struct Variant {
    name: Option<String>,
    prepared: Arc<Prepared>,
}

/// An operation that is ready to run, any number of times.
pub struct Prepared {
    pub(crate) supergraph: Arc<Supergraph>,
    pub(crate) kind: OperationKind,
    pub(crate) name: Option<String>,
    pub(crate) definitions: Vec<VariableDefinition>,
    pub(crate) access: Access,
    pub(crate) shape: Shape,
    pub(crate) plan: Arc<Plan>,
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
        Lens { schema: &self.supergraph.schema, access: &self.access }
    }
}

/// Prepares an operation. Without limits it is a document of the program.
pub(crate) fn prepare(
    supergraph: &Arc<Supergraph>,
    text: &str,
    name: Option<&str>,
    limits: Option<&Limits>,
    request: &Request,
) -> Result<Arc<Prepared>, GraphResponse> {
    let checked = match supergraph.documents.get(text) {
        Some(checked) => checked,
        None => {
            let document = parse(text, limits, request.locale)?;
            validate(&document, &supergraph.schema, &supergraph.rules, limits, request.locale)?;
            let checked = Arc::new(Checked { document, variants: Mutex::default() });
            supergraph.documents.insert(Arc::from(text), Arc::clone(&checked));
            checked
        }
    };
    let access = supergraph.schema.access(&request.actor);
    let mut variants = checked.variants.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = variants.iter().find(|variant| variant.name.as_deref() == name && variant.prepared.access == access) {
        return Ok(Arc::clone(&known.prepared));
    }
    let prepared = Arc::new(build(supergraph, &checked.document, name, access, request)?);
    if variants.len() >= VARIANTS_MAX {
        variants.remove(0);
    }
    variants.push(Variant { name: name.map(str::to_owned), prepared: Arc::clone(&prepared) });
    Ok(prepared)
}

fn build(
    supergraph: &Arc<Supergraph>,
    document: &Document,
    name: Option<&str>,
    access: Access,
    request: &Request,
) -> Result<Prepared, GraphResponse> {
    let operation = select(document, name, request.locale)?;
    let kind = operation_kind(operation);
    let schema = &supergraph.schema;
    let root = match kind {
        OperationKind::Query => Some(&schema.query),
        OperationKind::Mutation => schema.mutation.as_ref(),
        OperationKind::Subscription => schema.subscription.as_ref(),
    };
    let refused = |code: Code| {
        let message = values::fault(code, request).message;
        GraphResponse::refused(Stage::Validate, vec![GraphError::new(code, message)])
    };
    let root = root.ok_or_else(|| refused(Code::GraphqlValidationFailed))?;
    let permitted = permitted(document, operation, root, &Lens { schema, access: &access });
    let planned = permitted.map_or_else(|| Ok(Arc::default()), |document| planned(supergraph, &document));
    Ok(Prepared {
        kind,
        name: operation_name(operation).map(str::to_owned),
        definitions: operation.variable_definitions().to_vec(),
        shape: Shape::root(root, &compile(operation.selection_set(), document), schema),
        plan: planned.map_err(|error| {
            tracing::error!(request_id = %request.id, ?error, "an operation cannot be planned");
            refused(error.code())
        })?,
        supergraph: Arc::clone(supergraph),
        access,
    })
}

fn planned(supergraph: &Supergraph, document: &Document) -> Result<Arc<Plan>> {
    let key = document.to_string();
    if let Some(plan) = supergraph.plans.get(&key) {
        return Ok(plan);
    }
    let plan = Arc::new(plan(&supergraph.planner, document, &supergraph.names)?);
    supergraph.plans.insert(key, Arc::clone(&plan));
    Ok(plan)
}
