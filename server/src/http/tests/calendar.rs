//! A calendar as programs that show calendars meet it.

use kernel::{Clock, SystemClock};
use serde_json::json;

use super::{House, closed, open};
use crate::identity::Persona;

/// Makes an address, in Russian; its path and its id.
async fn link(house: &House, bearer: &str) -> (String, String) {
    let input = json!({ "idempotencyKey": house.edge.rng.uuid_v7(house.edge.clock.now()) });
    let query = "mutation($i: CreateCalendarLinkInput!) { createCalendarLink(input: $i) { link { id path } errors { message } } }";
    let body = json!({ "query": query, "variables": { "i": input } }).to_string();
    let made = house.post(body, &[("authorization", bearer), ("accept-language", "ru")]).await.json();
    let text = |name: &str| made["data"]["createCalendarLink"]["link"][name].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    (text("path"), text("id"))
}

#[tokio::test]
async fn an_officers_address_gives_a_calendar_until_it_is_ended() {
    let house = open().await;
    let bearer = format!("Bearer {}", Persona::Officer.token(&house.issuer, SystemClock.now()).unwrap());
    let (path, id) = link(&house, &bearer).await;
    let calendar = house.get(&path, &[]).await;
    assert_eq!((calendar.status.as_u16(), calendar.header("content-type")), (200, "text/calendar; charset=utf-8"));
    assert_eq!((calendar.header("content-language"), calendar.header("cache-control")), ("ru", "no-store"));
    let text = String::from_utf8(calendar.body).unwrap();
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.contains("\r\nMETHOD:PUBLISH\r\n") && text.contains("сроки ответов"), "{text}");

    let query = "mutation($i: EndCalendarLinkInput!) { endCalendarLink(input: $i) { ended errors { message } } }";
    let input = json!({ "idempotencyKey": house.edge.rng.uuid_v7(house.edge.clock.now()), "link": id });
    let ended = house.post(json!({ "query": query, "variables": { "i": input } }).to_string(), &[("authorization", &bearer)]).await;
    assert_eq!(ended.json()["data"]["endCalendarLink"], json!({ "ended": id, "errors": [] }));
    for gone in [path.as_str(), "/calendar/x.ics", "/calendar/%00.ics", "/calendar/x", &path.replace(".ics", "")] {
        let answer = house.get(gone, &[("accept-language", "en")]).await;
        assert_eq!(answer.status.as_u16(), 404, "{gone}");
        assert!(String::from_utf8_lossy(&answer.body).starts_with("There is no such calendar"), "{gone}");
    }
}

#[tokio::test]
async fn a_city_that_is_not_open_yet_has_no_calendar() {
    let (house, _, _) = closed().await;
    let answer = house.get("/calendar/x.ics", &[]).await;
    assert_eq!((answer.status.as_u16(), answer.header("retry-after")), (503, "1"));
}
