//! What the rooms become together.

use std::sync::Arc;

use async_trait::async_trait;
use federation::{CompositionError, Federation, Limits, Part, api_schema, compose};
use futures_util::stream::BoxStream;
use kernel::{Answer, Call, Subgraph};

use crate::{city::City, rooms};

#[test]
fn the_supergraph_holds_all_that_routers_ask_for() {
    insta::assert_snapshot!(City::new().federation.supergraph_sdl());
}

#[test]
fn clients_see_the_graph_without_its_machinery() {
    insta::assert_snapshot!(City::new().federation.api_sdl());
}

#[test]
fn the_order_of_the_rooms_does_not_matter() {
    let rooms = [rooms::services::room(), rooms::directory::room(), rooms::ratings::room()];
    let mut parts: Vec<Part<'_>> =
        rooms.iter().map(|room| Part { name: room.subgraph.name(), sdl: room.subgraph.sdl(), url: None }).collect();
    let supergraph = compose(&parts).unwrap();
    parts.reverse();
    assert_eq!(compose(&parts).unwrap(), supergraph);
}

#[test]
fn one_of_is_defined_for_routers_that_do_not_know_it() {
    fn check(sdl: &'static str, defined: bool) {
        let supergraph = compose(&[Part { name: "one", sdl, url: None }]).unwrap();
        assert_eq!(supergraph.contains("directive @oneOf on INPUT_OBJECT"), defined, "{sdl}");
        assert!(!api_schema(&supergraph).unwrap().contains("directive @oneOf"), "{sdl}");
    }
    check("type Query { a(b: B): Int } input B @oneOf { c: Int d: Int }", true);
    check("type Query { a(b: B): Int } input B { c: Int d: Int }", false);
}

#[test]
fn hidden_elements_are_not_in_the_public_schema() {
    let sdl = r#"
        extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@inaccessible"])
        type Query { open(a: Int, b: Int @inaccessible): Open hidden: Hidden @inaccessible }
        type Open implements I { x: Int y: Int @inaccessible }
        type Hidden @inaccessible { z: Int }
        interface I @inaccessible { x: Int }
        union U = Open | Hidden
        enum E { A B @inaccessible }
    "#;
    let supergraph = compose(&[Part { name: "one", sdl, url: None }]).unwrap();
    insta::assert_snapshot!(api_schema(&supergraph).unwrap(), @r"
    schema {
      query: Query
    }

    enum E {
      A
    }

    type Open {
      x: Int
    }

    type Query {
      open(a: Int): Open
    }

    union U = Open
    ");
}

/// The head of a federation v2 SDL.
macro_rules! v2 {
    () => {
        "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\"]) "
    };
}

struct Paper(&'static str, &'static str);

#[async_trait]
impl Subgraph for Paper {
    fn name(&self) -> &str {
        self.0
    }

    fn sdl(&self) -> &str {
        self.1
    }

    async fn execute(&self, _call: Call<'_>) -> Answer {
        Answer::default()
    }

    async fn subscribe(&self, _call: Call<'_>) -> BoxStream<'static, Answer> {
        Box::pin(futures_util::stream::empty())
    }
}

fn composed(parts: &[(&'static str, &'static str)]) -> Result<Federation, CompositionError> {
    let subgraphs = parts.iter().map(|(name, sdl)| Arc::new(Paper(name, sdl)) as Arc<dyn Subgraph>);
    Federation::new(subgraphs.collect(), Limits::default())
}

#[test]
fn what_does_not_compose_is_named() {
    let refused = |parts: &[(&'static str, &'static str)]| {
        let error = composed(parts).map(|_| ()).unwrap_err();
        let fault = &error.faults[0];
        let [subgraph, coordinate] = [&fault.subgraph, &fault.coordinate].map(|name| name.as_deref().unwrap_or("-").to_owned());
        format!("{subgraph} {coordinate} {}", fault.message.replace('\n', " "))
    };
    let faults = [
        refused(&[("a", "type Query {")]),
        refused(&[("a", "type Query { x: Int }"), ("a", "type Query { y: Int }")]),
        refused(&[("a", concat!(v2!(), "type Query { x: Int }")), ("b", concat!(v2!(), "type Query { x: Int }"))]),
        refused(&[("a", "type Query { x: T } type T { v: Int }"), ("b", "type Query { y: T } input T { v: Int }")]),
        refused(&[
            ("a", "type Query { x: T } interface Node { id: ID! } type T implements Node @key(fields: \"id\") { id: ID! }"),
            ("b", "type Query { y: T } interface Node { id: ID! } type T implements Node @key(fields: \"id\") { id: ID! }"),
        ]),
    ];
    insta::assert_snapshot!(faults.join("\n"), @r"
    a - schema parse error: Parse error at 1:13 Unexpected end of input Expected Name 
    a - two subgraphs have this name
    a Query.x The field `Query.x` is resolved by multiple subgraphs, but not marked as `@shareable`. The field must be marked as `@shareable` in at least one of the subgraphs: a, b
    a T Cannot merge Object with InputObject (`T` in `a` and `b`)
    b T `T` implements Node here and in a: one room owns a type
    ");
}

#[tokio::test]
async fn rooms_can_be_exchanged_while_serving() {
    let city = City::new();
    let (services, directory) = (rooms::services::room(), rooms::directory::room());
    assert!(city.ask("{ best { stars } }").await.get("errors").is_none());
    city.federation.swap(vec![services.subgraph, directory.subgraph]).unwrap();
    assert_eq!(city.ask("{ best { stars } }").await["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    assert!(city.ask("{ service(code: \"s1\") { name } }").await.get("errors").is_none());
    // What does not compose changes nothing.
    city.federation.swap(vec![Arc::new(Paper("broken", "type Query {"))]).unwrap_err();
    assert!(city.ask("{ service(code: \"s1\") { name } }").await.get("errors").is_none());
}
