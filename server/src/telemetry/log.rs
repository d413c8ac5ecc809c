//! The log on stderr.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::cli::LogForm;

/// What is written unless `RUST_LOG` says otherwise. The driver's own lines quote statements with values, so they stay out.
const DEFAULT_FILTER: &str = "info,sqlx=warn,sea_orm=warn,sea_orm_migration=warn";

/// Starts the log, once.
pub(crate) fn start(form: LogForm) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let registry = tracing_subscriber::registry().with(filter);
    let started = match form {
        LogForm::Text => registry.with(fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal())).try_init(),
        LogForm::Json => registry.with(fmt::layer().json().flatten_event(true).with_writer(stderr)).try_init(),
    };
    // A second log would be a defect of main; the first goes on.
    drop(started);
}
