//! What the house tells its operators: logs, metrics and traces. None holds anything that a person wrote.

mod log;
mod metrics;
pub(crate) mod traces;

use kernel::Result;
use tokio::runtime::Handle;
use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};

use crate::settings::Settings;
use log::Lines;
use traces::Traces;

pub(crate) use metrics::{Metrics, Page};

/// What tells, until it is ended.
pub(crate) struct Telemetry {
    lines: Lines,
    traces: Option<Traces>,
}

/// Starts the log and, where a collector is named, traces; once.
pub(crate) fn start(settings: &Settings, runtime: &Handle) -> Result<Telemetry> {
    traces::listen();
    let traces = settings.otlp_endpoint.as_deref().map(|endpoint| Traces::to(endpoint, runtime.clone())).transpose()?;
    let (log, lines) = log::layer(settings.log, runtime.clone());
    let mut layers = vec![log];
    layers.extend(traces.iter().map(Traces::layer));
    // A second log would be a defect of main; the first goes on.
    drop(tracing_subscriber::registry().with(layers).try_init());
    Ok(Telemetry { lines, traces })
}

impl Telemetry {
    /// Tells what is left to tell. The runtime must still run.
    pub(crate) fn end(&self) {
        self.traces.iter().for_each(Traces::end);
        self.lines.flush();
    }
}
