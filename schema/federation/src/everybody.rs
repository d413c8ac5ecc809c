//! Answers that are the same for everybody: they may be kept by whoever carries them, and compressed.

use graphql_tools::static_graphql::query::{Document, OperationDefinition, Selection, TypeCondition};

use crate::{schema::Schema, validate::fragments};

/// Whether an operation tells everybody the same: it reads nothing that requires to be someone, and nothing that a room decides row by row.
pub(crate) fn is_for_everybody(document: &Document, operation: &OperationDefinition, root: &str, schema: &Schema) -> bool {
    let selections = std::iter::once((operation.selection_set(), root)).chain(fragments(document).map(|(_, fragment)| {
        let TypeCondition::On(on) = &fragment.type_condition;
        (&fragment.selection_set, on.as_str())
    }));
    let mut selections: Vec<_> = selections.collect();
    while let Some((selection, type_name)) = selections.pop() {
        let Some(entry) = schema.types.get(type_name) else { return false };
        for item in &selection.items {
            match item {
                Selection::Field(field) if field.name == "__typename" => {
                    if !entry.for_everybody {
                        return false;
                    }
                }
                Selection::Field(field) => {
                    let Some(known) = entry.fields.get(&field.name).filter(|known| known.for_everybody) else { return false };
                    if !field.selection_set.items.is_empty() {
                        selections.push((&field.selection_set, known.ty.inner_type()));
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.type_condition.as_ref().map_or(type_name, |TypeCondition::On(on)| on);
                    selections.push((&fragment.selection_set, on));
                }
                // All fragments are looked at, each once.
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    true
}
