//! `@interfaceObject`: a subgraph that knows an interface as one type is told of all its types alike.
//!
//! The planner makes a step of each type of its own, merges them, and keeps the types and the required fields of only one of them.

use std::collections::BTreeSet;

use hive_router_query_planner::{
    ast::{
        fragment::FragmentDefinition,
        operation::SubgraphFetchOperation,
        selection_item::SelectionItem,
        selection_set::{InlineFragmentSelection, SelectionSet},
    },
    federation_spec::FederationRules,
    planner::plan_nodes::FetchRewrite,
};

use super::steps::Batch;
use crate::supergraph::Supergraph;

/// Has the subgraph told of every type that the interface stands for, and of all that the fields require which it is asked for.
pub(super) fn stand_in(batch: &mut Batch, subgraph: &str, operation: &SubgraphFetchOperation, supergraph: &Supergraph) {
    let interfaces: Vec<&String> = batch.input_rewrites.iter().filter_map(interface).collect();
    for interface in interfaces {
        for fragment in batch.requires.items.iter_mut().filter_map(fragment_mut) {
            if supergraph.types.is(&fragment.type_condition, interface) {
                fragment.type_condition.clone_from(interface);
            }
        }
        let mut asked = BTreeSet::new();
        if let Some(entities) = entities(operation, &batch.key) {
            names(entities, &operation.document.fragments, &mut asked);
        }
        for field in asked {
            let Some(selections) = required(field, interface, subgraph, supergraph) else { continue };
            let told = batch.requires.items.iter().filter_map(fragment).flat_map(|fragment| &fragment.selections.items);
            if !selections.items.iter().all(|item| told.clone().any(|told| is_of(told, item))) {
                batch.requires.items.push(SelectionItem::InlineFragment(InlineFragmentSelection {
                    type_condition: interface.clone(),
                    selections,
                    skip_if: None,
                    include_if: None,
                }));
            }
        }
    }
}

/// What a step asks of its entities.
pub(super) fn entities<'o>(operation: &'o SubgraphFetchOperation, key: &str) -> Option<&'o SelectionSet> {
    operation.document.operation.selection_set.items.iter().find_map(|item| match item {
        SelectionItem::Field(field) if field.selection_identifier() == key => Some(&field.selections),
        _ => None,
    })
}

/// The fields of the entities themselves.
fn names<'o>(selection: &'o SelectionSet, fragments: &'o [FragmentDefinition], found: &mut BTreeSet<&'o str>) {
    for item in &selection.items {
        match item {
            SelectionItem::Field(field) => {
                found.insert(&field.name);
            }
            SelectionItem::InlineFragment(fragment) => names(&fragment.selections, fragments, found),
            SelectionItem::FragmentSpread(name) => {
                fragments
                    .iter()
                    .filter(|fragment| fragment.name == *name)
                    .for_each(|fragment| names(&fragment.selection_set, fragments, found));
            }
        }
    }
}

/// The planner renames types to that of an `@interfaceObject` and to no others.
fn interface(rewrite: &FetchRewrite) -> Option<&String> {
    match rewrite {
        FetchRewrite::ValueSetter(setter) => Some(&setter.set_value_to),
        FetchRewrite::KeyRenamer(_) => None,
    }
}

fn required(field: &str, interface: &str, subgraph: &str, supergraph: &Supergraph) -> Option<SelectionSet> {
    let state = &supergraph.planner.supergraph;
    let joins = &state.definitions.get(interface)?.fields().get(field)?.join_field;
    joins.iter().find_map(|join| {
        let (graph, requires) = join.graph_id.as_ref().zip(join.requires.as_ref())?;
        let here = state.resolve_graph_id(graph).is_ok_and(|name| name.0 == subgraph);
        here.then(|| FederationRules::parse_requires(state, graph, interface, requires).into())
    })
}

fn is_of(told: &SelectionItem, item: &SelectionItem) -> bool {
    match (told, item) {
        (SelectionItem::Field(told), SelectionItem::Field(item)) => told.name == item.name,
        (SelectionItem::InlineFragment(told), SelectionItem::InlineFragment(item)) => told.type_condition == item.type_condition,
        _ => false,
    }
}

fn fragment(item: &SelectionItem) -> Option<&InlineFragmentSelection> {
    match item {
        SelectionItem::InlineFragment(fragment) => Some(fragment),
        SelectionItem::Field(_) | SelectionItem::FragmentSpread(_) => None,
    }
}

fn fragment_mut(item: &mut SelectionItem) -> Option<&mut InlineFragmentSelection> {
    match item {
        SelectionItem::InlineFragment(fragment) => Some(fragment),
        SelectionItem::Field(_) | SelectionItem::FragmentSpread(_) => None,
    }
}
