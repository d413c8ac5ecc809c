//! The client's selection with its fragments put in and its conditions decided.

use std::{collections::HashMap, sync::Arc};

use graphql_tools::static_graphql::query::{Document, FragmentDefinition, Selection, SelectionSet, TypeCondition};

use super::{
    conditions::Conditions,
    shape::{FieldItem, Item, Items, planned_key},
};
use crate::validate::fragments;

/// Compiles a selection of a valid document, in which fragments do not contain themselves.
pub(crate) fn compile(selection: &SelectionSet, document: &Document, conditions: &Conditions) -> Items {
    Compiler { conditions, fragments: fragments(document).collect(), done: HashMap::new() }.items(selection)
}

struct Compiler<'a> {
    conditions: &'a Conditions,
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
            Selection::Field(field) => self.conditions.hold(&field.directives).then(|| {
                Item::Field(FieldItem {
                    key: Arc::from(field.alias.as_ref().unwrap_or(&field.name).as_str()),
                    from: planned_key(field.alias.as_deref(), &field.name).map_or_else(|| Arc::from(field.name.as_str()), Arc::from),
                    name: Arc::from(field.name.as_str()),
                    arguments: field.arguments.clone().into(),
                    items: self.items(&field.selection_set),
                })
            }),
            Selection::InlineFragment(fragment) => self.conditions.hold(&fragment.directives).then(|| Item::Fragment {
                on: fragment.type_condition.as_ref().map(|TypeCondition::On(name)| Arc::from(name.as_str())),
                items: self.items(&fragment.selection_set),
            }),
            Selection::FragmentSpread(spread) => {
                if !self.conditions.hold(&spread.directives) {
                    return None;
                }
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
                Some(Item::Fragment { on: Some(Arc::from(on.as_str())), items })
            }
        }
    }
}
