//! The deadlines of an officer, by a private address.

use kernel::{Actor, OperationKind, Role};
use serde_json::{Value, json};

use super::{
    city::{City, city, codes, strings, water},
    people::{auditor, citizen, officer, other_officer, person},
};

async fn link(city: &City, actor: &Actor) -> (String, String) {
    let made = city.act(actor, "createCalendarLink", "link { id path createdAt }", json!({})).await;
    assert_eq!(codes(&made), [""; 0]);
    let path = made["link"]["path"].as_str().unwrap();
    let token = path.strip_prefix("/calendar/").unwrap().strip_suffix(".ics").unwrap();
    (made["link"]["id"].as_str().unwrap().to_owned(), token.to_owned())
}

/// What whoever holds the token reads.
async fn calendar(city: &City, token: &str) -> Value {
    let text = format!(
        "{{ deadlineCalendar(token: \"{token}\") {{ locale entries {{ revision feedback {{ reference text deadline {{ dueOn }} }} }} }} }}"
    );
    city.read(&Actor::Anonymous, &text).await["deadlineCalendar"].take()
}

fn references(calendar: &Value) -> Vec<&str> {
    let reports: Vec<&Value> = calendar["entries"].as_array().unwrap().iter().map(|entry| &entry["feedback"]).collect();
    reports.into_iter().map(|report| report["reference"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_calendar_holds_the_open_cases_that_its_owner_works_on_and_nothing_personal() {
    let city = city().await;
    let (mine, nobodys) = (city.routed(water()).await, city.routed(water()).await);
    let (_, token) = link(&city, &officer()).await;
    assert_eq!(references(&calendar(&city, &token).await), [""; 0]);
    city.do_work(&officer(), "claimCase", &mine, json!({})).await;
    let before = calendar(&city, &token).await;
    assert_eq!((references(&before), &before["locale"]), (vec![mine.reference.as_str()], &json!("EN")));
    assert_eq!(before["entries"][0]["feedback"]["text"], Value::Null);
    assert!(before["entries"][0]["feedback"]["deadline"]["dueOn"].is_string());
    city.do_work(&officer(), "noteOnCase", &mine, json!({ "text": "Бардық" })).await;
    let after = calendar(&city, &token).await;
    assert!(after["entries"][0]["revision"].as_i64() > before["entries"][0]["revision"].as_i64(), "{after}");
    city.respond(&mine).await;
    assert_eq!(references(&calendar(&city, &token).await), [""; 0], "{}", nobodys.reference);
}

#[tokio::test]
async fn an_address_that_was_ended_opens_nothing_and_only_its_owner_ends_it() {
    let city = city().await;
    let (id, token) = link(&city, &officer()).await;
    let end = async |actor: &Actor| codes(&city.act(actor, "endCalendarLink", "ended", json!({ "link": id })).await);
    assert_eq!(end(&other_officer()).await, ["NOT_FOUND input.link"]);
    assert!(calendar(&city, &token).await.is_object());
    assert_eq!(end(&officer()).await, [""; 0]);
    assert_eq!(calendar(&city, &token).await, Value::Null);
    assert_eq!(end(&officer()).await, ["NOT_FOUND input.link"]);
    for wrong in ["", "x", &token[1..]] {
        assert_eq!(calendar(&city, wrong).await, Value::Null, "{wrong}");
    }
}

#[tokio::test]
async fn whoever_works_no_cases_has_no_calendar_and_nobody_has_too_many_addresses() {
    let city = city().await;
    let partyless = person("lost", Role::Supervisor, None);
    let create = async |actor: &Actor| codes(&city.act(actor, "createCalendarLink", "link { id }", json!({})).await);
    let text = "mutation($input: CreateCalendarLinkInput!) { createCalendarLink(input: $input) { errors { code } } }";
    for actor in [Actor::Anonymous, citizen(), partyless] {
        let answer = city.ask(OperationKind::Mutation, actor, text, json!({ "input": { "idempotencyKey": city.key() } })).await;
        assert_eq!(answer.faults.len(), 1);
    }
    for _ in 0..5 {
        assert_eq!(create(&officer()).await, [""; 0]);
    }
    assert_eq!(create(&officer()).await, ["LIMIT_REACHED"]);
    let viewer = json!([{ "__typename": "Viewer", "id": kernel::GlobalId::encode("Viewer", kernel::PersonId::of_slug("officer").uuid()) }]);
    let own = city.entities(&officer(), viewer.clone(), "... on Viewer { calendarLinks { path } }").await;
    assert_eq!(strings(&own[0]["calendarLinks"], "path").len(), 5);
    let others = city.entities(&auditor(), viewer, "... on Viewer { calendarLinks { path } }").await;
    assert_eq!(others[0], Value::Null, "nobody looks through another's eyes");
}
