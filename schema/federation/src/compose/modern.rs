//! Brings any supergraph to one form before it is read: that of join v0.3, which says of everything in which subgraph it is. Older ones
//! leave that to the reader (join v0.1, v0.2; core v0.1, v0.2), and any may give a feature's directive another name (link v1.0).

use std::collections::{BTreeMap, BTreeSet};

use graphql_tools::{
    parser::schema::Definition,
    static_graphql::schema::{Directive, Document, Field, TypeDefinition, Value},
};

use super::{
    CompositionError,
    joined::{directives_of, graph_values, has, label_overridden, on_graph, string_argument},
    machinery::is_machinery_type,
    owned,
};

/// The features whose directives mean something to the gateway, or nothing that it would have to carry out.
const KNOWN: [&str; 11] =
    ["authenticated", "cacheTag", "core", "cost", "federation", "inaccessible", "join", "link", "policy", "requiresScopes", "tag"];

/// A linked specification (link v1.0, core v0.2): its name, its version and what the supergraph calls it.
struct Feature {
    name: String,
    version: String,
    local: String,
    needed: bool,
}

/// The one form of a supergraph.
///
/// # Errors
/// When the supergraph needs a feature that is not carried out here.
pub(crate) fn modern(mut supergraph: Document) -> Result<Document, CompositionError> {
    let features = features(&supergraph);
    if let Some(unknown) = features.iter().find(|feature| feature.needed && !KNOWN.contains(&feature.name.as_str())) {
        let message = format!("the supergraph needs the feature {} {}, which is not carried out here", unknown.name, unknown.version);
        return Err(CompositionError::of(None, message));
    }
    let join = features.iter().find(|feature| feature.name == "join");
    if let Some(renamed) = join.filter(|join| join.local != "join") {
        return Err(CompositionError::of(None, format!("the supergraph gives the join specification the name {}", renamed.local)));
    }
    rename(&mut supergraph, &features);
    if join.is_some_and(|join| join.version == "v0.1") {
        owned::spread(&mut supergraph);
    }
    complete_members(&mut supergraph);
    label_overridden(&mut supergraph);
    Ok(supergraph)
}

fn features(supergraph: &Document) -> Vec<Feature> {
    let roots = supergraph.definitions.iter().filter_map(|definition| match definition {
        Definition::SchemaDefinition(root) => Some(&root.directives),
        _ => None,
    });
    roots.flatten().filter_map(feature).collect()
}

fn feature(directive: &Directive) -> Option<Feature> {
    let url = match directive.name.as_str() {
        "link" => string_argument(directive, "url")?,
        "core" => string_argument(directive, "feature")?,
        _ => return None,
    };
    let mut segments = url.trim_end_matches('/').rsplit('/');
    let (version, name) = (segments.next()?.to_owned(), segments.next()?.to_owned());
    let local = imported(directive, &name).or_else(|| string_argument(directive, "as").map(str::to_owned));
    let needed = directive.arguments.iter().any(|(argument, _)| argument == "for");
    Some(Feature { local: local.unwrap_or_else(|| name.clone()), name, version, needed })
}

/// The name under which the feature's own directive is imported: `import: [{ name: "@tag", as: "@label" }]`.
fn imported(directive: &Directive, name: &str) -> Option<String> {
    let Value::List(items) = &directive.arguments.iter().find(|(argument, _)| argument == "import")?.1 else { return None };
    items.iter().find_map(|item| {
        let Value::Object(import) = item else { return None };
        let of = |key: &str| {
            import.iter().find(|(name, _)| name == key).and_then(|(_, value)| match value {
                Value::String(text) => text.strip_prefix('@'),
                _ => None,
            })
        };
        (of("name") == Some(name)).then(|| of("as").map(str::to_owned)).flatten()
    })
}

/// Gives directives back the names of their specifications.
fn rename(supergraph: &mut Document, features: &[Feature]) {
    let renamed: BTreeMap<&str, &str> =
        features.iter().filter(|feature| feature.local != feature.name).map(|feature| (&*feature.local, &*feature.name)).collect();
    if renamed.is_empty() {
        return;
    }
    let change = |directives: &mut Vec<Directive>| {
        for directive in directives {
            if let Some(name) = renamed.get(directive.name.as_str()) {
                (*name).clone_into(&mut directive.name);
            }
        }
    };
    for definition in &mut supergraph.definitions {
        match definition {
            Definition::DirectiveDefinition(directive) => {
                if let Some(name) = renamed.get(directive.name.as_str()) {
                    (*name).clone_into(&mut directive.name);
                }
            }
            Definition::TypeDefinition(definition) => every_directives(definition, &change),
            Definition::SchemaDefinition(_) | Definition::TypeExtension(_) => {}
        }
    }
}

