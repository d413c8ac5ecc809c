//! What composition leaves out and routers ask for: the definitions of the join and link specifications, `@join__type` on root types,
//! unions and scalars, and the links of `@tag` and the access directives.

use std::collections::{BTreeMap, BTreeSet};

use graphql_tools::parser::schema::{Definition, TypeExtension};
use graphql_tools::{
    parser::{Pos, parse_schema},
    static_graphql::schema::{Directive, Document, Field, TypeDefinition, Value},
};

use super::joined::{directives_of, has, label_overridden, on_graph, string_argument, values_by_name};

/// join v0.4 and link v1.0 (specs.apollo.dev).
const MACHINERY: &str = r#"
directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION
directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
scalar join__DirectiveArguments
scalar join__FieldSet
enum link__Purpose {
  "`SECURITY` features provide metadata necessary to securely resolve fields."
  SECURITY
  "`EXECUTION` features provide metadata necessary for operation execution."
  EXECUTION
}
scalar link__Import
"#;

/// A directive that survives composition: where its specification is, for which purpose it is linked, and how it is defined.
struct Feature {
    name: &'static str,
    url: &'static str,
    purpose: Option<&'static str>,
    definition: &'static str,
}

const FEATURES: [Feature; 7] = [
    Feature {
        name: "tag",
        url: "https://specs.apollo.dev/tag/v0.3",
        purpose: None,
        definition: "directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR \
                     | ENUM | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION | SCHEMA",
    },
    Feature {
        name: "inaccessible",
        url: "https://specs.apollo.dev/inaccessible/v0.2",
        purpose: Some("SECURITY"),
        definition: "directive @inaccessible on FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM \
                     | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION",
    },
    Feature {
        name: "authenticated",
        url: "https://specs.apollo.dev/authenticated/v0.1",
        purpose: Some("SECURITY"),
        definition: "directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM",
    },
    Feature {
        name: "policy",
        url: "https://specs.apollo.dev/policy/v0.1",
        purpose: Some("SECURITY"),
        definition: "directive @policy(policies: [[policy__Policy!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM \
                     scalar policy__Policy",
    },
    Feature {
        name: "requiresScopes",
        url: "https://specs.apollo.dev/requiresScopes/v0.1",
        purpose: Some("SECURITY"),
        definition: "directive @requiresScopes(scopes: [[requiresScopes__Scope!]!]!) on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM \
                     scalar requiresScopes__Scope",
    },
    Feature {
        name: "cost",
        url: COST_URL,
        purpose: None,
        definition: "directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR",
    },
    Feature {
        name: "listSize",
        url: COST_URL,
        purpose: None,
        definition: "directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], \
                     requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
    },
];

/// The specification of two directives, which are imported by their names.
const COST_URL: &str = "https://specs.apollo.dev/cost/v0.1";

/// Every GraphQL service has it since September 2025, but federation libraries still ask for its definition.
const ONE_OF: &str = "directive @oneOf on INPUT_OBJECT";

/// Whether a type belongs to the machinery and not to the graph that it describes: it has the name of a specification before it (link v1.0).
pub(super) fn is_machinery_type(name: &str) -> bool {
    const SPECIFICATIONS: [&str; 9] = ["connect", "context", "core", "cost", "federation", "join", "link", "policy", "requiresScopes"];
    name.split_once("__").is_some_and(|(specification, _)| SPECIFICATIONS.contains(&specification))
}

/// The same for a directive.
pub(super) fn is_machinery_directive(name: &str) -> bool {
    name == "link" || name == "core" || is_machinery_type(name) || FEATURES.iter().any(|feature| feature.name == name)
}

/// Which subgraphs define what.
struct Homes {
    /// Type → graph enum values.
    types: BTreeMap<String, BTreeSet<String>>,
    /// `Type.field` → graph enum values.
    fields: BTreeMap<String, BTreeSet<String>>,
    /// All graph enum values.
    graphs: Vec<String>,
}

