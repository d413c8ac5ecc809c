//! The client's selection with its fragments put in and its constant conditions decided.

use std::{collections::HashMap, sync::Arc};

use graphql_tools::static_graphql::query::{
    Definition, Directive, Document, FragmentDefinition, Selection, SelectionSet, TypeCondition, Value,
};

use super::shape::{Condition, FieldItem, Item, Items, When, planned_key};

/// Compiles a selection of a valid document, in which fragments do not contain themselves.
pub(crate) fn compile(selection: &SelectionSet, document: &Document) -> Items {
    let fragments = document.definitions.iter().filter_map(|definition| match definition {
        Definition::Fragment(fragment) => Some((fragment.name.as_str(), fragment)),
        Definition::Operation(_) => None,
    });
    Compiler { fragments: fragments.collect(), done: HashMap::new() }.items(selection)
}

struct Compiler<'a> {
    fragments: HashMap<&'a str, &'a FragmentDefinition>,
    done: HashMap<&'a str, Items>,
}

impl<'a> Compiler<'a> {
    fn items(&mut self, selection: &'a SelectionSet) -> Items {
        let items: Vec<Item> = selection.items.iter().filter_map(|item| self.item(item)).collect();
        items.into()
    }

    fn item(&mut self, item: &'a Selection) -> Option<Item> {
        match item {
            Selection::Field(field) => Some(Item::Field(FieldItem {
                when: when(&field.directives)?,
                key: Arc::from(field.alias.as_ref().unwrap_or(&field.name).as_str()),
                from: planned_key(field.alias.as_deref(), &field.name).map_or_else(|| Arc::from(field.name.as_str()), Arc::from),
                name: Arc::from(field.name.as_str()),
                arguments: field.arguments.clone().into(),
                items: self.items(&field.selection_set),
            })),
            Selection::InlineFragment(fragment) => Some(Item::Fragment {
                when: when(&fragment.directives)?,
                on: fragment.type_condition.as_ref().map(|TypeCondition::On(name)| Arc::from(name.as_str())),
                items: self.items(&fragment.selection_set),
            }),
            Selection::FragmentSpread(spread) => {
                let when = when(&spread.directives)?;
                let (name, fragment) =
                    self.fragments.get_key_value(spread.fragment_name.as_str()).map(|(name, fragment)| (*name, *fragment))?;
                let items = match self.done.get(name) {
                    Some(items) => Arc::clone(items),
                    None => {
                        let items = self.items(&fragment.selection_set);
                        self.done.insert(name, Arc::clone(&items));
                        items
                    }
                };
                let TypeCondition::On(on) = &fragment.type_condition;
                Some(Item::Fragment { on: Some(Arc::from(on.as_str())), when, items })
            }
        }
    }
}

/// The conditions that variables decide; `None` when a constant decides that the selection does not count.
fn when(directives: &[Directive]) -> Option<When> {
    let mut when = Vec::new();
    for directive in directives {
        let wanted = match directive.name.as_str() {
            "include" => true,
            "skip" => false,
            _ => continue,
        };
        match directive.arguments.iter().find(|(name, _)| name == "if").map(|(_, value)| value) {
            Some(Value::Variable(variable)) => when.push(Condition { variable: Arc::from(variable.as_str()), wanted }),
            Some(Value::Boolean(value)) if *value != wanted => return None,
            _ => {}
        }
    }
    Some(when)
}
