//! Queues, their counts, and what is found in them.

use kernel::{Actor, OperationKind, PartyId};
use serde_json::{Value, json};

use super::{
    city::{City, Filed, NAME, PHONE, category, city, codes, district, strings, water},
    people::{auditor, officer, other_officer, supervisor},
};

async fn read(city: &City, actor: &Actor, text: &str, variables: Value) -> Value {
    let answer = city.ask(OperationKind::Query, actor.clone(), text, variables).await;
    assert_eq!(answer.faults, [], "{text}");
    answer.data.into()
}

async fn found(city: &City, actor: &Actor, filter: Value) -> Vec<String> {
    let text = "query($f: DeskFilter) { desk(filter: $f) { nodes { reference } } }";
    let data = read(city, actor, text, json!({ "f": filter })).await;
    let mut found: Vec<String> = strings(&data["desk"]["nodes"], "reference").into_iter().map(str::to_owned).collect();
    found.sort();
    found
}

async fn save(city: &City, actor: &Actor, input: Value) -> Value {
    city.act(actor, "saveQueue", "queue { id name shared kept count filter { query category { slug } district { id } ended } }", input)
        .await
}

/// Three reports at the water utility.
async fn filed(city: &City) -> Vec<Filed> {
    let mut filed = Vec::new();
    for text in ["Көшеде шұңқырлар көп, су ағып жатыр", "Во дворе прорвало трубу, течёт вода", "No water since Monday, Ташкентская 5"]
    {
        let mut input = water();
        input["text"] = json!(text);
        filed.push(city.routed(input).await);
    }
    filed
}

#[tokio::test]
async fn officers_find_cases_by_words_numbers_names_and_phones() {
    let city = city().await;
    let all = filed(&city).await;
    let check = async |query: &str, expected: &[usize]| {
        let expected: Vec<String> = expected.iter().map(|place| all[*place].reference.clone()).collect();
        assert_eq!(found(&city, &officer(), json!({ "query": query })).await, expected, "{query}");
    };
    check("шұңқыр", &[0]).await;
    check("shunkyr", &[0]).await;
    check("прорвалась труба", &[1]).await;
    check("tashkent", &[2]).await;
    check("wat", &[2]).await;
    check(&all[1].reference, &[1]).await;
    check(PHONE, &[0, 1, 2]).await;
    check(NAME, &[0, 1, 2]).await;
    check("вода дракон", &[]).await;
    check("\" OR 1=1 --", &[]).await;
    check("   ", &[]).await;
}

#[tokio::test]
async fn nobody_finds_what_they_may_not_see() {
    let city = city().await;
    let all = filed(&city).await;
    assert_eq!(found(&city, &other_officer(), json!({ "query": "труба" })).await, [""; 0]);
    let public = "{ publicFeedback(filter: { query: \"труба\" }) { nodes { reference } } }";
    assert_eq!(city.read(&Actor::Anonymous, public).await["publicFeedback"]["nodes"], json!([]), "nothing of it is published");
    city.do_work(&officer(), "releaseText", &all[1], json!({ "text": "Прорвало трубу" })).await;
    assert_eq!(strings(&city.read(&Actor::Anonymous, public).await["publicFeedback"]["nodes"], "reference"), [all[1].reference.as_str()]);
    let withheld = "{ publicFeedback(filter: { query: \"двор\" }) { nodes { reference } } }";
    assert_eq!(city.read(&Actor::Anonymous, withheld).await["publicFeedback"]["nodes"], json!([]), "what was left out is not found");
}

#[tokio::test]
async fn every_desk_has_its_queues_and_each_says_how_many() {
    let city = city().await;
    let all = filed(&city).await;
    city.do_work(&officer(), "claimCase", &all[0], json!({})).await;
    let data = city.read(&officer(), "{ queues { name kept count } }").await;
    let queues = data["queues"].as_array().unwrap().iter();
    let counts: Vec<(&str, i64)> = queues.map(|queue| (queue["name"].as_str().unwrap(), queue["count"].as_i64().unwrap())).collect();
    let expected = [
        ("Mine", 1),
        ("Nobody’s yet", 2),
        ("Contested by the reporter", 0),
        ("Due within three days", 3),
        ("Overdue", 0),
        ("Waiting for the reporter", 0),
    ];
    assert_eq!(counts, expected);
}

#[tokio::test]
async fn the_counts_of_all_queues_are_one_statement() {
    let city = super::city::quiet_city().await;
    filed(&city).await;
    let before = journal::statements();
    city.read(&officer(), "{ queues { name count } }").await;
    assert_eq!(journal::statements() - before, 2, "the queues, and their counts");
}

