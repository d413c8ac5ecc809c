//! What a collector of traces is told: the spans of requests, of the calls that they make, and of jobs; and nothing that a person wrote.

#![expect(clippy::unwrap_used, reason = "a test that finds no value fails")]

use std::process::Command;

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::any_value::Value as Any,
    trace::v1::{Span, span::SpanKind, status::StatusCode},
};
use prost::Message;
use serde_json::json;
use tests::{City, Gateway, Options, Recorder, Store, binary, eventually, uuid};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";
const STATE: &str = "congo=t61rcWkgMzE";

/// A gateway over one subgraph, which answers `amount`.
async fn gateway(config: &str) -> (Gateway, Recorder) {
    let subgraph = Recorder::start("{\"data\":{\"amount\":7}}").await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shop.graphql"), "type Query { amount: Int }").unwrap();
    let mut compose = Command::new(binary());
    compose.arg("compose").current_dir(folder.path()).args(["shop.graphql", "--url", &format!("shop={}/graphql", subgraph.url)]);
    (Gateway::start(&String::from_utf8(compose.output().unwrap().stdout).unwrap(), config), subgraph)
}

async fn ask(gateway: &Gateway, parent: &str) {
    let request = reqwest::Client::new().post(format!("{}/graphql", gateway.url)).json(&json!({ "query": "query Amount { amount }" }));
    let answer = request.header("traceparent", parent).header("tracestate", STATE).send().await.unwrap();
    assert_eq!(answer.json::<serde_json::Value>().await.unwrap(), json!({ "data": { "amount": 7 } }));
}

/// All spans so far.
fn spans(collector: &Recorder) -> Vec<Span> {
    let requests = collector.received().into_iter().map(|received| {
        assert_eq!(received.path, "/v1/traces");
        ExportTraceServiceRequest::decode(received.body).expect("OTLP")
    });
    requests.flat_map(|request| request.resource_spans).flat_map(|of| of.scope_spans).flat_map(|of| of.spans).collect()
}

fn attribute(span: &Span, name: &str) -> Option<String> {
    let value = span.attributes.iter().find(|attribute| attribute.key == name)?.value.clone()?;
    Some(match value.value? {
        Any::StringValue(text) => text,
        Any::IntValue(number) => number.to_string(),
        other => format!("{other:?}"),
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_request_and_its_calls_are_spans_of_the_askers_trace_and_subgraphs_are_told_theirs() {
    let collector = Recorder::start("").await;
    let (gateway, subgraph) = gateway(&format!("otlp_endpoint = \"{}\"", collector.url)).await;
    ask(&gateway, &format!("00-{TRACE}-{PARENT}-01")).await;
    let [request, fetch] = eventually("both spans are told", || async {
        let mut spans = spans(&collector);
        spans.sort_by_key(|span| span.start_time_unix_nano);
        <[Span; 2]>::try_from(spans).ok()
    })
    .await;
    assert_eq!((hex(&request.trace_id).as_str(), hex(&request.parent_span_id).as_str()), (TRACE, PARENT));
    assert_eq!((request.name.as_str(), request.kind()), ("query", SpanKind::Server));
    for (name, value) in [
        ("graphql.operation.type", "query"),
        ("graphql.operation.name", "Amount"),
        ("http.request.method", "POST"),
        ("url.path", "/graphql"),
        ("http.response.status_code", "200"),
    ] {
        assert_eq!(attribute(&request, name).as_deref(), Some(value), "{name}: {request:?}");
    }
    assert_eq!((&fetch.trace_id, &fetch.parent_span_id), (&request.trace_id, &request.span_id));
    assert_eq!((fetch.name.as_str(), fetch.kind(), attribute(&fetch, "subgraph").as_deref()), ("fetch", SpanKind::Client, Some("shop")));
    let [told] = subgraph.received().try_into().unwrap();
    assert_eq!(told.headers["traceparent"], format!("00-{TRACE}-{}-01", hex(&fetch.span_id)));
    assert_eq!(told.headers["tracestate"], STATE);
}

#[tokio::test]
async fn where_no_trace_is_kept_the_askers_goes_on_as_it_came_and_nonsense_does_not() {
    let (gateway, subgraph) = gateway("").await;
    let good = format!("00-{TRACE}-{PARENT}-00");
    let all_zero = format!("00-{}-{PARENT}-01", "0".repeat(32));
    for (parent, told) in [(good.as_str(), Some(good.as_str())), (&all_zero, None), ("00-1-2-3", None), ("'", None)] {
        ask(&gateway, parent).await;
        let received = subgraph.received().pop().unwrap().headers;
        assert_eq!(received.get("traceparent").map(|value| value.to_str().unwrap()), told, "{parent}");
        assert_eq!(received.contains_key("tracestate"), told.is_some(), "{parent}");
    }
}

#[tokio::test]
async fn a_call_that_fails_is_told_as_failed() {
    let collector = Recorder::start("").await;
    let supergraph = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../schema/supergraph.graphql")).unwrap();
    let config = format!("otlp_endpoint = \"{}\"\n[subgraph.services]\nurl = \"http://127.0.0.1:1/graphql\"", collector.url);
    let gateway = Gateway::start(&supergraph, &config);
    gateway.ask(None, "{ services(first: 1) { nodes { code } } }").await;
    let fetch = eventually("the call is told", || async { spans(&collector).into_iter().find(|span| span.name == "fetch") }).await;
    assert_eq!(fetch.status.as_ref().map(|status| status.code()), Some(StatusCode::Error));
    assert_eq!(attribute(&fetch, "error.type").as_deref(), Some("SUBGRAPH_UNAVAILABLE"));
}

#[tokio::test]
async fn a_complaint_leaves_spans_of_its_act_and_its_jobs_and_none_of_its_words() {
    let collector = Recorder::start("").await;
    let arguments = ["--otlp-endpoint".to_owned(), collector.url.clone()].to_vec();
    let city = City::start(&Store::Sqlite, Options { arguments, ..Options::default() }).await;
    let [name, phone, text, mail] = ["Жансая Канарейкина", "+77015550142", "Қайнарлы көшесінде канарейка", "kanareika@example.kz"];
    let submit = "mutation Submit($i: SubmitFeedbackInput!) { submitFeedback(input: $i) { coupon { reference } errors { message } } }";
    let contact = json!({ "name": name, "phone": phone, "email": mail });
    let input = json!({ "idempotencyKey": uuid(), "text": format!("{text}, {name}"), "locale": "KK", "contact": contact });
    let answer = city.ask(None, submit, json!({ "i": input })).await;
    assert!(answer.body["data"]["submitFeedback"]["coupon"]["reference"].is_string(), "{:?}", answer.body);
    city.idle().await;
    let spans = eventually("act and jobs are told", || async {
        let spans = spans(&collector);
        let has = |name: &str| spans.iter().any(|span| span.name == name);
        (has("mutation") && has("job")).then_some(spans)
    })
    .await;
    let job = spans.iter().find(|span| attribute(span, "job.kind").as_deref() == Some("route_feedback")).expect("routing is a job");
    let asked = spans.iter().any(|span| span.name == "fetch" && span.parent_span_id == job.span_id);
    assert!(asked, "the job asks the directory through the graph");
    let told = format!("{spans:?}");
    for canary in [name, phone, text, mail] {
        assert!(!told.contains(canary), "{canary}");
    }
}
