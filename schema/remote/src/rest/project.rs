//! Cuts the JSON of a system to what was asked.

use std::collections::BTreeMap;

use federation::merge;
use graphql_tools::static_graphql::{
    query::{Definition, Directive, Selection, SelectionSet, TypeCondition, Value as Literal},
    schema::Document,
};
use kernel::{Data, Fields};
use serde_json::Value;

use super::operation::{Read, is_of, type_of};

/// What is needed to cut.
pub(super) struct Projection<'a> {
    pub(super) schema: &'a Document,
    /// `Type.field` → JSON pointer.
    pub(super) fields: &'a BTreeMap<String, String>,
    pub(super) read: &'a Read<'a>,
}

impl Projection<'_> {
    /// A value of a type, cut to a selection.
    pub(super) fn value(&self, value: &Value, type_name: &str, selection: &SelectionSet) -> Data {
        match value {
            Value::Array(items) => items.iter().map(|item| self.value(item, type_name, selection)).collect(),
            Value::Object(object) if !selection.items.is_empty() => {
                // An object behind an interface or a union says itself which it is.
                let own = object.get("__typename").and_then(Value::as_str).unwrap_or(type_name);
                let mut cut = Fields::new();
                self.object(value, own, selection, &mut cut);
                Data::Object(cut)
            }
            leaf => leaf.clone().into(),
        }
    }

    fn object(&self, value: &Value, type_name: &str, selection: &SelectionSet, cut: &mut Fields) {
        for item in &selection.items {
            match item {
                Selection::Field(field) if self.counts(&field.directives) => {
                    let key = field.alias.as_ref().unwrap_or(&field.name).as_str();
                    let found = if field.name == "__typename" {
                        type_name.into()
                    } else {
                        let below = type_of(self.schema, type_name, &field.name).unwrap_or_default();
                        self.value(self.find(value, type_name, &field.name), below, &field.selection_set)
                    };
                    match cut.get_mut(key) {
                        Some(known) => merge(known, found),
                        None => cut.push(key, found),
                    }
                }
                Selection::InlineFragment(fragment) if self.counts(&fragment.directives) => {
                    let condition = fragment.type_condition.as_ref().map(|TypeCondition::On(name)| name.as_str());
                    if condition.is_none_or(|condition| is_of(self.schema, type_name, condition)) {
                        self.object(value, type_name, &fragment.selection_set, cut);
                    }
                }
                Selection::FragmentSpread(spread) if self.counts(&spread.directives) => {
                    for definition in &self.read.document.definitions {
                        if let Definition::Fragment(fragment) = definition
                            && fragment.name == spread.fragment_name
                        {
                            let TypeCondition::On(condition) = &fragment.type_condition;
                            if is_of(self.schema, type_name, condition) {
                                self.object(value, type_name, &fragment.selection_set, cut);
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn find<'v>(&self, value: &'v Value, type_name: &str, field: &str) -> &'v Value {
        let found = match self.fields.get(&format!("{type_name}.{field}")) {
            Some(pointer) => value.pointer(pointer),
            None => value.get(field),
        };
        found.unwrap_or(&Value::Null)
    }

    /// `@skip` and `@include`.
    fn counts(&self, directives: &[Directive]) -> bool {
        directives.iter().filter(|directive| matches!(directive.name.as_str(), "skip" | "include")).all(|directive| {
            let condition = match directive.arguments.first() {
                Some((_, Literal::Boolean(value))) => *value,
                Some((_, Literal::Variable(name))) => self.read.variables.get(name) == Some(&Data::Bool(true)),
                _ => true,
            };
            condition == (directive.name == "include")
        })
    }
}
