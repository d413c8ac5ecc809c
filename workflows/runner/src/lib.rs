//! Performs what the journal holds: jobs with leases and retries, timers to the second, mail and short messages.
//!
//! A job is performed at least once, and its effects in the database are kept exactly once: they commit together with the mark that the
//! job is done, and only for the runner that still holds the lease.
//!
//! **Invariants:** nothing outside the database happens inside a transaction; an idle runner neither writes nor spins; the log knows jobs by
//! kind and key alone.

mod folder;
mod ledger;
mod mail;
mod messengers;
mod runner;
mod shift;
#[cfg(test)]
mod tests;
mod worker;

pub use ledger::{Failure, Ledger};
pub use mail::{Dkim, FolderMailer, Sender, SmtpMailer};
pub use messengers::{Bot, BotAddress, FolderMessenger, PushKey, Sms, WebPush, bot_secret};
pub use runner::{Options, Runner};