#[tokio::test]
async fn a_kept_queue_is_its_owners_until_it_is_deleted() {
    let city = city().await;
    let all = filed(&city).await;
    let filter = json!({ "query": "труба", "category": category("water-supply"), "district": district("turkistan-city") });
    let saved = save(&city, &officer(), json!({ "name": "Құбыр", "filter": filter })).await;
    assert_eq!((codes(&saved), &saved["queue"]["count"]), (vec![], &json!(1)));
    let kept = json!({ "query": "труба", "category": { "slug": "water-supply" }, "district": { "id": district("turkistan-city") }, "ended": false });
    assert_eq!(saved["queue"]["filter"], kept);
    let id = saved["queue"]["id"].clone();
    let desk = "query($q: ID!) { desk(queue: $q) { nodes { reference } } queues { name } }";
    let own = read(&city, &officer(), desk, json!({ "q": id })).await;
    assert_eq!(strings(&own["desk"]["nodes"], "reference"), [all[1].reference.as_str()]);
    assert_eq!(own["queues"].as_array().unwrap().len(), 7);
    let others = read(&city, &auditor(), desk, json!({ "q": id })).await;
    assert_eq!((&others["desk"]["nodes"], others["queues"].as_array().unwrap().len()), (&json!([]), 6));

    let change = json!({ "queue": id, "name": "Су", "filter": { "query": "су" } });
    assert_eq!(codes(&save(&city, &supervisor(), change.clone()).await), ["NOT_FOUND input.queue"]);
    assert_eq!(save(&city, &officer(), change).await["queue"]["name"], "Су");
    let input = json!({ "queue": id, "idempotencyKey": city.key() });
    let deleted = city.act(&officer(), "deleteQueue", "deleted", input.clone()).await;
    assert_eq!(deleted["deleted"], id);
    assert_eq!(city.act(&officer(), "deleteQueue", "deleted", input).await, deleted, "the same key is the same act");
    assert_eq!(codes(&city.act(&officer(), "deleteQueue", "deleted", json!({ "queue": id })).await), ["NOT_FOUND input.queue"]);
}

#[tokio::test]
async fn a_queue_that_cannot_be_is_refused_by_the_field() {
    let city = city().await;
    let check = async |input: Value, expected: &str| {
        assert_eq!(codes(&save(&city, &officer(), input.clone()).await), [expected], "{input}");
    };
    check(json!({ "name": " ", "filter": {} }), "INVALID input.name").await;
    check(json!({ "name": "а".repeat(81), "filter": {} }), "LIMIT_REACHED input.name").await;
    check(json!({ "name": "x", "filter": { "query": "" } }), "INVALID input.filter.query").await;
    check(json!({ "name": "x", "filter": { "dueWithinDays": -1 } }), "INVALID input.filter.dueWithinDays").await;
    check(json!({ "name": "x", "filter": { "category": "x" } }), "NOT_FOUND input.filter.category").await;
    check(json!({ "name": "x", "filter": {}, "shared": true }), "NOT_ALLOWED input.shared").await;
    for number in 0..20 {
        assert_eq!(codes(&save(&city, &officer(), json!({ "name": number.to_string(), "filter": {} })).await), [""; 0]);
    }
    check(json!({ "name": "21", "filter": {} }), "LIMIT_REACHED").await;
}

#[tokio::test]
async fn a_supervisor_shares_a_queue_with_the_party() {
    let city = city().await;
    let filter = json!({ "party": PartyId::of_slug("water-turkistan-city").global() });
    let shared = save(&city, &supervisor(), json!({ "name": "Бөлім", "filter": filter, "shared": true })).await;
    assert_eq!((codes(&shared), &shared["queue"]["shared"]), (vec![], &json!(true)));
    let colleague = super::people::person("colleague", kernel::Role::Officer, Some("energy-housing"));
    let names = city.read(&colleague, "{ queues { name } }").await;
    assert_eq!(strings(&names["queues"], "name").last(), Some(&"Бөлім"));
    let own = city.act(&colleague, "deleteQueue", "deleted", json!({ "queue": shared["queue"]["id"] })).await;
    assert_eq!(codes(&own), ["NOT_FOUND input.queue"], "only a supervisor changes what all have");
}

#[tokio::test]
async fn what_is_erased_is_found_no_more() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let own = json!({ "reference": filed.reference, "key": filed.key });
    let query = json!({ "query": PHONE, "ended": true });
    assert_eq!(codes(&city.act(&Actor::Anonymous, "withdrawFeedback", "feedback { status }", own.clone()).await), [""; 0]);
    assert_eq!(found(&city, &officer(), query.clone()).await, std::slice::from_ref(&filed.reference));
    assert_eq!(codes(&city.act(&Actor::Anonymous, "eraseFeedback", "feedback { status }", own).await), [""; 0]);
    assert_eq!(found(&city, &officer(), query).await, [""; 0]);
}
