//! Whatever is asked, several subgraphs answer as one schema would.

use std::{sync::Arc, vec::IntoIter};

use federation::{Federation, Limits};
use kernel::{Data, Subgraph};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use serde_json::json;

use crate::{
    comparison::{CONDITIONS, Comparison, Write, cases, wide},
    view::View,
    world::{World, schema},
};

const HEAD: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.5",
    import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override"]) "#;

const BOOKS: &str = r#"
    type Query { books: [Book!] book: Book things: [Thing] works: [Work] }
    interface Thing { id: ID! label: String }
    union Work = Book | Film
    type Book implements Thing @key(fields: "id") { id: ID! label: String pages: Int size: Size author: Person @provides(fields: "label") next: Book }
    type Size @shareable { w: Int h: Int }
    type Film implements Thing @key(fields: "id") { id: ID! label: String minutes: Int director: Person sequel: Work }
    type Person @key(fields: "id") { id: ID! label: String @external }
"#;
const PEOPLE: &str = r#"
    type Query { people: [Person!] boss: Person }
    type Person @key(fields: "id") { id: ID! label: String @shareable age: Int friends: [Person!] rows: [[Book]] }
    type Book @key(fields: "id") { id: ID! }
"#;
const SHOP: &str = r#"
    type Query { offers: [Offer] best: Work }
    union Work = Book | Film
    type Offer { price: Int what: Work seller: Person }
    type Book @key(fields: "id") { id: ID! pages: Int @external size: Size @external weight: Int @requires(fields: "pages size { w }") stock: Int }
    type Size @shareable { w: Int h: Int }
    type Film @key(fields: "id") { id: ID! stock: Int }
    type Person @key(fields: "id") { id: ID! sells: [Offer] }
"#;
const WHOLE: &str = r#"
    type Query { books: [Book!] book: Book things: [Thing] works: [Work] people: [Person!] boss: Person offers: [Offer] best: Work }
    interface Thing { id: ID! label: String }
    union Work = Book | Film
    type Book implements Thing { id: ID! label: String pages: Int size: Size author: Person next: Book weight: Int stock: Int }
    type Size { w: Int h: Int }
    type Film implements Thing { id: ID! label: String minutes: Int director: Person sequel: Work stock: Int }
    type Person { id: ID! label: String age: Int friends: [Person!] rows: [[Book]] sells: [Offer] }
    type Offer { price: Int what: Work seller: Person }
"#;

fn world() -> Arc<World> {
    let to = |reference: &str| json!({ "$": reference });
    let things = json!({
        "Query": {
            "books": [to("Book:1"), to("Book:2"), to("Book:1")], "book": to("Book:3"), "boss": to("Person:2"), "best": to("Film:1"),
            "things": [to("Film:1"), null, to("Book:2")], "works": [to("Book:1"), to("Film:2")],
            "people": [to("Person:1"), to("Person:2")], "offers": [to("Offer:1"), null, to("Offer:2"), to("Offer:3")],
        },
        "Book:1": { "label": "one", "pages": 10, "size": to("Size:1"), "author": to("Person:1"), "next": to("Book:2"), "weight": 20, "stock": 0 },
        "Book:2": { "label": "two", "pages": null, "size": to("Size:2"), "author": to("Person:2"), "next": null, "weight": null, "stock": 3 },
        "Book:3": { "label": null, "pages": 30, "size": null, "author": null, "next": to("Book:1"), "weight": 60, "stock": null },
        "Size:1": { "w": 1, "h": 2 },
        "Size:2": { "w": null, "h": 4 },
        "Film:1": { "label": "film", "minutes": 90, "director": to("Person:2"), "sequel": to("Book:3"), "stock": 1 },
        "Film:2": { "label": "more", "minutes": 80, "director": null, "sequel": to("Film:1"), "stock": 2 },
        "Person:1": { "label": "Ann", "age": 30, "friends": [to("Person:2")], "rows": [[to("Book:1"), null], [], [to("Book:3")]], "sells": [to("Offer:1")] },
        "Person:2": { "label": "Bob", "age": null, "friends": null, "rows": null, "sells": [] },
        "Offer:1": { "price": 5, "what": to("Book:1"), "seller": to("Person:1") },
        "Offer:2": { "price": 6, "what": to("Film:2"), "seller": null },
        "Offer:3": { "price": 7, "what": null, "seller": to("Person:2") },
    });
    World::new(things, &[&schema(WHOLE)])
}

