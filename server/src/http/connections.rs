//! Connections: how many, how large a head, how long to wait for it, and how they end.

use std::{pin::pin, sync::Arc, time::Duration};

use axum::{Router, http::Request};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_io_timeout::TimeoutStream;
use tower::util::MapRequest;

use super::files::Peer;
use crate::stop::{Stop, Stopping};

/// How many connections are served at once; more wait in the system's queue.
const CONNECTIONS_MAX: usize = 4_096;
/// The largest head of a request, and what a connection reads at once.
const HEAD_BYTES_MAX: usize = 8 * 1024;
/// How long the head may take to arrive, so that a client that drips bytes does not keep its place.
const HEAD_TIME_MAX: Duration = Duration::from_secs(10);
/// How long a client may read nothing of what waits for it, so that an answer that nobody reads does not stay.
const UNREAD_TIME_MAX: Duration = Duration::from_secs(30);
/// How long, after the word to stop, answers say `Connection: close` before connections are closed: a client that sends its next request
/// at the moment of the closing would not know whether it was carried out.
const FAREWELL: Duration = Duration::from_millis(300);
/// How long running requests may take to end when the server stops.
const DRAIN_MAX: Duration = Duration::from_secs(20);
/// When the system has no more sockets to give, trying again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A connection's place among those that are served at once. Whoever takes a connection over takes its place along.
#[derive(Clone)]
pub(crate) struct Place(#[expect(dead_code, reason = "it is held, not read")] Arc<OwnedSemaphorePermit>);

/// Serves connections until the server stops, then lets the running requests end.
pub(crate) async fn accept(listener: TcpListener, routes: Router, stopping: Stopping) {
    let (farewell, bidden) = Stop::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let begin = |(stream, place): (TcpStream, _)| {
        // Answers are small and whole: waiting to fill a packet only delays them. Failing to say so changes nothing else.
        drop(stream.set_nodelay(true));
        let peer = stream.peer_addr().ok().map(|address| Peer(address.ip()));
        tokio::spawn(serve(stream, peer, Place(Arc::new(place)), routes.clone(), bidden.clone()));
    };
    let mut stopped = pin!(stopping.wait());
    loop {
        let accepted = tokio::select! {
            accepted = next(&listener, &places) => accepted,
            () = &mut stopped => break,
        };
        match accepted {
            Some(accepted) => begin(accepted),
            None => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
    waiting(listener, &places).into_iter().for_each(begin);
    tokio::time::sleep(FAREWELL).await;
    farewell.now();
    // Every connection holds its place until it ends, and so does a socket that one became.
    let all = u32::try_from(CONNECTIONS_MAX).unwrap_or(u32::MAX);
    if tokio::time::timeout(DRAIN_MAX, places.acquire_many(all)).await.is_err() {
        tracing::warn!("some requests did not end in time and were broken off");
    }
}

async fn next(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    let accepted = listener.accept().await.inspect_err(|error| tracing::warn!(%error, "a connection cannot be accepted"));
    Some((accepted.ok()?.0, place))
}

/// Those whom the system let in before the listener closed. The system itself is asked: the runtime may not have heard of them yet.
fn waiting(listener: TcpListener, places: &Arc<Semaphore>) -> Vec<(TcpStream, OwnedSemaphorePermit)> {
    let Ok(listener) = listener.into_std() else { return Vec::new() };
    let accepted = std::iter::from_fn(|| listener.accept().ok());
    let adopted = accepted.filter_map(|(stream, _)| {
        stream.set_nonblocking(true).ok()?;
        Some((TcpStream::from_std(stream).ok()?, Arc::clone(places).try_acquire_owned().ok()?))
    });
    adopted.collect()
}

/// Serves one connection until it ends, or until its next answer once it was bidden farewell.
async fn serve(stream: impl AsyncRead + AsyncWrite + Send + 'static, peer: Option<Peer>, place: Place, routes: Router, bidden: Stopping) {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(UNREAD_TIME_MAX));
    let placed = MapRequest::new(routes, move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(place.clone());
        peer.map(|peer| request.extensions_mut().insert(peer));
        request
    });
    let mut protocol = http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME_MAX);
    protocol.max_header_size(HEAD_BYTES_MAX).max_buf_size(HEAD_BYTES_MAX);
    let mut connection = pin!(protocol.serve_connection(TokioIo::new(Box::pin(stream)), TowerToHyperService::new(placed)).with_upgrades());
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = bidden.wait() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    // A client that went away or spoke no HTTP is not a fault of the house.
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::{io::AsyncWriteExt, time::Instant};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_nobody_reads_does_not_stay() {
        let places = Arc::new(Semaphore::new(1));
        let place = Place(Arc::new(Arc::clone(&places).try_acquire_owned().unwrap()));
        let (mut client, server) = tokio::io::duplex(1024);
        let routes = Router::new().route("/", get(|| async { " ".repeat(1024 * 1024) }));
        let (_stop, stopping) = Stop::new();
        let before = Instant::now();
        let served = tokio::spawn(serve(server, None, place, routes, stopping));
        client.write_all(b"GET / HTTP/1.1\r\nHost: city\r\n\r\n").await.unwrap();
        served.await.unwrap();
        assert_eq!(before.elapsed(), UNREAD_TIME_MAX);
        assert_eq!(places.available_permits(), 1);
    }
}