impl Homes {
    fn of(composed: &Document, parts: &[(&str, Document)]) -> Homes {
        let names = values_by_name(composed);
        let mut homes = Homes { types: BTreeMap::new(), fields: BTreeMap::new(), graphs: names.values().cloned().collect() };
        for (name, document) in parts {
            let Some(graph) = names.get(*name) else { continue };
            for (type_name, fields) in defined(document) {
                let type_name = root_name(document, type_name);
                homes.types.entry(type_name.to_owned()).or_default().insert(graph.clone());
                for field in fields {
                    homes.fields.entry(format!("{type_name}.{}", field.name)).or_default().insert(graph.clone());
                }
            }
        }
        homes
    }
}

/// What the graph calls a type of a subgraph: its root types may have other names there.
fn root_name<'a>(document: &'a Document, type_name: &'a str) -> &'a str {
    let roots = document.definitions.iter().find_map(|definition| match definition {
        Definition::SchemaDefinition(roots) => Some(roots),
        _ => None,
    });
    let Some(roots) = roots else { return type_name };
    let named = [(&roots.query, "Query"), (&roots.mutation, "Mutation"), (&roots.subscription, "Subscription")];
    named.into_iter().find(|(root, _)| root.as_deref() == Some(type_name)).map_or(type_name, |(_, name)| name)
}

/// The types that a subgraph defines or extends, with their fields.
pub(super) fn defined(document: &Document) -> impl Iterator<Item = (&str, &[Field])> {
    document.definitions.iter().filter_map(|definition| match definition {
        Definition::TypeDefinition(TypeDefinition::Object(object)) => Some((object.name.as_str(), object.fields.as_slice())),
        Definition::TypeDefinition(TypeDefinition::Interface(interface)) => Some((interface.name.as_str(), interface.fields.as_slice())),
        Definition::TypeDefinition(other) => Some((other.name(), &[][..])),
        Definition::TypeExtension(TypeExtension::Object(object)) => Some((object.name.as_str(), object.fields.as_slice())),
        Definition::TypeExtension(TypeExtension::Interface(interface)) => Some((interface.name.as_str(), interface.fields.as_slice())),
        _ => None,
    })
}

/// Completes what composition printed and puts it into one order.
pub(super) fn complete(composed: Document, parts: &[(&str, Document)]) -> Document {
    let homes = Homes::of(&composed, parts);
    let text = composed.to_string();
    let used = used_features(&text);
    let mut machinery = parsed(MACHINERY);
    if text.contains("@oneOf") {
        machinery.extend(parsed(ONE_OF));
    }
    for feature in FEATURES.iter().filter(|feature| used.contains(feature.name)) {
        machinery.extend(parsed(feature.definition));
    }
    let (mut schema, mut types) = (Vec::new(), Vec::new());
    for definition in composed.definitions {
        match definition {
            Definition::SchemaDefinition(mut root) => {
                // What a composed directive is linked to stays; the federation's own links are those of what is used.
                let own = |link: &Directive| string_argument(link, "url").is_some_and(|url| url.starts_with("https://specs.apollo.dev/"));
                root.directives.retain(|directive| !own(directive));
                root.directives.splice(0..0, links(&used));
                schema.push(Definition::SchemaDefinition(root));
            }
            Definition::DirectiveDefinition(directive) if is_machinery_directive(&directive.name) => {}
            Definition::TypeDefinition(definition) if is_machinery_type(definition.name()) && definition.name() != "join__Graph" => {}
            Definition::TypeDefinition(mut definition) => {
                restore(&mut definition, parts);
                join(&mut definition, &homes);
                types.push(Definition::TypeDefinition(definition));
            }
            other => types.push(other),
        }
    }
    let mut rest: Vec<_> = machinery.into_iter().chain(types).collect();
    rest.sort_by_key(order);
    let mut supergraph = Document { definitions: schema.into_iter().chain(rest).collect() };
    label_overridden(&mut supergraph);
    supergraph
}

