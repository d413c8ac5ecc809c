//! What the client may send and wants to receive (GraphQL over HTTP; RFC 9110 §12.5.1).

use axum::http::{
    HeaderMap, Method, StatusCode,
    header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_TYPE},
};
use kernel::{Actor, Code, Locale};

use super::rejection::Rejection;

/// The form of a single answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Media {
    /// `application/json`: what every client knows; the status tells nothing of the answer's errors.
    #[default]
    Json,
    /// `application/graphql-response+json`: the status tells whether the operation was executed.
    GraphqlResponse,
}

impl Media {
    /// The `Content-Type` of the answer.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Media::Json => "application/json; charset=utf-8",
            Media::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }
}

/// What the client accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    /// The form of a single answer that it likes best, if any.
    pub(crate) media: Option<Media>,
    /// Whether it takes a stream of events.
    pub(crate) stream: bool,
}

/// Reads `Accept`.
pub(crate) fn accepted(headers: &HeaderMap) -> Result<Accepted, Rejection> {
    let mut accepted = Accepted { media: None, stream: false };
    let mut best = 0.0_f32;
    let mut ranges = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).peekable();
    if ranges.peek().is_none() {
        return Ok(Accepted { media: Some(Media::Json), stream: false });
    }
    for range in ranges {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let quality = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |value| value.parse().unwrap_or(0.0));
        if quality <= 0.0 {
            continue;
        }
        let media = match name.as_str() {
            "application/json" | "application/*" | "*/*" => Media::Json,
            "application/graphql-response+json" => Media::GraphqlResponse,
            "text/event-stream" => {
                accepted.stream = true;
                continue;
            }
            _ => continue,
        };
        if quality > best {
            (accepted.media, best) = (Some(media), quality);
        }
    }
    if accepted.media.is_none() && !accepted.stream {
        return Err(Rejection::new(StatusCode::NOT_ACCEPTABLE, Code::BadUserInput, "edge-accept", &[]));
    }
    Ok(accepted)
}

/// POST carries any operation, GET a query.
pub(crate) fn method(method: &Method) -> Result<(), Rejection> {
    if *method == Method::POST || *method == Method::GET {
        return Ok(());
    }
    Err(Rejection::new(StatusCode::METHOD_NOT_ALLOWED, Code::BadUserInput, "edge-method", &[]))
}

/// A body is JSON in UTF-8, as it is: a compressed one could become of any size. Everything that a page of another site can send without
/// asking (forms, plain text) is refused by this.
pub(crate) fn content_type(headers: &HeaderMap) -> Result<(), Rejection> {
    if headers.get(CONTENT_ENCODING).is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Rejection::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::BadUserInput, "edge-content-encoding", &[]));
    }
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    let mut parts = value.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let utf8 = parts.filter_map(|part| part.strip_prefix("charset=")).all(|charset| matches!(charset.trim_matches('"'), "utf-8" | "utf8"));
    let key = match name {
        "application/json" if utf8 => return Ok(()),
        "multipart/form-data" => "edge-multipart",
        _ => "edge-content-type",
    };
    Err(Rejection::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::BadUserInput, key, &[]))
}

/// The language of the answer: the header's, or, without one, the person's own.
pub(crate) fn locale(headers: &HeaderMap, actor: &Actor) -> Locale {
    match headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()) {
        Some(header) => Locale::negotiate(header),
        None => actor.person().map(|person| person.locale).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(name: axum::http::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter((!value.is_empty()).then(|| (name, HeaderValue::from_str(value).unwrap())))
    }

    #[test]
    fn the_answer_has_the_form_that_the_client_likes_best() {
        const JSON: Option<Media> = Some(Media::Json);
        const GRAPHQL: Option<Media> = Some(Media::GraphqlResponse);
        for (accept, media, stream) in [
            ("", JSON, false),
            ("*/*", JSON, false),
            ("application/*", JSON, false),
            ("application/json", JSON, false),
            ("Application/JSON; charset=utf-8", JSON, false),
            ("application/graphql-response+json", GRAPHQL, false),
            ("application/graphql-response+json, application/json", GRAPHQL, false),
            ("application/graphql-response+json, application/json;q=0.9", GRAPHQL, false),
            ("application/graphql-response+json;q=0.5, application/json", JSON, false),
            ("application/json, multipart/mixed", JSON, false),
            ("text/event-stream", None, true),
            ("text/event-stream, application/json", JSON, true),
            ("application/graphql-response+json, application/json, text/event-stream, multipart/mixed", GRAPHQL, true),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON, false),
            ("application/json;q=0, application/graphql-response+json;q=0.1", GRAPHQL, false),
        ] {
            assert_eq!(accepted(&headers(ACCEPT, accept)), Ok(Accepted { media, stream }), "{accept}");
        }
        for accept in ["text/html", "application/xml, text/plain", "application/json;q=0", "nonsense"] {
            let status = accepted(&headers(ACCEPT, accept)).map_err(|rejection| rejection.status);
            assert_eq!(status, Err(StatusCode::NOT_ACCEPTABLE), "{accept}");
        }
    }

    #[test]
    fn only_json_in_utf_8_is_read() {
        for (value, accepted) in [
            ("application/json", true),
            ("application/json; charset=utf-8", true),
            ("APPLICATION/JSON;charset=\"UTF-8\"", true),
            ("application/json; charset=utf-16", false),
            ("application/graphql", false),
            ("text/plain", false),
            ("text/plain; application/json", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=x", false),
            ("", false),
        ] {
            assert_eq!(content_type(&headers(CONTENT_TYPE, value)).is_ok(), accepted, "{value}");
        }
        for (coding, accepted) in [("identity", true), ("gzip", false), ("br", false), ("identity, gzip", false)] {
            let mut headers = headers(CONTENT_TYPE, "application/json");
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
            assert_eq!(content_type(&headers).is_ok(), accepted, "{coding}");
        }
    }

    #[test]
    fn the_header_decides_the_language_before_the_persons_own() {
        let mut person = crate::identity::Persona::Citizen.person();
        person.locale = Locale::Ru;
        let actor = Actor::Person(person);
        assert_eq!(locale(&headers(ACCEPT_LANGUAGE, "en"), &actor), Locale::En);
        assert_eq!(locale(&headers(ACCEPT_LANGUAGE, ""), &actor), Locale::Ru);
        assert_eq!(locale(&headers(ACCEPT_LANGUAGE, ""), &Actor::Anonymous), Locale::Kk);
    }
}
