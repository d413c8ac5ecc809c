//! The room over a database of its own: SQLite, or PostgreSQL where `TURKISTAN_TEST_POSTGRES` names a server.

mod acts;
mod catalogue;
mod listening;
mod rows;
mod values;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeZone, Utc};
use futures_util::stream::BoxStream;
use journal::{Database, House, Options, Progress, Room, Target};
use kernel::{
    Actor, Answer, Call, Code, GraphHandle, Locale, ManualClock, Operation, OperationKind, PartyId, Person, PersonId, Personal, Request,
    Rng, Role, system_rng,
};
use migrations::{Migrator, MigratorTrait};
use scratch::Scratch;
use serde_json::{Value, json};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Statements are counted for the whole process, so the test that counts them runs alone.
static QUIET: RwLock<()> = RwLock::const_new(());

enum Turn {
    Shared(#[expect(dead_code, reason = "held")] RwLockReadGuard<'static, ()>),
    Alone(#[expect(dead_code, reason = "held")] RwLockWriteGuard<'static, ()>),
}

/// A room without data, and what it lives in.
struct City {
    room: Room,
    house: House,
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
    City { room: crate::room(&house), house, now, _scratch: scratch, _turn: turn }
}

impl City {
    fn call(&self, kind: OperationKind, actor: Actor, text: &str) -> (Arc<Operation>, Arc<Request>) {
        let request = Request::new(actor, Locale::En, "test", self.now);
        (Arc::new(Operation::new(kind, text.to_owned())), Arc::new(request))
    }

    async fn ask(&self, actor: Actor, text: &str, variables: Value) -> (Value, Vec<(Code, String)>) {
        let (operation, request) = self.call(OperationKind::Query, actor, text);
        let Value::Object(variables) = variables else { unreachable!("variables are an object") };
        let answer = self.room.subgraph.execute(Call { operation: &operation, variables: variables.into(), request: &request }).await;
        (answer.data.into(), answer.faults.into_iter().map(|fault| (fault.code, fault.message)).collect())
    }

    /// What everyone may read.
    async fn read(&self, text: &str) -> Value {
        let (data, faults) = self.ask(Actor::Anonymous, text, json!({})).await;
        assert_eq!(faults, [], "{text}");
        data
    }

    /// The one fault of a query.
    async fn fault(&self, text: &str) -> (Code, String) {
        let (_, faults) = self.ask(Actor::Anonymous, text, json!({})).await;
        let [fault] = faults.try_into().unwrap();
        fault
    }

    async fn listen(&self, text: &str) -> BoxStream<'static, Answer> {
        let (operation, request) = self.call(OperationKind::Subscription, Actor::Anonymous, text);
        let variables = serde_json::Map::new();
        self.room.subgraph.subscribe(Call { operation: &operation, variables: variables.into(), request: &request }).await
    }

    async fn entities(&self, representations: Value, selection: &str) -> Value {
        let text = format!("query($r: [_Any!]!) {{ _entities(representations: $r) {{ __typename {selection} }} }}");
        let (data, faults) = self.ask(Actor::Anonymous, &text, json!({ "r": representations })).await;
        assert_eq!(faults, []);
        data["_entities"].clone()
    }

    /// Creates a dataset as the steward does, and answers the payload.
    async fn create(&self, input: Value) -> Value {
        let text = "mutation($input: CreateDatasetInput!) { createDataset(input: $input) {
            dataset { id slug publisher { id } licence synthetic schema { columns { name type } } } errors { code message path } } }";
        self.act(text, "createDataset", input).await
    }

    /// Publishes rows as the steward does, and answers the payload.
    async fn publish(&self, dataset: &str, rows: &str) -> Value {
        let key = system_rng().uuid_v7(self.now);
        self.publish_with(json!({ "idempotencyKey": key, "dataset": dataset, "rows": rows })).await
    }

    async fn publish_with(&self, input: Value) -> Value {
        let text = "mutation($input: PublishDatasetVersionInput!) { publishDatasetVersion(input: $input) {
            version { id number rowCount checksum publishedAt dataset { slug } } errors { code message path } } }";
        self.act(text, "publishDatasetVersion", input).await
    }

    async fn act(&self, text: &str, field: &str, input: Value) -> Value {
        let (data, faults) = self.ask(steward(), text, json!({ "input": input })).await;
        assert_eq!(faults, [], "{input}");
        data[field].clone()
    }

    /// A dataset of readings with one column of each type.
    async fn readings(&self, slug: &str) -> String {
        let payload = self.create(readings(slug)).await;
        assert_eq!(payload["errors"], json!([]));
        payload["dataset"]["id"].as_str().unwrap().to_owned()
    }
}

fn steward() -> Actor {
    person(Role::Steward)
}

fn person(role: Role) -> Actor {
    let party = Some(PartyId::of_slug("digitalization"));
    Actor::Person(Person { id: PersonId::of_slug(role.scope()), roles: vec![role], party, locale: Locale::En })
}

fn texts(en: &str) -> Value {
    json!({ "kk": format!("{en} kk"), "ru": format!("{en} ru"), "en": en })
}

fn column(name: &str, kind: &str) -> Value {
    json!({ "name": name, "type": kind, "title": texts(name) })
}

fn readings(slug: &str) -> Value {
    let mut code = column("code", "TEXT");
    code["required"] = json!(true);
    code["unique"] = json!(true);
    let mut amount = column("amount", "DECIMAL");
    amount["scale"] = json!(2);
    json!({
        "idempotencyKey": system_rng().uuid_v7(Utc.timestamp_nanos(0)),
        "slug": slug,
        "title": texts("Readings"),
        "description": texts("Of the test"),
        "period": "MONTHLY",
        "columns": [
            code, column("place", "TEXT"), column("number", "INTEGER"), amount, column("day", "DATE"), column("at", "DATETIME"),
            column("good", "BOOLEAN"),
        ],
    })
}

/// The header of the readings.
const HEADER: &str = "code,place,number,amount,day,at,good\n";
