//! What the program says to the person who started it.

use std::io::{Write, stderr, stdout};

use kernel::{Error, Result};

/// A line on stdout, at once: whoever waits for it reads it through a pipe.
pub(crate) fn say(line: &str) -> Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(Error::internal)
}

/// Why the program gives up, on stderr.
pub(crate) fn complain(reason: &str) {
    // When even stderr is closed there is nobody left to tell.
    drop(writeln!(stderr().lock(), "turkistan: {reason}"));
}
