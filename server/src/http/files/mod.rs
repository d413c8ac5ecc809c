//! Files: `POST /files` takes one, and an address below `/files/` shows one. Both are clients of the graph: the room of feedback knows who
//! may use a file and until when, and the store keeps the bytes. Nothing of a file reaches the room, and nothing of a person the store.

mod body;
mod intake;

use std::sync::Arc;

use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER,
        },
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use kernel::{Actor, Code, Document, Error, FileDigest, Files, Locale};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::OwnedSemaphorePermit;

use super::{
    Edge, Served, csrf,
    graphql::{context, starting},
    rejection::Rejection,
};
use crate::files::{Clean, FILE_BYTES_MAX, Media, PIXELS_MAX, Unfit, clean, digest};

pub(super) use intake::{Intake, Peer};

/// What is asked of the graph for files.
pub(crate) static FILES: [&Document; 3] = [&ANNOUNCE, &COMPLETE, &STORED];

static ANNOUNCE: Document = Document {
    name: "server.AnnounceUpload",
    text: "mutation AnnounceUpload($input: AnnounceUploadInput!) { announceUpload(input: $input) { upload { claim expiresAt } errors { \
           __typename message code } } }",
};

static COMPLETE: Document = Document {
    name: "server.CompleteUpload",
    text: "mutation CompleteUpload($input: CompleteUploadInput!) { completeUpload(input: $input) { upload { claim } errors { __typename \
           message code } } }",
};

static STORED: Document = Document {
    name: "server.StoredFile",
    text: "query StoredFile($token: String!) { storedFile(token: $token) { digest mediaType until } }",
};

/// A file opened in a window of its own runs nothing, whatever it holds.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'");

/// Why a file is not taken or not shown.
enum Refused {
    /// The edge says so.
    Edge(Rejection),
    /// The room says so, in the reader's language.
    Room(String),
    /// Something failed.
    Fault(Error),
}

impl From<Rejection> for Refused {
    fn from(rejection: Rejection) -> Refused {
        Refused::Edge(rejection)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        Refused::Fault(error)
    }
}

/// Takes a file.
pub(crate) async fn receive(State(edge): State<Arc<Edge>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let locale = edge.asker(&parts.headers).1;
    take(&edge, &parts, body, locale).await.unwrap_or_else(|refused| problem(refused, locale))
}

async fn take(edge: &Edge, parts: &Parts, body: Body, locale: Locale) -> Result<Response, Refused> {
    csrf::check_file(&parts.headers, &edge.origins)?;
    let who = edge.asker(&parts.headers).0.ok_or_else(|| Rejection::general(StatusCode::UNAUTHORIZED, Code::Unauthenticated))?;
    let (house, files) = opened(edge.served.get())?;
    let _turn = edge.intake.turn(&who.actor, parts, edge.clock.now())?;
    let mut arrived = body::receive(&edge.load, parts, body).await?;
    let cleaned = clean_apart(arrived.take(), edge.intake.cleaner().await?).await?;
    // What came is let go, and its place with it: what is kept of it is smaller, and only one file at a time is being cleaned.
    drop(arrived);
    let request = Arc::new(context(edge, parts, Actor::System, locale).by_house());

    let thumbnail = cleaned.photo.as_ref().map(|photo| digest(&photo.thumbnail));
    let kept = digest(&cleaned.bytes);
    let announced =
        house.graph.ask(&ANNOUNCE, json!({ "input": announcement(edge, &cleaned, kept, thumbnail, &who.actor) }), &request).await?;
    let upload: Announced = outcome(announced, "announceUpload")?;
    let (media, bytes) = (cleaned.media, cleaned.bytes.len());
    let size = cleaned.photo.as_ref().map(|photo| (photo.width, photo.height));
    if let (Some(digest), Some(photo)) = (thumbnail, cleaned.photo) {
        files.put(digest, photo.thumbnail).await?;
    }
    files.put(kept, cleaned.bytes).await?;
    let input = json!({ "idempotencyKey": edge.rng.uuid_v7(request.now), "claim": upload.claim });
    let _: Value = outcome(house.graph.ask(&COMPLETE, json!({ "input": input }), &request).await?, "completeUpload")?;
    let told = json!({
        "id": upload.claim,
        "mediaType": media.media_type(),
        "bytes": bytes,
        "width": size.map(|(width, _)| width),
        "height": size.map(|(_, height)| height),
        "expiresAt": upload.expires_at,
    });
    let mut answer = (StatusCode::CREATED, axum::Json(told)).into_response();
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// What the room answers to an announcement.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Announced {
    claim: String,
    expires_at: DateTime<Utc>,
}

/// The city, when it is open.
fn opened(served: Option<&Served>) -> Result<(&journal::House, &Arc<dyn Files>), Rejection> {
    let served = served.ok_or_else(starting)?;
    served.house.as_ref().zip(served.files.as_ref()).ok_or_else(|| Rejection::general(StatusCode::NOT_FOUND, Code::NotFound))
}

/// What is told of a file to the room.
fn announcement(edge: &Edge, file: &Clean, kept: FileDigest, thumbnail: Option<FileDigest>, actor: &Actor) -> Value {
    json!({
        "idempotencyKey": edge.rng.uuid_v7(edge.clock.now()),
        "digest": kept.to_string(),
        "thumbnail": thumbnail.map(|digest| digest.to_string()),
        "mediaType": match file.media { Media::Jpeg => "JPEG", Media::Png => "PNG", Media::Pdf => "PDF" },
        "bytes": file.bytes.len(),
        "width": file.photo.as_ref().map(|photo| photo.width),
        "height": file.photo.as_ref().map(|photo| photo.height),
        "uploader": actor.person().map(|person| person.id.global()),
    })
}

