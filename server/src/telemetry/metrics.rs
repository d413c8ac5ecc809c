//! Counters of requests, and the page on which counters are shown.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt::{Display, Write},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use kernel::OperationKind;

/// Upper bounds of the histogram, in seconds: around the promises of 25 ms for reads and 60 ms for writes.
const BOUNDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.06, 0.1, 0.25, 1.0, 5.0];

/// Upper bounds of the histogram of costs: up to the budget of one operation and beyond, where it only counts.
const COST_BOUNDS: [f64; 8] = [1.0, 10.0, 50.0, 200.0, 1_000.0, 2_500.0, 5_000.0, 20_000.0];

/// The name under which all operations stand that no trusted document holds: clients may name them as they like.
const UNLISTED: &str = "unlisted";

/// Requests of the graph by kind of operation, name and status, and what they were estimated to cost.
pub(crate) struct Metrics {
    requests: Mutex<BTreeMap<Labels, Histogram<10>>>,
    costs: Mutex<Histogram<8>>,
    joined: AtomicU64,
}

/// Kind of operation, its name if it is a trusted document's, status.
type Labels = (&'static str, Cow<'static, str>, u16);

#[derive(Clone, Copy)]
struct Histogram<const N: usize> {
    bounds: &'static [f64; N],
    count: u64,
    sum: f64,
    /// How many values fell under each bound and over the one before.
    buckets: [u64; N],
}

impl<const N: usize> Histogram<N> {
    fn new(bounds: &'static [f64; N]) -> Histogram<N> {
        Histogram { bounds, count: 0, sum: 0.0, buckets: [0; N] }
    }

    fn add(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        if let Some(bucket) = self.bounds.iter().position(|bound| value <= *bound) {
            self.buckets[bucket] += 1;
        }
    }
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics { requests: Mutex::default(), costs: Mutex::new(Histogram::new(&COST_BOUNDS)), joined: AtomicU64::new(0) }
    }
}

impl Metrics {
    /// Counts one request; without a kind it was turned away before its operation was known, and without a name its operation is not one
    /// of a trusted document.
    pub(crate) fn count(&self, kind: Option<OperationKind>, name: Option<&str>, status: u16, duration: Duration) {
        let kind = match kind {
            Some(OperationKind::Query) => "query",
            Some(OperationKind::Mutation) => "mutation",
            Some(OperationKind::Subscription) => "subscription",
            None => "none",
        };
        let name = name.map_or(Cow::Borrowed(UNLISTED), |name| Cow::Owned(name.to_owned()));
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.entry((kind, name, status)).or_insert_with(|| Histogram::new(&BOUNDS)).add(duration.as_secs_f64());
    }

    /// Counts what one operation was estimated to cost.
    #[expect(clippy::cast_precision_loss, reason = "a sum of costs is an estimate anyway")]
    pub(crate) fn count_cost(&self, cost: u64) {
        self.costs.lock().unwrap_or_else(PoisonError::into_inner).add(cost as f64);
    }

    /// Counts a query that was answered together with one that was under way.
    pub(crate) fn count_joined(&self) {
        self.joined.fetch_add(1, Ordering::Relaxed);
    }

    /// Begins a page with what was counted.
    pub(crate) fn page(&self) -> Page {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let costs = *self.costs.lock().unwrap_or_else(PoisonError::into_inner);
        let mut page = Page(String::new());
        let labels = |(kind, name, status): &Labels| format!("operation=\"{kind}\",name=\"{name}\",status=\"{status}\"");
        let counts: Vec<_> = requests.iter().map(|(key, series)| (labels(key), series.count)).collect();
        page.counter("turkistan_requests_total", "GraphQL requests by kind of operation, trusted name and HTTP status.", &counts);
        page.head("turkistan_request_duration_seconds", "Time until the answer began.", "histogram");
        for (key, series) in &requests {
            page.histogram("turkistan_request_duration_seconds", &labels(key), series);
        }
        page.head("turkistan_operation_cost", "Estimated cost of operations.", "histogram");
        page.histogram("turkistan_operation_cost", "", &costs);
        let joined = self.joined.load(Ordering::Relaxed);
        page.counter("turkistan_queries_joined_total", "Queries answered together with one under way.", &[(String::new(), joined)]);
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

    fn histogram<const N: usize>(&mut self, name: &str, labels: &str, series: &Histogram<N>) {
        let bound = |bound: &dyn Display| if labels.is_empty() { format!("le=\"{bound}\"") } else { format!("{labels},le=\"{bound}\"") };
        let mut under = 0;
        for (upper, count) in series.bounds.iter().zip(series.buckets) {
            under += count;
            self.line(&format!("{name}_bucket"), &bound(upper), under);
        }
        self.line(&format!("{name}_bucket"), &bound(&"+Inf"), series.count);
        self.line(&format!("{name}_sum"), labels, series.sum);
        self.line(&format!("{name}_count"), labels, series.count);
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
    fn a_request_is_counted_under_its_kind_name_and_status_and_in_all_wider_buckets() {
        let metrics = Metrics::default();
        metrics.count(Some(OperationKind::Query), None, 200, Duration::from_millis(20));
        metrics.count(Some(OperationKind::Query), None, 200, Duration::from_secs(9));
        metrics.count(Some(OperationKind::Query), Some("Services"), 200, Duration::ZERO);
        metrics.count(None, None, 415, Duration::ZERO);
        metrics.count_cost(42);
        let text = metrics.page().text();
        for line in [
            "turkistan_requests_total{operation=\"query\",name=\"unlisted\",status=\"200\"} 2",
            "turkistan_requests_total{operation=\"none\",name=\"unlisted\",status=\"415\"} 1",
            "turkistan_request_duration_seconds_bucket{operation=\"query\",name=\"unlisted\",status=\"200\",le=\"0.01\"} 0",
            "turkistan_request_duration_seconds_bucket{operation=\"query\",name=\"unlisted\",status=\"200\",le=\"0.025\"} 1",
            "turkistan_request_duration_seconds_bucket{operation=\"query\",name=\"unlisted\",status=\"200\",le=\"5\"} 1",
            "turkistan_request_duration_seconds_bucket{operation=\"query\",name=\"unlisted\",status=\"200\",le=\"+Inf\"} 2",
            "turkistan_request_duration_seconds_count{operation=\"query\",name=\"unlisted\",status=\"200\"} 2",
            "turkistan_requests_total{operation=\"query\",name=\"Services\",status=\"200\"} 1",
            "turkistan_operation_cost_bucket{le=\"10\"} 0",
            "turkistan_operation_cost_bucket{le=\"50\"} 1",
            "turkistan_operation_cost_count 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
