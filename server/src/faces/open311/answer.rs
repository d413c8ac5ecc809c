//! Answers and refusals, in XML and JSON with the same content.

use std::io;

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ALLOW, CONTENT_TYPE, RETRY_AFTER},
    },
    response::Response,
};
use kernel::{Fact, Locale};
use serde_json::{Value, json};

use crate::{
    faces::xml::{Xml, legible},
    http::{caching, rejection::Rejection, respond},
    words::words,
};

/// How an answer is written. XML is what every client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Xml,
    Json,
}

impl Format {
    /// The format that an address ends with.
    pub(super) fn of(ending: &str) -> Option<Format> {
        match ending {
            "xml" => Some(Format::Xml),
            "json" => Some(Format::Json),
            _ => None,
        }
    }

    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Format::Xml => "text/xml; charset=utf-8",
            Format::Json => "application/json; charset=utf-8",
        })
    }
}

/// What was asked for.
#[derive(Debug)]
pub(super) struct Answer {
    status: StatusCode,
    /// The name of the outermost element.
    root: &'static str,
    content: Value,
}

impl Answer {
    /// What everybody is told.
    pub(super) fn new(root: &'static str, content: Value) -> Answer {
        Answer { status: StatusCode::OK, root, content }
    }

    /// What was made.
    pub(super) fn created(root: &'static str, content: Value) -> Answer {
        Answer { status: StatusCode::CREATED, root, content }
    }
}

/// Why a request was refused: a status, and a sentence for each reason, in the reader's language.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) status: StatusCode,
    pub(super) reasons: Vec<String>,
}

impl Refused {
    pub(super) fn new(status: StatusCode, locale: Locale, key: &str) -> Refused {
        Refused { status, reasons: vec![words().text(locale, key, &[])] }
    }

    pub(super) fn bad(locale: Locale, key: &str, facts: &[Fact<'_>]) -> Refused {
        Refused { status: StatusCode::BAD_REQUEST, reasons: vec![words().text(locale, key, facts)] }
    }

    pub(super) fn of(rejection: &Rejection, locale: Locale) -> Refused {
        Refused { status: rejection.status, reasons: vec![rejection.message.get(locale).to_owned()] }
    }
}

/// Writes what goes out. What everybody would be told may be kept for a while.
pub(super) fn write(answered: Result<Answer, Refused>, format: Format, asked: &HeaderMap, locale: Locale) -> Response {
    let error = |status: StatusCode, reason: &String| json!({ "code": status.as_u16(), "description": reason });
    let Answer { status, root, content } = answered.unwrap_or_else(|Refused { status, reasons }| {
        let errors = reasons.iter().map(|reason| error(status, reason)).collect();
        Answer { status, root: "errors", content: errors }
    });
    let content = readable(content);
    let written = match format {
        Format::Json => serde_json::to_vec(&content).map_err(io::Error::from),
        Format::Xml => to_xml(root, &content),
    };
    let (status, body) = match written {
        Ok(body) => (status, Bytes::from(body)),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            (StatusCode::INTERNAL_SERVER_ERROR, Bytes::new())
        }
    };
    let mut response = Response::new(Body::from(body.clone()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, format.content_type());
    respond::common(headers, locale);
    match status {
        StatusCode::OK => {
            caching::compressible(&mut response, &body);
            caching::keep(&mut response, &body, asked);
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            headers.insert(RETRY_AFTER, respond::SOON);
        }
        _ => {}
    }
    response
}

/// The same content, of characters that both formats can hold.
fn readable(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(legible(&text).into_owned()),
        Value::Array(items) => items.into_iter().map(readable).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, readable(value))).collect(),
        other => other,
    }
}

fn to_xml(root: &str, content: &Value) -> io::Result<Vec<u8>> {
    let mut xml = Xml::begin()?;
    element(&mut xml, root, content)?;
    Ok(xml.end())
}

fn element(xml: &mut Xml, name: &str, value: &Value) -> io::Result<()> {
    match value {
        Value::Null => xml.text(name, ""),
        Value::String(text) => xml.text(name, text),
        Value::Array(items) => {
            xml.open(name, &[])?;
            items.iter().try_for_each(|item| element(xml, item_of(name), item))?;
            xml.close(name)
        }
        Value::Object(fields) => {
            xml.open(name, &[])?;
            fields.iter().try_for_each(|(name, value)| element(xml, name, value))?;
            xml.close(name)
        }
        Value::Bool(_) | Value::Number(_) => xml.text(name, &value.to_string()),
    }
}

/// The element of one item of a list.
fn item_of(list: &str) -> &str {
    match list {
        "service_requests" => "request",
        several => several.strip_suffix('s').unwrap_or(several),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_have_the_same_content() {
        let hostile = "]]><x>&\u{0}\r\n👩‍🚒 \u{fffe}";
        let content = readable(json!([{ "service_code": "a", "metadata": true, "lat": 43.3005, "description": hostile, "group": null }]));
        assert_eq!(content[0]["description"], "]]><x>&\u{fffd}\n👩‍🚒 \u{fffd}");
        let xml = String::from_utf8(to_xml("services", &content).unwrap()).unwrap();
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><services><service><service_code>a</service_code>\
                        <metadata>true</metadata><lat>43.3005</lat><description>]]&gt;&lt;x&gt;&amp;\u{fffd}\n👩‍🚒 \u{fffd}</description>\
                        <group/></service></services>";
        assert_eq!(xml, expected);
    }

    #[test]
    fn items_have_the_names_of_the_specification() {
        for (list, item) in [
            ("services", "service"),
            ("attributes", "attribute"),
            ("values", "value"),
            ("service_requests", "request"),
            ("errors", "error"),
            ("endpoints", "endpoint"),
            ("formats", "format"),
        ] {
            assert_eq!(item_of(list), item);
        }
    }
}
