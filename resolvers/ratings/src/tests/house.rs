//! A house with one room and invented neighbours.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use futures_util::FutureExt;
use journal::{Database, House, Job, JobError, Options, Room, Target};
use kernel::{
    Actor, Answer, Call, Code, Document, Fault, FeedbackId, Graph, GraphHandle, Locale, ManualClock, Operation, OperationKind, PartyId,
    Person, PersonId, Personal, Request, Role, SeededRng, ServiceId,
};
use migrations::{Migrator, MigratorTrait};
use scratch::Scratch;
use serde_json::{Map, Value, json};

/// What the room asked its neighbours, and what they say.
pub(crate) struct Neighbours {
    pub(crate) asked: Mutex<Vec<(&'static str, Value, Actor)>>,
    /// What `submitFeedback` gives.
    pub(crate) filing: Mutex<Result<Value, Code>>,
    /// The status of the one report that there is.
    pub(crate) status: Mutex<&'static str>,
    /// What happened to it, oldest first.
    pub(crate) timeline: Mutex<Vec<(&'static str, DateTime<Utc>)>>,
}

/// The key of the one report that there is.
pub(crate) const KEY: &str = "the-key";
pub(crate) const REFERENCE: &str = "TK-2026-000007";
/// How much of its timeline is told at once.
const PAGE: usize = 2;

#[async_trait]
impl Graph for Neighbours {
    async fn execute(&self, document: &'static Document, variables: Map<String, Value>, request: &Arc<Request>) -> Answer {
        let data = match document.name {
            "ratings.RatedService" if variables["id"] == service().global() => {
                json!({ "node": { "id": service().global(), "provider": { "id": party().global() } } })
            }
            "ratings.RatedService" => json!({ "node": null }),
            "ratings.RatedAnswer" if variables["reference"] == REFERENCE && variables["key"] == KEY => json!({ "feedback": {
                "id": FeedbackId::of_slug("report").global(),
                "status": *self.status.lock().unwrap(),
                "responsible": { "id": party().global() },
                "service": { "id": service().global() },
                "timeline": self.page(&variables["after"]),
            } }),
            "ratings.RatedAnswer" => json!({ "feedback": null }),
            _ => match self.filing.lock().unwrap().clone() {
                Ok(payload) => json!({ "submitFeedback": payload }),
                Err(code) => {
                    let fault = Fault { message: String::new(), code, path: Vec::new() };
                    return Answer { data: Value::Null.into(), faults: vec![fault] };
                }
            },
        };
        self.asked.lock().unwrap().push((document.name, Value::Object(variables), request.actor.clone()));
        Answer { data: data.into(), faults: Vec::new() }
    }
}

impl Neighbours {
    /// A page of the timeline, shorter than what was asked for.
    fn page(&self, after: &Value) -> Value {
        let timeline = self.timeline.lock().unwrap();
        let from = after.as_str().map_or(0, |cursor| cursor.parse().unwrap());
        let to = timeline.len().min(from + PAGE);
        let nodes: Vec<Value> = timeline[from..to].iter().map(|(kind, at)| json!({ "kind": kind, "at": at })).collect();
        json!({ "nodes": nodes, "pageInfo": { "hasNextPage": to < timeline.len(), "endCursor": to.to_string() } })
    }

    /// Something happens to the report, after which it stands so.
    pub(crate) fn happens(&self, kind: &'static str, at: DateTime<Utc>, status: &'static str) {
        self.timeline.lock().unwrap().push((kind, at));
        *self.status.lock().unwrap() = status;
    }
}

pub(crate) fn service() -> ServiceId {
    ServiceId::of_slug("birth-registration")
}

pub(crate) fn party() -> PartyId {
    PartyId::of_slug("public-service-corporation")
}

pub(crate) fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 24, 7, 0, 0).unwrap()
}

