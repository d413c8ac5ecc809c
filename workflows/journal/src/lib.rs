//! The durable record of work that outlives a request: events, outbox jobs, timers, and the one door for writes.
//!
//! What is told of a fact (its event, the jobs it causes, the timers it starts) is appended in the transaction that stores the fact, so that
//! an acknowledged act survives a kill at any instant and nothing is sent for an act that was not committed.
//!
//! **Invariants:** every write of the house goes through [`Writer`]; events are only ever appended; the graph is never asked inside a
//! transaction.

mod abort;
mod backoff;
mod bell;
mod database;
mod entity;
mod events;
mod fault;
mod jobs;
mod keys;
mod listen;
pub mod log;
mod messenger;
mod queue;
mod room;
pub mod rules;
mod search;
pub mod secret;
#[cfg(test)]
mod tests;
mod timers;
mod writer;

pub use abort::Abort;
pub use backoff::Backoff;
pub use database::{Database, Options, Target, statements};
pub use events::{
    Event, Logged, NewEvent, append, begun_between, history, history_of_many, latest_position, length, position_after, stream_after,
};
pub use fault::fault;
pub use jobs::{
    Job, JobError, JobSummary, NewJob, Priority, dead, done, enqueue, expire, extend, fail, jobs_done, lease, next_lease, release,
    retry_dead, waits,
};
pub use keys::{ActKey, Claim, claim, claim_with, settle};
pub use listen::{Source, listen};
pub use messenger::{Destination, Landed, Landing, Messenger, Messengers, Ping, Subscription};
pub use queue::{Queue, prune, queue};
pub use room::{
    Channels, Commit, Courier, Demo, Handler, Histories, House, Mail, Mailer, Parcel, Progress, Receipt, Room, Signatory, Signatures,
    Signed, nothing,
};
pub use rules::Rules;
pub use search::holding;
pub use timers::{Fired, arm, disarm, fire_due, next_due};
pub use writer::{Committed, Txn, Writer};
