//! Every layer around the routes, in order.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{MatchedPath, Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
        header::{
            ACCEPT_ENCODING, ACCEPT_LANGUAGE, AUTHORIZATION, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
        },
    },
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use futures_util::FutureExt;
use kernel::{Code, Locale};
use tower::ServiceBuilder;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::{Instrument, Span, field};

use super::{Edge, caching, graphql::Carried, rejection::Rejection, respond, respond::SERVER_TIMING, stream::LAST_EVENT_ID};
use crate::telemetry::traces;

/// The largest body that is read.
pub(crate) const BODY_BYTES_MAX: usize = 256 * 1024;
/// How long an answer may take to begin. A subscription may last longer; its first byte may not.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);
/// How long it may take where a file is sent: it arrives first, and waits for others that are being cleaned.
const FILE_DEADLINE: Duration = Duration::from_secs(120);
/// A request id that a client may choose is no longer than this.
const REQUEST_ID_BYTES_MAX: usize = 64;

/// How long a browser remembers that it may ask.
const PREFLIGHT_LIFETIME: Duration = Duration::from_secs(3600);

pub(crate) const GRAPHQL_PATH: &str = "/graphql";
/// Files come here.
pub(crate) const FILES_PATH: &str = "/files";
/// Below it the rooms are plain subgraphs.
const SUBGRAPHS_PATH: &str = "/subgraphs/";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The name of a request in logs and answers.
#[derive(Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// Puts the layers around the routes; a request meets them from top to bottom. They are few, for each costs every request a box and a copy:
/// what all requests need is in [`attend`].
pub(crate) fn around(routes: Router, edge: &Arc<Edge>) -> Router {
    routes.layer(
        ServiceBuilder::new()
            .option_layer((!edge.origins.is_empty()).then(|| admit(&edge.origins)))
            .layer(from_fn_with_state(Arc::clone(edge), attend)),
    )
}

/// Lets pages of the named sites ask (Fetch §3.2), with a token that they hold and never with cookies.
fn admit(origins: &[HeaderValue]) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins.iter().cloned()))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, REQUEST_ID, LAST_EVENT_ID])
        .expose_headers([REQUEST_ID, SERVER_TIMING])
        .max_age(PREFLIGHT_LIFETIME)
}

/// Attends to one request: names it, keeps its trace, answers for it when its time is over or something breaks, and tells browsers what the
/// answer must never be used for. While the server stops, the answer is the connection's last.
async fn attend(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let id = name(&edge, request.headers());
    request.extensions_mut().insert(RequestId(id.clone()));
    let encodings: Vec<_> = request.headers().get_all(ACCEPT_ENCODING).iter().cloned().collect();
    let mut response = trace(&edge, &id, request, next).await;
    if caching::is_compressible(&response) {
        response = caching::compress(response, encodings).await;
    }
    let headers = response.headers_mut();
    protect(headers);
    headers.extend(HeaderValue::from_str(&id).map(|id| (REQUEST_ID, id)));
    if edge.stopping.is_now() {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// The id that a proxy in front gave the request, or a new one.
fn name(edge: &Edge, headers: &HeaderMap) -> String {
    let given = headers.get(&REQUEST_ID).and_then(|value| value.to_str().ok()).filter(|id| is_sane(id));
    given.map_or_else(|| edge.rng.uuid_v7(edge.clock.now()).simple().to_string(), str::to_owned)
}

fn is_sane(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= REQUEST_ID_BYTES_MAX
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// A page that needs more says so itself.
fn protect(headers: &mut HeaderMap) {
    for (name, value) in [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (X_FRAME_OPTIONS, "DENY"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

/// One span for the log, one for the trace, and one line a request. Never the address's query, a body, a variable or a token: they hold
/// what people wrote.
async fn trace(edge: &Edge, id: &str, request: Request, next: Next) -> Response {
    let started = std::time::Instant::now();
    let (method, uri) = (request.method().clone(), request.uri().clone());
    // An address may hold a token: what is written down is the route.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let path = uri.path();
    let is_graph = path == GRAPHQL_PATH || path.starts_with(SUBGRAPHS_PATH);
    let span = tracing::info_span!("request", request_id = %id, trace_id = field::Empty);
    let traced = if is_graph { traces::request(method.as_str(), path, request.headers()) } else { Span::none() };
    if let Some(id) = traces::id(&traced, traces::received(request.headers()).as_ref()) {
        span.record("trace_id", id);
    }
    async {
        let response = answer(request, next).instrument(traced.clone()).await;
        let (status, duration) = (response.status(), started.elapsed());
        traces::conclude(&traced, status, response.extensions().get::<Carried>());
        if path == GRAPHQL_PATH {
            tell(edge, method.as_str(), status, duration, response.extensions().get::<Carried>());
        } else {
            let route = route.as_ref().map(MatchedPath::as_str).unwrap_or_default();
            tracing::debug!(%method, route, status = status.as_u16(), duration_ms = milliseconds(duration), "answered");
        }
        response
    }
    .instrument(span)
    .await
}

/// The answer in time, or one that says that there is none.
async fn answer(request: Request, next: Next) -> Response {
    let deadline = if request.uri().path() == FILES_PATH { FILE_DEADLINE } else { DEADLINE };
    let answered = AssertUnwindSafe(tokio::time::timeout(deadline, next.run(request))).catch_unwind();
    match answered.await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => respond::reject(&Rejection::general(StatusCode::GATEWAY_TIMEOUT, Code::Timeout), Locale::default()),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
            tracing::error!(panic = text.unwrap_or("without a text"), "a request panicked");
            respond::reject(&Rejection::general(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal), Locale::default())
        }
    }
}

/// Counts an operation and writes its line, whatever wire it came over.
pub(crate) fn tell(edge: &Edge, method: &str, status: StatusCode, duration: Duration, carried: Option<&Carried>) {
    edge.metrics.count(carried.map(|carried| carried.kind), carried.and_then(Carried::label), status.as_u16(), duration);
    carried.iter().for_each(|carried| edge.metrics.count_cost(carried.cost));
    let (operation, kind) = carried.map(|carried| (carried.name.as_deref().unwrap_or_default(), carried.word())).unwrap_or_default();
    let duration_ms = milliseconds(duration);
    tracing::info!(method, path = GRAPHQL_PATH, status = status.as_u16(), kind, operation, duration_ms, "answered");
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1000.0
}
