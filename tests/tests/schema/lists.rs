//! Every list says how long it is: a connection by its `first`, any other by `@listSize`. The demo city keeps to what is said.

use std::collections::{BTreeMap, VecDeque};

use graphql_tools::{
    parser::{
        parse_schema,
        schema::{Definition, Type},
    },
    static_graphql::schema::{Field, TypeDefinition, Value},
};
use serde_json::{Value as Json, json};
use tests::{City, Options, Store};

use crate::committed;

/// Who looks: together they see everything that the demo city holds.
const LOOKERS: [Option<&str>; 6] = [None, Some("officer"), Some("supervisor"), Some("analyst"), Some("auditor"), Some("admin")];

/// What an argument is given that a field cannot do without; where another is needed the walk does not go on. So it sees neither the groups
/// of rows, whose sizes the room enforces, nor payloads, which only an act gives.
const GIVEN: [(&str, &str); 1] = [("text", "\"Көшеде су ағып жатыр, жарық жоқ\"")];

/// Lists of which the walk finds nothing: the demo city has none of them, or not on the first pages. No files are served, nobody was written
/// to, no reporter is here to see a receipt, one row of the table decides, every reporter chose a category, nothing was learnt from officers
/// yet, and nobody acts on many cases, subscribed to an area, or is told otherwise than by mail.
const UNSEEN: [&str; 19] = [
    "BulkAct.items",
    "BulkItem.errors",
    "Case.attachments",
    "Case.links",
    "Dataset.distributions",
    "Feedback.attachments",
    "Feedback.notices",
    "Feedback.parts",
    "Query.bulkActs",
    "Query.similarFeedback",
    "Receipt.path",
    "RoutingExplanation.jointly",
    "StoredSuggestion.words",
    "SuggesterModel.trainings",
    "TextToRelease.covered",
    "UserError.path",
    "Viewer.areaSubscriptions",
    "Viewer.calendarLinks",
    "Viewer.endpoints",
];

/// A list of which the walk finds something only if a term of the demo city runs out while it looks: then somebody is written to.
const AT_TIMES: &str = "Message.deliveries";

/// The fields of objects and interfaces, by type.
fn fields() -> BTreeMap<String, Vec<Field>> {
    let document = parse_schema::<String>(&committed("supergraph.graphql")).expect("a schema").into_static();
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        Definition::TypeDefinition(TypeDefinition::Object(object)) => Some((object.name, object.fields)),
        Definition::TypeDefinition(TypeDefinition::Interface(interface)) => Some((interface.name, interface.fields)),
        _ => None,
    });
    types.collect()
}

fn is_list(field_type: &Type<'static, String>) -> bool {
    match field_type {
        Type::NonNullType(inner) => is_list(inner),
        Type::ListType(_) => true,
        Type::NamedType(_) => false,
    }
}

/// The size that the field says.
fn size(field: &Field) -> Option<usize> {
    let directive = field.directives.iter().find(|directive| directive.name == "listSize")?;
    match directive.arguments.iter().find(|(name, _)| name == "assumedSize")? {
        (_, Value::Int(size)) => usize::try_from(size.as_i64()?).ok(),
        _ => None,
    }
}

fn has_argument(field: &Field, name: &str) -> bool {
    field.arguments.iter().any(|argument| argument.name == name)
}

#[test]
fn every_list_says_how_long_it_is() {
    let mut silent = Vec::new();
    for (owner, fields) in fields().iter().filter(|(owner, _)| !owner.ends_with("Connection")) {
        // What is asked for by its ids is as long as they are many.
        let lists = fields.iter().filter(|field| is_list(&field.field_type) && !has_argument(field, "ids"));
        silent.extend(lists.filter(|field| size(field).is_none()).map(|field| format!("{owner}.{}", field.name)));
    }
    assert!(silent.is_empty(), "without @listSize:\n{}", silent.join("\n"));
}

