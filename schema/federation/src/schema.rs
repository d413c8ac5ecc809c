//! The graph as clients see it, indexed, with what one must be to see its parts.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use graphql_tools::{
    parser::{parse_schema, schema::Definition},
    static_graphql::schema::{Directive, DirectiveDefinition, Document, Field, Type, TypeDefinition, Value},
};
use kernel::{Actor, OperationKind};

use crate::{
    compose::{CompositionError, api_document},
    cost::{Costs, FieldCost},
};

/// The types of introspection (GraphQL September 2025 §4.2), the built-in scalars and directives.
const BUILT_IN: &str = include_str!("schema/built_in.graphql");

/// A client may ask for parts of an answer later and must be ready to get them at once (GraphQL, "Incremental Delivery"). It gets one
/// complete answer, so the directive is valid where it belongs, says nothing, and is promised nowhere: introspection does not show it.
const DEFER: &str = "directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT";

/// What an actor must be to see an element.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Requirement {
    /// Anybody who is known.
    Authenticated,
    /// All scopes of one of the groups.
    Scopes(Vec<Vec<String>>),
    /// All policies of one of the groups. Policies are decided outside of the graph, and nobody here decides any: none is fulfilled.
    Policies,
}

impl Requirement {
    fn of(directive: &Directive) -> Option<Requirement> {
        match directive.name.as_str() {
            "authenticated" => Some(Requirement::Authenticated),
            "requiresScopes" => directive.arguments.iter().find(|(name, _)| name == "scopes").map(|(_, value)| {
                let groups = list(value).iter().map(|group| list(group).iter().filter_map(scope).collect());
                Requirement::Scopes(groups.collect())
            }),
            "policy" => Some(Requirement::Policies),
            _ => None,
        }
    }

    fn is_met(&self, actor: &Actor) -> bool {
        match self {
            Requirement::Authenticated => !matches!(actor, Actor::Anonymous),
            Requirement::Scopes(groups) => groups.iter().any(|group| group.iter().all(|scope| actor.has_scope(scope))),
            Requirement::Policies => false,
        }
    }
}

fn list(value: &Value) -> &[Value] {
    match value {
        Value::List(items) => items,
        single => std::slice::from_ref(single),
    }
}

fn scope(value: &Value) -> Option<String> {
    match value {
        Value::String(scope) => Some(scope.clone()),
        _ => None,
    }
}

/// Which requirements of the schema an actor meets. Actors with the same access share prepared operations.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Access(Vec<bool>);

/// The requirements of one element, all to be met.
pub(crate) type Guard = Vec<usize>;

impl Access {
    pub(crate) fn allows(&self, guard: &Guard) -> bool {
        guard.iter().all(|requirement| self.0[*requirement])
    }
}

pub(crate) struct FieldEntry {
    pub(crate) ty: Arc<Type>,
    pub(crate) guard: Guard,
    /// Whether it tells everybody the same: nothing is required, and no room decides it row by row.
    pub(crate) for_everybody: bool,
    pub(crate) cost: FieldCost,
}

pub(crate) struct TypeEntry {
    pub(crate) definition: TypeDefinition,
    pub(crate) fields: HashMap<String, FieldEntry>,
    /// The object types that a value of this type can have.
    pub(crate) possible: Vec<Arc<str>>,
    pub(crate) guard: Guard,
    /// The same of the type: what holds for its fields that do not say otherwise.
    pub(crate) for_everybody: bool,
}

pub(crate) struct Schema {
    /// What clients see, without the built-in part.
    pub(crate) api: Document,
    /// What documents are validated against.
    pub(crate) document: Document,
    pub(crate) types: BTreeMap<String, TypeEntry>,
    pub(crate) directives: Vec<DirectiveDefinition>,
    pub(crate) query: Arc<str>,
    pub(crate) mutation: Option<Arc<str>>,
    pub(crate) subscription: Option<Arc<str>>,
    requirements: Vec<Requirement>,
    /// The interfaces that some subgraph knows as one type (`@interfaceObject`), and so cannot tell apart.
    stand_ins: BTreeSet<String>,
}

