//! Counters of requests, and the page on which counters are shown.

use std::{
    collections::BTreeMap,
    fmt::{Display, Write},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use kernel::OperationKind;

/// Upper bounds of the histogram, in seconds: around the promises of 25 ms for reads and 60 ms for writes.
const BOUNDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.06, 0.1, 0.25, 1.0, 5.0];

/// Requests of the graph by kind of operation and status.
#[derive(Default)]
pub(crate) struct Metrics(Mutex<BTreeMap<(&'static str, u16), Series>>);

#[derive(Clone, Copy, Default)]
struct Series {
    count: u64,
    seconds: f64,
    /// How many requests fell under each bound and over the one before.
    buckets: [u64; BOUNDS.len()],
}

impl Metrics {
    /// Counts one request; without a kind it was turned away before its operation was known.
    pub(crate) fn count(&self, kind: Option<OperationKind>, status: u16, duration: Duration) {
        let kind = match kind {
            Some(OperationKind::Query) => "query",
            Some(OperationKind::Mutation) => "mutation",
            Some(OperationKind::Subscription) => "subscription",
            None => "none",
        };
        let seconds = duration.as_secs_f64();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let series = all.entry((kind, status)).or_default();
        series.count += 1;
        series.seconds += seconds;
        if let Some(bucket) = BOUNDS.iter().position(|bound| seconds <= *bound) {
            series.buckets[bucket] += 1;
        }
    }

    /// Begins a page with what was counted.
    pub(crate) fn page(&self) -> Page {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut page = Page(String::new());
        let labels = |(kind, status): &(&str, u16)| format!("operation=\"{kind}\",status=\"{status}\"");
        let counts: Vec<_> = all.iter().map(|(key, series)| (labels(key), series.count)).collect();
        page.counter("turkistan_requests_total", "GraphQL requests by kind of operation and HTTP status.", &counts);
        page.head("turkistan_request_duration_seconds", "Time until the answer began.", "histogram");
        for (key, series) in &all {
            let labels = labels(key);
            let mut under = 0;
            for (bound, count) in BOUNDS.iter().zip(series.buckets) {
                under += count;
                page.line("turkistan_request_duration_seconds_bucket", &format!("{labels},le=\"{bound}\""), under);
            }
            page.line("turkistan_request_duration_seconds_bucket", &format!("{labels},le=\"+Inf\""), series.count);
            page.line("turkistan_request_duration_seconds_sum", &labels, series.seconds);
            page.line("turkistan_request_duration_seconds_count", &labels, series.count);
        }
        page
    }
}

/// A page of metrics in the text format of Prometheus.
pub(crate) struct Page(String);

impl Page {
    /// A number that only grows; each value has its labels.
    pub(crate) fn counter(&mut self, name: &str, help: &str, values: &[(String, impl Display)]) {
        self.values(name, help, "counter", values);
    }

    /// A number that comes and goes.
    pub(crate) fn gauge(&mut self, name: &str, help: &str, values: &[(String, u64)]) {
        self.values(name, help, "gauge", values);
    }

    fn values(&mut self, name: &str, help: &str, kind: &str, values: &[(String, impl Display)]) {
        self.head(name, help, kind);
        for (labels, value) in values {
            self.line(name, labels, value);
        }
    }

    fn head(&mut self, name: &str, help: &str, kind: &str) {
        // Writing to a String does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &str, value: impl Display) {
        let _ = if labels.is_empty() { writeln!(self.0, "{name} {value}") } else { writeln!(self.0, "{name}{{{labels}}} {value}") };
    }

    /// The page's text.
    pub(crate) fn text(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_counted_under_its_kind_and_status_and_in_all_wider_buckets() {
        let metrics = Metrics::default();
        metrics.count(Some(OperationKind::Query), 200, Duration::from_millis(20));
        metrics.count(Some(OperationKind::Query), 200, Duration::from_secs(9));
        metrics.count(None, 415, Duration::ZERO);
        let text = metrics.page().text();
        for line in [
            "turkistan_requests_total{operation=\"query\",status=\"200\"} 2",
            "turkistan_requests_total{operation=\"none\",status=\"415\"} 1",
            "turkistan_request_duration_seconds_bucket{operation=\"query\",status=\"200\",le=\"0.01\"} 0",
            "turkistan_request_duration_seconds_bucket{operation=\"query\",status=\"200\",le=\"0.025\"} 1",
            "turkistan_request_duration_seconds_bucket{operation=\"query\",status=\"200\",le=\"5\"} 1",
            "turkistan_request_duration_seconds_bucket{operation=\"query\",status=\"200\",le=\"+Inf\"} 2",
            "turkistan_request_duration_seconds_count{operation=\"query\",status=\"200\"} 2",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
