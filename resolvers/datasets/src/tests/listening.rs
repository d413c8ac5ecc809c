//! What a listener hears.

use std::time::Duration;

use futures_util::{FutureExt, StreamExt, future::join_all, stream::BoxStream};
use kernel::{Answer, Code, Cursor};
use serde_json::{Value, json};

use super::{HEADER, city};

#[tokio::test]
async fn a_listener_hears_every_version_once_and_in_order() {
    let city = city().await;
    let id = city.readings("readings").await;
    let other = city.readings("other").await;
    city.publish(&id, &format!("{HEADER}before,,,,,,\n")).await;
    let mut all =
        city.listen("subscription { datasetPublished { number dataset { slug versions(first: 1) { nodes { number } } } } }").await;
    let mut one = city.listen("subscription { datasetPublished(slug: \"other\") { number rowCount } }").await;
    let heard = tokio::spawn(async move { (all.next().await, all.next().await, one.next().await) });
    // The listeners begin when they are first polled.
    let mut rows = 0;
    while !heard.is_finished() {
        rows += 1;
        city.publish(&id, &format!("{HEADER}{rows},,,,,,\n")).await;
        city.publish(&other, &format!("{HEADER}{rows},,,,,,\n")).await;
    }
    let (first, second, filtered) = heard.await.unwrap();
    let number = |answer: &Option<kernel::Answer>| answer.as_ref().unwrap().data["datasetPublished"].clone();
    let (first, second) = (number(&first), number(&second));
    assert_ne!(first["dataset"]["slug"], second["dataset"]["slug"]);
    assert_eq!(number(&filtered)["rowCount"], json!(1));
}

async fn take(stream: &mut BoxStream<'static, Answer>, count: usize) -> Vec<Value> {
    let mut heard = Vec::new();
    while heard.len() < count {
        let answer = stream.next().await.expect("the subscription goes on");
        assert_eq!(answer.faults, []);
        heard.push(answer.data["datasetPublished"].clone().into());
    }
    heard
}

fn subscribe(arguments: &str) -> String {
    format!("subscription {{ datasetPublished({arguments}) {{ cursor number dataset {{ slug }} }} }}")
}

fn told(heard: &[Value]) -> Vec<String> {
    heard.iter().map(|version| format!("{} {}", version["dataset"]["slug"].as_str().unwrap(), version["number"])).collect()
}

#[tokio::test]
async fn a_listener_that_comes_back_with_its_cursor_misses_nothing_and_hears_nothing_twice() {
    let city = city().await;
    let (one, other) = (city.readings("one").await, city.readings("other").await);
    let publish = async |dataset: &str| assert_eq!(city.publish(dataset, &format!("{HEADER}a,,,,,,\n")).await["errors"], json!([]));
    publish(&one).await;
    publish(&other).await;
    let beginning = format!("after: \"{}\"", Cursor::encode(&0).unwrap().as_str());
    let first = take(&mut city.listen(&subscribe(&beginning)).await, 2).await;
    assert_eq!(told(&first), ["one 1", "other 1"]);
    // While it was away, and it had heard the first only.
    publish(&one).await;
    publish(&other).await;
    let after = format!("after: {}", first[0]["cursor"]);
    let mut listener = city.listen(&subscribe(&after)).await;
    assert_eq!(told(&take(&mut listener, 3).await), ["other 1", "one 2", "other 2"]);
    // And what is published while it listens.
    let (heard, ()) = tokio::join!(take(&mut listener, 1), publish(&one));
    assert_eq!(told(&heard), ["one 3"]);
    assert!(listener.next().now_or_never().is_none(), "and no more");
    let mut filtered = city.listen(&subscribe(&format!("slug: \"one\", {after}"))).await;
    assert_eq!(told(&take(&mut filtered, 2).await), ["one 2", "one 3"]);
    let data = city.read("{ dataset(slug: \"one\") { versions(first: 1) { nodes { cursor } } } }").await;
    assert_eq!(data["dataset"]["versions"]["nodes"], json!([{ "cursor": null }]));
}

#[tokio::test]
async fn a_listener_misses_nothing_of_what_many_publish_at_once() {
    let city = city().await;
    let slugs: Vec<String> = (0..12).map(|number| format!("readings-{number}")).collect();
    let ids = join_all(slugs.iter().map(|slug| city.readings(slug))).await;
    let beginning = format!("after: \"{}\"", Cursor::encode(&0).unwrap().as_str());
    let mut listener = city.listen(&subscribe(&beginning)).await;
    let rows = format!("{HEADER}a,,,,,,\n");
    let heard = tokio::time::timeout(Duration::from_secs(60), take(&mut listener, slugs.len()));
    let (heard, _) = tokio::join!(heard, join_all(ids.iter().map(|id| city.publish(id, &rows))));
    let mut heard = told(&heard.expect("all are heard"));
    heard.sort_unstable();
    let mut expected: Vec<String> = slugs.iter().map(|slug| format!("{slug} 1")).collect();
    expected.sort_unstable();
    assert_eq!(heard, expected);
}

#[tokio::test]
async fn a_cursor_that_was_not_given_out_is_refused() {
    let city = city().await;
    for cursor in ["", "no cursor", "bm8"] {
        let answer = city.listen(&subscribe(&format!("after: \"{cursor}\""))).await.next().await.unwrap();
        assert_eq!(answer.faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [Code::BadUserInput], "{cursor}");
    }
}