impl Schema {
    pub(crate) fn of(supergraph: &Document) -> Result<Schema, CompositionError> {
        let api = api_document(supergraph);
        let built_in = parse_schema::<String>(BUILT_IN).map_err(|error| CompositionError::of(None, error))?.into_static();
        let query = api.query_type_name().map(|name| Arc::from(name.as_str())).unwrap_or_else(|| Arc::from("Query"));
        let (guards, costs) = (Guards::of(supergraph), Costs::of(supergraph));
        let mut document = for_validation(&api, &built_in, &query);
        let mut types = BTreeMap::new();
        let mut directives = Vec::new();
        for definition in &document.definitions {
            match definition {
                Definition::TypeDefinition(definition) => {
                    types.insert(definition.name().to_owned(), entry(definition, &document, &guards, &costs));
                }
                Definition::DirectiveDefinition(directive) => directives.push(directive.clone()),
                Definition::SchemaDefinition(_) | Definition::TypeExtension(_) => {}
            }
        }
        if !directives.iter().any(|directive| directive.name == "defer") {
            let defer = parse_schema::<String>(DEFER).map_err(|error| CompositionError::of(None, error))?.into_static();
            document.definitions.extend(defer.definitions);
        }
        let root = |name: Option<&String>| name.filter(|name| types.contains_key(*name)).map(|name| Arc::from(name.as_str()));
        let (mutation, subscription) = (root(api.mutation_type_name()), root(api.subscription_type_name()));
        let (requirements, stand_ins) = (guards.requirements, stand_ins(supergraph));
        Ok(Schema { api, document, types, directives, query, mutation, subscription, requirements, stand_ins })
    }

    /// The type in which operations of a kind begin.
    pub(crate) fn root(&self, kind: OperationKind) -> Option<&Arc<str>> {
        match kind {
            OperationKind::Query => Some(&self.query),
            OperationKind::Mutation => self.mutation.as_ref(),
            OperationKind::Subscription => self.subscription.as_ref(),
        }
    }

    pub(crate) fn access(&self, actor: &Actor) -> Access {
        Access(self.requirements.iter().map(|requirement| requirement.is_met(actor)).collect())
    }

    /// Whether an object of the type is what a condition on `condition` asks for.
    pub(crate) fn satisfies(&self, type_name: &str, condition: &str) -> bool {
        type_name == condition
            || self.types.get(condition).is_some_and(|entry| entry.possible.iter().any(|possible| **possible == *type_name))
    }

    /// Whether some subgraph knows the interface as one type.
    pub(crate) fn is_stand_in(&self, interface: &str) -> bool {
        self.stand_ins.contains(interface)
    }

    /// Whether the field is the same on every type of an interface that some subgraph cannot tell apart: who asks for such fields alone
    /// need not know the type.
    pub(crate) fn is_alike(&self, interface: &str, field: &str) -> bool {
        let Some(entry) = self.types.get(interface).filter(|_| self.is_stand_in(interface)) else { return false };
        let Some(known) = entry.fields.get(field) else { return false };
        entry.possible.iter().filter_map(|possible| self.types.get(&**possible)).all(|possible| {
            let same = possible.fields.get(field).is_some_and(|own| own.guard.is_empty() && own.ty == known.ty);
            same && possible.guard.is_empty()
        })
    }

    /// The field, with the guards of what it returns added to its own.
    pub(crate) fn allows_field(&self, access: &Access, field: &FieldEntry) -> bool {
        access.allows(&field.guard) && self.allows_type(access, field.ty.inner_type())
    }

    pub(crate) fn allows_type(&self, access: &Access, name: &str) -> bool {
        self.types.get(name).is_none_or(|entry| access.allows(&entry.guard))
    }
}

fn stand_ins(supergraph: &Document) -> BTreeSet<String> {
    let is_one = |directive: &Directive| {
        directive.name == "join__type" && directive.arguments.contains(&("isInterfaceObject".to_owned(), Value::Boolean(true)))
    };
    let interfaces = supergraph.definitions.iter().filter_map(|definition| match definition {
        Definition::TypeDefinition(TypeDefinition::Interface(interface)) => Some(interface),
        _ => None,
    });
    interfaces.filter(|interface| interface.directives.iter().any(is_one)).map(|interface| interface.name.clone()).collect()
}

fn for_validation(api: &Document, built_in: &Document, query: &str) -> Document {
    let mut definitions = api.definitions.clone();
    for definition in &built_in.definitions {
        match definition {
            Definition::TypeDefinition(TypeDefinition::Object(meta)) if meta.name == "Query" => {
                for definition in &mut definitions {
                    if let Definition::TypeDefinition(TypeDefinition::Object(root)) = definition
                        && root.name == query
                    {
                        root.fields.extend(meta.fields.iter().cloned());
                    }
                }
            }
            Definition::TypeDefinition(built_in) if api.type_by_name(built_in.name()).is_some() => {}
            other => definitions.push(other.clone()),
        }
    }
    Document { definitions }
}

