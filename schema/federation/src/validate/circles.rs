//! Fragments that spread themselves through others (GraphQL §5.5.2.2). The library's rule looks for spreads two levels deep alone, and
//! whatever follows the fragments would never end.

use std::collections::HashSet;

use graphql_tools::static_graphql::query::{Document, FragmentDefinition, Selection, SelectionSet};

use super::fragments;

/// Finds a fragment that contains itself.
pub(super) fn find_circle(document: &Document) -> Option<&FragmentDefinition> {
    let mut left: Vec<_> = fragments(document).map(|(_, fragment)| (fragment, spreads(&fragment.selection_set))).collect();
    // Those that spread nothing that is left are in no circle. What stays is in one, or leads to one.
    loop {
        let names: HashSet<&str> = left.iter().map(|(fragment, _)| fragment.name.as_str()).collect();
        let before = left.len();
        left.retain(|(_, spreads)| spreads.iter().any(|name| names.contains(name)));
        if left.len() == before {
            break;
        }
    }
    let mut passed = HashSet::new();
    let mut at = left.first()?;
    while passed.insert(at.0.name.as_str()) {
        at = left.iter().find(|(next, _)| at.1.contains(&next.name.as_str()))?;
    }
    Some(at.0)
}

/// The fragments that a selection spreads itself.
fn spreads(selection: &SelectionSet) -> Vec<&str> {
    let items = selection.items.iter().map(|item| match item {
        Selection::FragmentSpread(spread) => vec![spread.fragment_name.as_str()],
        Selection::Field(field) => spreads(&field.selection_set),
        Selection::InlineFragment(fragment) => spreads(&fragment.selection_set),
    });
    items.flatten().collect()
}

#[cfg(test)]
mod tests {
    use graphql_tools::parser::parse_query;

    use super::find_circle;

    fn check(text: &str, expected: Option<&str>) {
        let document = parse_query::<String>(text).unwrap().into_static();
        assert_eq!(find_circle(&document).map(|fragment| fragment.name.as_str()), expected, "{text}");
    }

    #[test]
    fn a_circle_is_found_however_deep_it_is() {
        check("{ ...A } fragment A on T { a { ...B ...B } ...B ...Unknown } fragment B on T { b }", None);
        check("{ ...A } fragment A on T { a { b { c { d { ...A } } } } }", Some("A"));
        check(
            "{ a } fragment A on T { ... { ... { ... { ...B } } } } fragment B on T { b { c { ...C } } } fragment C on T { ...B }",
            Some("B"),
        );
        check("{ a } fragment A on T { a } fragment A on T { ...B } fragment B on T { a { a { a { ...A } } } }", Some("A"));
    }
}
