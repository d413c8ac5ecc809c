//! One HTTP exchange with the subgraph: a POST, and an answer that is read up to a limit and within a time.

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{
    Method, Request, Response, StatusCode, Uri,
    body::{Bytes, Incoming},
    header::{ACCEPT, CONTENT_TYPE, HeaderName, HeaderValue},
};
use kernel::{Error, Result};

use crate::{
    along::Along,
    client::{Pool, pool},
    settings::Settings,
};

/// What a call brings back.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/graphql-response+json, application/json;q=0.9");
/// What a subscription brings back.
pub(crate) const EVENTS: HeaderValue = HeaderValue::from_static("text/event-stream");

/// The way to one subgraph.
pub(crate) struct Exchange {
    pool: Pool,
    uri: Uri,
    fixed: Vec<(HeaderName, HeaderValue)>,
    bytes_max: usize,
}

/// What is sent where.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) method: Method,
    /// Path and query below the address of the settings; without one it is that address.
    pub(crate) below: Option<String>,
    pub(crate) body: Bytes,
}

impl Target {
    /// A GraphQL request.
    pub(crate) fn post(body: Bytes) -> Target {
        Target { method: Method::POST, below: None, body }
    }
}

/// Why there is no answer. The text is for the log.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Another try may have more luck.
    Passing(String),
    /// It would end the same way.
    Lasting(String),
}

impl Failure {
    pub(crate) fn text(&self) -> &str {
        match self {
            Failure::Passing(text) | Failure::Lasting(text) => text,
        }
    }
}

impl Exchange {
    /// # Errors
    /// When the settings hold no address or a header that is none.
    pub(crate) fn new(settings: &Settings) -> Result<Exchange> {
        let refused = |what: &str| Error::internal(format!("`{}`: {what}", settings.url));
        let uri: Uri = settings.url.parse().map_err(|_| refused("not a URL"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none() {
            return Err(refused("a subgraph's address begins with http:// or https://"));
        }
        let header = |(name, value): &(String, String)| Some((name.parse().ok()?, value.parse().ok()?));
        let fixed: Option<Vec<_>> = settings.fixed_headers.iter().map(header).collect();
        let fixed = fixed.ok_or_else(|| refused("a header of its settings is none"))?;
        let pool = pool(settings.timeout, settings.idle_connections_max, settings.http2)?;
        Ok(Exchange { pool, uri, fixed, bytes_max: settings.response_bytes_max })
    }

    /// Sends a request, with what goes along, and waits until the answer begins.
    pub(crate) async fn begin(&self, target: Target, along: &Along, accept: HeaderValue) -> Result<Response<Incoming>, Failure> {
        let uri = match target.below {
            None => self.uri.clone(),
            Some(below) => below_of(&self.uri, &below).ok_or_else(|| Failure::Lasting(format!("`{below}` is no path")))?,
        };
        let mut request = Request::new(Full::new(target.body));
        *request.method_mut() = target.method;
        *request.uri_mut() = uri;
        let all = request.headers_mut();
        along.write(all);
        for (name, value) in &self.fixed {
            all.insert(name.clone(), value.clone());
        }
        all.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        all.insert(ACCEPT, accept);
        let response = self.pool.request(request).await.map_err(|error| Failure::Passing(chain(&error)))?;
        match response.status() {
            status @ (StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT) => {
                Err(Failure::Passing(format!("answered {status}")))
            }
            // Where it leads is not in the settings.
            status if status.is_redirection() => Err(Failure::Lasting(format!("answered {status}, and redirects are not followed"))),
            _ => Ok(response),
        }
    }

    /// Reads an answer whole.
    pub(crate) async fn read(&self, response: Response<Incoming>) -> Result<(StatusCode, Bytes), Failure> {
        let status = response.status();
        let body = Limited::new(response.into_body(), self.bytes_max).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() {
                Failure::Lasting(format!("answered with more than {} bytes", self.bytes_max))
            } else {
                Failure::Passing(chain(&*error))
            }
        })?;
        Ok((status, body.to_bytes()))
    }
}

fn below_of(base: &Uri, below: &str) -> Option<Uri> {
    let mut parts = base.clone().into_parts();
    parts.path_and_query = format!("{}{below}", base.path().trim_end_matches('/')).parse().ok();
    Uri::from_parts(parts).ok()
}

/// An error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
