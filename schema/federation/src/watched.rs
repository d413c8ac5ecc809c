//! A subgraph as the federation calls it: counted, and kept from taking more down with it than its own fields.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use futures_util::{
    FutureExt, StreamExt,
    stream::{self, BoxStream},
};
use kernel::{Answer, Call, Code, Request, Subgraph};
use serde_json::Value;

use crate::values;

pub(crate) struct Watched {
    inner: Arc<dyn Subgraph>,
    calls: Arc<AtomicU64>,
}

impl Watched {
    pub(crate) fn new(inner: Arc<dyn Subgraph>, calls: Arc<AtomicU64>) -> Watched {
        Watched { inner, calls }
    }
}

#[async_trait]
impl Subgraph for Watched {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn sdl(&self) -> &str {
        self.inner.sdl()
    }

    async fn execute(&self, call: Call<'_>) -> Answer {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let request = call.request;
        match AssertUnwindSafe(self.inner.execute(call)).catch_unwind().await {
            Ok(answer) => masked(self.name(), answer, request),
            Err(_) => unavailable(self.name(), request),
        }
    }

    async fn subscribe(&self, call: Call<'_>) -> BoxStream<'static, Answer> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let request = Arc::clone(call.request);
        let name = self.name().to_owned();
        match AssertUnwindSafe(self.inner.subscribe(call)).catch_unwind().await {
            Ok(events) => AssertUnwindSafe(events)
                .catch_unwind()
                .map(move |event| match event {
                    Ok(answer) => masked(&name, answer, &request),
                    Err(_) => unavailable(&name, &request),
                })
                .boxed(),
            Err(_) => {
                let answer = unavailable(&name, &request);
                stream::once(async { answer }).boxed()
            }
        }
    }
}

/// What came from inside a subgraph goes to the log; the client reads the general text.
fn masked(subgraph: &str, mut answer: Answer, request: &Request) -> Answer {
    for fault in answer.faults.iter_mut().filter(|fault| fault.code == Code::Internal) {
        let general = values::fault(Code::Internal, request).message;
        if fault.message != general {
            tracing::error!(subgraph, request_id = %request.id, message = fault.message, "a subgraph failed");
            fault.message = general;
        }
    }
    answer
}

fn unavailable(subgraph: &str, request: &Request) -> Answer {
    tracing::error!(subgraph, request_id = %request.id, "a subgraph panicked");
    Answer { data: Value::Null, faults: vec![values::fault(Code::SubgraphUnavailable, request)] }
}
