use std::{
    future::Future,
    time::{Duration, Instant},
};

use serde_json::Value;

/// An answer of the graph.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The HTTP headers.
    pub headers: reqwest::header::HeaderMap,
    /// The whole body.
    pub body: Value,
}

impl Answer {
    /// The data at a JSON pointer, e.g. `/submitFeedback/coupon`.
    ///
    /// # Panics
    /// When the answer has errors, so that a test that expects data shows them.
    #[must_use]
    pub fn data(&self, pointer: &str) -> Value {
        assert!(self.body.get("errors").is_none(), "{}", self.body);
        self.body["data"].pointer(pointer).cloned().unwrap_or_else(|| panic!("no {pointer} in {}", self.body))
    }

    /// The codes of the refusals in a payload, e.g. at `/submitFeedback`.
    #[must_use]
    pub fn refusals(&self, pointer: &str) -> Vec<String> {
        let errors = self.data(&format!("{pointer}/errors"));
        errors.as_array().expect("a list").iter().map(|error| error["code"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The codes of the faults.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let errors = self.body["errors"].as_array().cloned().unwrap_or_default();
        errors.iter().map(|error| error["extensions"]["code"].as_str().unwrap_or("none").to_owned()).collect()
    }
}

/// How long a condition may take.
#[must_use]
pub fn deadline_seconds() -> u64 {
    std::env::var("TURKISTAN_TEST_DEADLINE").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(90)
}

/// Waits for a condition and gives what it found.
///
/// # Panics
/// When the condition does not come true in time.
pub async fn eventually<T, F, Fut>(what: &str, mut condition: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let until = Instant::now() + Duration::from_secs(deadline_seconds());
    loop {
        if let Some(found) = condition().await {
            return found;
        }
        assert!(Instant::now() < until, "{what}: not within {} s", deadline_seconds());
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// A new key of an act.
#[must_use]
pub fn uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// The synthetic messages of citizens.
///
/// # Panics
/// When the file is not there.
#[must_use]
pub fn samples() -> Vec<Value> {
    let text = include_str!("../data/feedback-samples.jsonl");
    text.lines().map(|line| serde_json::from_str(line).expect("one JSON object a line")).collect()
}
