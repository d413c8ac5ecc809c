//! One composed graph with all that is needed to serve it. A value: serving goes on with the old one while the new one is built.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    panic::catch_unwind,
    sync::{Arc, Mutex, OnceLock, PoisonError, atomic::AtomicU64},
};

use graphql_tools::{
    parser::{parse_schema, schema::Definition},
    static_graphql::schema::{Document, TypeDefinition},
    validation::validate::ValidationPlan,
};
use hive_router_query_planner::planner::{Planner, QueryPlannerOptions};
use kernel::{Data, Fields, Subgraph};

use crate::{
    cache::Cache,
    compose::{CompositionError, NodeSubgraph, Part, compose, graphs_of, modern},
    documents::TrustedDocument,
    plan::{Overrides, Plan, Subgraphs},
    prepare::{Checked, Known, Variant},
    schema::Schema,
    usage::Usage,
    validate::rules,
    watched::{Tally, Watched},
};

/// How many documents, plans and variants that are ready are remembered.
const DOCUMENTS_MAX: usize = 2_000;
const PLANS_MAX: usize = 4_000;
const READY_MAX: usize = 8_000;

/// About how much memory each of them may take.
const DOCUMENTS_BYTES_MAX: usize = 32 * 1024 * 1024;
const PLANS_BYTES_MAX: usize = 32 * 1024 * 1024;
const READY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What was asked of each subgraph; it outlives the supergraphs.
pub(crate) type Tallies = Mutex<BTreeMap<String, Arc<Tally>>>;

/// Which object types stand behind an abstract type, hidden ones included.
pub(crate) struct Types(HashMap<String, BTreeSet<String>>);

impl Types {
    fn of(supergraph: &Document) -> Types {
        let mut types: HashMap<String, BTreeSet<String>> = HashMap::new();
        for definition in &supergraph.definitions {
            match definition {
                Definition::TypeDefinition(TypeDefinition::Object(object)) => {
                    for interface in &object.implements_interfaces {
                        types.entry(interface.clone()).or_default().insert(object.name.clone());
                    }
                }
                Definition::TypeDefinition(TypeDefinition::Union(union)) => {
                    types.entry(union.name.clone()).or_default().extend(union.types.iter().cloned());
                }
                _ => {}
            }
        }
        Types(types)
    }

    /// Whether an object is of a type. One that does not say its type is in a place where there is only one.
    pub(crate) fn matches(&self, object: &Fields, condition: &str) -> bool {
        match object.get("__typename").and_then(Data::as_str) {
            Some(name) => self.is(name, condition),
            None => true,
        }
    }

    /// Whether a type is the other or one of its types.
    pub(crate) fn is(&self, name: &str, other: &str) -> bool {
        name == other || self.0.get(other).is_some_and(|possible| possible.contains(name))
    }
}

pub(crate) struct Supergraph {
    pub(crate) sdl: Arc<str>,
    pub(crate) api_sdl: Arc<str>,
    pub(crate) schema: Schema,
    pub(crate) types: Types,
    pub(crate) planner: Planner,
    pub(crate) rules: ValidationPlan,
    pub(crate) names: Subgraphs,
    /// Documents by their text.
    pub(crate) documents: Cache<Arc<str>, Arc<Checked>>,
    /// Documents of the program by their text.
    pub(crate) own_documents: Cache<Arc<str>, Arc<Checked>>,
    /// Plans by the normalised operation that was planned, and the overrides that it was planned with.
    pub(crate) plans: Cache<(String, Overrides), Arc<Plan>>,
    pub(crate) ready: Cache<Variant, Known>,
    /// How many documents were checked so far.
    pub(crate) checked: AtomicU64,
    /// Which fields each trusted document asks for, once somebody wants to know.
    fields: OnceLock<Vec<Vec<String>>>,
    subgraphs: Vec<Arc<dyn Subgraph>>,
}

