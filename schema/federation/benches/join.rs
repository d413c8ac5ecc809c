//! What the federation adds to the calls that it makes.

#[path = "../tests/federation/rooms.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod rooms;

use std::{hint::black_box, sync::Arc};

use criterion::Criterion;
use federation::{Federation, GraphRequest, Limits};
use futures_util::future::join_all;
use kernel::{Actor, Call, Fields, Operation, OperationKind, Subgraph};
use serde_json::json;

const QUERY: &str = "{ services { id name code weight stars reviews { text author { name } } } }";

fn join(c: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let (services, directory, ratings) = (rooms::services::room(), rooms::directory::room(), rooms::ratings::room());
    let subgraphs = [&services, &directory, &ratings].map(|room| Arc::clone(&room.subgraph)).to_vec();
    let federation = Federation::new(subgraphs, Limits::default()).expect("the rooms compose");
    let request = rooms::request(Actor::Anonymous);
    let params = GraphRequest { query: QUERY.to_owned(), ..GraphRequest::default() };
    c.bench_function("join of three rooms", |b| {
        b.iter(|| black_box(runtime.block_on(federation.execute(params.clone(), &request))));
    });
    let told = |type_name: &str, n: u128| json!({ "__typename": type_name, "id": rooms::global(type_name, n) });
    let calls: [(&Arc<dyn Subgraph>, &str, serde_json::Value); 3] = [
        (&services.subgraph, "{services{id name code weight __typename}}", json!([])),
        (
            &ratings.subgraph,
            "query($r:[_Any!]!){_entities(representations:$r){...on Service{stars reviews{text author{__typename id}}}}}",
            (1..=4).map(|n| told("Service", n)).collect(),
        ),
        (
            &directory.subgraph,
            "query($r:[_Any!]!){_entities(representations:$r){...on Party{name}}}",
            (1..=2).map(|n| told("Party", n)).collect(),
        ),
    ];
    let calls = calls.map(|(subgraph, text, told)| {
        let variables = Fields::from_iter([("r", told.into())]);
        (subgraph, Arc::new(Operation::new(OperationKind::Query, text.to_owned())), variables)
    });
    c.bench_function("its calls alone", |b| {
        b.iter(|| {
            let calls = calls.iter().map(|(subgraph, operation, variables)| {
                subgraph.execute(Call { operation, variables: variables.clone(), request: &request })
            });
            black_box(runtime.block_on(join_all(calls)))
        });
    });
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    join(&mut criterion);
    criterion.final_summary();
}
