//! Traces for whoever keeps them: spans of the target [`SPANS`] go to a collector over OTLP (HTTP, protobuf). A span holds what the log
//! holds, and nothing that a person wrote. What else there is to choose, such as the part of requests that is traced, is chosen with
//! OpenTelemetry's own variables (`OTEL_TRACES_SAMPLER`, `OTEL_RESOURCE_ATTRIBUTES`, `OTEL_BSP_*`, `OTEL_EXPORTER_OTLP_HEADERS`).

use axum::{
    body::Bytes,
    http::{HeaderMap, Request, Response, StatusCode},
};
use kernel::{Error, Result, SPANS, TraceContext};
use opentelemetry::{
    Context, global,
    propagation::Extractor,
    trace::{TraceContextExt, TraceId, TracerProvider},
};
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};
use tokio::runtime::Handle;
use tracing::{Span, field};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::{Layer, Registry, filter::Targets};

use crate::http::Carried;

/// Where OTLP's receivers take traces, below the collector's address (OTLP 1.9, "OTLP/HTTP Request").
const TRACES: &str = "v1/traces";

/// What sends spans away.
pub(super) struct Traces(SdkTracerProvider);

impl Traces {
    /// Spans go to the collector at `endpoint`, over connections that live in `runtime`.
    pub(super) fn to(endpoint: &str, runtime: Handle) -> Result<Traces> {
        let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
        let exporter = exporter.with_endpoint(format!("{}/{TRACES}", endpoint.trim_end_matches('/')));
        let exporter = exporter.with_http_client(Client { http: remote::Client::new()?, runtime }).build();
        let exporter = exporter.map_err(|error| Error::internal(format!("{endpoint}: {error}")))?;
        // Without a name in the variables the service has the program's.
        let named = std::env::var_os("OTEL_SERVICE_NAME").is_some();
        let resource = Resource::builder();
        let resource = if named { resource } else { resource.with_service_name(env!("CARGO_BIN_NAME")) };
        let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource.build()).build();
        Ok(Traces(provider))
    }

    /// The part of the log's machinery that makes spans.
    pub(super) fn layer(&self) -> Box<dyn Layer<Registry> + Send + Sync> {
        let layer = tracing_opentelemetry::layer().with_tracer(self.0.tracer(env!("CARGO_BIN_NAME")));
        let layer = layer.with_location(false).with_threads(false).with_tracked_inactivity(false).with_target(false).with_level(false);
        layer.with_filter(Targets::new().with_target(SPANS, tracing::Level::DEBUG)).boxed()
    }

    /// Sends what is left.
    pub(super) fn end(&self) {
        if let Err(error) = self.0.shutdown() {
            tracing::warn!(%error, "the last spans are lost");
        }
    }
}

/// From now on the trace of whoever asks is known, whether we keep one or not.
pub(super) fn listen() {
    global::set_text_map_propagator(TraceContextPropagator::new());
}

/// The span of one request of the graph. It belongs to the trace of whoever asks, when they keep one.
pub(crate) fn request(method: &str, path: &str, headers: &HeaderMap) -> Span {
    let later = field::Empty;
    let span = tracing::debug_span!(
        target: SPANS, "request", otel.kind = "server", otel.name = "graphql", otel.status_code = later, http.request.method = method,
        url.path = path, http.response.status_code = later, graphql.operation.type = later, graphql.operation.name = later,
    );
    if !span.is_disabled() && received(headers).is_some() {
        // It fails where spans are no OpenTelemetry spans.
        drop(span.set_parent(extract(headers)));
    }
    span
}

/// Says in a request's span how it ended.
pub(crate) fn conclude(span: &Span, status: StatusCode, carried: Option<&Carried>) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    if let Some(carried) = carried {
        span.context().span().update_name(carried.word());
        span.record("graphql.operation.type", carried.word());
        if let Some(name) = &carried.name {
            span.record("graphql.operation.name", name);
        }
    }
}

/// The trace that a request says it belongs to.
pub(crate) fn received(headers: &HeaderMap) -> Option<TraceContext> {
    let parent = headers.get("traceparent")?.to_str().ok().filter(|parent| is_parent(parent))?;
    let state = headers.get("tracestate").and_then(|state| state.to_str().ok());
    Some(TraceContext { parent: parent.to_owned(), state: state.map(str::to_owned) })
}

/// The id of the trace that the present span belongs to, or that a request says it belongs to.
pub(crate) fn id(span: &Span, received: Option<&TraceContext>) -> Option<String> {
    let own = span.context().span().span_context().trace_id();
    if own != TraceId::INVALID {
        return Some(own.to_string());
    }
    received?.parent.split('-').nth(1).map(str::to_owned)
}

/// version "-" trace-id "-" parent-id "-" trace-flags (§3.2.2). The library takes shorter numbers, too; other subgraphs' libraries may not.
fn is_parent(text: &str) -> bool {
    let is_hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let parts: Vec<_> = text.split('-').collect();
    let [version, trace, parent, flags] = parts.as_slice() else { return false };
    let are_long = (version.len(), trace.len(), parent.len(), flags.len()) == (2, 32, 16, 2);
    let are_some = [trace, parent].iter().all(|part| part.bytes().any(|byte| byte != b'0'));
    are_long && are_some && *version != "ff" && parts.iter().all(|part| is_hex(part))
}

fn extract(headers: &HeaderMap) -> Context {
    global::get_text_map_propagator(|propagator| propagator.extract_with_context(&Context::new(), &Read(headers)))
}

struct Read<'a>(&'a HeaderMap);

impl Extractor for Read<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}

/// The client of the exporter, which waits in a thread of its own outside the runtime.
#[derive(Debug)]
struct Client {
    http: remote::Client,
    runtime: Handle,
}

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> std::result::Result<Response<Bytes>, HttpError> {
        let sent = self.http.clone().send(request);
        self.runtime.spawn(sent).await?.map_err(|error| error.internal_text().to_owned().into())
    }
}

#[cfg(test)]
mod tests {
    use super::is_parent;

    #[test]
    fn a_parent_has_the_form_that_the_recommendation_gives_it() {
        fn check(parent: &str, expected: bool) {
            assert_eq!(is_parent(parent), expected, "{parent}");
        }
        let (trace, parent) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
        check(&format!("00-{trace}-{parent}-01"), true);
        check(&format!("cc-{trace}-{parent}-00"), true);
        check(&format!("ff-{trace}-{parent}-01"), false);
        check(&format!("00-{}-{parent}-01", trace.to_uppercase()), false);
        check(&format!("00-{}-{parent}-01", "0".repeat(32)), false);
        check(&format!("00-{trace}-{}-01", "0".repeat(16)), false);
        check(&format!("00-{trace}-{parent}"), false);
        check(&format!("00-{trace}-{parent}-01-more"), false);
        check(&format!("00-{parent}-{trace}-01"), false);
        check("00-1-2-3", false);
        check("", false);
    }
}
