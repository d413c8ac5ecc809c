//! Reading what was filed.

use axum::http::StatusCode;
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc};
use kernel::{Document, Locale, city_instant, city_time};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Answer, Parameters, Refused, Visit, definitions};
use crate::faces::report::Report;

/// A page of the public list.
pub(crate) static REQUESTS: Document = Document {
    name: "server.Open311Requests",
    text: "query Open311Requests($filter: PublicFeedbackFilter!, $first: Int!, $after: String) { \
           publicFeedback(filter: $filter, first: $first, after: $after) { \
           nodes { reference open text category { slug name } place { district { id name } near { lat lon } } responsible { id name } \
           latest { at text } deadline { dueAt dueOn } receivedAt } pageInfo { hasNextPage endCursor } } }",
};

/// The specification: a span of 90 days or the first 1,000 requests, whichever is smaller.
const DAYS_MAX: i64 = 90;
const REQUESTS_MAX: usize = 1_000;
/// The largest page of the graph.
const PAGE: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    public_feedback: Page,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    nodes: Vec<Report>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

/// A request as the specification writes one.
fn show(report: Report) -> Value {
    let place = report.place.unwrap_or_default();
    let (code, service) = report.category.map(|category| (category.slug, category.name)).unzip();
    let (lat, long) = place.near.map(|near| (near.lat, near.lon)).unzip();
    let (updated, notes) = report.latest.map(|latest| (instant(latest.at), latest.text)).unzip();
    json!({
        "service_request_id": report.reference,
        "status": if report.open { "open" } else { "closed" },
        "status_notes": notes,
        "service_name": service,
        "service_code": code,
        "description": report.text,
        "agency_responsible": report.responsible.and_then(|party| party.name),
        "service_notice": null,
        "requested_datetime": instant(report.received_at),
        "updated_datetime": updated,
        "expected_datetime": report.deadline.filter(|_| report.open).map(|deadline| instant(deadline.due_at)),
        // Whoever reads the public list learns the square and the district, and never the address.
        "address": place.district.and_then(|district| district.name),
        "address_id": null,
        "zipcode": null,
        "lat": lat,
        "long": long,
        "media_url": null,
    })
}

/// An instant by the city's clock (W3C, Date and Time Formats).
fn instant(at: DateTime<Utc>) -> String {
    city_time(at).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// `GET requests`.
pub(super) async fn list(visit: &Visit<'_>, asked: &Parameters) -> Result<Answer, Refused> {
    let filter = match asked.list("service_request_id") {
        // The specification: it overrides all other arguments.
        Some(ids) => by_number(ids, visit.request.locale)?,
        None => narrow(visit, asked).await?,
    };
    find(visit, filter).await.map(|found| Answer::new("service_requests", found.into_iter().map(show).collect()))
}

/// `GET requests/{service_request_id}`.
pub(super) async fn one(visit: &Visit<'_>, id: &str) -> Result<Answer, Refused> {
    let report = get(visit, id, "open311-request-unknown").await?;
    Ok(Answer::new("service_requests", json!([show(report)])))
}

/// `GET tokens/{token}`. A number is known at once, so no other token is ever given, and a number is its own.
pub(super) async fn token(visit: &Visit<'_>, token: &str) -> Result<Answer, Refused> {
    let report = get(visit, token, "open311-token-unknown").await?;
    Ok(Answer::new("service_requests", json!([{ "service_request_id": report.reference, "token": token }])))
}

async fn get(visit: &Visit<'_>, id: &str, unknown: &str) -> Result<Report, Refused> {
    let locale = visit.request.locale;
    let found = find(visit, by_number(vec![id], locale)?).await?;
    found.into_iter().next().ok_or_else(|| Refused::new(StatusCode::NOT_FOUND, locale, unknown))
}

/// Reads page after page, until there is no more or there are as many as the specification lets be.
async fn find(visit: &Visit<'_>, filter: Map<String, Value>) -> Result<Vec<Report>, Refused> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let variables = json!({ "filter": filter, "first": PAGE, "after": after });
        let answer = visit.ask::<Found>(&REQUESTS, variables).await;
        let Page { nodes, page_info } = answer.map_err(|rejection| Refused::of(&rejection, visit.request.locale))?.public_feedback;
        found.extend(nodes);
        if !page_info.has_next_page || found.len() >= REQUESTS_MAX {
            return Ok(found);
        }
        after = page_info.end_cursor;
    }
}

fn by_number(mut ids: Vec<&str>, locale: Locale) -> Result<Map<String, Value>, Refused> {
    if ids.len() > PAGE {
        return Err(Refused::bad(locale, "open311-many", &[("max", PAGE.into())]));
    }
    // The graph takes no U+0000, and no number of ours holds anything unusual.
    ids.retain(|id| id.bytes().all(|byte| byte.is_ascii_graphic()));
    Ok(Map::from_iter([("references".to_owned(), json!(ids))]))
}

