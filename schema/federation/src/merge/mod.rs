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

use serde_json::Value;

/// Merges an answer into what is there: two answers of a place, or of two selections of one field. Lists of the same place have the same
/// length; a null takes nothing away.
pub fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (_, Value::Null) => {}
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                match into.entry(key) {
                    serde_json::map::Entry::Vacant(place) => {
                        place.insert(value);
                    }
                    serde_json::map::Entry::Occupied(mut place) => merge(place.get_mut(), value),
                }
            }
        }
        (Value::Array(into), Value::Array(from)) if into.len() == from.len() => {
            for (into, from) in into.iter_mut().zip(from) {
                merge(into, from);
            }
        }
        (into, from) => *into = from,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn objects_and_lists_are_merged_place_by_place() {
        let mut data = json!({ "a": { "x": 1 }, "list": [{ "x": 1 }, null], "kept": 1 });
        super::merge(&mut data, json!({ "a": { "y": 2 }, "list": [{ "y": 2 }, { "y": 3 }], "kept": null, "new": [1] }));
        assert_eq!(data, json!({ "a": { "x": 1, "y": 2 }, "list": [{ "x": 1, "y": 2 }, { "y": 3 }], "kept": 1, "new": [1] }));
    }
}
