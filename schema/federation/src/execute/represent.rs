//! What a subgraph is told of the entities whose fields it is asked for: each entity once, however often it is in the data.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{DefaultHasher, Hash, Hasher},
};

use hive_router_query_planner::{
    ast::{selection_item::SelectionItem, selection_set::SelectionSet},
    planner::plan_nodes::FetchRewrite,
};

use kernel::{Data, Fields};

use super::rewrite::rewrite;
use crate::supergraph::Types;

/// The type and a key, or a little more.
const KEYS_USUAL: usize = 3;

/// What comes of telling of one entity.
pub(super) enum Told {
    /// It is the n-th representation.
    As(usize),
    /// The subgraph has nothing to do with it.
    Nothing,
    /// What must be told is not there, because an earlier fetch failed.
    Incomplete,
}

/// The representations of one `_entities` field.
pub(super) struct Representations<'a> {
    types: &'a Types,
    requires: &'a SelectionSet,
    rewrites: &'a [FetchRewrite],
    /// Whether only leaves are told of, as keys mostly are.
    is_flat: bool,
    list: Vec<Data>,
    seen: HashMap<u64, usize>,
}

impl<'a> Representations<'a> {
    pub(super) fn new(types: &'a Types, requires: &'a SelectionSet, rewrites: &'a [FetchRewrite]) -> Representations<'a> {
        let is_flat = rewrites.is_empty() && is_flat(requires);
        Representations { types, requires, rewrites, is_flat, list: Vec::new(), seen: HashMap::new() }
    }

    pub(super) fn tell(&mut self, entity: &Fields) -> Told {
        if let Some(known) = self.known(entity) {
            return Told::As(known);
        }
        let mut told = Fields::with_capacity(KEYS_USUAL);
        match self.select(entity, self.requires, &mut told) {
            Selected::Some => {}
            Selected::None => return Told::Nothing,
            Selected::Missing => return Told::Incomplete,
        }
        tell_type(entity, &mut told);
        let mut told = Data::Object(told);
        for each in self.rewrites {
            rewrite(&mut told, each, self.types);
        }
        Told::As(self.once(told))
    }

    pub(super) fn into_list(self) -> Vec<Data> {
        self.list
    }

    /// The representation that stands for an entity already, found without telling of it again: one entity is often in many places.
    fn known(&self, entity: &Fields) -> Option<usize> {
        if !self.is_flat || self.list.is_empty() {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        self.each_leaf(entity, |leaf| {
            digest(leaf, &mut hasher);
            true
        })?;
        let place = *self.seen.get(&hasher.finish())?;
        // Of one type the same fields are told in the same order.
        let mut told = self.list[place].as_object()?.values();
        self.each_leaf(entity, |leaf| told.next() == Some(leaf))?;
        told.next().is_none().then_some(place)
    }

    /// Shows all that is told of an entity, in its order. `None` when `visit` has seen enough, or something is missing.
    fn each_leaf<'v>(&self, entity: &'v Fields, mut visit: impl FnMut(&'v Data) -> bool) -> Option<()> {
        let mut types_told = false;
        self.each_leaf_of(entity, self.requires, &mut types_told, &mut visit)?;
        match entity.get("__typename").filter(|_| !types_told) {
            Some(type_name) => visit(type_name).then_some(()),
            None => Some(()),
        }
    }

    fn each_leaf_of<'v>(
        &self,
        entity: &'v Fields,
        selection: &SelectionSet,
        types_told: &mut bool,
        visit: &mut impl FnMut(&'v Data) -> bool,
    ) -> Option<()> {
        for item in &selection.items {
            match item {
                SelectionItem::Field(field) => {
                    *types_told |= field.name == "__typename";
                    visit(entity.get(&field.name)?).then_some(())?;
                }
                SelectionItem::InlineFragment(fragment) if self.types.matches(entity, &fragment.type_condition) => {
                    self.each_leaf_of(entity, &fragment.selections, types_told, visit)?;
                }
                SelectionItem::InlineFragment(_) | SelectionItem::FragmentSpread(_) => {}
            }
        }
        Some(())
    }

    fn once(&mut self, told: Data) -> usize {
        let mut hasher = DefaultHasher::new();
        told.as_object().into_iter().flat_map(Fields::values).for_each(|value| digest(value, &mut hasher));
        match self.seen.entry(hasher.finish()) {
            Entry::Occupied(place) if self.list[*place.get()] == told => return *place.get(),
            // Two that differ and have one digest: told twice at the worst, never mixed up.
            Entry::Occupied(_) => {}
            Entry::Vacant(place) => {
                place.insert(self.list.len());
            }
        }
        self.list.push(told);
        self.list.len() - 1
    }

    fn select(&self, from: &Fields, selection: &SelectionSet, into: &mut Fields) -> Selected {
        let mut selected = Selected::None;
        for item in &selection.items {
            match item {
                SelectionItem::Field(field) if field.name == "__typename" && field.alias.is_none() => {
                    if let Some(type_name) = from.get("__typename") {
                        into.insert("__typename", type_name.clone());
                        selected = Selected::Some;
                    }
                }
                SelectionItem::Field(field) => {
                    let Some(value) = from.get(&field.name).and_then(|value| self.value(value, &field.selections)) else {
                        return Selected::Missing;
                    };
                    into.insert(field.selection_identifier(), value);
                    selected = Selected::Some;
                }
                SelectionItem::InlineFragment(fragment) if self.types.matches(from, &fragment.type_condition) => {
                    match self.select(from, &fragment.selections, into) {
                        Selected::Missing => return Selected::Missing,
                        Selected::Some => selected = Selected::Some,
                        Selected::None => {}
                    }
                }
                SelectionItem::InlineFragment(_) | SelectionItem::FragmentSpread(_) => {}
            }
        }
        selected
    }

    /// `None` when something that must be told is missing in it.
    fn value(&self, value: &Data, selection: &SelectionSet) -> Option<Data> {
        if selection.is_empty() {
            return Some(value.clone());
        }
        match value {
            Data::Object(object) => {
                let mut told = Fields::with_capacity(selection.items.len());
                if let Selected::Missing = self.select(object, selection, &mut told) {
                    return None;
                }
                // Who is told of an interface's or a union's fields must be told which of its types they are of.
                tell_type(object, &mut told);
                Some(Data::Object(told))
            }
            Data::List(items) => items.iter().map(|item| self.value(item, selection)).collect(),
            leaf => Some(leaf.clone()),
        }
    }
}

fn tell_type(entity: &Fields, told: &mut Fields) {
    if let Some(type_name) = entity.get("__typename").filter(|_| !told.contains_key("__typename")) {
        told.insert("__typename", type_name.clone());
    }
}

fn is_flat(selection: &SelectionSet) -> bool {
    selection.items.iter().all(|item| match item {
        SelectionItem::Field(field) => field.selections.is_empty(),
        SelectionItem::InlineFragment(fragment) => is_flat(&fragment.selections),
        SelectionItem::FragmentSpread(_) => false,
    })
}

/// One selection makes all representations, so their values are in one order, and what has one digest is compared; `Hash` of a map would
/// sort its keys first.
fn digest(value: &Data, hasher: &mut DefaultHasher) {
    match value {
        Data::Null => hasher.write_u8(0),
        Data::Bool(value) => value.hash(hasher),
        Data::Number(number) => number.hash(hasher),
        Data::Text(text) => text.hash(hasher),
        Data::List(items) => {
            hasher.write_usize(items.len());
            items.iter().for_each(|item| digest(item, hasher));
        }
        Data::Object(fields) => {
            hasher.write_usize(fields.len());
            fields.values().for_each(|value| digest(value, hasher));
        }
    }
}

enum Selected {
    Some,
    None,
    Missing,
}
