//! What the house tells its operators: logs and metrics. Neither holds anything that a person wrote.

mod log;
mod metrics;

pub(crate) use log::start;
pub(crate) use metrics::Metrics;
