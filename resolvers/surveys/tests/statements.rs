//! Counting statements is a matter of the whole process, so this test has a process of its own.

use std::{sync::Arc, time::Duration};

use chrono::DateTime;
use journal::{Database, House, Options, Progress, Target};
use kernel::{
    Actor, Call, GraphHandle, Locale, ManualClock, Operation, OperationKind, Person, PersonId, Personal, Request, Role, SeededRng,
    ServiceId,
};
use migrations::{Migrator, MigratorTrait};
use serde_json::{Map, json};

struct Silent;

impl Progress for Silent {
    fn report(&self, _what: &str, _done: u64, _all: u64) {}
}

#[tokio::test]
async fn statements_do_not_grow_with_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let target = Target::Sqlite(folder.path().join("surveys.sqlite"));
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
    let room = surveys::room(&house);
    room.demo.as_ref().unwrap().load(&Silent).await.unwrap();

    let analyst = Person { id: PersonId::of_slug("analyst"), roles: vec![Role::Analyst], party: None, locale: Locale::Kk };
    let request = Arc::new(Request::new(Actor::Person(analyst), Locale::Kk, "test", now));
    let codes = ["birth-registration", "water-connection", "open-data-access", "identity-card", "clinic-attachment"];
    let services = |n: usize| {
        let services: Vec<_> =
            codes[..n].iter().map(|code| json!({ "__typename": "Service", "id": ServiceId::of_slug(code).global() })).collect();
        Map::from_iter([("r".to_owned(), json!(services))])
    };
    let first = |n: usize| Map::from_iter([("n".to_owned(), json!(n))]);
    let one = "{ slug about { id } results { responses { value } questions { options { count { value } } } } }";
    let lists = [
        (format!("query($n: Int!) {{ surveys(first: $n) {{ nodes {one} }} }}"), first(1), first(3), 3),
        (
            format!("query($r: [_Any!]!) {{ _entities(representations: $r) {{ ... on Service {{ surveys {{ nodes {one} }} }} }} }}"),
            services(1),
            services(5),
            4,
        ),
    ];
    for (text, short, long, expected) in lists {
        let operation = Arc::new(Operation::new(OperationKind::Query, text));
        for variables in [short, long] {
            let before = journal::statements();
            let answer = room.subgraph.execute(Call { operation: &operation, variables: variables.into(), request: &request }).await;
            assert_eq!(answer.faults, []);
            assert_eq!(journal::statements() - before, expected, "{}", operation.text);
        }
    }
}
