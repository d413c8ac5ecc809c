//! From the HTTP request to the GraphQL request (GraphQL over HTTP, "Request Parameters").

use std::time::Duration;

use axum::{
    body::Body,
    extract::Query,
    http::{Method, StatusCode, request::Parts},
};
use federation::{DocumentName, GraphRequest};
use futures_util::StreamExt;
use kernel::{Code, Locale};
use serde_json::{Map, Value};

use super::{
    layers::BODY_BYTES_MAX,
    load::{Arriving, Load},
    negotiate,
    rejection::Rejection,
};
use crate::words::words;

/// How long a body may take to arrive.
const BODY_TIME_MAX: Duration = Duration::from_secs(10);

/// What is asked, as it came.
pub(crate) enum Received<'a> {
    /// In the address.
    Address,
    /// In the body.
    Body(Arriving<'a>),
}

/// Receives what is asked, in the address of a GET or the body of a POST.
pub(crate) async fn receive<'a>(load: &'a Load, parts: &Parts, body: Body) -> Result<Received<'a>, Rejection> {
    if parts.method == Method::GET {
        return Ok(Received::Address);
    }
    // Received whatever it is: a client that is still sending does not hear a refusal.
    let received = arrive(load, body).await;
    negotiate::content_type(&parts.headers)?;
    received.map(Received::Body)
}

/// Receives a body of a size that is allowed, in time.
pub(crate) async fn arrive(load: &Load, body: Body) -> Result<Arriving<'_>, Rejection> {
    match tokio::time::timeout(BODY_TIME_MAX, gather(load, body)).await {
        Ok(received) => received,
        Err(_) => Err(Rejection::new(StatusCode::REQUEST_TIMEOUT, Code::Timeout, "edge-body-slow", &[])),
    }
}

impl Received<'_> {
    /// Reads it.
    pub(crate) fn read(&self, parts: &Parts) -> Result<GraphRequest, Rejection> {
        match self {
            Received::Address => from_address(parts),
            Received::Body(body) => from_body(body.bytes()),
        }
    }
}

/// Puts the pieces of a body together as they come: a piece that is kept as it came holds much more than its own bytes.
async fn gather(load: &Load, body: Body) -> Result<Arriving<'_>, Rejection> {
    let mut arriving = load.arriving();
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Rejection::malformed("edge-body-lost", &[]))?;
        if arriving.bytes().len() + piece.len() > BODY_BYTES_MAX {
            let max = [("max", BODY_BYTES_MAX.into())];
            return Err(Rejection::new(StatusCode::PAYLOAD_TOO_LARGE, Code::BadUserInput, "edge-body-large", &max));
        }
        arriving.add(&piece)?;
    }
    Ok(arriving)
}

fn from_address(parts: &Parts) -> Result<GraphRequest, Rejection> {
    let Query(pairs) =
        Query::<Vec<(String, String)>>::try_from_uri(&parts.uri).map_err(|_| Rejection::malformed("edge-query-string", &[]))?;
    let mut parameters = Map::new();
    for (name, text) in pairs {
        let value = match name.as_str() {
            "variables" | "extensions" if !text.is_empty() => serde_json::from_str(&text).map_err(|_| wrong(&name, "type-object"))?,
            "variables" | "extensions" => Value::Null,
            _ => Value::String(text),
        };
        if parameters.insert(name, value).is_some() {
            return Err(Rejection::malformed("edge-query-string", &[]));
        }
    }
    request(parameters)
}

fn from_body(bytes: &[u8]) -> Result<GraphRequest, Rejection> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(parameters)) => request(parameters),
        Ok(Value::Array(_)) => Err(Rejection::general(StatusCode::BAD_REQUEST, Code::BatchingNotAllowed)),
        Ok(_) => Err(Rejection::malformed("edge-body-object", &[])),
        Err(_) => Err(Rejection::malformed("edge-body-json", &[])),
    }
}

/// Reads the parameters of a request, wherever they came from.
pub(crate) fn request(mut parameters: Map<String, Value>) -> Result<GraphRequest, Rejection> {
    let mut take = |name: &str| parameters.remove(name).unwrap_or_default();
    let operation_name = match take("operationName") {
        Value::Null => None,
        Value::String(name) => Some(name).filter(|name| !name.is_empty()),
        _ => return Err(wrong("operationName", "type-text")),
    };
    let variables = object("variables", take("variables"))?;
    let document = named(take("documentId"), object("extensions", take("extensions"))?)?;
    let query = match take("query") {
        Value::String(query) => query,
        Value::Null if document.is_some() => String::new(),
        Value::Null => return Err(Rejection::malformed("edge-query-missing", &[])),
        _ => return Err(wrong("query", "type-text")),
    };
    Ok(GraphRequest { query, document, operation_name, variables })
}