/// Cleans a file where nobody waits, one at a time. A decoder that panics has met a file that is broken. Whoever sent it may go away
/// meanwhile: the turn ends when the work does.
async fn clean_apart(bytes: Vec<u8>, turn: OwnedSemaphorePermit) -> Result<Clean, Rejection> {
    let work = tokio::task::spawn_blocking(move || {
        let cleaned = clean(bytes);
        drop(turn);
        cleaned
    });
    work.await.unwrap_or(Err(Unfit::Broken)).map_err(unfit)
}

fn unfit(why: Unfit) -> Rejection {
    let bytes = [("max", (FILE_BYTES_MAX / 1024 / 1024).into())];
    let pixels = [("max", (PIXELS_MAX / 1_000_000).into())];
    let (status, key, facts): (_, _, &[_]) = match why {
        Unfit::Empty => (StatusCode::UNPROCESSABLE_ENTITY, "file-empty", &[]),
        Unfit::Bytes => (StatusCode::PAYLOAD_TOO_LARGE, "file-large", &bytes),
        Unfit::Kind => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "file-kind", &[]),
        Unfit::Heic => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "file-heic", &[]),
        Unfit::Broken => (StatusCode::UNPROCESSABLE_ENTITY, "file-broken", &[]),
        Unfit::Pixels => (StatusCode::UNPROCESSABLE_ENTITY, "file-pixels", &pixels),
    };
    Rejection::new(status, Code::BadUserInput, key, facts)
}

/// What an act of the room led to.
fn outcome<T: serde::de::DeserializeOwned>(mut data: Value, name: &str) -> Result<T, Refused> {
    if let Some(message) = data[name]["errors"][0]["message"].as_str() {
        return Err(Refused::Room(message.to_owned()));
    }
    serde_json::from_value(data[name]["upload"].take()).map_err(|error| Refused::Fault(Error::internal(error)))
}

/// A file as the graph knows it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    digest: FileDigest,
    media_type: String,
    until: DateTime<Utc>,
}

/// Shows the file that a token opens.
pub(crate) async fn send(State(edge): State<Arc<Edge>>, Path(token): Path<String>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let locale = edge.asker(&parts.headers).1;
    show(&edge, &parts, &token, locale).await.unwrap_or_else(|refused| problem(refused, locale))
}

async fn show(edge: &Edge, parts: &Parts, token: &str, locale: Locale) -> Result<Response, Refused> {
    let absent = || Rejection::new(StatusCode::NOT_FOUND, Code::NotFound, "file-gone", &[]);
    let (house, files) = opened(edge.served.get())?;
    // The graph takes no U+0000, and no token of ours holds anything unusual.
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(absent().into());
    }
    let request = context(edge, parts, Actor::System, locale);
    let mut data = house.graph.ask(&STORED, json!({ "token": token }), &request).await?;
    let stored: Option<Stored> = serde_json::from_value(data["storedFile"].take()).map_err(Error::internal)?;
    let stored = stored.ok_or_else(absent)?;
    let tag = format!("\"{}\"", stored.digest);
    let mut answer = if has(&parts.headers, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let pieces = files.get(stored.digest).await?.ok_or_else(absent)?;
        // Why a file breaks off is for the log, and the status is gone by then.
        let logged = futures_util::StreamExt::map(pieces, |piece| {
            piece.map_err(|error| {
                tracing::warn!(error = error.internal_text(), "a file broke off");
                std::io::Error::other("the file broke off")
            })
        });
        let mut answer = Response::new(Body::from_stream(logged));
        let is_photo = stored.media_type.starts_with("image/");
        let disposition = if is_photo { "inline" } else { "attachment; filename=\"document.pdf\"" };
        answer.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
        answer.headers_mut().extend(HeaderValue::try_from(&stored.media_type).map(|value| (CONTENT_TYPE, value)));
        answer
    };
    let seconds = (stored.until - request.now).num_seconds().max(0);
    let headers = answer.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.extend(HeaderValue::try_from(tag).map(|tag| (ETAG, tag)));
    // What is one report's is kept by its reader's browser alone, and no longer than its address is valid.
    headers.extend(HeaderValue::try_from(format!("private, max-age={seconds}")).map(|value| (CACHE_CONTROL, value)));
    Ok(answer)
}

/// Whether the client has the file already (RFC 9110 §13.1.2).
fn has(headers: &HeaderMap, tag: &str) -> bool {
    let values = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|known| known.trim().trim_start_matches("W/") == tag)
}

/// A refusal as problem details (RFC 9457).
fn problem(refused: Refused, locale: Locale) -> Response {
    let (status, code, title) = match refused {
        Refused::Edge(rejection) => (rejection.status, rejection.code, rejection.message.get(locale).to_owned()),
        Refused::Room(message) => (StatusCode::SERVICE_UNAVAILABLE, Code::RateLimited, message),
        Refused::Fault(error) => {
            tracing::error!(error = error.internal_text(), "a file was not taken or not shown");
            let is_away = matches!(error.code(), Code::SubgraphUnavailable | Code::Timeout);
            let status = if is_away { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR };
            (status, error.code(), error.external().get(locale).to_owned())
        }
    };
    let body = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "code": code.as_str() });
    let mut answer = (status, axum::Json(body)).into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(locale.tag()));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("60"));
    }
    answer
}
