//! Feeds as their readers meet them.

use kernel::{CategoryId, DistrictId};
use quick_xml::{Reader, events::Event};
use serde_json::json;

use super::{Answer, House, open};

const HOST: (&str, &str) = ("host", "city.test");
const ENGLISH: (&str, &str) = ("accept-language", "en");

async fn read(house: &House, target: &str, headers: &[(&str, &str)]) -> Answer {
    let mut all = vec![HOST, ENGLISH];
    all.extend(headers);
    house.get(&format!("/feeds/{target}"), &all).await
}

/// Files a report about a category; its number.
async fn file(house: &House, category: &str, district: &str) -> String {
    let input = json!({
        "idempotencyKey": house.edge.rng.uuid_v7(house.edge.clock.now()), "text": "Үйде Айгүл апай тұрады", "locale": "KK",
        "category": CategoryId::of_slug(category).global(),
        "place": { "district": DistrictId::of_slug(district).global(), "point": { "lat": 43.30042, "lon": 68.25017 } },
    });
    let query = "mutation($i: SubmitFeedbackInput!) { submitFeedback(input: $i) { coupon { reference } } }";
    let answer = house.post(json!({ "query": query, "variables": { "i": input } }).to_string(), &[]).await;
    answer.json()["data"]["submitFeedback"]["coupon"]["reference"].as_str().unwrap().to_owned()
}

/// The texts of all elements with a name.
fn texts(answer: &Answer, name: &str) -> Vec<String> {
    let text = std::str::from_utf8(&answer.body).unwrap();
    let (mut reader, mut found, mut inside) = (Reader::from_str(text), Vec::new(), false);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return found,
            Event::Start(start) => inside = start.name().0 == name,
            Event::Text(text) if inside => found.push(text.to_string()),
            Event::End(_) => inside = false,
            _ => {}
        }
    }
}

#[tokio::test]
async fn both_feeds_hold_the_public_list_newest_first_and_nothing_personal() {
    let house = open().await;
    let numbers = [file(&house, "water-supply", "arys").await, file(&house, "street-lighting", "kentau").await];
    let ids: Vec<_> = numbers.iter().rev().map(|number| format!("tag:turkistan.localhost,2026:feedback/{number}")).collect();
    for (name, content_type, id) in
        [("feedback.atom", "application/atom+xml; charset=utf-8", "id"), ("feedback.rss", "application/rss+xml; charset=utf-8", "guid")]
    {
        let feed = read(&house, name, &[]).await;
        assert_eq!((feed.status.as_u16(), feed.header("content-type"), feed.header("content-language")), (200, content_type, "en"));
        let own = texts(&feed, id).into_iter().filter(|id| id.contains('/')).collect::<Vec<_>>();
        assert_eq!(own, ids, "{name}");
        assert_eq!(texts(&feed, "georss:point"), ["43.3005 68.2505", "43.3005 68.2505"]);
        let text = String::from_utf8(feed.body).unwrap();
        assert!(text.contains(&format!("http://city.test/open311/v2/requests/{}.json", numbers[0])), "{text}");
        assert!(!text.contains("Айгүл") && !text.contains("43.30042"), "{text}");
    }
}

#[tokio::test]
async fn a_feed_is_narrowed_by_its_address_and_has_an_id_of_its_own() {
    let house = open().await;
    let [water, light] = [file(&house, "water-supply", "arys").await, file(&house, "street-lighting", "kentau").await];
    async fn check(house: &House, query: &str, expected: &[&String]) {
        let feed = read(house, &format!("feedback.atom?{query}"), &[]).await;
        let ids = texts(&feed, "id");
        let (own, entries) = ids.split_first().unwrap();
        assert!(own.starts_with("tag:turkistan.localhost,2026:feedback?"), "{own}");
        let numbers: Vec<_> = entries.iter().map(|id| id.rsplit('/').next().unwrap()).collect();
        assert_eq!(numbers, expected, "{query}");
    }
    check(&house, "category=water-supply", &[&water]).await;
    check(&house, "district=kentau", &[&light]).await;
    check(&house, "status=registered&utm=x", &[&light, &water]).await;
    check(&house, "status=answered", &[]).await;
    check(&house, "open=false", &[]).await;
    check(&house, "responsible=water-arys", &[]).await;
    check(&house, "category=nothing", &[]).await;
    for (target, status) in
        [("feedback.atom?status=done", 400), ("feedback.atom?status=%00", 400), ("feedback.json", 404), ("other.atom", 404)]
    {
        let refused = read(&house, target, &[]).await;
        assert_eq!((refused.status.as_u16(), refused.header("cache-control")), (status, "no-store"), "{target}");
    }
}

#[tokio::test]
async fn an_address_says_the_language_for_readers_that_do_not() {
    let house = open().await;
    let mut titles = Vec::new();
    for locale in ["kk", "ru", "en"] {
        let feed = read(&house, &format!("feedback.atom?locale={locale}"), &[]).await;
        assert_eq!(feed.header("content-language"), locale);
        assert!(String::from_utf8_lossy(&feed.body).contains(&format!("xml:lang=\"{locale}\"")));
        titles.extend(texts(&feed, "title"));
    }
    titles.dedup();
    assert_eq!(titles.len(), 3, "{titles:?}");
}

#[tokio::test]
async fn a_feed_that_did_not_change_is_not_sent_again() {
    let house = open().await;
    file(&house, "water-supply", "arys").await;
    let feed = read(&house, "feedback.rss", &[]).await;
    let (tag, date) = (feed.header("etag").to_owned(), feed.header("last-modified").to_owned());
    assert!(date.ends_with(" GMT"), "{date}");
    for (headers, status) in [
        (vec![("if-none-match", tag.as_str())], 304),
        (vec![("if-modified-since", date.as_str())], 304),
        (vec![("if-none-match", "\"other\""), ("if-modified-since", date.as_str())], 200),
        (vec![("if-modified-since", "Fri, 31 Dec 2100 00:00:00 GMT")], 200),
    ] {
        let again = read(&house, "feedback.rss", &headers).await;
        assert_eq!((again.status.as_u16(), again.body.is_empty()), (status, status == 304), "{headers:?}");
    }
}
