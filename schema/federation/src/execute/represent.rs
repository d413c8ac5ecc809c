//! What a subgraph is told of the entities whose fields it is asked for: each entity once, however often it is in the data.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
};

use hive_router_query_planner::{
    ast::{selection_item::SelectionItem, selection_set::SelectionSet},
    planner::plan_nodes::FetchRewrite,
};

use kernel::{Data, Fields};

use super::rewrite::rewrite;
use crate::supergraph::Types;

const TYPE: &str = "__typename";

/// The type and a key, or a little more.
const KEYS_USUAL: usize = 3;

/// Up to this many digests are looked through, which takes less than a map of them.
const LOOKED_THROUGH_MAX: usize = 64;

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
    /// The digest of each.
    digests: Vec<u64>,
    /// The places by digest, once there are too many to look through.
    places: HashMap<u64, usize>,
    /// What is told of the entity at hand, when it is only leaves.
    leaves: Vec<(&'a str, &'a Data)>,
}

impl<'a> Representations<'a> {
    pub(super) fn new(types: &'a Types, requires: &'a SelectionSet, rewrites: &'a [FetchRewrite]) -> Representations<'a> {
        let is_flat = rewrites.is_empty() && is_flat(requires);
        Representations {
            types,
            requires,
            rewrites,
            is_flat,
            list: Vec::new(),
            digests: Vec::new(),
            places: HashMap::new(),
            leaves: Vec::new(),
        }
    }

    pub(super) fn tell(&mut self, entity: &'a Fields) -> Told {
        if self.is_flat {
            return self.tell_leaves(entity);
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
        let digest = digest_of(told.as_object().into_iter().flat_map(Fields::values));
        Told::As(self.place(digest, |known| *known == told).unwrap_or_else(|| self.add(told, digest)))
    }

    pub(super) fn into_list(self) -> Vec<Data> {
        self.list
    }

    /// Tells of an entity of which only leaves are told. One entity is often in many places, so it is made into a representation only when
    /// it is not known.
    fn tell_leaves(&mut self, entity: &'a Fields) -> Told {
        let mut leaves = std::mem::take(&mut self.leaves);
        leaves.clear();
        let told = match self.select_leaves(entity, self.requires, &mut leaves) {
            Selected::Some => {
                if let Some(type_name) = entity.get(TYPE).filter(|_| leaves.iter().all(|(key, _)| *key != TYPE)) {
                    leaves.push((TYPE, type_name));
                }
                Told::As(self.once(&leaves))
            }
            Selected::None => Told::Nothing,
            Selected::Missing => Told::Incomplete,
        };
        self.leaves = leaves;
        told
    }

    fn once(&mut self, leaves: &[(&'a str, &'a Data)]) -> usize {
        let digest = digest_of(leaves.iter().map(|(_, value)| *value));
        let is = |known: &Data| known.as_object().is_some_and(|known| known.iter().eq(leaves.iter().copied()));
        self.place(digest, is).unwrap_or_else(|| {
            let mut told = Fields::with_capacity(leaves.len());
            leaves.iter().for_each(|(key, value)| told.push(*key, (*value).clone()));
            self.add(Data::Object(told), digest)
        })
    }

    /// The place of a representation that is known. Of two that differ and have one digest the second is told again, however often it comes;
    /// they are never mixed up.
    fn place(&self, digest: u64, is: impl Fn(&Data) -> bool) -> Option<usize> {
        let place =
            if self.places.is_empty() { self.digests.iter().position(|known| *known == digest) } else { self.places.get(&digest).copied() };
        place.filter(|place| is(&self.list[*place]))
    }

    fn add(&mut self, told: Data, digest: u64) -> usize {
        let place = self.list.len();
        self.list.push(told);
        self.digests.push(digest);
        if place == LOOKED_THROUGH_MAX {
            self.places = HashMap::with_capacity(2 * LOOKED_THROUGH_MAX);
            self.digests.iter().zip(0..).for_each(|(digest, place)| _ = self.places.entry(*digest).or_insert(place));
        } else if place > LOOKED_THROUGH_MAX {
            self.places.entry(digest).or_insert(place);
        }
        place
    }

    /// As [`select`](Representations::select), when only leaves are told.
    fn select_leaves(&self, from: &'a Fields, selection: &'a SelectionSet, into: &mut Vec<(&'a str, &'a Data)>) -> Selected {
        let mut selected = Selected::None;
        for item in &selection.items {
            match item {
                SelectionItem::Field(field) => {
                    let Some(value) = from.get(&field.name) else {
                        if field.name == TYPE && field.alias.is_none() {
                            continue;
                        }
                        return Selected::Missing;
                    };
                    let key = field.selection_identifier();
                    match into.iter_mut().find(|(known, _)| *known == key) {
                        Some(known) => known.1 = value,
                        None => into.push((key, value)),
                    }
                    selected = Selected::Some;
                }
                SelectionItem::InlineFragment(fragment) if self.types.matches(from, &fragment.type_condition) => {
                    match self.select_leaves(from, &fragment.selections, into) {
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

    fn select(&self, from: &Fields, selection: &SelectionSet, into: &mut Fields) -> Selected {
        let mut selected = Selected::None;
        for item in &selection.items {
            match item {
                SelectionItem::Field(field) if field.name == TYPE && field.alias.is_none() => {
                    if let Some(type_name) = from.get(TYPE) {
                        into.insert(TYPE, type_name.clone());
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
    if let Some(type_name) = entity.get(TYPE).filter(|_| !told.contains_key(TYPE)) {
        told.insert(TYPE, type_name.clone());
    }
}

fn is_flat(selection: &SelectionSet) -> bool {
    selection.items.iter().all(|item| match item {
        SelectionItem::Field(field) => field.selections.is_empty(),
        SelectionItem::InlineFragment(fragment) => is_flat(&fragment.selections),
        SelectionItem::FragmentSpread(_) => false,
    })
}

fn digest_of<'v>(values: impl Iterator<Item = &'v Data>) -> u64 {
    let mut hasher = DefaultHasher::new();
    values.for_each(|value| digest(value, &mut hasher));
    hasher.finish()
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