/// The fields of each type: what a leaf is, and what is behind the others.
fn fields(name: &str) -> &'static [(&'static str, &'static str)] {
    match name {
        "Query" => &[
            ("books", "Book"),
            ("book", "Book"),
            ("things", "Thing"),
            ("works", "Work"),
            ("people", "Person"),
            ("boss", "Person"),
            ("offers", "Offer"),
            ("best", "Work"),
        ],
        "Book" => &[
            ("id", ""),
            ("label", ""),
            ("pages", ""),
            ("size", "Size"),
            ("author", "Person"),
            ("next", "Book"),
            ("weight", ""),
            ("stock", ""),
        ],
        "Film" => &[("id", ""), ("label", ""), ("minutes", ""), ("director", "Person"), ("sequel", "Work"), ("stock", "")],
        "Person" => &[("id", ""), ("label", ""), ("age", ""), ("friends", "Person"), ("rows", "Book"), ("sells", "Offer")],
        "Offer" => &[("price", ""), ("what", "Work"), ("seller", "Person")],
        "Size" => &[("w", ""), ("h", "")],
        "Thing" => &[("id", ""), ("label", "")],
        _ => &[],
    }
}

/// Writes a query out of random bytes.
struct Writer {
    bytes: IntoIter<u8>,
    text: String,
    /// Which fields are asked for under each other's names: 1 a required field, 2 a key, 3 both.
    swaps: usize,
}

impl Write for Writer {
    fn bytes(&mut self) -> &mut IntoIter<u8> {
        &mut self.bytes
    }

    fn text(&mut self) -> &mut String {
        &mut self.text
    }

    fn item(&mut self, name: &str, depth: usize) {
        let (pick, known) = (self.next(), fields(name));
        if matches!(name, "Thing" | "Work") && (known.is_empty() || pick % 2 == 0) {
            self.text.push_str(if pick % 4 < 2 { "... on Book " } else { "... on Film " });
            return self.selection(if pick % 4 < 2 { "Book" } else { "Film" }, depth);
        }
        let chosen = known.get(pick % (known.len() + 1)).filter(|(_, behind)| depth > 0 || behind.is_empty());
        let Some((field, behind)) = chosen else { return self.text.push_str("__typename ") };
        // A whole query swaps names or does not, so that a name means the same wherever it stands.
        let alias = match (self.swaps, *field) {
            (1 | 3, "stock") => "pages: ",
            (1 | 3, "pages") => "stock: ",
            (2 | 3, "id") => "label: ",
            (2 | 3, "label") => "id: ",
            _ => "",
        };
        let condition = CONDITIONS[self.next() % CONDITIONS.len()];
        self.text.push_str(&format!("{alias}{field} {condition}"));
        if !behind.is_empty() {
            self.selection(behind, depth - 1);
        }
    }
}

/// The objects of an answer, the root included.
fn objects(data: &Data) -> u64 {
    match data {
        Data::Object(fields) => 1 + fields.values().map(objects).sum::<u64>(),
        Data::List(items) => items.iter().map(objects).sum(),
        _ => 0,
    }
}

#[test]
fn several_subgraphs_answer_as_one_schema() {
    let world = world();
    let whole = View::new("whole", "", WHOLE, &world);
    let views = [("books", BOOKS), ("people", PEOPLE), ("shop", SHOP)];
    let subgraphs = views.map(|(name, types)| Arc::new(View::new(name, HEAD, types, &world)) as Arc<dyn Subgraph>);
    let limits = Limits { cost_max: usize::MAX, fragment_spreads_max: 10_000, ..wide() };
    let comparison = Comparison::new(Federation::new(subgraphs.to_vec(), limits).unwrap(), whole);
    let mut runner = TestRunner::new(Config { cases: cases(500), failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&proptest::collection::vec(any::<u8>(), 1..120), |bytes| {
        let mut writer = Writer { bytes: bytes.into_iter(), text: String::new(), swaps: 0 };
        writer.swaps = writer.next() % 4;
        writer.selection("Query", 5);
        let asked = comparison.ask(&writer.text);
        let cost = comparison.federation.prepare(asked.clone(), &comparison.request).map_or(0, |prepared| prepared.cost());
        let objects = objects(&comparison.check(&asked, "rooms")?);
        prop_assert!(cost >= objects - 1, "{} objects for {}: {}", objects, cost, asked.query);
        Ok(())
    });
    outcome.unwrap();
}
