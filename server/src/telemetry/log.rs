//! The log on stderr.

use std::{
    io::{IsTerminal, Result, Write, stderr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::runtime::Handle;
use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter, Layer, Registry, fmt,
    fmt::{MakeWriter, writer::BoxMakeWriter},
};

use crate::cli::LogForm;

/// What is written unless `RUST_LOG` says otherwise. The driver's own lines quote statements with values, so they stay out.
const DEFAULT_FILTER: &str = "info,sqlx=warn,sea_orm=warn,sea_orm_migration=warn";

/// How long a line may wait for others, so that they are written together: a line by itself takes as long as a sixth of a request.
const WAIT_MAX: Duration = Duration::from_millis(50);
/// How much may wait.
const WAITING_BYTES_MAX: usize = 32 * 1024;

/// The layer that writes the log, and the lines that wait in it.
pub(super) fn layer(form: LogForm, runtime: Handle) -> (Box<dyn Layer<Registry> + Send + Sync>, Lines) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let lines = Lines { waiting: Arc::default(), runtime };
    let is_read_now = stderr().is_terminal();
    let writer = if is_read_now { BoxMakeWriter::new(stderr) } else { BoxMakeWriter::new(lines.clone()) };
    let layer = match form {
        LogForm::Text => fmt::layer().with_writer(writer).with_ansi(is_read_now).with_filter(filter).boxed(),
        LogForm::Json => fmt::layer().json().flatten_event(true).with_writer(writer).with_filter(filter).boxed(),
    };
    (layer, lines)
}

/// Lines that wait to be written together.
#[derive(Clone)]
pub(super) struct Lines {
    waiting: Arc<Mutex<Vec<u8>>>,
    runtime: Handle,
}

impl Lines {
    /// Writes what waits.
    pub(super) fn flush(&self) {
        write(&mut self.waiting());
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<u8>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, line: &[u8], is_urgent: bool) {
        let mut waiting = self.waiting();
        let is_first = waiting.is_empty();
        waiting.extend_from_slice(line);
        if is_urgent || waiting.len() >= WAITING_BYTES_MAX {
            write(&mut waiting);
        } else if is_first {
            let lines = self.clone();
            self.runtime.spawn(async move {
                tokio::time::sleep(WAIT_MAX).await;
                lines.flush();
            });
        }
    }
}

fn write(waiting: &mut Vec<u8>) {
    // Where nobody can be told, nobody is told that.
    drop(stderr().write_all(waiting));
    waiting.clear();
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { lines: self, is_urgent: true }
    }

    fn make_writer_for(&'a self, about: &Metadata<'_>) -> Line<'a> {
        Line { lines: self, is_urgent: *about.level() <= Level::WARN }
    }
}

/// One line, which comes whole.
pub(super) struct Line<'a> {
    lines: &'a Lines,
    /// A warning is written at once, with all that waits before it.
    is_urgent: bool,
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.lines.add(bytes, self.is_urgent);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
