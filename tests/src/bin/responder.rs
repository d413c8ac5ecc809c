//! Answers subgraph requests from memory, so that a bench of gateways is not a bench of subgraphs: what it has not seen goes to the real
//! subgraphs once, and the answer is kept by path and body.
//!
//! `responder http://127.0.0.1:4200` prints the address where it stands in front of them.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex},
};

use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Bytes, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

struct Responder {
    subgraphs: String,
    http: reqwest::Client,
    seen: Mutex<HashMap<(String, Bytes), Bytes>>,
}

impl Responder {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let path = request.uri().path().to_owned();
        let body = request.into_body().collect().await.expect("a body").to_bytes();
        let key = (path, body);
        let known = self.seen.lock().expect("nobody panicked").get(&key).cloned();
        let answer = if let Some(answer) = known { answer } else { self.ask(key).await };
        Ok(Response::builder().header("content-type", "application/json").body(Full::new(answer)).expect("a response"))
    }

    async fn ask(&self, (path, body): (String, Bytes)) -> Bytes {
        let request = self.http.post(format!("{}{path}", self.subgraphs)).header("content-type", "application/json").body(body.clone());
        let answer = request.send().await.expect("the subgraphs answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let answer = answer.bytes().await.expect("a body");
        self.seen.lock().expect("nobody panicked").insert((path, body), answer.clone());
        answer
    }
}

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, reason = "whoever starts it reads its address")]
async fn main() {
    let subgraphs = std::env::args().nth(1).expect("the subgraphs' address");
    let responder = Arc::new(Responder { subgraphs, http: reqwest::Client::new(), seen: Mutex::default() });
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    println!("listening on http://{}", listener.local_addr().expect("an address"));
    while let Ok((stream, _)) = listener.accept().await {
        // Headers and body are two writes.
        stream.set_nodelay(true).expect("a socket");
        let responder = Arc::clone(&responder);
        let service = service_fn(move |request| {
            let responder = Arc::clone(&responder);
            async move { responder.answer(request).await }
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}