pub(crate) fn person(slug: &str, roles: &[Role]) -> Actor {
    Actor::Person(Person { id: PersonId::of_slug(slug), roles: roles.to_vec(), party: None, locale: Locale::Kk })
}

pub(crate) fn citizen() -> Actor {
    person("citizen", &[Role::Citizen])
}

pub(crate) struct TestHouse {
    pub(crate) room: Room,
    pub(crate) neighbours: Arc<Neighbours>,
    pub(crate) database: Database,
    _scratch: Scratch,
}

/// Opens the house on each database that there is, one after the other.
pub(crate) async fn houses() -> Vec<TestHouse> {
    let mut houses = Vec::new();
    for scratch in Scratch::each() {
        houses.push(open(scratch).await);
    }
    houses
}

async fn open(scratch: Scratch) -> TestHouse {
    let target = scratch.target(Target::Sqlite, Target::Postgres);
    let database = Database::open(&Options { target, readers: 2, commit_delay: Duration::ZERO }).await.unwrap();
    Migrator::up(&database.owner, None).await.unwrap();
    let graph = GraphHandle::default();
    let neighbours = Arc::new(Neighbours {
        asked: Mutex::default(),
        filing: Mutex::new(Ok(json!({ "feedback": { "reference": "TK-2026-000123" }, "errors": [] }))),
        status: Mutex::new("ANSWERED"),
        timeline: Mutex::new(vec![
            ("submitted", noon() - TimeDelta::days(3)),
            ("assigned", noon() - TimeDelta::days(2)),
            ("answered", noon() - TimeDelta::days(1)),
        ]),
    });
    graph.connect(Arc::clone(&neighbours) as Arc<dyn Graph>);
    let house = House {
        database: database.clone(),
        graph,
        clock: Arc::new(ManualClock::new(noon())),
        rng: Arc::new(SeededRng::new(7)),
        secret: Personal::new([7; 32]),
    };
    TestHouse { room: crate::room(&house), neighbours, database, _scratch: scratch }
}

impl TestHouse {
    pub(crate) async fn ask(&self, kind: OperationKind, text: &str, variables: Value, actor: Actor, now: DateTime<Utc>) -> Answer {
        let Value::Object(variables) = variables else { panic!("variables are an object") };
        let operation = Arc::new(Operation::new(kind, text.to_owned()));
        let request = Arc::new(Request::new(actor, Locale::En, "test", now));
        self.room.subgraph.execute(Call { operation: &operation, variables: variables.into(), request: &request }).await
    }

    pub(crate) async fn mutate(&self, text: &str, input: Value, actor: Actor, now: DateTime<Utc>) -> Value {
        let answer = self.ask(OperationKind::Mutation, text, json!({ "input": input }), actor, now).await;
        assert_eq!(answer.faults, []);
        answer.data.into()
    }

    /// One entity, as the graph asks for it.
    pub(crate) async fn entity(&self, type_name: &str, id: &str, selection: &str, actor: Actor) -> Value {
        let text = format!("query($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on {type_name} {{ {selection} }} }} }}");
        let representations = json!({ "r": [{ "__typename": type_name, "id": id }] });
        let answer = self.ask(OperationKind::Query, &text, representations, actor, noon()).await;
        assert_eq!(answer.faults, []);
        answer.data["_entities"][0].clone().into()
    }

    /// Leases what is due and performs it once, as a runner would.
    pub(crate) async fn perform_due(&self, now: DateTime<Utc>) -> Vec<(Job, Result<(), JobError>)> {
        let jobs =
            self.database.writer.write(move |txn| journal::lease(txn, "runner", now, TimeDelta::minutes(1), 10).boxed()).await.unwrap();
        let mut performed = Vec::new();
        for job in jobs {
            let outcome = match self.room.handlers[0].perform(&job).await {
                Ok(commit) => {
                    self.database.writer.write(commit).await.unwrap();
                    Ok(())
                }
                Err(error) => Err(error),
            };
            performed.push((job, outcome));
        }
        performed
    }
}
