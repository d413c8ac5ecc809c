//! What the actor may not see is not planned: it is cut out of the document here, and the answer has null and a fault in its place
//! (`merge`). A mutation that is not allowed is therefore not executed. Introspection is cut out too, for no subgraph answers it, and so
//! is what `@skip` and `@include` leave out.

use std::collections::HashMap;

use graphql_tools::{
    parser::Pos,
    static_graphql::query::{
        Definition, Document, Field, FragmentDefinition, FragmentSpread, InlineFragment, OperationDefinition, Selection, SelectionSet,
        TypeCondition,
    },
};

use crate::{
    merge::{Conditions, Lens, planned_key},
    validate::fragments,
};

/// The part of an operation that is to be planned; `None` when nothing is left.
pub(crate) fn permitted(
    document: &Document,
    operation: &OperationDefinition,
    root: &str,
    lens: &Lens<'_>,
    conditions: &Conditions,
) -> Option<Document> {
    let mut cut = Cut { lens, conditions, root, fragments: fragments(document).collect(), kept: HashMap::new() };
    let mut operation = operation.clone();
    let selection = match &mut operation {
        OperationDefinition::SelectionSet(selection) => selection,
        OperationDefinition::Query(query) => &mut query.selection_set,
        OperationDefinition::Mutation(mutation) => &mut mutation.selection_set,
        OperationDefinition::Subscription(subscription) => &mut subscription.selection_set,
    };
    *selection = cut.selection(selection, root)?;
    let kept = cut.kept.into_values().flatten().map(Definition::Fragment);
    let mut definitions: Vec<_> = kept.collect();
    definitions.sort_by(|a, b| fragment_name(a).cmp(fragment_name(b)));
    definitions.insert(0, Definition::Operation(operation));
    Some(Document { definitions })
}

fn fragment_name(definition: &Definition) -> &str {
    match definition {
        Definition::Fragment(fragment) => &fragment.name,
        Definition::Operation(_) => "",
    }
}

struct Cut<'a> {
    lens: &'a Lens<'a>,
    conditions: &'a Conditions,
    root: &'a str,
    fragments: HashMap<&'a str, &'a FragmentDefinition>,
    kept: HashMap<&'a str, Option<FragmentDefinition>>,
}

impl Cut<'_> {
    /// `None` when nothing of the selection is left.
    fn selection(&mut self, selection: &SelectionSet, type_name: &str) -> Option<SelectionSet> {
        if !self.lens.schema.allows_type(self.lens.access, type_name) {
            return None;
        }
        let items: Vec<Selection> = selection.items.iter().filter_map(|item| self.item(item, type_name)).collect();
        (!items.is_empty()).then_some(SelectionSet { span: selection.span, items })
    }

    fn item(&mut self, item: &Selection, type_name: &str) -> Option<Selection> {
        let directives = match item {
            Selection::Field(field) => &field.directives,
            Selection::InlineFragment(fragment) => &fragment.directives,
            Selection::FragmentSpread(spread) => &spread.directives,
        };
        if !self.conditions.hold(directives) {
            return None;
        }
        match item {
            Selection::Field(field) => self.field(field, type_name).map(Selection::Field),
            Selection::InlineFragment(fragment) => {
                let on = fragment.type_condition.as_ref().map_or(type_name, |TypeCondition::On(on)| on);
                let selection_set = self.selection(&fragment.selection_set, on)?;
                Some(Selection::InlineFragment(InlineFragment { selection_set, directives: Vec::new(), ..fragment.clone() }))
            }
            Selection::FragmentSpread(spread) => self
                .keeps(&spread.fragment_name)
                .then(|| Selection::FragmentSpread(FragmentSpread { directives: Vec::new(), ..spread.clone() })),
        }
    }

    fn field(&mut self, field: &Field, type_name: &str) -> Option<Field> {
        let alias = planned_key(field.alias.as_deref(), &field.name);
        if field.name.starts_with("__") {
            return (type_name != self.root).then(|| Field { alias, directives: Vec::new(), ..field.clone() });
        }
        let known = self.lens.schema.types.get(type_name)?.fields.get(&field.name)?;
        if !self.lens.schema.allows_field(self.lens.access, known) {
            return None;
        }
        let mut kept = Field { alias, directives: Vec::new(), ..field.clone() };
        if !field.selection_set.items.is_empty() {
            // Whether the thing is there is still to be seen when nothing in it may be.
            let below = self.selection(&field.selection_set, known.ty.inner_type());
            kept.selection_set = below.unwrap_or_else(|| SelectionSet { span: field.selection_set.span, items: Vec::new() });
            let of = known.ty.inner_type();
            let several = self.lens.schema.types.get(of).is_some_and(|entry| entry.possible.len() > 1);
            if several && !self.is_alike(&field.selection_set, of) || kept.selection_set.items.is_empty() {
                kept.selection_set.items.push(typename());
            }
        }
        Some(kept)
    }

    /// Whether all types of an interface have the same answer to a selection, so that `Shape` need not know which it is.
    fn is_alike(&self, selection: &SelectionSet, interface: &str) -> bool {
        selection.items.iter().all(|item| match item {
            Selection::Field(field) => self.lens.schema.is_alike(interface, &field.name),
            Selection::InlineFragment(_) | Selection::FragmentSpread(_) => false,
        })
    }

    fn keeps(&mut self, name: &str) -> bool {
        let Some((name, fragment)) = self.fragments.get_key_value(name).map(|(name, fragment)| (*name, *fragment)) else { return false };
        if let Some(kept) = self.kept.get(name) {
            return kept.is_some();
        }
        let TypeCondition::On(on) = &fragment.type_condition;
        let kept = self
            .selection(&fragment.selection_set, on)
            .map(|selection| FragmentDefinition { selection_set: selection, ..fragment.clone() });
        let keeps = kept.is_some();
        self.kept.insert(name, kept);
        keeps
    }
}

fn typename() -> Selection {
    Selection::Field(Field {
        position: Pos::default(),
        alias: None,
        name: "__typename".to_owned(),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: SelectionSet { span: (Pos::default(), Pos::default()), items: Vec::new() },
    })
}
