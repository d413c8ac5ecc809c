//! The planner's rewrites: keys that it renamed to keep fields apart, and type names that a subgraph knows under another name.

use hive_router_query_planner::planner::plan_nodes::{FetchNodePathSegment as Segment, FetchRewrite};
use kernel::Data;

use crate::supergraph::Types;

pub(super) fn rewrite(value: &mut Data, rewrite: &FetchRewrite, types: &Types) {
    match rewrite {
        FetchRewrite::KeyRenamer(renamer) => at(value, &renamer.path, types, &mut |value, key| {
            if let Data::Object(object) = value {
                object.rename(key, renamer.rename_key_to.as_str());
            }
        }),
        FetchRewrite::ValueSetter(setter) => at(value, &setter.path, types, &mut |value, key| {
            if let Data::Object(object) = value {
                object.insert(key, Data::from(setter.set_value_to.as_str()));
            }
        }),
    }
}

/// Calls `act` with each object that holds the last key of the path.
fn at(value: &mut Data, path: &[Segment], types: &Types, act: &mut dyn FnMut(&mut Data, &str)) {
    match value {
        Data::List(items) => items.iter_mut().for_each(|item| at(item, path, types, act)),
        Data::Object(object) => match path {
            [Segment::Key(key)] => act(value, key),
            [Segment::Key(key), rest @ ..] => {
                if let Some(value) = object.get_mut(key) {
                    at(value, rest, types, act);
                }
            }
            [Segment::TypenameEquals(names), rest @ ..] => {
                if names.iter().any(|name| types.matches(object, name)) {
                    at(value, rest, types, act);
                }
            }
            [] => {}
        },
        _ => {}
    }
}