/// Puts back what composition loses: the descriptions of root types, and where scalars are specified.
fn restore(definition: &mut TypeDefinition, parts: &[(&str, Document)]) {
    for (_, document) in parts {
        for known in &document.definitions {
            match (&mut *definition, known) {
                (TypeDefinition::Object(object), Definition::TypeDefinition(TypeDefinition::Object(known)))
                    if object.description.is_none() && object.name == root_name(document, &known.name) =>
                {
                    object.description.clone_from(&known.description);
                }
                (TypeDefinition::Scalar(scalar), Definition::TypeDefinition(TypeDefinition::Scalar(known)))
                    if scalar.name == known.name && !has(&scalar.directives, "specifiedBy") =>
                {
                    scalar.directives.extend(known.directives.iter().find(|directive| directive.name == "specifiedBy").cloned());
                }
                _ => {}
            }
        }
    }
}

fn parsed(sdl: &str) -> Vec<Definition<'static, String>> {
    // The texts are constants of this file, and a test prints them all.
    parse_schema::<String>(sdl).map(|document| document.into_static().definitions).unwrap_or_default()
}

/// Directives first, then types by name; fields stay as composition sorted them.
fn order(definition: &Definition<'static, String>) -> (bool, String) {
    match definition {
        Definition::DirectiveDefinition(directive) => (false, directive.name.clone()),
        Definition::TypeDefinition(definition) => (true, definition.name().to_owned()),
        Definition::SchemaDefinition(_) | Definition::TypeExtension(_) => (true, String::new()),
    }
}

fn used_features(text: &str) -> BTreeSet<&'static str> {
    FEATURES.iter().map(|feature| feature.name).filter(|name| *name == "inaccessible" || text.contains(&format!("@{name}"))).collect()
}

fn links(used: &BTreeSet<&str>) -> Vec<Directive> {
    let link = |url: &str, purpose: Option<&str>| {
        let mut arguments = vec![("url".to_owned(), Value::String(url.to_owned()))];
        arguments.extend(purpose.map(|purpose| ("for".to_owned(), Value::Enum(purpose.to_owned()))));
        Directive { position: Pos::default(), name: "link".to_owned(), arguments }
    };
    let fixed = [link("https://specs.apollo.dev/link/v1.0", None), link("https://specs.apollo.dev/join/v0.4", Some("EXECUTION"))];
    let (costs, features): (Vec<&Feature>, Vec<&Feature>) =
        FEATURES.iter().filter(|feature| used.contains(feature.name)).partition(|feature| feature.url == COST_URL);
    let names: Vec<Value> = costs.iter().map(|feature| Value::String(format!("@{}", feature.name))).collect();
    let costs = (!names.is_empty()).then(|| {
        let mut link = link(COST_URL, None);
        link.arguments.push(("import".to_owned(), Value::List(names)));
        link
    });
    fixed.into_iter().chain(features.into_iter().map(|feature| link(feature.url, feature.purpose))).chain(costs).collect()
}

fn join(definition: &mut TypeDefinition, homes: &Homes) {
    let name = definition.name().to_owned();
    if name == "join__Graph" {
        return;
    }
    let directives = directives_of(definition);
    if has(directives, "join__type") {
        return;
    }
    // Every subgraph answers `Query._service`, so every subgraph is a home of Query.
    let graphs: Vec<String> =
        if name == "Query" { homes.graphs.clone() } else { homes.types.get(&name).into_iter().flatten().cloned().collect() };
    directives.splice(0..0, graphs.iter().map(|graph| on_graph("join__type", graph)));
    if let TypeDefinition::Object(object) = definition {
        join_fields(&name, &mut object.fields, graphs.len(), homes);
    }
}

/// A field without `@join__field` is understood to be in every home of its type, which a root field seldom is.
fn join_fields(type_name: &str, fields: &mut [Field], homes_of_type: usize, homes: &Homes) {
    for field in fields.iter_mut().filter(|field| !field.directives.iter().any(|directive| directive.name == "join__field")) {
        let graphs = homes.fields.get(&format!("{type_name}.{}", field.name));
        if let Some(graphs) = graphs.filter(|graphs| graphs.len() < homes_of_type) {
            field.directives.extend(graphs.iter().map(|graph| on_graph("join__field", graph)));
        }
    }
}
