//! `turkistan compose`, as a developer of subgraphs uses it.

#![expect(clippy::unwrap_used, reason = "a test that finds no value fails")]

use std::process::{Command, Output};

use tempfile::TempDir;

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key"]) "#;

fn compose(files: &[(&str, &str)], words: &[&str]) -> (Output, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(tests::binary());
    command.arg("compose").current_dir(folder.path());
    for (name, types) in files {
        let file = format!("{name}.graphql");
        std::fs::write(folder.path().join(&file), format!("{LINK}{types}")).unwrap();
        command.arg(file);
    }
    (command.args(words).output().unwrap(), folder)
}

#[test]
fn subgraphs_become_a_supergraph_with_their_addresses() {
    let files = [
        ("items", "type Query { a: A } type A @key(fields: \"id\") { id: ID! }"),
        ("more", "type A @key(fields: \"id\") { id: ID! b: Int }"),
    ];
    let (output, folder) = compose(&files, &["--url", "items=http://items.example/graphql"]);
    let (told, complaint) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{complaint}");
    assert!(told.contains(r#"@join__graph(name: "items", url: "http://items.example/graphql")"#), "{told}");
    assert!(told.contains("b: Int @join__field(graph: MORE)"), "{told}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), files.len(), "it leaves nothing behind");
}

#[test]
fn what_does_not_compose_is_named_with_the_remedy() {
    fn check(files: &[(&str, &str)], words: &[&str], parts: &[&str]) {
        let (output, _folder) = compose(files, words);
        let complaint = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{complaint}");
        assert!(output.stdout.is_empty(), "{files:?}");
        for part in parts {
            assert!(complaint.contains(part), "{part}: {complaint}");
        }
    }
    let twice = [("a", "type Query { x: Int }"), ("b", "type Query { x: Int }")];
    check(&twice, &[], &["a: Query.x: ", "@shareable", "\n  remedy: "]);
    let kinds = [("a", "type Query { x: T } type T { v: Int }"), ("b", "type Query { y: T } enum T { V }")];
    check(&kinds, &[], &["a: T: ", "\n  remedy: give the type one kind"]);
    let types = [
        ("a", "type Query { x: T } type T @key(fields: \"id\") { id: ID! v: Int @shareable }"),
        ("b", "type T @key(fields: \"id\") { id: ID! v: String @shareable }"),
    ];
    check(&types, &[], &["T.v: ", "conflicting types", "\n  remedy: "]);
    let context =
        [("a", r#"type Query { x: T } type T @key(fields: "id") { id: ID! v(a: Int @federation__fromContext(field: "$c { p }")): Int }"#)];
    check(&context, &[], &["a: T.v: @fromContext", "\n  remedy: "]);
    check(&[("a", "type Query {")], &[], &["a: ", "\n  remedy: correct the syntax"]);
    check(&twice, &["--url", "c=http://c.example"], &["--url c"]);
}