fn entry(definition: &TypeDefinition, document: &Document, guards: &Guards, costs: &Costs<'_>) -> TypeEntry {
    let name = definition.name();
    let mut possible: Vec<Arc<str>> = match definition {
        TypeDefinition::Object(_) => vec![Arc::from(name)],
        TypeDefinition::Interface(_) | TypeDefinition::Union(_) => {
            definition.possible_types(document).into_iter().filter(|of| of.is_object_type()).map(|of| Arc::from(of.name())).collect()
        }
        _ => Vec::new(),
    };
    possible.sort();
    let fields: &[Field] = match definition {
        TypeDefinition::Object(object) => &object.fields,
        TypeDefinition::Interface(interface) => &interface.fields,
        _ => &[],
    };
    let fields = fields.iter().map(|field| {
        let guard = guards.of_field(name, &field.name);
        let for_everybody = guards.is_field_for_everybody(name, &field.name);
        let cost = costs.of_field(name, &field.name);
        (field.name.clone(), FieldEntry { ty: Arc::new(field.field_type.clone()), guard, for_everybody, cost })
    });
    let (guard, for_everybody) = (guards.of_type(name), guards.is_for_everybody(name));
    TypeEntry { fields: fields.collect(), possible, guard, for_everybody, definition: definition.clone() }
}

/// The tag by which a room says that it decides row by row who sees what, and the one by which a field says that its room does not.
const SCOPED: &str = "scoped";
const PUBLIC: &str = "public";

/// The requirements that the supergraph's directives state.
struct Guards {
    requirements: Vec<Requirement>,
    by_coordinate: HashMap<String, Guard>,
    /// Whether an element is `scoped`; those without either tag are not here.
    scoped: HashMap<String, bool>,
}

impl Guards {
    fn of(supergraph: &Document) -> Guards {
        let mut guards = Guards { requirements: Vec::new(), by_coordinate: HashMap::new(), scoped: HashMap::new() };
        for definition in &supergraph.definitions {
            let Definition::TypeDefinition(definition) = definition else { continue };
            let (directives, fields): (_, &[Field]) = match definition {
                TypeDefinition::Scalar(scalar) => (&scalar.directives, &[]),
                TypeDefinition::Object(object) => (&object.directives, &object.fields),
                TypeDefinition::Interface(interface) => (&interface.directives, &interface.fields),
                TypeDefinition::Enum(values) => (&values.directives, &[]),
                TypeDefinition::Union(_) | TypeDefinition::InputObject(_) => continue,
            };
            guards.add(definition.name(), directives);
            for field in fields {
                guards.add(&format!("{}.{}", definition.name(), field.name), &field.directives);
            }
        }
        guards
    }

    fn add(&mut self, coordinate: &str, directives: &[Directive]) {
        for directive in directives.iter().filter(|directive| directive.name == "tag") {
            match directive.arguments.iter().find(|(name, _)| name == "name") {
                Some((_, Value::String(tag))) if tag == SCOPED => self.scoped.insert(coordinate.to_owned(), true),
                Some((_, Value::String(tag))) if tag == PUBLIC => self.scoped.insert(coordinate.to_owned(), false),
                _ => None,
            };
        }
        for requirement in directives.iter().filter_map(Requirement::of) {
            let known = self.requirements.iter().position(|known| *known == requirement);
            let index = known.unwrap_or_else(|| {
                self.requirements.push(requirement);
                self.requirements.len() - 1
            });
            self.by_coordinate.entry(coordinate.to_owned()).or_default().push(index);
        }
    }

    fn is_for_everybody(&self, type_name: &str) -> bool {
        self.of_type(type_name).is_empty() && !self.scoped.get(type_name).copied().unwrap_or_default()
    }

    /// What a field says goes before what its type says.
    fn is_field_for_everybody(&self, type_name: &str, field: &str) -> bool {
        let coordinate = format!("{type_name}.{field}");
        let of_type = self.scoped.get(type_name).copied().unwrap_or_default();
        let is_scoped = self.scoped.get(&coordinate).copied().unwrap_or(of_type);
        !is_scoped && self.of_type(type_name).is_empty() && self.of_field(type_name, field).is_empty()
    }

    fn of_type(&self, name: &str) -> Guard {
        self.by_coordinate.get(name).cloned().unwrap_or_default()
    }

    fn of_field(&self, type_name: &str, field: &str) -> Guard {
        self.by_coordinate.get(&format!("{type_name}.{field}")).cloned().unwrap_or_default()
    }
}
