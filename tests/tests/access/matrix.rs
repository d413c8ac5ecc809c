//! Every field × every persona.

use std::fmt::Write as _;

use crate::{
    graph::{Graph, Sight, sight},
    personae::PERSONAE,
};

const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// The word of the matrix.
pub(crate) fn word(sight: Sight) -> &'static str {
    match sight {
        Sight::No => "-",
        Sight::Scoped => "scoped",
        Sight::Yes => "yes",
    }
}

fn line(name: &str, words: impl Iterator<Item = &'static str>) -> String {
    let mut line = format!("{name:<52}");
    for word in words {
        write!(line, " {word:<13}").expect("writing to a string");
    }
    line.trim_end().to_owned()
}

/// The lines of some types.
fn matrix(graph: &Graph, covers: impl Fn(&str) -> bool) -> String {
    let mut lines = vec![line("", PERSONAE.iter().map(|persona| persona.name))];
    for (owner, object) in graph.objects.iter().filter(|(owner, _)| covers(owner)) {
        for field in &object.fields {
            let rules = graph.rules(owner, field);
            lines.push(line(&format!("{owner}.{}", field.name), PERSONAE.iter().map(|persona| word(sight(&rules, persona)))));
        }
    }
    lines.join("\n")
}

#[test]
fn no_field_is_without_a_rule() {
    let graph = Graph::committed();
    let mut bare = Vec::new();
    for (owner, object) in &graph.objects {
        let fields = object.fields.iter().filter(|field| graph.rules(owner, field).is_empty());
        bare.extend(fields.map(|field| format!("{owner}.{}", field.name)));
    }
    assert!(bare.is_empty(), "say @requiresScopes or @tag(name: \"public\" | \"scoped\") of\n{}", bare.join("\n"));
}

#[test]
fn roots_are_open_to_whom_the_snapshot_says() {
    insta::assert_snapshot!("roots", matrix(&Graph::committed(), |owner| ROOTS.contains(&owner)));
}

#[test]
fn fields_are_seen_by_whom_the_snapshot_says() {
    insta::assert_snapshot!("fields", matrix(&Graph::committed(), |owner| !ROOTS.contains(&owner)));
}
