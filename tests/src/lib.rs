//! A city under test: the real binary on a database of its own, spoken to over HTTP as its personae would.
//!
//! The demo city is loaded once and copied for each test, so that a test starts in a fraction of a second. Waiting is always for a
//! condition and always bounded.

mod browser;
mod city;
mod gateway;
mod graph;
mod mail;
mod process;
mod proxy;
mod recorder;
mod store;
mod wire;

pub use browser::Browser;
pub use city::{City, Options, Worker};
pub use gateway::{Gateway, SUBGRAPHS, service_token};
pub use graph::{Answer, deadline_seconds, eventually, samples, uuid};
pub use mail::{Attempt, Mail, MailServer, Verdict, Verifier};
pub use process::{Process, binary};
pub use proxy::Proxy;
pub use recorder::{Received, Recorder};
pub use store::Store;
pub use wire::{Heard, Wire, post_head};
