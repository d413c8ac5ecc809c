//! How one remote subgraph is called.

use std::time::Duration;

/// When to stop calling a subgraph that fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// After this many calls in a row that failed, no more calls are made…
    pub failures_max: u32,
    /// …for this long; then one call tries whether it is back.
    pub pause: Duration,
}

/// How one remote subgraph is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where it answers: an absolute `http://` or `https://` URL.
    pub url: String,
    /// How long one call may take, retries included.
    pub timeout: Duration,
    /// Connections that are kept open while idle.
    pub idle_connections_max: usize,
    /// Speaks HTTP/2 from the first byte (RFC 9113 §3.3) over `http://`. Over `https://` both sides agree on the version (RFC 7301).
    pub http2: bool,
    /// How often a query is sent again when it was not answered. Mutations never are.
    pub retries_max: u32,
    /// When to stop calling.
    pub breaker: Breaker,
    /// The largest answer that is read, and the largest event of a subscription.
    pub response_bytes_max: usize,
    /// Headers of the client that are passed on, in lower case.
    pub headers: Vec<String>,
    /// Headers that go with every call, as a service token; in lower case.
    pub fixed_headers: Vec<(String, String)>,
    /// Whether clients may read the subgraph's own words for errors with a code that is not on the house's list.
    pub show_errors: bool,
}

impl Settings {
    /// The defaults for a subgraph at this address.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Settings {
        Settings {
            url: url.into(),
            timeout: Duration::from_secs(10),
            idle_connections_max: 64,
            http2: false,
            retries_max: 1,
            breaker: Breaker { failures_max: 10, pause: Duration::from_secs(5) },
            response_bytes_max: 8 * 1024 * 1024,
            headers: ["authorization", "accept-language"].map(str::to_owned).to_vec(),
            fixed_headers: Vec::new(),
            show_errors: false,
        }
    }
}