impl Supergraph {
    /// Composes the subgraphs, with the generated one beside them.
    pub(crate) fn of(subgraphs: Vec<Arc<dyn Subgraph>>, tallies: &Tallies) -> Result<Supergraph, CompositionError> {
        let mut subgraphs: Vec<Arc<dyn Subgraph>> = subgraphs.into_iter().map(|subgraph| watched(subgraph, tallies)).collect();
        if let Some(node) = NodeSubgraph::generate(&subgraphs)? {
            subgraphs.push(watched(Arc::new(node), tallies));
        }
        let parts: Vec<Part<'_>> =
            subgraphs.iter().map(|subgraph| Part { name: subgraph.name(), sdl: subgraph.sdl(), url: None }).collect();
        let sdl = compose(&parts)?;
        Supergraph::read(sdl, subgraphs)
    }

    /// Takes a supergraph that was composed elsewhere, over the subgraphs that it names.
    pub(crate) fn composed(sdl: String, subgraphs: Vec<Arc<dyn Subgraph>>, tallies: &Tallies) -> Result<Supergraph, CompositionError> {
        Supergraph::read(sdl, subgraphs.into_iter().map(|subgraph| watched(subgraph, tallies)).collect())
    }

    fn read(sdl: String, subgraphs: Vec<Arc<dyn Subgraph>>) -> Result<Supergraph, CompositionError> {
        let parsed = parse_schema::<String>(&sdl).map_err(|error| CompositionError::of(None, error))?.into_static();
        if let Some(missing) = graphs_of(&parsed)?.iter().find(|graph| !subgraphs.iter().any(|subgraph| subgraph.name() == graph.name)) {
            return Err(CompositionError::of(Some(&missing.name), "the supergraph names a subgraph that is not here"));
        }
        let document = modern(parsed)?;
        let schema = Schema::of(&document)?;
        // The planner is a library that panics on what it cannot read, e.g. a percentage above a hundred.
        let planner = catch_unwind(|| Planner::new_from_supergraph(&document, QueryPlannerOptions::default()))
            .map_err(|_| CompositionError::of(None, "the supergraph's join directives cannot be read"))?;
        Ok(Supergraph {
            api_sdl: Arc::from(schema.api.to_string()),
            sdl: Arc::from(sdl),
            schema,
            types: Types::of(&document),
            planner: planner.map_err(|error| CompositionError::of(None, error))?,
            rules: rules(),
            names: subgraphs.iter().enumerate().map(|(index, subgraph)| (subgraph.name().to_owned(), index)).collect(),
            documents: Cache::new(DOCUMENTS_MAX, DOCUMENTS_BYTES_MAX),
            own_documents: Cache::new(DOCUMENTS_MAX, DOCUMENTS_BYTES_MAX),
            plans: Cache::new(PLANS_MAX, PLANS_BYTES_MAX),
            ready: Cache::new(READY_MAX, READY_BYTES_MAX),
            checked: AtomicU64::new(0),
            fields: OnceLock::new(),
            subgraphs,
        })
    }

    /// The coordinates of the fields of each trusted document, in their order.
    pub(crate) fn fields_of(&self, documents: &[Arc<TrustedDocument>]) -> &[Vec<String>] {
        self.fields.get_or_init(|| {
            // A graph that is served can be read, and its documents fit it.
            let usage = Usage::of(&self.api_sdl).ok();
            let uses = |document: &Arc<TrustedDocument>| usage.as_ref()?.fields(document.text()).ok();
            documents.iter().map(|document| uses(document).unwrap_or_default()).collect()
        })
    }

    pub(crate) fn subgraph(&self, index: usize) -> &dyn Subgraph {
        &*self.subgraphs[index]
    }

    pub(crate) fn find_subgraph(&self, name: &str) -> Option<Arc<dyn Subgraph>> {
        self.names.get(name).map(|index| Arc::clone(&self.subgraphs[*index]))
    }
}

fn watched(subgraph: Arc<dyn Subgraph>, tallies: &Tallies) -> Arc<dyn Subgraph> {
    let mut tallies = tallies.lock().unwrap_or_else(PoisonError::into_inner);
    let tally = Arc::clone(tallies.entry(subgraph.name().to_owned()).or_default());
    Arc::new(Watched::new(subgraph, tally))
}
