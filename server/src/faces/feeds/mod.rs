//! Feeds of the public list, for readers of feeds: Atom (RFC 4287) and RSS 2.0 with the same content.
//!
//! An entry is a request as everybody sees it. It keeps its id for good (RFC 4151), and is new again whenever something happens to the request.

mod atom;
mod rss;

use std::{io, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Path, Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{CONTENT_TYPE, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RETRY_AFTER},
        request::Parts,
    },
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{DateTime, Utc};
use kernel::{CategoryId, Code, DistrictId, Document, Locale, PartyId};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Visit, report::Report};
use crate::{
    http::{Edge, caching, rejection::Rejection, respond},
    words::words,
};

/// The newest requests of the public list.
pub(crate) static FEED: Document = Document {
    name: "server.Feed",
    text: "query Feed($filter: PublicFeedbackFilter!, $first: Int!) { publicFeedback(filter: $filter, first: $first) { \
           nodes { reference text category { slug name } place { district { id name } near { lat lon } } responsible { id name } \
           latest { at text } deadline { dueAt dueOn } open receivedAt } } }",
};

/// How many entries a feed has.
const ENTRIES: u32 = 50;
/// What it takes, in the units of an operation's cost.
const COST: u64 = 1_000;
/// What a feed is called in its address and its ids.
const NAME: &str = "feedback";
/// The parameters that make another feed of it; others are their reader's own.
const NARROWING: [&str; 5] = ["category", "district", "open", "responsible", "status"];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    public_feedback: Page,
}

#[derive(Deserialize)]
struct Page {
    nodes: Vec<Report>,
}

/// A feed, whatever it is written in.
struct Feed {
    /// The same for good.
    id: String,
    /// Where it is, and where its city is.
    address: String,
    home: String,
    locale: Locale,
    title: String,
    description: String,
    updated: DateTime<Utc>,
    entries: Vec<Entry>,
}

/// A request in a feed.
struct Entry {
    /// The same for good.
    id: String,
    /// Where a program reads all of it that is public.
    address: String,
    title: String,
    /// Slug and name of its subject.
    category: Option<(String, String)>,
    summary: String,
    published: DateTime<Utc>,
    updated: DateTime<Utc>,
    /// The middle of its square of the map, latitude first (GeoRSS).
    point: Option<String>,
}

/// Everything that it answers.
pub(super) fn routes() -> Router<Arc<Edge>> {
    Router::new().route("/feeds/{name}", get(read))
}

/// How a feed is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Atom,
    Rss,
}

impl Format {
    fn of(name: &str) -> Option<Format> {
        match name.strip_prefix(NAME)? {
            ".atom" => Some(Format::Atom),
            ".rss" => Some(Format::Rss),
            _ => None,
        }
    }

    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Format::Atom => "application/atom+xml; charset=utf-8",
            Format::Rss => "application/rss+xml; charset=utf-8",
        })
    }

    fn write(self, feed: &Feed) -> io::Result<Vec<u8>> {
        match self {
            Format::Atom => atom::write(feed),
            Format::Rss => rss::write(feed),
        }
    }
}

async fn read(State(edge): State<Arc<Edge>>, Path(name): Path<String>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let parameters = parameters(&parts.uri);
    let negotiated = edge.asker(&parts.headers).1;
    // Few readers of feeds say which language they want; an address can.
    let named = parameters.iter().find(|(name, _)| name == "locale").and_then(|(_, tag)| Locale::from_tag(tag));
    let locale = named.unwrap_or(negotiated);
    let answered = match Format::of(&name) {
        Some(format) => answer(&edge, &parts, &parameters, locale, format).await,
        None => Err(Rejection::new(StatusCode::NOT_FOUND, Code::NotFound, "feed-unknown", &[])),
    };
    answered.unwrap_or_else(|rejection| refuse(&rejection, locale))
}

fn parameters(uri: &Uri) -> Vec<(String, String)> {
    form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned().collect()
}

async fn answer(
    edge: &Edge,
    parts: &Parts,
    parameters: &[(String, String)],
    locale: Locale,
    format: Format,
) -> Result<Response, Rejection> {
    let filter = filter(parameters)?;
    let visit = Visit::begin(edge, parts, locale, COST).await?;
    let home = visit.base(&parts.headers).ok_or_else(|| Rejection::malformed("face-host", &[]))?;
    let found: Found = visit.ask(&FEED, json!({ "filter": filter, "first": ENTRIES })).await?;
    let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let address = format!("{home}{}{query}", parts.uri.path());
    let feed = Feed::of(found.public_feedback.nodes, &visit.faces.tag_authority, (&address, &home), parameters, locale);
    let body = format.write(&feed).map_err(|error| {
        tracing::error!(%error, "a feed could not be written");
        Rejection::general(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal)
    })?;
    Ok(respond(&Bytes::from(body), format, &feed, &parts.headers))
}

