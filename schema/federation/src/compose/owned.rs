//! join v0.1 (federation v1): an entity has an owner, whose fields say nothing; a type without an owner is wherever it is needed; who only
//! refers to a field, by a key, `requires` or `provides`, does not say that it knows it. Here all of that is said as join v0.3 says it.

use std::collections::{BTreeMap, BTreeSet};

use graphql_tools::{
    parser::{parse_query, schema::Definition},
    static_graphql::{
        query::{Definition as Executable, OperationDefinition, Selection, SelectionSet, TypeCondition},
        schema::{Directive, Document, Field, TypeDefinition, Value},
    },
};

use super::{
    joined::{all_graphs, directives_of, graph_of, graph_values, has, on_graph, string_argument, type_directives},
    machinery::is_machinery_type,
};

/// How a subgraph knows a field that it does not own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Knows {
    /// It can answer it: a part of a key.
    Answers,
    /// It only refers to it.
    Refers,
}

/// `Type.field` and the graph → how the graph knows it. The stronger wins.
#[derive(Default)]
struct Known(BTreeMap<(String, String, String), Knows>);

/// Says of everything in which subgraphs it is.
pub(super) fn spread(supergraph: &mut Document) {
    let graphs: Vec<String> = all_graphs(supergraph).into_iter().map(|(value, _)| value.to_owned()).collect();
    let known = Known::of(supergraph);
    for definition in &mut supergraph.definitions {
        let Definition::TypeDefinition(definition) = definition else { continue };
        if is_machinery_type(definition.name()) {
            continue;
        }
        let owner = take_owner(directives_of(definition));
        if !has(directives_of(definition), "join__type") {
            directives_of(definition).extend(graphs.iter().map(|graph| on_graph("join__type", graph)));
        }
        let homes = graph_values(definition);
        if let TypeDefinition::Object(object) = definition {
            implement(&object.implements_interfaces, &homes, &mut object.directives);
            if let Some(owner) = &owner {
                object.fields.iter_mut().for_each(|field| known.say(&object.name, field, owner));
            }
        } else if let TypeDefinition::Interface(interface) = definition {
            implement(&interface.implements_interfaces, &homes, &mut interface.directives);
        }
    }
}

fn take_owner(directives: &mut Vec<Directive>) -> Option<String> {
    let at = directives.iter().position(|directive| directive.name == "join__owner")?;
    graph_of(&directives.remove(at)).map(str::to_owned)
}

fn implement(interfaces: &[String], homes: &BTreeSet<String>, directives: &mut Vec<Directive>) {
    for interface in interfaces {
        directives.extend(homes.iter().map(|graph| {
            let mut directive = on_graph("join__implements", graph);
            directive.arguments.push(("interface".to_owned(), Value::String(interface.clone())));
            directive
        }));
    }
}

impl Known {
    fn of(supergraph: &Document) -> Known {
        let mut known = Known::default();
        for definition in &supergraph.definitions {
            let Definition::TypeDefinition(definition) = definition else { continue };
            for directive in type_directives(definition).iter().filter(|directive| directive.name == "join__type") {
                known.read(supergraph, directive, "key", definition.name(), Knows::Answers);
            }
            for field in fields_of(definition) {
                for directive in field.directives.iter().filter(|directive| directive.name == "join__field") {
                    known.read(supergraph, directive, "requires", definition.name(), Knows::Refers);
                    known.read(supergraph, directive, "provides", field.field_type.inner_type(), Knows::Refers);
                }
            }
        }
        known
    }

    fn read(&mut self, supergraph: &Document, directive: &Directive, argument: &str, type_name: &str, how: Knows) {
        let Some((fields, graph)) = string_argument(directive, argument).zip(graph_of(directive)) else { return };
        let Ok(document) = parse_query::<String>(&format!("{{ {fields} }}")).map(|document| document.into_static()) else { return };
        if let Some(Executable::Operation(OperationDefinition::SelectionSet(selection))) = document.definitions.first() {
            self.add(supergraph, selection, type_name, graph, how);
        }
    }

    fn add(&mut self, supergraph: &Document, selection: &SelectionSet, type_name: &str, graph: &str, how: Knows) {
        for item in &selection.items {
            match item {
                Selection::Field(field) => {
                    let key = (type_name.to_owned(), field.name.clone(), graph.to_owned());
                    let known = self.0.entry(key).or_insert(how);
                    *known = how.min(*known);
                    let below = supergraph.type_by_name(type_name).and_then(|definition| {
                        let field = fields_of(definition).iter().find(|known| known.name == field.name)?;
                        Some(field.field_type.inner_type())
                    });
                    if let Some(below) = below {
                        self.add(supergraph, &field.selection_set, below, graph, how);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.type_condition.as_ref().map_or(type_name, |TypeCondition::On(on)| on);
                    self.add(supergraph, &fragment.selection_set, on, graph, how);
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    /// Says of an entity's field where it is.
    fn say(&self, type_name: &str, field: &mut Field, owner: &str) {
        field.directives.retain(|directive| directive.name != "join__field" || graph_of(directive).is_some());
        if !has(&field.directives, "join__field") {
            field.directives.push(on_graph("join__field", owner));
        }
        let mine = self.0.iter().filter(|((of, name, _), _)| of == type_name && *name == field.name);
        for ((_, _, graph), how) in mine {
            let said = field.directives.iter().any(|directive| directive.name == "join__field" && graph_of(directive) == Some(graph));
            if !said {
                let mut directive = on_graph("join__field", graph);
                if *how == Knows::Refers {
                    directive.arguments.push(("external".to_owned(), Value::Boolean(true)));
                }
                field.directives.push(directive);
            }
        }
    }
}

fn fields_of(definition: &TypeDefinition) -> &[Field] {
    match definition {
        TypeDefinition::Object(object) => &object.fields,
        TypeDefinition::Interface(interface) => &interface.fields,
        _ => &[],
    }
}
