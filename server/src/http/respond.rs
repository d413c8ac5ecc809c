//! The answer as HTTP.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{ALLOW, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, RETRY_AFTER, VARY, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use federation::GraphResponse;
use kernel::{Code, Locale};
use serde_json::json;

use super::{caching, negotiate::Media, rejection::Rejection, status};

/// The header that tells how long the stages took.
pub(crate) const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// When to come again, in seconds: what cannot be answered now may be answered at once when it can.
pub(crate) const SOON: HeaderValue = HeaderValue::from_static("1");

/// About how many headers an answer has, so that their map is made once.
const HEADERS: usize = 16;

/// How long the stages took.
#[derive(Clone, Copy, Default)]
pub(crate) struct Timing {
    /// Parsing, validation, authorization, planning.
    pub(crate) plan: Duration,
    /// The plan's run.
    pub(crate) execute: Duration,
}

impl Timing {
    fn header(self) -> Option<HeaderValue> {
        let milliseconds = |duration: Duration| duration.as_secs_f64() * 1000.0;
        let text = format!("plan;dur={:.3}, execute;dur={:.3}", milliseconds(self.plan), milliseconds(self.execute));
        HeaderValue::try_from(text).ok()
    }
}

/// For whom an answer is.
#[derive(Clone, Copy)]
pub(crate) enum Audience<'a> {
    /// Whoever asked.
    Asker,
    /// Everybody would be told the same.
    Everybody,
    /// The same, and the answer may be kept; with the headers of the request.
    Keepers(&'a HeaderMap),
}

/// An answer of the graph in the form in which it goes out, to one or to many.
pub(crate) struct Written {
    status: StatusCode,
    media: Media,
    body: Bytes,
    /// Whether it has data and no errors.
    is_whole: bool,
}

impl Written {
    /// Writes an answer.
    pub(crate) fn of(response: &GraphResponse, media: Media) -> Result<Written, Rejection> {
        let internal = |_| Rejection::general(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal);
        let body = serde_json::to_vec(response).map_err(internal)?.into();
        let is_whole = response.errors.is_empty() && response.data.is_some();
        Ok(Written { status: status::of(response, media), media, body, is_whole })
    }

    /// The answer for one who asked.
    pub(crate) fn to(&self, audience: Audience<'_>, locale: Locale, timing: Timing) -> Response {
        let mut answer = Response::new(Body::from(self.body.clone()));
        *answer.status_mut() = self.status;
        let headers = answer.headers_mut();
        headers.reserve(HEADERS);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.media.content_type()));
        common(headers, locale);
        headers.extend(timing.header().map(|value| (SERVER_TIMING, value)));
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, SOON);
        }
        if !matches!(audience, Audience::Asker) {
            caching::compressible(&mut answer, &self.body);
        }
        match audience {
            Audience::Keepers(asked) if self.is_whole => caching::keep(&mut answer, &self.body, asked),
            _ => {}
        }
        answer
    }
}

/// An answer of the graph that is for whoever asked.
pub(crate) fn answer(response: &GraphResponse, media: Media, locale: Locale, timing: Timing) -> Response {
    match Written::of(response, media) {
        Ok(written) => written.to(Audience::Asker, locale, timing),
        Err(rejection) => reject(&rejection, locale),
    }
}

/// What every answer of the graph carries, a stream included. An answer may hold a coupon key, which opens a report: nobody keeps it
/// unless [`caching`] says so.
pub(crate) fn common(headers: &mut HeaderMap, locale: Locale) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding, Accept-Language, Authorization"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(locale.tag()));
}

/// A request that was turned away. It has a GraphQL answer too, in JSON, because that is what a GraphQL client reads.
pub(crate) fn reject(rejection: &Rejection, locale: Locale) -> Response {
    let error = json!({ "message": rejection.message.get(locale), "extensions": { "code": rejection.code.as_str() } });
    let mut answer = (rejection.status, axum::Json(json!({ "errors": [error] }))).into_response();
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(Media::Json.content_type()));
    common(answer.headers_mut(), locale);
    let said = match rejection.status {
        StatusCode::METHOD_NOT_ALLOWED => Some((ALLOW, HeaderValue::from_static("GET, POST"))),
        StatusCode::UNAUTHORIZED => Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""))),
        StatusCode::SERVICE_UNAVAILABLE => Some((RETRY_AFTER, SOON)),
        _ => None,
    };
    answer.headers_mut().extend(said);
    answer
}