/// The filter of a list that names no numbers.
async fn narrow(visit: &Visit<'_>, asked: &Parameters) -> Result<Map<String, Value>, Refused> {
    let locale = visit.request.locale;
    let (from, until) = span(asked, visit.request.now, locale)?;
    let mut filter = Map::from_iter([("receivedFrom".to_owned(), json!(from)), ("receivedUntil".to_owned(), json!(until))]);
    if let Some(open) = status(asked, locale)? {
        filter.insert("open".to_owned(), json!(open));
    }
    if let Some(codes) = asked.list("service_code") {
        let services = definitions::all(visit).await?;
        let known = services.into_iter().filter(|service| codes.contains(&service.slug.as_str()));
        filter.insert("categories".to_owned(), known.map(|service| service.id).collect());
    }
    Ok(filter)
}

/// Whether only open ones are asked for, or only closed ones.
fn status(asked: &Parameters, locale: Locale) -> Result<Option<bool>, Refused> {
    let named = asked.list("status").unwrap_or_default();
    if named.iter().any(|status| !matches!(*status, "open" | "closed")) {
        return Err(Refused::bad(locale, "open311-status", &[]));
    }
    Ok(match (named.contains(&"open"), named.contains(&"closed")) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    })
}

/// From when until when, both included: what is not said is 90 days from what is, and by default the last 90 days.
fn span(asked: &Parameters, now: DateTime<Utc>, locale: Locale) -> Result<(DateTime<Utc>, DateTime<Utc>), Refused> {
    let read = |name: &'static str| match asked.get(name).map(|text| moment(text).ok_or(name)).transpose() {
        Ok(read) => Ok(read),
        Err(name) => Err(Refused::bad(locale, "open311-date", &[("name", name.into())])),
    };
    let days = TimeDelta::days(DAYS_MAX);
    let earlier = |at: DateTime<Utc>| at.checked_sub_signed(days).unwrap_or(at);
    let (from, until) = match (read("start_date")?, read("end_date")?) {
        (Some(from), Some(until)) => (from, until),
        (Some(from), None) => (from, from.checked_add_signed(days).unwrap_or(from)),
        (None, Some(until)) => (earlier(until), until),
        (None, None) => (earlier(now), now),
    };
    if from > until || until.signed_duration_since(from) > days {
        return Err(Refused::bad(locale, "open311-span", &[("max", DAYS_MAX.into())]));
    }
    Ok((from, until))
}

/// Reads an instant as W3C writes it, down to a day, which begins by the city's clock. Years that the graph cannot hold are none.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    // In an address a `+` that is not encoded is a space.
    let text = text.replace(' ', "+");
    let exact = DateTime::parse_from_rfc3339(&text).or_else(|_| DateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M%:z"));
    let day = || NaiveDate::parse_from_str(&text, "%Y-%m-%d").map(|day| city_instant(day.and_time(NaiveTime::MIN)));
    let found = exact.map(|at| at.to_utc()).ok().or_else(|| day().ok())?;
    (1900..=9000).contains(&chrono::Datelike::year(&found)).then_some(found)
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn noon() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 24, 7, 0, 0).unwrap()
    }

    #[test]
    fn a_span_is_ninety_days_at_the_most() {
        fn check(query: &str, expected: Option<(&str, &str)>) {
            let found = span(&Parameters::read(query.as_bytes()), noon(), Locale::En);
            let told = found.map(|(from, until)| (instant(from), instant(until))).map_err(|refused| refused.status.as_u16());
            assert_eq!(told, expected.map(|(from, until)| (from.to_owned(), until.to_owned())).ok_or(400), "{query}");
        }
        check("", Some(("2026-08-26T12:00:00+05:00", "2026-11-24T12:00:00+05:00")));
        check("start_date=2026-01-01T00:00:00Z", Some(("2026-01-01T05:00:00+05:00", "2026-04-01T05:00:00+05:00")));
        check("end_date=2026-04-01T00:00:00%2B05:00", Some(("2026-01-01T00:00:00+05:00", "2026-04-01T00:00:00+05:00")));
        check("start_date=2026-11-01&end_date=2026-11-02", Some(("2026-11-01T00:00:00+05:00", "2026-11-02T00:00:00+05:00")));
        check("start_date=2026-11-01T10:00+05:00", Some(("2026-11-01T10:00:00+05:00", "2027-01-30T10:00:00+05:00")));
        check("start_date=2026-01-01&end_date=2026-11-02", None);
        check("start_date=2026-11-02&end_date=2026-11-01", None);
        check("start_date=yesterday", None);
        check("start_date=2026-11-01T10:00:00", None);
        check("end_date=99999-01-01", None);
    }

    #[test]
    fn a_status_is_open_or_closed() {
        for (query, expected) in [
            ("", Ok(None)),
            ("status=open", Ok(Some(true))),
            ("status=closed", Ok(Some(false))),
            ("status=open,closed", Ok(None)),
            ("status=open&status=closed", Ok(None)),
            ("status=done", Err(400)),
        ] {
            let found = status(&Parameters::read(query.as_bytes()), Locale::En).map_err(|refused| refused.status.as_u16());
            assert_eq!(found, expected, "{query}");
        }
    }
}
