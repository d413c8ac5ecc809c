use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use http_body_util::{BodyExt, Full};
use hyper::{HeaderMap, Request, Response, body::Bytes, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// A server that gives everybody the same answer and keeps what it was asked: a subgraph, or a collector of traces.
pub struct Recorder {
    /// Where it answers.
    pub url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Received {
    /// Its path.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Recorder {
    /// Starts one.
    pub async fn start(answer: &'static str) -> Recorder {
        Recorder::failing_first(0, answer).await
    }

    /// Starts one that answers as many requests with 503 before it gives everybody the same answer.
    pub async fn failing_first(failures: usize, answer: &'static str) -> Recorder {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let kept = Arc::clone(&received);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let received = Arc::clone(&kept);
                let service = service_fn(move |request| receive(request, Arc::clone(&received), failures, answer));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Recorder { url, received }
    }

    /// All that it was asked so far.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().expect("nobody panicked").clone()
    }
}

async fn receive(
    request: Request<Incoming>,
    received: Arc<Mutex<Vec<Received>>>,
    failures: usize,
    answer: &'static str,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.expect("a body").to_bytes();
    let number = {
        let mut received = received.lock().expect("nobody panicked");
        received.push(Received { path: parts.uri.path().to_owned(), headers: parts.headers, body });
        received.len()
    };
    Ok(Response::builder()
        .status(if number > failures { 200 } else { 503 })
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from_static(answer.as_bytes())))
        .expect("a response"))
}
