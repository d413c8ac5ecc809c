//! `@skip` and `@include` are decided before an operation is planned: each combination of their variables is an operation of its own, so
//! no plan fetches what is skipped and no step of a plan has to ask.

use std::collections::BTreeSet;

use graphql_tools::static_graphql::query::{Definition, Directive, Document, Selection, SelectionSet, Value};
use kernel::{Data, Fields};

/// The variables by which a document skips and includes, in one order.
pub(crate) fn condition_variables(document: &Document) -> Vec<String> {
    let mut found = BTreeSet::new();
    for definition in &document.definitions {
        match definition {
            Definition::Operation(operation) => collect(operation.selection_set(), &mut found),
            Definition::Fragment(fragment) => collect(&fragment.selection_set, &mut found),
        }
    }
    found.into_iter().collect()
}

fn collect(selection: &SelectionSet, found: &mut BTreeSet<String>) {
    for item in &selection.items {
        let (directives, below) = match item {
            Selection::Field(field) => (&field.directives, Some(&field.selection_set)),
            Selection::InlineFragment(fragment) => (&fragment.directives, Some(&fragment.selection_set)),
            Selection::FragmentSpread(spread) => (&spread.directives, None),
        };
        found.extend(directives.iter().filter_map(|directive| match condition(directive) {
            Some((_, Value::Variable(name))) => Some(name.clone()),
            _ => None,
        }));
        if let Some(below) = below {
            collect(below, found);
        }
    }
}

/// What a directive is compared with, when it is a condition at all.
fn condition(directive: &Directive) -> Option<(bool, &Value)> {
    let wanted = match directive.name.as_str() {
        "include" => true,
        "skip" => false,
        _ => return None,
    };
    directive.arguments.iter().find(|(name, _)| name == "if").map(|(_, value)| (wanted, value))
}

/// The values of the variables that decide.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Conditions(Vec<(String, bool)>);

impl Conditions {
    pub(crate) fn of(names: &[String], variables: &Fields) -> Conditions {
        let value = |name: &String| variables.get(name).and_then(Data::as_bool).unwrap_or_default();
        Conditions(names.iter().map(|name| (name.clone(), value(name))).collect())
    }

    /// Whether a selection with these directives counts.
    pub(crate) fn hold(&self, directives: &[Directive]) -> bool {
        directives.iter().filter_map(condition).all(|(wanted, value)| match value {
            Value::Boolean(given) => *given == wanted,
            Value::Variable(name) => self.0.iter().any(|(known, given)| known == name && *given == wanted),
            _ => true,
        })
    }
}
