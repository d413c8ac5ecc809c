//! A house with one room and invented neighbours.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, TimeZone, Utc};
use journal::{Database, House, Options, Room, Target};
use kernel::{
    Actor, Answer, Call, DistrictId, Document, Graph, GraphHandle, Locale, ManualClock, Operation, OperationKind, PartyId, Person,
    PersonId, Personal, Request, Role, SeededRng, ServiceId,
};
use migrations::{Migrator, MigratorTrait};
use scratch::Scratch;
use serde_json::{Map, Value, json};

/// Neighbours who know one service, two districts and a department.
pub(crate) struct Neighbours;

pub(crate) fn service() -> ServiceId {
    ServiceId::of_slug("birth-registration")
}

#[async_trait]
impl Graph for Neighbours {
    async fn execute(&self, document: &'static Document, variables: Map<String, Value>, _request: &Arc<Request>) -> Answer {
        assert_eq!(document.name, "surveys.KnownThings");
        let there = [
            service().global(),
            DistrictId::of_slug("arys").global(),
            DistrictId::of_slug("kentau").global(),
            PartyId::of_slug("health").global(),
        ];
        let ids: Vec<String> = serde_json::from_value(variables["ids"].clone()).unwrap();
        let nodes: Vec<Value> = ids.into_iter().map(|id| if there.contains(&id) { json!({ "id": id }) } else { Value::Null }).collect();
        Answer { data: json!({ "nodes": nodes }).into(), faults: Vec::new() }
    }
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
    graph.connect(Arc::new(Neighbours));
    let house = House {
        database: database.clone(),
        graph,
        clock: Arc::new(ManualClock::new(noon())),
        rng: Arc::new(SeededRng::new(7)),
        secret: Personal::new([7; 32]),
    };
    TestHouse { room: crate::room(&house), database, _scratch: scratch }
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

    pub(crate) async fn query(&self, text: &str, actor: Actor) -> Value {
        let answer = self.ask(OperationKind::Query, text, json!({}), actor, noon()).await;
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
}
