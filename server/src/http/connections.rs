//! Connections: how many, how large a head, how long to wait for it, and how they end.

use std::{pin::pin, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};

use crate::stop::Stopping;

/// How many connections are served at once; more wait in the system's queue.
const CONNECTIONS_MAX: usize = 4_096;
/// The largest head of a request.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// How long the head may take to arrive, so that a client that drips bytes does not keep its place.
const HEAD_TIME_MAX: Duration = Duration::from_secs(10);
/// How long, after the word to stop, answers say `Connection: close` before connections are closed: a client that sends its next request
/// at the moment of the closing would not know whether it was carried out.
const FAREWELL: Duration = Duration::from_millis(300);
/// How long running requests may take to end when the server stops.
const DRAIN_MAX: Duration = Duration::from_secs(20);
/// When the system has no more sockets to give, trying again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves connections until the server stops, then lets the running requests end.
pub(crate) async fn accept(listener: TcpListener, routes: Router, stopping: Stopping) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let begin = |(stream, place)| {
        let connection = graceful.watch(serve(stream, routes.clone()));
        tokio::spawn(async move {
            // A client that went away or spoke no HTTP is not a fault of the house.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke off");
            }
            drop(place);
        });
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
    if tokio::time::timeout(DRAIN_MAX, graceful.shutdown()).await.is_err() {
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

fn serve(stream: TcpStream, routes: Router) -> http1::Connection<TokioIo<TcpStream>, TowerToHyperService<Router>> {
    // Answers are small and whole: waiting to fill a packet only delays them. Failing to say so changes nothing else.
    drop(stream.set_nodelay(true));
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_MAX)
        .max_header_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes))
}