/// The shortest way from the query to each type, by fields that can be asked.
fn ways(types: &BTreeMap<String, Vec<Field>>) -> BTreeMap<&str, Vec<&Field>> {
    let mut ways = BTreeMap::from([("Query", Vec::new())]);
    let mut next = VecDeque::from(["Query"]);
    while let Some(owner) = next.pop_front() {
        for field in types.get(owner).into_iter().flatten().filter(|field| can_be_asked(field)) {
            let name: &str = field.field_type.inner_type();
            if types.contains_key(name) && !ways.contains_key(name) {
                let way = ways[owner].iter().copied().chain([field]).collect();
                ways.insert(name, way);
                next.push_back(name);
            }
        }
    }
    ways
}

fn can_be_asked(field: &Field) -> bool {
    let mut needed = field.arguments.iter().filter(|argument| argument.value_type.is_non_null() && argument.default_value.is_none());
    needed.all(|argument| GIVEN.iter().any(|(name, _)| *name == argument.name))
}

/// Asks for the field at the end of a way, in long pages at its beginning.
fn document(way: &[&Field], selection: &str) -> String {
    let mut text = selection.to_owned();
    for (depth, field) in way.iter().enumerate().rev() {
        let given = [("first", if depth == 0 { "100" } else { "10" })].into_iter().chain(GIVEN);
        let given = given.filter(|(name, _)| has_argument(field, name)).map(|(name, value)| format!("{name}: {value}"));
        let given = given.collect::<Vec<_>>().join(", ");
        let given = if given.is_empty() { given } else { format!("({given})") };
        text = format!("{{ {}{given} {text} }}", field.name);
    }
    text
}

/// How long the lists at the end of the way are.
fn lengths(value: &Json, way: &[&Field]) -> Vec<usize> {
    match (value, way) {
        (Json::Array(items), []) => vec![items.len()],
        (Json::Array(items), _) => items.iter().flat_map(|item| lengths(item, way)).collect(),
        (Json::Object(object), [field, rest @ ..]) => object.get(&field.name).map_or_else(Vec::new, |value| lengths(value, rest)),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn no_list_of_the_demo_city_is_longer_than_it_says() {
    let settings = tempfile::tempdir().unwrap();
    let path = settings.path().join("city.toml");
    std::fs::write(&path, "[limits]\ncost = 1000000\n").unwrap();
    let arguments = vec!["--config".to_owned(), path.display().to_string()];
    let city = City::start(&Store::Sqlite, Options { arguments, ..Options::default() }).await;
    let tokens = LOOKERS.map(|looker| looker.map(|persona| city.token(persona)));
    let types = fields();
    let (mut unseen, mut longer) = (Vec::new(), Vec::new());
    for (owner, way) in ways(&types) {
        for field in types[owner].iter().filter(|field| size(field).is_some() && can_be_asked(field)) {
            let (coordinate, way) = (format!("{owner}.{}", field.name), way.iter().copied().chain([field]).collect::<Vec<_>>());
            let text = document(&way, if types.contains_key(field.field_type.inner_type()) { "{ __typename }" } else { "" });
            let mut longest = None;
            for token in &tokens {
                let answer = city.ask(token.as_deref(), &text, json!({})).await;
                let refused = |code: &String| code == "FORBIDDEN" || code == "UNAUTHENTICATED";
                assert!(answer.faults().iter().all(refused), "{text} {}", answer.body);
                longest = longest.max(lengths(&answer.body["data"], &way).into_iter().max());
            }
            match longest {
                None | Some(0) if coordinate == AT_TIMES => {}
                None | Some(0) => unseen.push(coordinate),
                Some(longest) if Some(longest) > size(field) => longer.push(format!("{coordinate}: {longest}")),
                Some(_) => {}
            }
        }
    }
    assert!(longer.is_empty(), "longer than @listSize says:\n{}", longer.join("\n"));
    assert_eq!(unseen, UNSEEN);
}
