//! The last stage: what the subgraphs answered becomes the client's answer.

mod compile;
mod conditions;
mod introspect;
mod project;
mod shape;

pub(crate) use compile::compile;
pub(crate) use conditions::{Conditions, condition_variables};
pub(crate) use project::Projection;
pub(crate) use shape::{Lens, Shape, planned_key};

use kernel::{Data, Fields, Finder};

/// Merges an answer into what is there: two answers of a place, or of two selections of one field. Lists of the same place have the same
/// length; a null takes nothing away.
pub fn merge(into: &mut Data, from: Data) {
    match (into, from) {
        (_, Data::Null) => {}
        (Data::Object(into), Data::Object(from)) => merge_fields(into, from),
        (Data::List(into), Data::List(from)) if into.len() == from.len() => {
            for (into, from) in into.iter_mut().zip(from) {
                merge(into, from);
            }
        }
        (into, from) => *into = from,
    }
}

fn merge_fields(into: &mut Fields, from: Fields) {
    if into.is_empty() {
        *into = from;
        return;
    }
    let mut finder = Finder::default();
    let mut fields = from.into_iter();
    while let Some((key, value)) = fields.next() {
        if let Some(known) = finder.find(into, &key).and_then(|place| into.at_mut(place)) {
            merge(known, value);
        } else {
            // What the first one that is new makes room for is enough for all that follow.
            into.reserve(1 + fields.len());
            into.push(key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Data;

    #[test]
    fn objects_and_lists_are_merged_place_by_place() {
        let mut data = Data::from(json!({ "a": { "x": 1 }, "list": [{ "x": 1 }, null], "kept": 1 }));
        super::merge(&mut data, Data::from(json!({ "a": { "y": 2 }, "list": [{ "y": 2 }, { "y": 3 }], "kept": null, "new": [1] })));
        assert_eq!(data, json!({ "a": { "x": 1, "y": 2 }, "list": [{ "x": 1, "y": 2 }, { "y": 3 }], "kept": 1, "new": [1] }));
    }
}
