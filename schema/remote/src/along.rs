//! What goes along with a call: what of the client's headers the subgraph may know, and where in the trace the call belongs.

use std::sync::Arc;

use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use kernel::{Request, TraceContext};
use opentelemetry::{global, propagation::Injector, trace::TraceContextExt};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Names and values.
pub(crate) type Headers = Arc<[(String, String)]>;

/// What goes along with a call.
#[derive(Clone)]
pub(crate) struct Along {
    /// Of the client's headers. Calls that differ in them are different calls.
    pub(crate) headers: Headers,
    /// The trace; calls that differ in it alone are the same.
    trace: HeaderMap,
}

impl Along {
    pub(crate) fn of(request: &Request, allowed: &[String]) -> Along {
        Along { headers: headers(request, allowed), trace: trace(request.trace.as_deref()) }
    }

    /// Writes it into the headers of a request.
    pub(crate) fn write(&self, all: &mut HeaderMap) {
        for (name, value) in self.headers.iter() {
            // The edge read them from a request, so they are headers.
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
                all.append(name, value);
            }
        }
        for (name, value) in &self.trace {
            all.insert(name, value.clone());
        }
    }
}

fn headers(request: &Request, allowed: &[String]) -> Headers {
    let is_allowed = |(name, _): &(String, String)| allowed.contains(name);
    if request.forwarded.iter().all(is_allowed) {
        return Arc::clone(&request.forwarded);
    }
    request.forwarded.iter().filter(|header| is_allowed(header)).cloned().collect()
}

/// The span of this call is the parent of what the subgraph does. Where no trace is kept, the one of whoever asks goes on as it is (W3C
/// Trace Context §4.3).
fn trace(received: Option<&TraceContext>) -> HeaderMap {
    let mut headers = Written(HeaderMap::new());
    let context = Span::current().context();
    if context.span().span_context().is_valid() {
        global::get_text_map_propagator(|propagator| propagator.inject_context(&context, &mut headers));
    } else if let Some(received) = received {
        headers.set("traceparent", received.parent.clone());
        received.state.iter().for_each(|state| headers.set("tracestate", state.clone()));
    }
    headers.0
}

struct Written(HeaderMap);

impl Injector for Written {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (key.parse::<HeaderName>(), value.parse::<HeaderValue>()) {
            self.0.insert(name, value);
        }
    }
}
