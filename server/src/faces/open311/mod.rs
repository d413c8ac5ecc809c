//! Open311 GeoReport v2 (frozen specification, wiki.open311.org): what programs of other cities know how to file reports with, and to read
//! them.
//!
//! A report's number is known at once, so that it is the `service_request_id`, and its own token. The public sees of a report what the public
//! list of the graph shows: the text that an officer released, and the middle of the square of the map.
//!
//! Reports come in forms from programs, with a key of their own in the form (`api_key`). A page of another site can send such a form, too,
//! but it cannot know a key; nothing that a browser adds by itself, no cookie above all, gives anybody more than anonymity here, and what
//! comes with cookies from another site is refused nevertheless.

mod answer;
mod clients;
mod definitions;
mod filing;
mod requests;

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    http::{StatusCode, request::Parts},
    response::Response,
    routing::get,
};
use kernel::Locale;

use super::Visit;
use crate::{
    http::{Edge, csrf, document, rejection::Rejection},
    words::words,
};
use answer::{Answer, Format, Refused};

pub(crate) use clients::{Open311, demo_key};
pub(crate) use definitions::SERVICES;
pub(crate) use filing::FILE;
pub(crate) use requests::REQUESTS;

/// What asking for services takes, in the units of an operation's cost.
const COST: u64 = 500;
/// The same for a list of a thousand requests: the most that an operation of the graph may cost.
const COST_OF_LIST: u64 = 5_000;

/// Everything that it answers.
pub(super) fn routes() -> Router<Arc<Edge>> {
    Router::new().route("/open311/{*path}", get(read).post(file))
}

/// What an address names.
#[derive(Debug, PartialEq, Eq)]
enum Resource<'a> {
    Discovery,
    Services,
    Service(&'a str),
    Requests,
    Request(&'a str),
    Token(&'a str),
}

/// Reads an address below `/open311/`, and in which format the answer is to be.
fn find(path: &str) -> Option<(Resource<'_>, Format)> {
    let (name, ending) = path.rsplit_once('.')?;
    let format = Format::of(ending)?;
    let resource = match name.split('/').collect::<Vec<_>>()[..] {
        ["discovery"] => Resource::Discovery,
        ["v2", "services"] => Resource::Services,
        ["v2", "services", code] => Resource::Service(code),
        ["v2", "requests"] => Resource::Requests,
        ["v2", "requests", id] => Resource::Request(id),
        ["v2", "tokens", token] => Resource::Token(token),
        _ => return None,
    };
    Some((resource, format))
}

async fn read(State(edge): State<Arc<Edge>>, Path(path): Path<String>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let locale = edge.asker(&parts.headers).1;
    let (answered, format) = match find(&path) {
        Some((resource, format)) => (look(&edge, &parts, locale, resource).await, format),
        None => (Err(Refused::new(StatusCode::NOT_FOUND, locale, "open311-address")), Format::Xml),
    };
    answer::write(answered, format, &parts.headers, locale)
}

async fn look(edge: &Edge, parts: &Parts, locale: Locale, resource: Resource<'_>) -> Result<Answer, Refused> {
    let cost = if resource == Resource::Requests { COST_OF_LIST } else { COST };
    let visit = Visit::begin(edge, parts, locale, cost).await.map_err(|rejection| Refused::of(&rejection, locale))?;
    let asked = Parameters::read(parts.uri.query().unwrap_or_default().as_bytes());
    visit.faces.open311.check_jurisdiction(&asked, locale)?;
    match resource {
        Resource::Discovery => definitions::discover(&visit, &parts.headers),
        Resource::Services => definitions::list(&visit).await,
        Resource::Service(code) => definitions::define(&visit, code).await,
        Resource::Requests => requests::list(&visit, &asked).await,
        Resource::Request(id) => requests::one(&visit, id).await,
        Resource::Token(token) => requests::token(&visit, token).await,
    }
}

async fn file(State(edge): State<Arc<Edge>>, Path(path): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let locale = edge.asker(&parts.headers).1;
    let (answered, format) = match find(&path) {
        Some((Resource::Requests, format)) => (take(&edge, &parts, body, locale).await, format),
        Some((_, format)) => (Err(Refused::new(StatusCode::METHOD_NOT_ALLOWED, locale, "open311-read-only")), format),
        None => (Err(Refused::new(StatusCode::NOT_FOUND, locale, "open311-address")), Format::Xml),
    };
    answer::write(answered, format, &parts.headers, locale)
}

async fn take(edge: &Edge, parts: &Parts, body: Body, locale: Locale) -> Result<Answer, Refused> {
    let refused = |rejection: Rejection| Refused::of(&rejection, locale);
    csrf::check(&parts.method, &parts.headers).map_err(refused)?;
    // Received whatever it is: a client that is still sending does not hear a refusal.
    let received = document::arrive(&edge.load, body).await;
    filing::check_form(&parts.headers, locale)?;
    let form = Parameters::read(received.map_err(refused)?.bytes());
    let visit = Visit::begin(edge, parts, locale, COST).await.map_err(refused)?;
    filing::file(&visit, edge, &parts.headers, &form).await
}

/// The parameters of an address or a form, in their order. What people wrote is in them, so they are never shown.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn read(encoded: &[u8]) -> Parameters {
        Parameters(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// A parameter that says something.
    fn get(&self, name: &str) -> Option<&str> {
        let mut named = self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.trim());
        named.find(|value| !value.is_empty())
    }

    /// The items of a parameter that is a list with commas, and may be there several times.
    fn list(&self, name: &str) -> Option<Vec<&str>> {
        let named = self.0.iter().filter(|(known, _)| known == name).flat_map(|(_, value)| value.split(','));
        let items: Vec<_> = named.map(str::trim).filter(|item| !item.is_empty()).collect();
        (!items.is_empty()).then_some(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_resource_and_a_format() {
        for (path, expected) in [
            ("discovery.json", Some((Resource::Discovery, Format::Json))),
            ("v2/services.xml", Some((Resource::Services, Format::Xml))),
            ("v2/services/road-damage.json", Some((Resource::Service("road-damage"), Format::Json))),
            ("v2/requests.json", Some((Resource::Requests, Format::Json))),
            ("v2/requests/TK-2026-000001.xml", Some((Resource::Request("TK-2026-000001"), Format::Xml))),
            ("v2/tokens/TK-2026-000001.json", Some((Resource::Token("TK-2026-000001"), Format::Json))),
            ("v2/services", None),
            ("v2/services.csv", None),
            ("v1/services.json", None),
            ("v2/requests/a/b.json", None),
            ("services.json", None),
            ("", None),
        ] {
            assert_eq!(find(path), expected, "{path}");
        }
    }

    #[test]
    fn parameters_are_read_as_forms_write_them() {
        let read = Parameters::read("a=&a=+1%20&list=x,%20y,,&list=z&empty=,".as_bytes());
        assert_eq!((read.get("a"), read.get("b")), (Some("1"), None));
        assert_eq!((read.list("list"), read.list("empty")), (Some(vec!["x", "y", "z"]), None));
    }
}