fn every_directives(definition: &mut TypeDefinition, act: &impl Fn(&mut Vec<Directive>)) {
    act(directives_of(definition));
    let fields = |fields: &mut Vec<Field>| {
        for field in fields {
            act(&mut field.directives);
            field.arguments.iter_mut().for_each(|argument| act(&mut argument.directives));
        }
    };
    match definition {
        TypeDefinition::Object(object) => fields(&mut object.fields),
        TypeDefinition::Interface(interface) => fields(&mut interface.fields),
        TypeDefinition::Enum(values) => values.values.iter_mut().for_each(|value| act(&mut value.directives)),
        TypeDefinition::InputObject(input) => input.fields.iter_mut().for_each(|field| act(&mut field.directives)),
        TypeDefinition::Scalar(_) | TypeDefinition::Union(_) => {}
    }
}

/// Before join v0.3 enum values and union members did not say where they are: they are wherever their type is, members only where they
/// themselves are.
fn complete_members(supergraph: &mut Document) {
    let homes: BTreeMap<String, BTreeSet<String>> = supergraph
        .definitions
        .iter()
        .filter_map(|definition| match definition {
            Definition::TypeDefinition(definition) => Some((definition.name().to_owned(), graph_values(definition))),
            _ => None,
        })
        .collect();
    for definition in &mut supergraph.definitions {
        let Definition::TypeDefinition(definition) = definition else { continue };
        let Some(graphs) = homes.get(definition.name()).filter(|_| !is_machinery_type(definition.name())) else { continue };
        match definition {
            TypeDefinition::Enum(values) if values.values.iter().all(|value| !has(&value.directives, "join__enumValue")) => {
                for value in &mut values.values {
                    value.directives.extend(graphs.iter().map(|graph| on_graph("join__enumValue", graph)));
                }
            }
            TypeDefinition::Union(union) if !has(&union.directives, "join__unionMember") => {
                for member in &union.types {
                    let there = graphs.iter().filter(|graph| homes.get(member).is_some_and(|homes| homes.contains(*graph)));
                    let there = there.map(|graph| {
                        let mut directive = on_graph("join__unionMember", graph);
                        directive.arguments.push(("member".to_owned(), Value::String(member.clone())));
                        directive
                    });
                    union.directives.extend(there.collect::<Vec<_>>());
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use graphql_tools::parser::parse_schema;

    use super::modern;

    fn check(sdl: &str) -> String {
        modern(parse_schema::<String>(sdl).unwrap().into_static()).map_or_else(|error| error.to_string(), |document| document.to_string())
    }

    #[test]
    fn directives_get_back_the_names_of_their_specifications() {
        let told = check(
            r#"schema @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
                @link(url: "https://specs.apollo.dev/inaccessible/v0.2", as: "hidden", for: SECURITY)
                @link(url: "https://specs.apollo.dev/tag/v0.3", import: [{ name: "@tag", as: "@label" }]) { query: Query }
            directive @hidden on FIELD_DEFINITION
            type Query { a(b: Int @hidden): Int @label(name: "x") }"#,
        );
        assert!(told.contains("directive @inaccessible on FIELD_DEFINITION"), "{told}");
        assert!(told.contains(r#"a(b: Int @inaccessible): Int @tag(name: "x")"#), "{told}");
    }

    #[test]
    fn what_is_needed_and_unknown_is_refused() {
        let refused = |link: &str| check(&format!("schema {link} {{ query: Query }} type Query {{ a: Int }}"));
        assert!(refused(r#"@link(url: "https://example.com/spell/v1.0", for: SECURITY)"#).contains("the feature spell v1.0"));
        assert!(refused(r#"@core(feature: "https://example.com/spell/v1.0", for: EXECUTION)"#).contains("the feature spell v1.0"));
        assert!(refused(r#"@link(url: "https://example.com/spell/v1.0")"#).contains("type Query"));
    }
}
