//! Counting statements is a matter of the whole process, so this test has a process of its own.

use std::{sync::Arc, time::Duration};

use chrono::DateTime;
use journal::{Database, House, Options, Progress, Target};
use kernel::{Actor, Call, GraphHandle, Locale, ManualClock, Operation, OperationKind, PartyId, Personal, Request, SeededRng, ServiceId};
use migrations::{Migrator, MigratorTrait};
use serde_json::{Map, json};

struct Silent;

impl Progress for Silent {
    fn report(&self, _what: &str, _done: u64, _all: u64) {}
}

#[tokio::test]
async fn a_hundred_summaries_make_as_many_statements_as_one() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Sqlite(folder.path().join("ratings.sqlite"));
    let database = Database::open(&Options { target, readers: 2, commit_delay: Duration::ZERO }).await.unwrap();
    Migrator::up(&database.owner, None).await.unwrap();
    let now = DateTime::UNIX_EPOCH;
    let house = House {
        database,
        graph: GraphHandle::default(),
        clock: Arc::new(ManualClock::new(now)),
        rng: Arc::new(SeededRng::new(7)),
        secret: Personal::new([7; 32]),
    };
    let room = ratings::room(&house);
    room.demo.as_ref().unwrap().load(&Silent).await.unwrap();

    let text = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Service { rating { count { value } } } ... on Party { rating { count { value } } } } }";
    let operation = Arc::new(Operation::new(OperationKind::Query, text.to_owned()));
    let request = Arc::new(Request::new(Actor::Anonymous, Locale::Kk, "test", now));
    let mut counted = Vec::new();
    for services in [1, 50] {
        let representations: Vec<_> = (0..services)
            .flat_map(|n| {
                let slug = format!("service-{n}");
                [("Service", ServiceId::of_slug(&slug).global()), ("Party", PartyId::of_slug(&slug).global())]
            })
            .map(|(type_name, id)| json!({ "__typename": type_name, "id": id }))
            .collect();
        let variables = Map::from_iter([("r".to_owned(), json!(representations))]);
        let before = journal::statements();
        let answer = room.subgraph.execute(Call { operation: &operation, variables: variables.into(), request: &request }).await;
        assert_eq!(answer.faults, []);
        counted.push(journal::statements() - before);
    }
    assert_eq!(counted, [2, 2], "one for services, one for parties");
}
