//! The committed graph is the program's graph, and it explains itself. What other tools read from it is checked in `tests/schema`.

mod lists;

use std::{path::PathBuf, process::Command};

use graphql_tools::{
    parser::{parse_schema, schema::Definition},
    static_graphql::schema::{Field, InputValue, TypeDefinition},
};

/// Roots: their fields say what they are for.
const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];

fn committed(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../schema").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("schema/{name}: {error}"))
}

#[test]
fn committed_schemas_are_what_the_program_prints() {
    fn check(name: &str, command: &str) {
        let output = Command::new(tests::binary()).args(["schema", command]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let (printed, committed) = (String::from_utf8(output.stdout).unwrap(), committed(name));
        let first = printed.lines().zip(committed.lines()).position(|(a, b)| a != b).map_or(0, |line| line + 1);
        let renew = format!("cargo run -p server -- schema {command} > schema/{name}");
        assert!(printed == committed, "schema/{name} is stale, first in line {first}. To renew it: {renew}");
    }
    check("api.graphql", "print");
    check("supergraph.graphql", "supergraph");
}

#[test]
fn everything_that_clients_see_is_described() {
    fn check(definition: &TypeDefinition, silent: &mut Vec<String>) {
        let name = definition.name();
        let spoken = |description: &Option<String>| description.as_ref().is_some_and(|text| !text.trim().is_empty());
        let mut note = |described: &Option<String>, coordinate: String| {
            if !spoken(described) {
                silent.push(coordinate);
            }
        };
        let inputs = |of: &str, inputs: &[InputValue]| {
            let mute = inputs.iter().filter(|input| !spoken(&input.description));
            mute.map(|input| format!("{of}{}", input.name)).collect::<Vec<_>>()
        };
        let mut found = Vec::new();
        let mut fields = |fields: &[Field]| {
            for field in fields {
                note(&field.description, format!("{name}.{}", field.name));
                found.extend(inputs(&format!("{name}.{}:", field.name), &field.arguments));
            }
        };
        let own = match definition {
            TypeDefinition::Scalar(scalar) => &scalar.description,
            TypeDefinition::Object(object) => {
                fields(&object.fields);
                &object.description
            }
            TypeDefinition::Interface(interface) => {
                fields(&interface.fields);
                &interface.description
            }
            TypeDefinition::Union(union) => &union.description,
            TypeDefinition::Enum(values) => {
                values.values.iter().for_each(|value| note(&value.description, format!("{name}.{}", value.name)));
                &values.description
            }
            TypeDefinition::InputObject(input) => {
                found.extend(inputs(&format!("{name}."), &input.fields));
                &input.description
            }
        };
        // The form of a connection is the same for all and described in the documentation of the API.
        if !ROOTS.contains(&name) && !name.ends_with("Connection") {
            note(own, name.to_owned());
        }
        silent.append(&mut found);
    }
    let text = committed("api.graphql");
    let document = parse_schema::<String>(&text).unwrap().into_static();
    let mut silent = Vec::new();
    for definition in &document.definitions {
        if let Definition::TypeDefinition(definition) = definition {
            check(definition, &mut silent);
        }
    }
    assert!(silent.is_empty(), "not described:\n{}", silent.join("\n"));
}
