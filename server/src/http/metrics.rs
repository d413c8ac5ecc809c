//! `/metrics`, in the text format of Prometheus.

use std::sync::Arc;

use axum::{extract::State, http::header::CONTENT_TYPE, response::IntoResponse};
use chrono::{DateTime, Utc};
use journal::Queue;

use super::Edge;
use crate::telemetry::Page;

/// What the process counted, and how many jobs are in each state.
pub(crate) async fn show(State(edge): State<Arc<Edge>>) -> impl IntoResponse {
    let mut page = edge.metrics.page();
    page.counter("turkistan_sql_statements_total", "SQL statements run.", &[(String::new(), journal::statements())]);
    if let Some(served) = edge.served.get() {
        let calls = served.graph.calls().into_iter().map(|(name, calls)| (format!("subgraph=\"{name}\""), calls));
        page.counter("turkistan_subgraph_calls_total", "Calls of a subgraph.", &calls.collect::<Vec<_>>());
        let busy = served.graph.busy().into_iter().map(|(name, busy)| (format!("subgraph=\"{name}\""), busy.as_secs_f64()));
        page.counter("turkistan_subgraph_busy_seconds_total", "How long a subgraph has worked on calls.", &busy.collect::<Vec<_>>());
        let uses = served.graph.documents().iter().map(|document| (format!("document=\"{}\"", document.id()), document.used()));
        page.counter("turkistan_trusted_document_uses_total", "Requests of a trusted document.", &uses.collect::<Vec<_>>());
        let fields = served.graph.fields_of_documents().into_iter().flat_map(|(document, fields)| {
            fields.into_iter().map(move |field| (format!("document=\"{}\",field=\"{field}\"", document.id()), document.used()))
        });
        page.counter("turkistan_field_uses_total", "Requests of a field by a trusted document.", &fields.collect::<Vec<_>>());
        let exceeded = served.graph.exceedings().into_iter().flat_map(|found| {
            let limit = found.limit.as_str();
            [("refused", found.refused), ("measured", found.measured)]
                .map(|(outcome, count)| (format!("limit=\"{limit}\",outcome=\"{outcome}\""), count))
        });
        page.counter("turkistan_limit_exceeded_total", "Requests that exceeded a limit.", &exceeded.collect::<Vec<_>>());
    }
    if let Some(house) = edge.served.get().and_then(|served| served.house.as_ref()) {
        let now = edge.clock.now();
        match journal::queue(&house.database.reader, now).await {
            Ok(queue) => show_queue(&mut page, &queue, now),
            Err(error) => tracing::warn!(error = error.internal_text(), "jobs cannot be counted"),
        }
    }
    let open = super::SUBSCRIPTIONS_MAX - edge.subscriptions.available_permits();
    page.gauge("turkistan_subscriptions", "Open subscriptions.", &[(String::new(), u64::try_from(open).unwrap_or_default())]);
    let open = super::socket::SOCKETS_MAX - edge.sockets.available_permits();
    page.gauge("turkistan_sockets", "Open WebSockets.", &[(String::new(), u64::try_from(open).unwrap_or_default())]);
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page.text())
}

/// What waits, how long, and what was given up.
fn show_queue(page: &mut Page, queue: &Queue, now: DateTime<Utc>) {
    let one = |value: u64| [(String::new(), value)];
    let waiting = queue.waiting.iter().map(|(priority, count)| (format!("priority=\"{priority}\""), *count)).collect::<Vec<_>>();
    page.gauge("turkistan_jobs_waiting", "Jobs that are due, by priority; 0 is what the law sets a term for.", &waiting);
    page.gauge("turkistan_jobs_later", "Jobs that are to be tried later.", &one(queue.later));
    page.gauge("turkistan_jobs_leased", "Jobs that are being performed.", &one(queue.leased));
    page.counter("turkistan_jobs_done_total", "Jobs that this process has done.", &one(journal::jobs_done()));
    page.gauge("turkistan_dead_letters", "Jobs that were given up.", &one(queue.dead));
    let seconds = |since: Option<DateTime<Utc>>| since.map_or(0, |since| (now - since).num_seconds().max(0).unsigned_abs());
    page.gauge("turkistan_oldest_job_seconds", "How long the job waits that has waited longest.", &one(seconds(queue.oldest_due)));
    page.gauge("turkistan_timer_lag_seconds", "How late the timer is that is most late.", &one(seconds(queue.oldest_timer)));
}
