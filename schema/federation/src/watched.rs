//! A subgraph as the federation calls it: counted, and kept from taking more down with it than its own fields.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use async_trait::async_trait;
use futures_util::{
    FutureExt, StreamExt,
    stream::{self, BoxStream},
};
use kernel::{Answer, Call, Code, Data, Fault, Request, SPANS, Subgraph};
use tracing::{Instrument, Span, field};

/// What was asked of one subgraph so far.
#[derive(Default)]
pub(crate) struct Tally {
    calls: AtomicU64,
    busy_nanoseconds: AtomicU64,
}

impl Tally {
    pub(crate) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    pub(crate) fn busy(&self) -> Duration {
        Duration::from_nanos(self.busy_nanoseconds.load(Ordering::Relaxed))
    }
}

pub(crate) struct Watched {
    inner: Arc<dyn Subgraph>,
    tally: Arc<Tally>,
}

impl Watched {
    pub(crate) fn new(inner: Arc<dyn Subgraph>, tally: Arc<Tally>) -> Watched {
        Watched { inner, tally }
    }

    /// The span of one call.
    fn span(&self) -> Span {
        let failed = field::Empty;
        tracing::debug_span!(target: SPANS, "fetch", subgraph = self.name(), otel.kind = "client", otel.status_code = failed, error.type = failed)
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
        self.tally.calls.fetch_add(1, Ordering::Relaxed);
        let request = call.request;
        let started = Instant::now();
        let span = self.span();
        let answer = AssertUnwindSafe(self.inner.execute(call)).catch_unwind().instrument(span.clone()).await;
        let nanoseconds = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.tally.busy_nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
        let answer = match answer {
            Ok(answer) => masked(self.name(), answer, request),
            Err(_) => unavailable(self.name(), request),
        };
        note_failure(&span, &answer);
        answer
    }

    async fn subscribe(&self, call: Call<'_>) -> BoxStream<'static, Answer> {
        self.tally.calls.fetch_add(1, Ordering::Relaxed);
        let request = Arc::clone(call.request);
        let name = self.name().to_owned();
        match AssertUnwindSafe(self.inner.subscribe(call)).catch_unwind().instrument(self.span()).await {
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

/// A call that brought no data has failed, whatever the reason.
fn note_failure(span: &Span, answer: &Answer) {
    if let (Data::Null, Some(fault)) = (&answer.data, answer.faults.first()) {
        span.record("otel.status_code", "ERROR");
        span.record("error.type", fault.code.as_str());
    }
}

/// What came from inside a subgraph goes to the log; the client reads the general text.
fn masked(subgraph: &str, mut answer: Answer, request: &Request) -> Answer {
    for fault in answer.faults.iter_mut().filter(|fault| fault.code == Code::Internal) {
        let general = Fault::general(Code::Internal, request.locale).message;
        if fault.message != general {
            tracing::error!(subgraph, request_id = %request.id, message = fault.message, "a subgraph failed");
            fault.message = general;
        }
    }
    answer
}

fn unavailable(subgraph: &str, request: &Request) -> Answer {
    tracing::error!(subgraph, request_id = %request.id, "a subgraph panicked");
    Answer { data: Data::Null, faults: vec![Fault::general(Code::SubgraphUnavailable, request.locale)] }
}
