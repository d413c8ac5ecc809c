//! What a listener hears.

use futures_util::{FutureExt, StreamExt, stream::BoxStream};
use kernel::{Answer, Code, Cursor};
use serde_json::{Value, json};

use super::{City, city, indicator, recorded};

async fn define(city: &City, code: &str) -> String {
    city.define(indicator(code, "SIMPLE", "count", &[("count", recorded())])).await
}

async fn record(city: &City, kpi: &str, value: u32) {
    let input =
        json!({ "kpi": kpi, "from": "2026-10-01", "to": "2026-10-31", "inputs": [{ "name": "count", "value": value.to_string() }] });
    assert_eq!(city.act("recordKpiObservation", "observation { id }", input).await["errors"], json!([]));
}

#[tokio::test]
async fn a_listener_hears_every_value_once() {
    let city = city().await;
    let id = define(&city, "told").await;
    let mut heard = city.listen("subscription { kpiChanged(code: \"told\") { value revision kpi { code } } }").await;
    let heard = tokio::spawn(async move { (heard.next().await, heard.next().await) });
    let mut value = 0;
    while !heard.is_finished() {
        value += 1;
        record(&city, &id, value).await;
    }
    let (first, second) = heard.await.unwrap();
    let revision = |answer: Option<kernel::Answer>| answer.unwrap().data["kpiChanged"]["revision"].as_i64().unwrap();
    assert_eq!(revision(first) + 1, revision(second));
}

async fn take(stream: &mut BoxStream<'static, Answer>, count: usize) -> Vec<Value> {
    let mut heard = Vec::new();
    while heard.len() < count {
        let answer = stream.next().await.expect("the subscription goes on");
        assert_eq!(answer.faults, []);
        heard.push(answer.data["kpiChanged"].clone().into());
    }
    heard
}

fn subscribe(arguments: &str) -> String {
    format!("subscription {{ kpiChanged({arguments}) {{ cursor revision kpi {{ code }} }} }}")
}

fn told(heard: &[Value]) -> Vec<String> {
    heard.iter().map(|value| format!("{} {}", value["kpi"]["code"].as_str().unwrap(), value["revision"])).collect()
}

#[tokio::test]
async fn a_listener_that_comes_back_with_its_cursor_misses_nothing_and_hears_nothing_twice() {
    let city = city().await;
    let (one, other) = (define(&city, "one").await, define(&city, "other").await);
    record(&city, &one, 1).await;
    record(&city, &other, 1).await;
    let beginning = format!("after: \"{}\"", Cursor::encode(&0).unwrap().as_str());
    let first = take(&mut city.listen(&subscribe(&beginning)).await, 2).await;
    assert_eq!(told(&first), ["one 1", "other 1"]);
    // While it was away, and it had heard the first only.
    record(&city, &one, 2).await;
    record(&city, &other, 2).await;
    let after = format!("after: {}", first[0]["cursor"]);
    let mut listener = city.listen(&subscribe(&after)).await;
    assert_eq!(told(&take(&mut listener, 3).await), ["other 1", "one 2", "other 2"]);
    // And what is recorded while it listens.
    let (heard, ()) = tokio::join!(take(&mut listener, 1), record(&city, &one, 3));
    assert_eq!(told(&heard), ["one 3"]);
    assert!(listener.next().now_or_never().is_none(), "and no more");
    let mut filtered = city.listen(&subscribe(&format!("code: \"one\", {after}"))).await;
    assert_eq!(told(&take(&mut filtered, 2).await), ["one 2", "one 3"]);
    let data = city.read("{ kpi(code: \"one\") { latest { cursor } } }").await;
    assert_eq!(data["kpi"]["latest"], json!({ "cursor": null }));
}

#[tokio::test]
async fn a_cursor_that_was_not_given_out_is_refused() {
    let city = city().await;
    for cursor in ["", "no cursor", "bm8"] {
        let answer = city.listen(&subscribe(&format!("after: \"{cursor}\""))).await.next().await.unwrap();
        assert_eq!(answer.faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [Code::BadUserInput], "{cursor}");
    }
}
