//! Whatever is asked of the richer cases, their subgraphs answer as one schema over the same world would.

use std::sync::Arc;

use federation::{Federation, GraphRequest, Limits, Stage};
use graphql_tools::{
    parser::schema::Definition,
    static_graphql::schema::{Document, Field, TypeDefinition},
};
use kernel::{Actor, Subgraph};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Map, json};

use crate::{
    cases::Case,
    rooms::request,
    view::View,
    world::{World, schema},
};

const CASES: [&str; 18] = [
    "aliases",
    "external-extends",
    "fragments",
    "include-skip",
    "interface-keys",
    "interface-nested",
    "interface-object",
    "interface-partial",
    "join-v02",
    "keys-compound",
    "keys-several",
    "keys-unresolvable",
    "lists",
    "requires",
    "requires-fragments",
    "requires-shared",
    "shareable-partial",
    "union-partial",
];

/// Writes a query over any schema out of random bytes.
struct Writer<'a> {
    bytes: std::vec::IntoIter<u8>,
    text: String,
    schema: &'a Document,
    world: &'a World,
    /// All names of leaves; each is asked for under the name that many places on, so that keys and required fields hide each other.
    leaves: Vec<&'a str>,
    rotated: usize,
}

impl<'a> Writer<'a> {
    fn new(bytes: Vec<u8>, schema: &'a Document, world: &'a World) -> Writer<'a> {
        let fields = schema.definitions.iter().flat_map(|definition| match definition {
            Definition::TypeDefinition(TypeDefinition::Object(object)) => object.fields.as_slice(),
            _ => &[],
        });
        let mut leaves: Vec<&str> = fields.filter(|field| !is_composite(schema, field)).map(|field| field.name.as_str()).collect();
        leaves.sort_unstable();
        leaves.dedup();
        let mut writer = Writer { bytes: bytes.into_iter(), text: String::new(), schema, world, leaves, rotated: 0 };
        writer.rotated = writer.next() % 3;
        writer
    }

    fn next(&mut self) -> usize {
        usize::from(self.bytes.next().unwrap_or_default())
    }

    fn selection(&mut self, name: &str, depth: usize) {
        self.text.push_str("{ ");
        for _ in 0..=self.next() % 4 {
            self.item(name, depth);
        }
        self.text.push_str("} ");
    }

    fn item(&mut self, name: &str, depth: usize) {
        let (schema, pick) = (self.schema, self.next());
        let definition = schema.type_by_name(name).unwrap();
        let possible: Vec<_> = definition.possible_types(schema).into_iter().filter(|of| of.is_object_type()).collect();
        let fields: &[Field] = match definition {
            TypeDefinition::Object(object) => &object.fields,
            TypeDefinition::Interface(interface) => &interface.fields,
            _ => &[],
        };
        if !definition.is_object_type() && (fields.is_empty() || pick % 2 == 0) {
            let on = possible[pick / 2 % possible.len()].name();
            self.text.push_str(&format!("... on {on} "));
            return self.selection(on, depth);
        }
        let chosen = fields.get(pick % (fields.len() + 1)).filter(|field| depth > 0 || !is_composite(schema, field));
        let Some(field) = chosen else { return self.text.push_str("__typename ") };
        self.field(field, depth);
    }

    fn field(&mut self, field: &Field, depth: usize) {
        let name = match self.leaves.iter().position(|leaf| *leaf == field.name) {
            Some(at) => self.leaves[(at + self.rotated) % self.leaves.len()],
            None => &field.name,
        };
        let mut arguments = self.world.arguments(&field.name);
        arguments.insert(0, String::new());
        let variant = self.next() % arguments.len();
        // The same field with other arguments is another answer.
        let alias = if variant == 0 { name.to_owned() } else { format!("{name}_{variant}") };
        let condition = ["", "", "", "", "@include(if: $yes) ", "@skip(if: $yes) ", "@include(if: $no) "][self.next() % 7];
        self.text.push_str(&format!("{alias}: {}{} {condition}", field.name, arguments[variant]));
        if is_composite(self.schema, field) {
            self.selection(field.field_type.inner_type(), depth - 1);
        }
    }
}

fn is_composite(schema: &Document, field: &Field) -> bool {
    schema.type_by_name(field.field_type.inner_type()).is_some_and(TypeDefinition::is_composite_type)
}

fn check(name: &str, cases: u32) {
    let case = Case::read(name);
    let (world, views) = case.views(&Arc::default());
    let supergraph = case.supergraph(name, &views).unwrap();
    let subgraphs = views.iter().map(|view| Arc::clone(view) as Arc<dyn Subgraph>).collect();
    let limits = Limits {
        aliases_max: 1_000,
        fields_max: 10_000,
        directives_max: 1_000,
        tokens_max: 100_000,
        cost_max: 1_000_000,
        ..Limits::default()
    };
    let federation = Federation::over(supergraph, subgraphs, limits).unwrap();
    let api = schema(&federation.api_sdl());
    let whole = View::new("whole", "", &federation.api_sdl(), &world);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (request, variables) =
        (request(Actor::Anonymous), Map::from_iter([("yes".to_owned(), json!(true)), ("no".to_owned(), json!(false))]));
    let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config { cases, failure_persistence: None, ..Config::default() }, seed);
    let outcome = runner.run(&proptest::collection::vec(any::<u8>(), 1..120), |bytes| {
        let mut writer = Writer::new(bytes, &api, &world);
        writer.selection("Query", 5);
        let head = "query($yes: Boolean = true, $no: Boolean = false) ";
        let used = "{ ... @include(if: $yes) { __typename } ... @include(if: $no) { __typename } ";
        let query = format!("{head}{}", writer.text.replacen("{ ", used, 1));
        let params = GraphRequest { query: query.clone(), variables: variables.clone(), ..GraphRequest::default() };
        let answer = runtime.block_on(federation.execute(params, &request));
        prop_assert_eq!(answer.stage, Stage::Execute, "{}: {}: {:?}", name, query, answer.errors);
        prop_assert!(answer.errors.is_empty(), "{}: {}: {:?}", name, query, answer.errors);
        let expected = serde_json::to_string(&whole.answer(&query, &variables).data).unwrap();
        prop_assert_eq!(serde_json::to_string(&answer.data.unwrap()).unwrap(), expected, "{}: {}", name, query);
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn any_operation_over_a_case_is_answered_as_by_one_schema() {
    let cases = std::env::var("DIFFERENTIAL_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(2_000);
    let each = cases / u32::try_from(CASES.len()).unwrap() + 1;
    CASES.iter().for_each(|name| check(name, each));
}