/// What an address narrows the feed to: by slugs, as the city's data files have them.
fn filter(parameters: &[(String, String)]) -> Result<Map<String, Value>, Rejection> {
    let mut filter = Map::new();
    for (name, value) in parameters {
        let (field, wanted) = match name.as_str() {
            "category" => ("category", json!(CategoryId::of_slug(value).global())),
            "district" => ("district", json!(DistrictId::of_slug(value).global())),
            "responsible" => ("responsible", json!(PartyId::of_slug(value).global())),
            "open" => ("open", json!(matches!(value.as_str(), "true" | "1" | ""))),
            "status" if value.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_') => {
                ("status", json!(value.to_ascii_uppercase()))
            }
            "status" => return Err(Rejection::malformed("feed-status", &[])),
            _ => continue,
        };
        filter.insert(field.to_owned(), wanted);
    }
    Ok(filter)
}

impl Feed {
    fn of(reports: Vec<Report>, authority: &str, (address, home): (&str, &str), parameters: &[(String, String)], locale: Locale) -> Feed {
        let entries: Vec<Entry> = reports.into_iter().map(|report| report.entry(authority, home, locale)).collect();
        // Of a feed that holds nothing yet nothing has changed.
        let updated = entries.iter().map(|entry| entry.updated).max().unwrap_or_default();
        let mut serializer = form_urlencoded::Serializer::new(String::new());
        serializer.extend_pairs(parameters.iter().filter(|(name, _)| NARROWING.contains(&name.as_str())));
        let narrowed = serializer.finish();
        let separator = if narrowed.is_empty() { "" } else { "?" };
        Feed {
            id: format!("tag:{authority},2026:{NAME}{separator}{narrowed}"),
            address: address.to_owned(),
            home: format!("{home}/"),
            locale,
            title: words().text(locale, "feed-title", &[]),
            description: words().text(locale, "feed-description", &[]),
            updated,
            entries,
        }
    }
}

impl Report {
    fn entry(self, authority: &str, home: &str, locale: Locale) -> Entry {
        let Report { reference, text, category, place, responsible, latest, deadline, open, received_at } = self;
        let place = place.unwrap_or_default();
        let subject = category.as_ref().map(|category| category.name.clone());
        let subject = subject.unwrap_or_else(|| words().text(locale, "feed-subject-unknown", &[]));
        let title = [Some(subject), place.district.and_then(|district| district.name), Some(reference.clone())];
        let due = deadline.filter(|_| open).map(|deadline| {
            let day = deadline.due_on.format("%d.%m.%Y").to_string();
            words().text(locale, "feed-due", &[("day", day.into())])
        });
        let party =
            responsible.and_then(|party| party.name).map(|name| words().text(locale, "feed-responsible", &[("party", name.into())]));
        let (updated, news) = latest.map_or((received_at, None), |latest| (latest.at, Some(latest.text)));
        Entry {
            id: format!("tag:{authority},2026:{NAME}/{reference}"),
            address: format!("{home}/open311/v2/requests/{reference}.json"),
            title: title.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            category: category.map(|category| (category.slug, category.name)),
            summary: [text, news, party, due].into_iter().flatten().collect::<Vec<_>>().join("\n"),
            published: received_at,
            updated,
            point: place.near.map(|near| format!("{} {}", near.lat, near.lon)),
        }
    }
}

/// An instant as HTTP writes it (RFC 9110 §5.6.7).
fn http_date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

fn respond(body: &Bytes, format: Format, feed: &Feed, asked: &HeaderMap) -> Response {
    let mut response = Response::new(Body::from(body.clone()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, format.content_type());
    respond::common(headers, feed.locale);
    let date = http_date(feed.updated);
    headers.extend(HeaderValue::from_str(&date).map(|date| (LAST_MODIFIED, date)));
    caching::compressible(&mut response, body);
    caching::keep(&mut response, body, asked);
    // The tag wins (RFC 9110 §13.2.2). A date must be the very one: a feed that is narrowed becomes older when a request leaves it.
    if !asked.contains_key(IF_NONE_MATCH) && asked.get(IF_MODIFIED_SINCE).is_some_and(|known| known.as_bytes() == date.as_bytes()) {
        caching::unchanged(&mut response);
    }
    response
}

/// Readers of feeds show a status at the most; a person who opens the address reads a sentence.
fn refuse(rejection: &Rejection, locale: Locale) -> Response {
    let mut response = (rejection.status, rejection.message.get(locale).to_owned()).into_response();
    respond::common(response.headers_mut(), locale);
    if rejection.status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, respond::SOON);
    }
    response
}