/// The trusted document that is asked for: by `documentId` (GraphQL over HTTP, appendix "Persisted Documents") or as Apollo's clients do.
fn named(id: Value, mut extensions: Map<String, Value>) -> Result<Option<DocumentName>, Rejection> {
    match id {
        Value::String(id) => return Ok(Some(DocumentName::Id(id))),
        Value::Null => {}
        _ => return Err(wrong("documentId", "type-text")),
    }
    match extensions.remove("persistedQuery") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(mut persisted)) => match persisted.remove("sha256Hash") {
            Some(Value::String(digest)) => Ok(Some(DocumentName::Digest(digest))),
            _ => Err(wrong("extensions.persistedQuery.sha256Hash", "type-text")),
        },
        Some(_) => Err(wrong("extensions.persistedQuery", "type-object")),
    }
}

fn object(name: &str, value: Value) -> Result<Map<String, Value>, Rejection> {
    match value {
        Value::Null => Ok(Map::new()),
        Value::Object(map) => Ok(map),
        _ => Err(wrong(name, "type-object")),
    }
}

fn wrong(name: &str, kind: &str) -> Rejection {
    let kinds = words().localized(kind, &[]);
    let mut rejection = Rejection::malformed("edge-parameter", &[]);
    let text = |locale: Locale| words().text(locale, "edge-parameter", &[("name", name.into()), ("type", kinds.get(locale).into())]);
    rejection.message = kernel::LocalizedText::from_fn(text);
    rejection
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_body_is_one_well_formed_operation() {
        let read = |body: &str| from_body(body.as_bytes());
        let good =
            read(r#"{"query":"query A($x: Int) { a }","operationName":"A","variables":{"x":1},"extensions":{},"unknown":1}"#).unwrap();
        assert_eq!(
            (good.query.as_str(), good.operation_name.as_deref(), good.variables["x"].clone()),
            ("query A($x: Int) { a }", Some("A"), json!(1))
        );
        assert!(read(r#"{"query":"{a}","operationName":null,"variables":null,"extensions":null}"#).is_ok());
        for (body, status, code) in [
            ("", 400, Code::BadUserInput),
            ("{\"query\"", 400, Code::BadUserInput),
            ("null", 400, Code::BadUserInput),
            ("\"{a}\"", 400, Code::BadUserInput),
            ("{}", 400, Code::BadUserInput),
            ("[]", 400, Code::BatchingNotAllowed),
            (r#"[{"query":"{a}"},{"query":"{a}"}]"#, 400, Code::BatchingNotAllowed),
            (r#"{"query":1}"#, 400, Code::BadUserInput),
            (r#"{"query":["{a}"]}"#, 400, Code::BadUserInput),
            (r#"{"query":"{a}","variables":"x"}"#, 400, Code::BadUserInput),
            (r#"{"query":"{a}","variables":[1]}"#, 400, Code::BadUserInput),
            (r#"{"query":"{a}","extensions":0}"#, 400, Code::BadUserInput),
            (r#"{"query":"{a}","operationName":{}}"#, 400, Code::BadUserInput),
            (r#"{"documentId":1}"#, 400, Code::BadUserInput),
            (r#"{"extensions":{"persistedQuery":"x"}}"#, 400, Code::BadUserInput),
            (r#"{"extensions":{"persistedQuery":{"version":1}}}"#, 400, Code::BadUserInput),
        ] {
            let rejection = read(body).unwrap_err();
            assert_eq!((rejection.status.as_u16(), rejection.code), (status, code), "{body}");
        }
    }

    #[test]
    fn a_document_is_named_by_its_id_or_its_digest() {
        let id = Some(DocumentName::Id("sha256:x".to_owned()));
        let digest = Some(DocumentName::Digest("x".to_owned()));
        for (body, query, document) in [
            (r#"{"query":"{a}"}"#, "{a}", None),
            (r#"{"documentId":"sha256:x"}"#, "", id.clone()),
            (r#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}"#, "", digest.clone()),
            (r#"{"query":"{a}","extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}"#, "{a}", digest),
            (r#"{"documentId":"sha256:x","extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}"#, "", id),
        ] {
            let read = from_body(body.as_bytes()).unwrap();
            assert_eq!((read.query.as_str(), read.document), (query, document), "{body}");
        }
    }

    #[test]
    fn an_address_holds_each_parameter_once() {
        let read = |query: &str| {
            let (parts, ()) = axum::http::Request::get(format!("/graphql?{query}")).body(()).unwrap().into_parts();
            from_address(&parts)
        };
        let good = read("query=%7Ba%7D&variables=%7B%22x%22%3A1%7D&operationName=").unwrap();
        assert_eq!((good.query.as_str(), good.operation_name, good.variables["x"].clone()), ("{a}", None, json!(1)));
        for bad in ["", "query=a&query=b", "query=a&variables=1", "query=a&variables=%7B", "query=a&extensions=%5B%5D"] {
            assert_eq!(read(bad).unwrap_err().status, StatusCode::BAD_REQUEST, "{bad}");
        }
    }
}
