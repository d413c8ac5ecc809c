//! The room over a database of its own: SQLite, or PostgreSQL where `TURKISTAN_TEST_POSTGRES` names a server.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeZone, Utc};
use journal::{Database, House, Options, Progress, Room, Target};
use kernel::{Actor, Call, Code, GraphHandle, Locale, ManualClock, Operation, OperationKind, PartyId, Personal, Request, system_rng};
use migrations::{Migrator, MigratorTrait};
use serde_json::{Map, Value, json};
use scratch::Scratch;
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Statements are counted for the whole process, so the test that counts them runs alone.
static QUIET: RwLock<()> = RwLock::const_new(());

enum Turn {
    Shared(#[expect(dead_code, reason = "held")] RwLockReadGuard<'static, ()>),
    Alone(#[expect(dead_code, reason = "held")] RwLockWriteGuard<'static, ()>),
}

/// A room with the demo data, and what it lives in.
struct City {
    room: Room,
    now: DateTime<Utc>,
    _scratch: Scratch,
    _turn: Turn,
}

struct Silent;

impl Progress for Silent {
    fn report(&self, _what: &str, _done: u64, _all: u64) {}
}

async fn city() -> City {
    open(Turn::Shared(QUIET.read().await)).await
}

async fn open(turn: Turn) -> City {
    let scratch = Scratch::new();
    let options = Options { target: scratch.target(Target::Sqlite, Target::Postgres), readers: 2, commit_delay: Duration::ZERO };
    let database = Database::open(&options).await.unwrap();
    Migrator::up(&database.owner, None).await.unwrap();
    let now = Utc.with_ymd_and_hms(2026, 11, 24, 5, 0, 0).unwrap();
    let house = House {
        database,
        graph: GraphHandle::default(),
        clock: Arc::new(ManualClock::new(now)),
        rng: Arc::new(system_rng()),
        secret: Personal::new([7; 32]),
    };
    let room = crate::room(&house);
    room.demo.as_ref().unwrap().load(&Silent).await.unwrap();
    City { room, now, _scratch: scratch, _turn: turn }
}

impl City {
    async fn ask(&self, text: &str) -> (Value, Vec<Code>) {
        self.ask_with(text, json!({})).await
    }

    async fn ask_with(&self, text: &str, variables: Value) -> (Value, Vec<Code>) {
        let request = Arc::new(Request::new(Actor::Anonymous, Locale::En, "test", self.now));
        let operation = Arc::new(Operation::new(OperationKind::Query, text.to_owned()));
        let Value::Object(variables) = variables else { unreachable!("variables are an object") };
        let answer = self.room.subgraph.execute(Call { operation: &operation, variables: variables.into(), request: &request }).await;
        (answer.data.into(), answer.faults.into_iter().map(|fault| fault.code).collect())
    }

    async fn data(&self, text: &str) -> Value {
        let (data, faults) = self.ask(text).await;
        assert_eq!(faults, [], "{text}");
        data
    }

    async fn entities(&self, representations: Value, selection: &str) -> Value {
        let text = format!("query($r: [_Any!]!) {{ _entities(representations: $r) {{ __typename {selection} }} }}");
        let variables = Map::from_iter([("r".to_owned(), representations)]);
        let (data, faults) = self.ask_with(&text, Value::Object(variables)).await;
        assert_eq!(faults, []);
        data["_entities"].clone()
    }
}

#[tokio::test]
async fn a_thing_is_known_in_three_languages() {
    let city = city().await;
    let data = city.data("{ thing(slug: \"first\") { slug kk: name(locale: KK) ru: name(locale: RU) name party { id } } }").await;
    let party = json!({ "id": PartyId::of_slug("digitalization").global() });
    assert_eq!(data["thing"], json!({ "slug": "first", "kk": "Бірінші", "ru": "Первая", "name": "First", "party": party }));
}

#[tokio::test]
async fn what_is_absent_is_null_and_a_fault_leaves_the_fields_beside_it() {
    let city = city().await;
    let text = "{ thing(slug: \"none\") { id } things(first: 0) { nodes { id } } first: thing(slug: \"first\") { slug } }";
    let (data, faults) = city.ask(text).await;
    assert_eq!((data, faults), (json!({ "thing": null, "things": null, "first": { "slug": "first" } }), vec![Code::BadUserInput]));
    let long = format!("{{ thing(slug: \"{}\") {{ id }} }}", "a".repeat(101));
    assert_eq!(city.ask(&long).await.1, [Code::BadUserInput]);
}

#[tokio::test]
async fn a_thing_is_found_again_by_its_id_in_one_statement_for_all() {
    let city = open(Turn::Alone(QUIET.write().await)).await;
    let things = city.data("{ things { nodes { __typename id } } }").await["things"]["nodes"].clone();
    let mut representations = things.as_array().unwrap().clone();
    representations.push(json!({ "__typename": "Thing", "id": "not an id" }));
    let before = journal::statements();
    let found = city.entities(Value::Array(representations), "... on Thing { slug }").await;
    assert_eq!(journal::statements() - before, 1);
    let [first, second] = ["first", "second"].map(|slug| json!({ "__typename": "Thing", "slug": slug }));
    assert_eq!(found, json!([first, second, null]));
}

#[tokio::test]
async fn clearing_leaves_an_empty_room_that_loads_again() {
    let city = city().await;
    let demo = city.room.demo.as_ref().unwrap();
    let text = "{ things { nodes { id slug } } }";
    let before = city.data(text).await;
    demo.clear().await.unwrap();
    assert_eq!(city.data(text).await, json!({ "things": { "nodes": [] } }));
    demo.load(&Silent).await.unwrap();
    assert_eq!(city.data(text).await, before);
}

#[tokio::test]
async fn the_subgraph_reads_as_agreed() {
    insta::assert_snapshot!("template.graphql", city().await.room.subgraph.sdl());
}
