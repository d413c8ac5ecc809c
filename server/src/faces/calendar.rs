//! An officer's deadlines as iCalendar (RFC 5545), for programs that show calendars. The token in the address is all the authority there is: its
//! owner makes and ends such addresses in the graph.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
        request::Parts,
    },
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use icalendar::{Calendar, Class, Component, Event, EventLike, Property};
use kernel::{Code, Document, Locale};
use serde::Deserialize;
use serde_json::json;

use super::Visit;
use crate::{
    http::{Edge, rejection::Rejection, respond},
    words::words,
};

/// A calendar of deadlines by its token. Its language is known with the answer only, so that names come in all.
pub(crate) static CALENDAR: Document = Document {
    name: "server.Calendar",
    text: "query Calendar($token: String!) { deadlineCalendar(token: $token) { locale entries { revision feedback { reference \
           category { kk: name(locale: KK) ru: name(locale: RU) en: name(locale: EN) } deadline { dueOn } latest { at } receivedAt } } } }",
};

/// What it takes, in the units of an operation's cost.
const COST: u64 = 1_000;
/// How often a program should ask again (RFC 7986 §5.7).
const REFRESH: TimeDelta = TimeDelta::minutes(30);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    deadline_calendar: Option<Deadlines>,
}

#[derive(Deserialize)]
struct Deadlines {
    locale: String,
    entries: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
struct Entry {
    revision: u32,
    feedback: Report,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    reference: String,
    category: Option<kernel::LocalizedText>,
    deadline: Option<Deadline>,
    latest: Option<Latest>,
    received_at: DateTime<Utc>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deadline {
    due_on: NaiveDate,
}

#[derive(Deserialize)]
struct Latest {
    at: DateTime<Utc>,
}

/// Everything that it answers.
pub(super) fn routes() -> Router<Arc<Edge>> {
    Router::new().route("/calendar/{name}", get(read))
}

async fn read(State(edge): State<Arc<Edge>>, Path(name): Path<String>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let locale = edge.asker(&parts.headers).1;
    answer(&edge, &parts, &name, locale).await.unwrap_or_else(|rejection| {
        let mut response = (rejection.status, rejection.message.get(locale).to_owned()).into_response();
        respond::common(response.headers_mut(), locale);
        if rejection.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, respond::SOON);
        }
        response
    })
}

async fn answer(edge: &Edge, parts: &Parts, name: &str, locale: Locale) -> Result<Response, Rejection> {
    let unknown = || Rejection::new(StatusCode::NOT_FOUND, Code::NotFound, "calendar-unknown", &[]);
    // The graph takes no U+0000, and no token of ours holds anything unusual.
    let token = name.strip_suffix(".ics").filter(|token| token.bytes().all(|byte| byte.is_ascii_graphic())).ok_or_else(unknown)?;
    let visit = Visit::begin(edge, parts, locale, COST).await?;
    let found: Found = visit.ask(&CALENDAR, json!({ "token": token })).await?;
    let Deadlines { locale, entries } = found.deadline_calendar.ok_or_else(unknown)?;
    // A calendar without its entries would take them out of the officer's own.
    let entries = entries.ok_or_else(|| Rejection::general(StatusCode::SERVICE_UNAVAILABLE, Code::SubgraphUnavailable))?;
    let locale = Locale::from_tag(&locale).unwrap_or_default();
    let mut response = Response::new(calendar(&entries, &visit.faces.tag_authority, locale).into());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/calendar; charset=utf-8"));
    respond::common(response.headers_mut(), locale);
    Ok(response)
}

fn calendar(entries: &[Entry], authority: &str, locale: Locale) -> String {
    let mut calendar = Calendar::empty();
    for (name, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//Smart Turkistan//Deadlines//KK"),
        ("CALSCALE", "GREGORIAN"),
        // RFC 5546 §3.2.1: told to whoever asks, nobody answers.
        ("METHOD", "PUBLISH"),
    ] {
        calendar.append_property(Property::new(name, value));
    }
    calendar.name(&words().text(locale, "calendar-title", &[])).timezone("Asia/Almaty").ttl(&REFRESH);
    for Entry { revision, feedback } in entries {
        let Some(Deadline { due_on }) = feedback.deadline else { continue };
        let category = feedback.category.as_ref().map(|name| name.get(locale));
        let facts = [("reference", feedback.reference.as_str().into())];
        let summary = [words().text(locale, "calendar-due", &facts)].into_iter().chain(category.map(str::to_owned));
        let mut event = Event::new();
        event.uid(&format!("{}@{authority}", feedback.reference)).sequence(*revision);
        // When this revision was made, and not when it was asked for, so that the same calendar is the same text.
        event.timestamp(feedback.latest.as_ref().map_or(feedback.received_at, |latest| latest.at));
        // A day without an end is that day (§3.6.1).
        event.starts(due_on).summary(&summary.collect::<Vec<_>>().join(" · ")).class(Class::Private);
        // The day is not taken by it.
        event.add_property("TRANSP", "TRANSPARENT");
        if let Some(category) = category {
            event.categories([category]);
        }
        calendar.push(event.done());
    }
    calendar.to_string()
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use kernel::LocalizedText;

    use super::*;

    #[test]
    fn a_deadline_is_a_day_with_an_id_of_its_own_and_lines_are_short() {
        let name = LocalizedText::from_fn(|locale| format!("Сумен қамтамасыз ету; {}, үзілістер, судың сапасы және қысымы", locale.tag()));
        let report = Report {
            reference: "TK-2026-000123".to_owned(),
            category: Some(name),
            deadline: Some(Deadline { due_on: NaiveDate::from_ymd_opt(2026, 11, 30).unwrap() }),
            latest: None,
            received_at: Utc.with_ymd_and_hms(2026, 11, 24, 7, 0, 0).unwrap(),
        };
        let text = calendar(&[Entry { revision: 7, feedback: report }], "city.test", Locale::Kk);
        for line in
            ["METHOD:PUBLISH", "UID:TK-2026-000123@city.test", "SEQUENCE:7", "DTSTAMP:20261124T070000Z", "DTSTART;VALUE=DATE:20261130"]
        {
            assert!(text.contains(&format!("\r\n{line}\r\n")), "{line}\n{text}");
        }
        assert!(text.lines().all(|line| line.len() <= 75), "RFC 5545 §3.1: {text}");
        assert!(text.replace("\r\n ", "").contains("CATEGORIES:Сумен қамтамасыз ету\\; kk\\, үзілістер"), "{text}");
        assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"), "{text}");
    }
}
