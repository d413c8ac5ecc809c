//! The body of an upload: the file itself, or a form with one.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Multipart, Request, multipart::Field},
    http::{
        StatusCode,
        header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
        request::Parts,
    },
};
use futures_util::{Stream, StreamExt, stream};
use kernel::Code;

use super::unfit;
use crate::{
    files::{FILE_BYTES_MAX, Unfit},
    http::{
        load::{Arriving, Load},
        rejection::Rejection,
    },
};

/// How long a file may take to arrive: ten megabytes over a slow telephone.
const FILE_TIME_MAX: Duration = Duration::from_secs(60);
/// How long nothing of it may come.
const SILENCE_MAX: Duration = Duration::from_secs(10);
/// What a form may add to its file.
const FORM_BYTES_MAX: usize = 16 * 1024;

/// Receives a file, into a place that it holds until it is dropped.
pub(super) async fn receive<'a>(load: &'a Load, parts: &Parts, body: Body) -> Result<Arriving<'a>, Rejection> {
    let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_form = header(&CONTENT_TYPE).trim_start().to_ascii_lowercase().starts_with("multipart/form-data");
    if !matches!(header(&CONTENT_ENCODING), "" | "identity") {
        return Err(Rejection::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Code::BadUserInput, "edge-content-encoding", &[]));
    }
    // Said before the rest is sent, to clients that wait for a word; the length is counted all the same.
    let margin = if is_form { FORM_BYTES_MAX } else { 0 };
    if header(&CONTENT_LENGTH).parse::<usize>().is_ok_and(|length| length > FILE_BYTES_MAX + margin) {
        return Err(unfit(Unfit::Bytes));
    }
    let received = async {
        if is_form {
            form(load, parts, body).await
        } else {
            gather(load.arriving_file(), body.into_data_stream().map(|piece| piece.map_err(lost))).await
        }
    };
    tokio::time::timeout(FILE_TIME_MAX, received).await.unwrap_or_else(|_| Err(slow()))
}

/// Puts the pieces together.
async fn gather<'a>(mut arriving: Arriving<'a>, pieces: impl Stream<Item = Result<Bytes, Rejection>>) -> Result<Arriving<'a>, Rejection> {
    let mut pieces = std::pin::pin!(pieces);
    while let Some(piece) = tokio::time::timeout(SILENCE_MAX, pieces.next()).await.map_err(|_| slow())? {
        let piece = piece?;
        if arriving.bytes().len() + piece.len() > FILE_BYTES_MAX {
            return Err(unfit(Unfit::Bytes));
        }
        arriving.add(&piece)?;
    }
    Ok(arriving)
}

/// Takes the one file of a form (RFC 7578), as a page without a script sends it.
async fn form<'a>(load: &'a Load, parts: &Parts, body: Body) -> Result<Arriving<'a>, Rejection> {
    let mut request = Request::new(body);
    *request.headers_mut() = parts.headers.clone();
    let mut fields = Multipart::from_request(request, &()).await.map_err(|_| malformed())?;
    let file = fields.next_field().await.map_err(|_| malformed())?.ok_or_else(malformed)?;
    let arrived = gather(load.arriving_file(), pieces(file)).await?;
    let next = tokio::time::timeout(SILENCE_MAX, fields.next_field()).await.map_err(|_| slow())?;
    if next.map_err(|_| malformed())?.is_some() { Err(malformed()) } else { Ok(arrived) }
}

fn pieces(field: Field<'_>) -> impl Stream<Item = Result<Bytes, Rejection>> {
    stream::unfold(field, |mut field| async move {
        let piece = field.chunk().await.map_err(lost).transpose()?;
        Some((piece, field))
    })
}

fn lost<E>(_: E) -> Rejection {
    Rejection::malformed("edge-body-lost", &[])
}

fn malformed() -> Rejection {
    Rejection::malformed("file-form", &[])
}

fn slow() -> Rejection {
    Rejection::new(StatusCode::REQUEST_TIMEOUT, Code::Timeout, "edge-body-slow", &[])
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    fn parts(headers: &[(&str, &str)]) -> Parts {
        let request = headers.iter().fold(Request::post("/files"), |request, (name, value)| request.header(*name, *value));
        request.body(()).unwrap().into_parts().0
    }

    /// How an upload ends whose pieces come one each second, for ever or until they break off.
    async fn outcome(headers: &[(&str, &str)], pieces: impl Stream<Item = Result<Bytes, std::io::Error>> + Send + 'static) -> (u16, u64) {
        let (load, begun) = (Load::default(), Instant::now());
        let received = receive(&load, &parts(headers), Body::from_stream(pieces)).await;
        (received.map_or_else(|rejection| rejection.status.as_u16(), |_| 200), begun.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn a_file_that_drips_falls_silent_or_breaks_off_keeps_nobody_waiting() {
        let drip = || {
            stream::unfold((), |()| async {
                tokio::time::sleep(Duration::from_secs(1)).await;
                Some((Ok(Bytes::from_static(b"x")), ()))
            })
        };
        let form = [("content-type", "multipart/form-data; boundary=x")];
        assert_eq!(outcome(&[], drip()).await, (408, 60));
        assert_eq!(outcome(&[], drip().take(3).chain(stream::pending())).await, (408, 13));
        assert_eq!(outcome(&form, stream::pending()).await, (408, 60));
        let broken = stream::iter([Err(std::io::Error::other("gone"))]);
        assert_eq!(outcome(&[], drip().take(3).chain(broken)).await, (400, 3));
        assert_eq!(outcome(&[], drip().take(3)).await, (200, 3));
        let large = FILE_BYTES_MAX + 1;
        assert_eq!(outcome(&[("content-length", &large.to_string())], drip()).await, (413, 0), "said before it comes");
        let pieces = stream::repeat_with(|| Ok(Bytes::from(vec![0; 1024 * 1024])));
        assert_eq!(outcome(&[], pieces).await, (413, 0), "whatever its length was said to be");
        assert_eq!(outcome(&[("content-encoding", "gzip")], drip()).await, (415, 0));
    }

    #[tokio::test]
    async fn files_that_arrive_together_share_a_place_that_is_not_the_graphs() {
        let load = Load::default();
        let whole = || Body::from(vec![0; FILE_BYTES_MAX]);
        let mut arrived = Vec::new();
        let refused = loop {
            match receive(&load, &parts(&[]), whole()).await {
                Ok(arriving) => arrived.push(arriving),
                Err(rejection) => break rejection.status.as_u16(),
            }
        };
        assert_eq!(refused, 503);
        assert!((2..=6).contains(&arrived.len()), "{}", arrived.len());
        assert_eq!(load.arriving().add(&vec![0; 256 * 1024]), Ok(()));
        arrived.pop();
        assert!(receive(&load, &parts(&[]), whole()).await.is_ok());
    }
}
