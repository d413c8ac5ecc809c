//! Which subgraph calls a query makes: it is asked of a gateway in front of the city's rooms, with a tap between the two.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Bytes, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use reqwest::header::HeaderMap;
use tests::{City, Gateway, service_token};
use tokio::net::TcpListener;

/// One call of a room, to be made again.
#[derive(Clone)]
pub struct Call {
    http: reqwest::Client,
    url: String,
    token: String,
    body: Bytes,
}

impl Call {
    /// Makes the call alone.
    pub async fn make(&self) -> HeaderMap {
        let answer = self.send().await;
        assert!(answer.status().is_success(), "{}: {}", self.url, answer.status());
        let headers = answer.headers().clone();
        answer.bytes().await.expect("a body");
        headers
    }

    async fn send(&self) -> reqwest::Response {
        let request = self.http.post(&self.url).header("X-Service-Token", &self.token).header("Content-Type", "application/json");
        request.body(self.body.clone()).send().await.expect("the city answers")
    }
}

/// The calls that a query makes.
pub async fn calls(city: &City, query: &str) -> Vec<Call> {
    let token = service_token(city);
    let heard: Arc<Mutex<Vec<Call>>> = Arc::default();
    let tap = listen(Call { http: reqwest::Client::new(), url: city.url.clone(), token, body: Bytes::new() }, Arc::clone(&heard)).await;
    let answer = Gateway::before(city, &tap).ask(None, query).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    let calls = heard.lock().expect("nobody panicked").clone();
    assert!(!calls.is_empty(), "the query reached no room");
    calls
}

/// Hands every call on to the city and keeps it.
async fn listen(city: Call, heard: Arc<Mutex<Vec<Call>>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (city, heard) = (city.clone(), Arc::clone(&heard));
            let service = service_fn(move |request| pass(request, city.clone(), Arc::clone(&heard)));
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    });
    url
}

async fn pass(request: Request<Incoming>, city: Call, heard: Arc<Mutex<Vec<Call>>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let url = format!("{}{}", city.url, request.uri().path());
    let body = request.into_body().collect().await.expect("a body").to_bytes();
    let call = Call { url, body, ..city };
    heard.lock().expect("nobody panicked").push(call.clone());
    let answer = call.send().await.bytes().await.expect("an answer");
    Ok(Response::builder().header("content-type", "application/json").body(Full::new(answer)).expect("a response"))
}
