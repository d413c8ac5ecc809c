//! Answers that may be kept, and that may be compressed.
//!
//! Kept: what a reader without a token asks of a trusted document with GET, when everybody would be told the same (RFC 9111 §5.2.2). All
//! else stays `no-store`: an answer may hold a coupon's key, which opens a report.
//!
//! Compressed: what everybody would be told, and nothing else. A secret beside text that somebody else chose, compressed together, tells
//! the secret by its length (BREACH); so what depends on the asker, a coupon's key above all, goes as it is.

use std::{convert::Infallible, future::ready};

use axum::{
    body::{Body, Bytes},
    http::{
        HeaderMap, HeaderValue, Request, StatusCode,
        header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use tower::{ServiceExt, service_fn};
use tower_http::compression::Compression;

/// A minute: an indicator or a queue's numbers may be that old for a reader without a token.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// Less than a packet is not worth the work.
const COMPRESSED_BYTES_MIN: usize = 1_024;

/// Marks an answer that may be compressed, with its length.
#[derive(Clone, Copy)]
struct Compressible(usize);

/// Marks an answer whose entity tag is that of its plain form.
#[derive(Clone, Copy)]
struct Tagged;

/// Lets an answer be compressed.
pub(crate) fn compressible(answer: &mut Response, body: &[u8]) {
    answer.extensions_mut().insert(Compressible(body.len()));
}

/// Lets an answer be kept, and says only that it has not changed to a client that has it already.
pub(crate) fn keep(answer: &mut Response, body: &Bytes, asked: &HeaderMap) {
    let mut digest = Sha256::new();
    // The same bytes of another type or in another language are another representation.
    for name in [CONTENT_TYPE, CONTENT_LANGUAGE] {
        digest.update(answer.headers().get(name).map(HeaderValue::as_bytes).unwrap_or_default());
        digest.update([0]);
    }
    digest.update(body);
    let opaque = URL_SAFE_NO_PAD.encode(digest.finalize());
    let known = known(asked, &opaque);
    answer.headers_mut().insert(CACHE_CONTROL, KEPT);
    let tag = known.clone().unwrap_or_else(|| format!("\"{opaque}\""));
    answer.headers_mut().extend(HeaderValue::from_str(&tag).map(|tag| (ETAG, tag)));
    if known.is_some() {
        unchanged(answer);
    } else {
        answer.extensions_mut().insert(Tagged);
    }
}

/// Says only that an answer has not changed (RFC 9110 §15.4.5): no body, and no field that only describes one.
pub(crate) fn unchanged(answer: &mut Response) {
    *answer.status_mut() = StatusCode::NOT_MODIFIED;
    *answer.body_mut() = Body::empty();
    answer.headers_mut().remove(CONTENT_TYPE);
    answer.extensions_mut().remove::<Compressible>();
}

/// The tag that the client has, when it is one of this answer's: plain or compressed. `If-None-Match` compares weakly (RFC 9110 §13.1.2).
fn known(asked: &HeaderMap, opaque: &str) -> Option<String> {
    let values = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(|value| value.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
    let plain = format!("\"{opaque}\"");
    let found = tags.find(|tag| *tag == "*" || *tag == plain || is_encoded(tag, opaque))?;
    Some(if found == "*" { plain } else { found.to_owned() })
}

fn is_encoded(tag: &str, opaque: &str) -> bool {
    tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).and_then(|tag| tag.strip_suffix("-gzip")) == Some(opaque)
}

/// Whether an answer is to be compressed, for those who take it so.
pub(crate) fn is_compressible(answer: &Response) -> bool {
    answer.extensions().get::<Compressible>().is_some_and(|Compressible(length)| *length >= COMPRESSED_BYTES_MIN)
}

/// Compresses an answer if what the client wrote into `Accept-Encoding` allows it. A compressed form is another representation, with a
/// strong tag of its own (RFC 9110 §8.8.3.3). The library's layer is called here and not around all routes, because it would box every
/// other answer, too.
pub(crate) async fn compress(answer: Response, encodings: Vec<HeaderValue>) -> Response {
    let mut asked = Request::new(());
    asked.headers_mut().extend(encodings.into_iter().map(|encoding| (ACCEPT_ENCODING, encoding)));
    let mut plain = Some(answer);
    let answered = service_fn(move |_: Request<()>| ready(Ok::<_, Infallible>(plain.take().unwrap_or_default())));
    let Ok(answer) = Compression::new(answered).compress_when(|_, _, _: &_, _: &_| true).oneshot(asked).await;
    let mut answer = answer.map(Body::new);
    let encoding = answer.headers().get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    let tag = answer.headers().get(ETAG).and_then(|value| value.to_str().ok());
    if let (Some(encoding), Some(tag), Some(Tagged)) = (encoding, tag, answer.extensions().get::<Tagged>())
        && let Ok(tag) = HeaderValue::from_str(&format!("{}-{encoding}\"", tag.trim_end_matches('"')))
    {
        answer.headers_mut().insert(ETAG, tag);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_the_answer_when_it_names_one_of_its_tags() {
        for (sent, expected) in [
            ("\"abc\"", Some("\"abc\"")),
            ("W/\"abc\"", Some("\"abc\"")),
            ("\"x\", \"abc-gzip\"", Some("\"abc-gzip\"")),
            ("*", Some("\"abc\"")),
            ("\"abcd\"", None),
            ("abc", None),
            ("\"abc-gzip-gzip\"", None),
            ("", None),
        ] {
            let asked = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static(sent))]);
            assert_eq!(known(&asked, "abc").as_deref(), expected, "{sent}");
        }
    }
}
