//! The log on stderr.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::cli::LogForm;

/// What is written unless `RUST_LOG` says otherwise. The driver's own lines quote statements with values, so they stay out.
const DEFAULT_FILTER: &str = "info,sqlx=warn,sea_orm=warn,sea_orm_migration=warn";

/// The layer that writes the log.
pub(super) fn layer(form: LogForm) -> Box<dyn Layer<Registry> + Send + Sync> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    match form {
        LogForm::Text => fmt::layer().with_writer(stderr).with_ansi(stderr().is_terminal()).with_filter(filter).boxed(),
        LogForm::Json => fmt::layer().json().flatten_event(true).with_writer(stderr).with_filter(filter).boxed(),
    }
}
