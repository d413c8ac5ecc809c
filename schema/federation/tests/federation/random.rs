//! Whatever is asked of the richer cases, their subgraphs answer as one schema over the same world would.

use std::{sync::Arc, vec::IntoIter};

use federation::{Federation, Limits};
use graphql_tools::{
    parser::schema::Definition,
    static_graphql::schema::{Document, Field, TypeDefinition},
};
use kernel::Subgraph;
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use crate::{
    cases::Case,
    comparison::{CONDITIONS, Comparison, Write, cases, wide},
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
    bytes: IntoIter<u8>,
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
        let condition = CONDITIONS[self.next() % CONDITIONS.len()];
        self.text.push_str(&format!("{alias}: {}{} {condition}", field.name, arguments[variant]));
        if is_composite(self.schema, field) {
            self.selection(field.field_type.inner_type(), depth - 1);
        }
    }
}

impl Write for Writer<'_> {
    fn bytes(&mut self) -> &mut IntoIter<u8> {
        &mut self.bytes
    }

    fn text(&mut self) -> &mut String {
        &mut self.text
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
}

fn is_composite(schema: &Document, field: &Field) -> bool {
    schema.type_by_name(field.field_type.inner_type()).is_some_and(TypeDefinition::is_composite_type)
}

fn check(name: &str, cases: u32) {
    let case = Case::read(name);
    let (world, views) = case.views(&Arc::default());
    let supergraph = case.supergraph(name, &views).unwrap();
    let subgraphs = views.iter().map(|view| Arc::clone(view) as Arc<dyn Subgraph>).collect();
    let federation = Federation::over(supergraph, subgraphs, Limits { cost_max: 1_000_000, ..wide() }).unwrap();
    let api = schema(&federation.api_sdl());
    let whole = View::new("whole", "", &federation.api_sdl(), &world);
    let comparison = Comparison::new(federation, whole);
    let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config { cases, failure_persistence: None, ..Config::default() }, seed);
    let outcome = runner.run(&proptest::collection::vec(any::<u8>(), 1..120), |bytes| {
        let mut writer = Writer::new(bytes, &api, &world);
        writer.selection("Query", 5);
        comparison.check(&comparison.ask(&writer.text), name).map(drop)
    });
    outcome.unwrap();
}

#[test]
fn any_operation_over_a_case_is_answered_as_by_one_schema() {
    let each = cases(2_000) / u32::try_from(CASES.len()).unwrap() + 1;
    CASES.iter().for_each(|name| check(name, each));
}
