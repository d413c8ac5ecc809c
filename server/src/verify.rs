//! `turkistan verify`: what an outsider was given, held against the journal's public key, without database and network.

use std::process::ExitCode;

use journal::log::{Flaw, Receipt, instant};
use kernel::{Error, Result};

use crate::{audit, cli::Verify, console, settings::Settings};

/// `turkistan verify …`.
pub(crate) fn run(what: &Verify, settings: &Settings) -> Result<ExitCode> {
    let Verify::Receipt { file, key } = what;
    let verifier = audit::verifier(key.as_deref(), settings)?;
    let bytes = std::fs::read(file).map_err(|error| Error::internal(format!("{}: {error}", file.display())))?;
    let receipt = String::from_utf8(bytes).map_err(|_| Flaw::Form).and_then(|text| Receipt::verify(&text, &verifier));
    let verified = match receipt {
        Ok(verified) => verified,
        Err(flaw) => {
            console::say(&format!("REFUSED: {}", tell(flaw)))?;
            return Ok(ExitCode::FAILURE);
        }
    };
    let promise = &verified.promise;
    console::say(&format!("{} was filed at {}", promise.reference, instant(promise.at)))?;
    let content = if verified.has_content { "is in this file, and is what was filed" } else { "is not in this file: erased, or left out" };
    console::say(&format!("what was filed {content} ({})", promise.digest))?;
    match verified.place {
        Some((position, size)) => console::say(&format!("in the journal as entry {position}, signed with {size} entries"))?,
        None => console::say("promised, and not yet proved to be in the journal: ask for the receipt again after the next checkpoint")?,
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(flaw: Flaw) -> &'static str {
    match flaw {
        Flaw::Form => "this is not a receipt, or a byte of it was changed",
        Flaw::Promise => "the promise was not signed with this key",
        Flaw::Content => "the content is not what was filed",
        Flaw::Entry => "the entry is not what was promised",
        Flaw::Checkpoint => "the checkpoint was not signed with this key",
        Flaw::Path => "the entry is not in the journal that the checkpoint signs",
    }
}
