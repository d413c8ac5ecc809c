//! The places in the data that a path of the plan leads to.

use hive_router_query_planner::planner::plan_nodes::FlattenNodePathSegment as Segment;
use kernel::{Data, Fields, PathSegment};

use crate::supergraph::Types;

/// All objects that a path leads to. A place is the list indexes on the way, kept in one buffer.
#[derive(Default)]
pub(super) struct Targets {
    indexes: Vec<usize>,
    ends: Vec<usize>,
}

impl Targets {
    /// Finds the places and shows each object to `visit`, which says whether to keep it.
    pub(super) fn find<'v>(data: &'v Data, path: &[Segment], types: &Types, visit: &mut dyn FnMut(&'v Fields) -> bool) -> Targets {
        let mut targets = Targets::default();
        targets.walk(data, path, types, &mut Vec::new(), visit);
        targets
    }

    fn walk<'v>(
        &mut self,
        value: &'v Data,
        path: &[Segment],
        types: &Types,
        at: &mut Vec<usize>,
        visit: &mut dyn FnMut(&'v Fields) -> bool,
    ) {
        match value {
            Data::List(items) => {
                let path = path.strip_prefix(&[Segment::List]).unwrap_or(path);
                for (index, item) in items.iter().enumerate() {
                    at.push(index);
                    self.walk(item, path, types, at, visit);
                    at.pop();
                }
            }
            Data::Object(object) => match path.split_first() {
                None => {
                    if visit(object) {
                        self.indexes.extend_from_slice(at);
                        self.ends.push(self.indexes.len());
                    }
                }
                Some((Segment::Field(key), rest)) => {
                    if let Some(value) = object.get(key) {
                        self.walk(value, rest, types, at, visit);
                    }
                }
                Some((Segment::TypeCondition(conditions), rest)) => {
                    if conditions.iter().any(|condition| types.matches(object, condition)) {
                        self.walk(value, rest, types, at, visit);
                    }
                }
                Some((Segment::List, rest)) => self.walk(value, rest, types, at, visit),
            },
            _ => {}
        }
    }

    /// The indexes on the way to each place.
    pub(super) fn iter(&self) -> impl Iterator<Item = &[usize]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.indexes[start..*end])
    }
}

/// The object in a place, to merge into. `None` when it is gone.
pub(super) fn place_mut<'v>(mut value: &'v mut Data, path: &[Segment], mut indexes: &[usize]) -> Option<&'v mut Data> {
    let mut path = path.iter();
    loop {
        while let Data::List(items) = value {
            let (index, rest) = indexes.split_first()?;
            indexes = rest;
            value = items.get_mut(*index)?;
        }
        match path.next() {
            None => return value.is_object().then_some(value),
            Some(Segment::Field(key)) => value = value.get_mut(key)?,
            Some(Segment::List | Segment::TypeCondition(_)) => {}
        }
    }
}

/// The path to a place as clients know it, and the object there.
pub(super) fn client_path<'v>(mut value: &'v Data, path: &[Segment], mut indexes: &[usize]) -> (Vec<PathSegment>, &'v Data) {
    let mut found = Vec::with_capacity(path.len());
    let mut path = path.iter();
    loop {
        while let (Data::List(items), Some((index, rest))) = (value, indexes.split_first()) {
            found.push(PathSegment::Index(*index));
            indexes = rest;
            value = items.get(*index).unwrap_or(&Data::Null);
        }
        match path.next() {
            None => return (found, value),
            Some(Segment::Field(key)) => {
                found.push(PathSegment::Field(key.clone()));
                value = value.get(key).unwrap_or(&Data::Null);
            }
            Some(Segment::List | Segment::TypeCondition(_)) => {}
        }
    }
}
