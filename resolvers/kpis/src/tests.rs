//! The room over a database of its own: SQLite, or PostgreSQL where `TURKISTAN_TEST_POSTGRES` names a server. The room of datasets answers
//! beside it; reports of citizens are counted by the test itself.

mod acts;
mod computing;
mod demo;
mod listening;
mod lists;
mod rules;

use std::{
    sync::{Arc, Mutex, OnceLock, Weak},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use futures_util::{FutureExt, stream::BoxStream};
use journal::{Database, House, Options, Progress, Room, Target};
use kernel::{
    Actor, Answer, Call, Clock, Code, Document, Graph, GraphHandle, Locale, ManualClock, Operation, OperationKind, PartyId, Person,
    PersonId, Personal, Request, Rng, Role, system_rng,
};
use migrations::{Migrator, MigratorTrait};
use scratch::Scratch;
use serde_json::{Map, Value, json};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Statements are counted for the whole process, so the test that counts them runs alone.
static QUIET: RwLock<()> = RwLock::const_new(());

enum Turn {
    Shared(#[expect(dead_code, reason = "held")] RwLockReadGuard<'static, ()>),
    Alone(#[expect(dead_code, reason = "held")] RwLockWriteGuard<'static, ()>),
}

/// The rooms, and what they live in.
struct City {
    rooms: Arc<Rooms>,
    house: House,
    clock: Arc<ManualClock>,
    _scratch: Scratch,
    _turn: Turn,
}

/// The graph of two rooms and one canned answer.
struct Rooms {
    kpis: OnceLock<Room>,
    datasets: OnceLock<Room>,
    /// What `feedbackStatistics` answers.
    statistics: Mutex<Value>,
}

/// The house keeps its graph for good, so the graph holds the rooms weakly.
struct Routes(Weak<Rooms>);

#[async_trait]
impl Graph for Routes {
    async fn execute(&self, document: &'static Document, variables: Map<String, Value>, request: &Arc<Request>) -> Answer {
        let rooms = self.0.upgrade().unwrap();
        let room = match document.name {
            "datasets.RecomputeKpis" => rooms.kpis.get(),
            "kpis.FeedbackStatistics" => {
                let statistics = rooms.statistics.lock().unwrap().clone();
                return Answer { data: json!({ "feedbackStatistics": statistics }).into(), faults: Vec::new() };
            }
            _ => rooms.datasets.get(),
        };
        let kind = if document.text.starts_with("mutation") { OperationKind::Mutation } else { OperationKind::Query };
        let operation = Arc::new(Operation::new(kind, document.text.to_owned()));
        room.unwrap().subgraph.execute(Call { operation: &operation, variables: variables.into(), request }).await
    }
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
    let clock = Arc::new(ManualClock::new(Utc.with_ymd_and_hms(2026, 11, 24, 5, 0, 0).unwrap()));
    let house = House {
        database,
        graph: GraphHandle::default(),
        clock: clock.clone(),
        rng: Arc::new(system_rng()),
        secret: Personal::new([7; 32]),
    };
    let rooms = Arc::new(Rooms { kpis: OnceLock::new(), datasets: OnceLock::new(), statistics: Mutex::new(statistics(0)) });
    drop(rooms.kpis.set(crate::room(&house)));
    drop(rooms.datasets.set(datasets::room(&house)));
    house.graph.connect(Arc::new(Routes(Arc::downgrade(&rooms))));
    City { rooms, house, clock, _scratch: scratch, _turn: turn }
}

/// Counts over `received` reports; small ones are suppressed.
fn statistics(received: u64) -> Value {
    let count = |value: u64| json!({ "value": (value == 0 || value >= 10).then_some(value) });
    json!({
        "received": count(received), "answered": count(received / 2), "answeredOnTime": count(received / 4), "overdue": count(received / 5),
        "contested": count(received / 20), "medianWorkingDays": (received > 0).then_some("6.5"),
    })
}

impl City {
    fn kpis(&self) -> &Room {
        self.rooms.kpis.get().unwrap()
    }

    fn datasets(&self) -> &Room {
        self.rooms.datasets.get().unwrap()
    }

    async fn ask(&self, room: &Room, actor: Actor, text: &str, variables: Value) -> (Value, Vec<(Code, String)>) {
        let request = Arc::new(Request::new(actor, Locale::En, "test", self.clock.now()));
        let operation = Arc::new(Operation::new(OperationKind::Query, text.to_owned()));
        let Value::Object(variables) = variables else { unreachable!("variables are an object") };
        let answer = room.subgraph.execute(Call { operation: &operation, variables: variables.into(), request: &request }).await;
        (answer.data.into(), answer.faults.into_iter().map(|fault| (fault.code, fault.message)).collect())
    }

    /// What everyone may read of indicators.
    async fn read(&self, text: &str) -> Value {
        let (data, faults) = self.ask(self.kpis(), Actor::Anonymous, text, json!({})).await;
        assert_eq!(faults, [], "{text}");
        data
    }

    async fn entities(&self, representations: Value, selection: &str) -> Value {
        let text = format!("query($r: [_Any!]!) {{ _entities(representations: $r) {{ __typename {selection} }} }}");
        let (data, faults) = self.ask(self.kpis(), Actor::Anonymous, &text, json!({ "r": representations })).await;
        assert_eq!(faults, []);
        data["_entities"].clone()
    }

    async fn listen(&self, text: &str) -> BoxStream<'static, Answer> {
        let request = Arc::new(Request::new(Actor::Anonymous, Locale::En, "test", self.clock.now()));
        let operation = Arc::new(Operation::new(OperationKind::Subscription, text.to_owned()));
        self.kpis().subgraph.subscribe(Call { operation: &operation, variables: kernel::Fields::new(), request: &request }).await
    }

    /// A mutation of an analyst: its payload.
    async fn act(&self, name: &str, selection: &str, mut input: Value) -> Value {
        if input.get("idempotencyKey").is_none() {
            input["idempotencyKey"] = json!(key());
        }
        let type_name = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let text = format!("mutation($input: {type_name}!) {{ {name}(input: $input) {{ {selection} errors {{ code message path }} }} }}");
        let (data, faults) = self.ask(self.kpis(), person(Role::Analyst), &text, json!({ "input": input })).await;
        assert_eq!(faults, [], "{input}");
        data[name].clone()
    }

    /// Defines an indicator that must be fine, and answers its id.
    async fn define(&self, input: Value) -> String {
        let payload = self.act("defineKpi", "kpi { id }", input).await;
        assert_eq!(payload["errors"], json!([]));
        payload["kpi"]["id"].as_str().unwrap().to_owned()
    }

    /// Publishes rows of visits as a steward does: day, district, visits.
    async fn publish_visits(&self, rows: &str) {
        let texts = |text: &str| json!({ "kk": text, "ru": text, "en": text });
        let column = |name: &str, kind: &str| json!({ "name": name, "type": kind, "title": texts(name) });
        let create = json!({
            "idempotencyKey": "0192e4a0-0000-7000-8000-000000000001", "slug": "visits", "title": texts("Visits"),
            "description": texts("Of the test"), "period": "MONTHLY",
            "columns": [column("day", "DATE"), column("district", "TEXT"), column("visits", "INTEGER"), column("good", "BOOLEAN")],
        });
        let text = "mutation($input: CreateDatasetInput!) { createDataset(input: $input) { dataset { id } errors { message } } }";
        let (data, faults) = self.ask(self.datasets(), person(Role::Steward), text, json!({ "input": create })).await;
        assert_eq!(faults, []);
        let publish = json!({
            "idempotencyKey": key(), "dataset": data["createDataset"]["dataset"]["id"], "rows": format!("day,district,visits,good\n{rows}"),
        });
        let text = "mutation($input: PublishDatasetVersionInput!) { publishDatasetVersion(input: $input) { errors { message } } }";
        let (data, faults) = self.ask(self.datasets(), person(Role::Steward), text, json!({ "input": publish })).await;
        assert_eq!((&data["publishDatasetVersion"]["errors"], faults), (&json!([]), Vec::new()));
    }

    /// Performs all jobs that are due, as the runner does, and tells how many there were.
    async fn perform_jobs(&self) -> usize {
        let mut performed = 0;
        loop {
            let now = self.clock.now();
            let writer = &self.house.database.writer;
            let leased = writer.write(move |txn| journal::lease(txn, "test", now, TimeDelta::minutes(1), 50).boxed()).await.unwrap();
            if leased.is_empty() {
                return performed;
            }
            for job in leased {
                let handlers = || self.kpis().handlers.iter().chain(&self.datasets().handlers);
                let handler = handlers().find(|handler| handler.kinds().contains(&job.kind.as_str())).unwrap();
                let commit = handler.perform(&job).await.unwrap();
                let done = writer.write(move |txn| {
                    async move {
                        commit(txn).await?;
                        journal::done(txn, job.id, "test", now).await
                    }
                    .boxed()
                });
                assert!(done.await.unwrap());
                performed += 1;
            }
        }
    }

    /// The values of an indicator in the whole region, newest first, as `from value revision`.
    async fn values(&self, code: &str) -> Vec<String> {
        let data = self
            .read(&format!(
                "{{ kpi(code: \"{code}\") {{ observations(revisions: true) {{ nodes {{ period {{ from }} value revision }} }} }} }}"
            ))
            .await;
        let nodes = data["kpi"]["observations"]["nodes"].as_array().unwrap();
        let line =
            |node: &Value| format!("{} {} {}", node["period"]["from"].as_str().unwrap(), node["value"].as_str().unwrap(), node["revision"]);
        nodes.iter().map(line).collect()
    }
}

fn key() -> String {
    system_rng().uuid_v7(DateTime::UNIX_EPOCH).to_string()
}

fn person(role: Role) -> Actor {
    let party = Some(PartyId::of_slug("akim-office"));
    Actor::Person(Person { id: PersonId::of_slug(role.scope()), roles: vec![role], party, locale: Locale::En })
}

fn texts(en: &str) -> Value {
    json!({ "kk": format!("{en} kk"), "ru": format!("{en} ru"), "en": en })
}

/// An indicator with these inputs.
fn indicator(code: &str, kind: &str, formula: &str, inputs: &[(&str, Value)]) -> Value {
    let inputs: Vec<Value> = inputs.iter().map(|(name, source)| json!({ "name": name, "source": source })).collect();
    json!({
        "code": code, "title": texts("Indicator"), "unit": "percent", "direction": "HIGHER_IS_BETTER", "frequency": "MONTHLY", "kind": kind,
        "formula": formula, "decimals": 1, "inputs": inputs,
    })
}

fn recorded() -> Value {
    json!({ "recorded": texts("The statistics office") })
}

/// A measure over the visits.
fn visits(measure: &str, column: Option<&str>, filter: Option<Value>) -> Value {
    json!({ "dataset": {
        "dataset": "visits", "measure": measure, "column": column, "where": filter.map(|filter| filter.to_string()), "date": "day",
        "covers": "DAILY", "district": "district",
    } })
}
