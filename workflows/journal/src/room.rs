//! What the house gives a room, and what a room gives back.

use std::sync::Arc;

use async_trait::async_trait;
use engine::{History, PartyFacts};
use futures_util::{FutureExt, future::BoxFuture};
use kernel::{Clock, Document, GraphHandle, Letter, Locale, Personal, Result, Rng, Subgraph};
use uuid::Uuid;

use crate::{Abort, Backoff, Database, Job, JobError, Messengers, NewJob, Txn};

/// What the house gives every room. Clones share all of it.
#[derive(Clone)]
pub struct House {
    /// The database, with one door for reads and one for writes.
    pub database: Database,
    /// The whole graph, for asking the other rooms.
    pub graph: GraphHandle,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub rng: Arc<dyn Rng>,
    /// The installation's secret, from which keys are derived. Never stored in the database.
    pub secret: Personal<[u8; 32]>,
}

/// What a room gives the house.
pub struct Room {
    /// Its part of the graph.
    pub subgraph: Arc<dyn Subgraph>,
    /// Its parts in work that outlives a request.
    pub handlers: Vec<Arc<dyn Handler>>,
    /// The documents by which it asks the graph; validated when the server starts.
    pub documents: Vec<&'static Document>,
    /// Its demo data.
    pub demo: Option<Arc<dyn Demo>>,
    /// Its cases, when it has some that run by the engine.
    pub histories: Option<Arc<dyn Histories>>,
}

/// The database half of a job's effect; it commits together with the mark that the job is done.
pub type Commit = Box<dyn for<'t> FnOnce(&'t Txn) -> BoxFuture<'t, Result<(), Abort>> + Send>;

/// What a job commits that has nothing to write: the mark that it is done stands alone.
#[must_use]
pub fn nothing() -> Commit {
    Box::new(|_| async { Ok(()) }.boxed())
}

/// Performs jobs of some kinds, and gives what to write as a `C`.
#[async_trait]
pub trait Handler<C = Commit>: Send + Sync {
    /// The kinds of jobs that this handler performs.
    fn kinds(&self) -> &'static [&'static str];

    /// Performs what lies outside the database (asking the graph, sending mail) and returns what to write. It may be called again for the
    /// same job after a crash, so whatever it does outside carries the job's key.
    ///
    /// # Errors
    /// Whether to try again or to give up.
    async fn perform(&self, job: &Job) -> std::result::Result<C, JobError>;

    /// What to do whenever a process begins to serve or to work; stored once for its key.
    fn beginning(&self) -> Vec<NewJob> {
        Vec::new()
    }

    /// How its jobs are tried again, when not like all others of the house.
    fn backoff(&self) -> Option<Backoff> {
        None
    }

    /// What to write when a job becomes a dead letter; it commits together with that.
    fn bury(&self, _job: &Job) -> Option<C> {
        None
    }
}

/// A room's cases as the journal holds them: for replay, and for trying other rules on what has happened.
#[async_trait]
pub trait Histories: Send + Sync {
    /// Up to `limit` cases after the one that was read last, the oldest first, and what to go on after; none when there are no more.
    ///
    /// # Errors
    /// When the database fails.
    async fn page(&self, after: Option<Uuid>, limit: u64) -> Result<Option<(Vec<History>, Uuid)>>;

    /// The parties of the directory as the decision table needs them.
    ///
    /// # Errors
    /// When the directory does not answer.
    async fn parties(&self) -> Result<Vec<PartyFacts>>;
}

/// Tells a person how far loading is.
pub trait Progress: Send + Sync {
    /// `done` of `all` of something, e.g. `("datasets", 3, 5)`.
    fn report(&self, what: &str, done: u64, all: u64);
}

/// A room's demo data: synthetic, seeded, marked as such.
#[async_trait]
pub trait Demo: Send + Sync {
    /// Loads the demo data into empty tables.
    ///
    /// # Errors
    /// When the database fails.
    async fn load(&self, progress: &dyn Progress) -> Result<()>;

    /// Empties the room's tables.
    ///
    /// # Errors
    /// When the database fails.
    async fn clear(&self) -> Result<()>;
}

/// A mail to one person.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The stable Message-ID's left part: the same mail sent twice is recognised as one.
    pub id: String,
    /// The address.
    pub to: Personal<String>,
    /// The language of the text, as `Content-Language`.
    pub locale: Locale,
    /// The subject.
    pub subject: String,
    /// What it says; sent as plain text and as HTML (RFC 2046 §5.1.4).
    pub letter: Personal<Letter>,
    /// Where its reader ends messages of this kind with one click, `https://…` (RFC 8058); nothing where there is nothing to end.
    pub unsubscribe: Option<Personal<String>>,
    /// What its return path carries (RFC 5321 §4.4), so that a report of its failure is known to be about it: lower-case letters, digits and
    /// dots. Nothing where nobody would read such a report.
    pub return_mark: Option<String>,
}

/// What a signature says.
#[derive(Clone, Debug)]
pub enum Signed {
    /// Whose it is.
    By(Signatory),
    /// It is none over this content, or by a certificate that does not count now.
    Invalid,
    /// This installation verifies no signatures.
    Unavailable,
}

/// Whoever signed.
#[derive(Clone, Debug)]
pub struct Signatory {
    /// Their individual identification number, as their certificate says it.
    pub iin: Personal<String>,
    /// It was made for the demonstration and proves nothing.
    pub fake: bool,
}

/// Verifies electronic signatures, as NCALayer makes them of a person's key: detached CMS (RFC 5652 §5) over the content. What stands behind it
/// is an installation's own: the national certification authority, or, in the demonstration, nobody.
#[async_trait]
pub trait Signatures: Send + Sync {
    /// Whose signature over this content it is.
    ///
    /// # Errors
    /// When whoever verifies is away.
    async fn verify(&self, signature: &Personal<String>, content: &Personal<String>) -> Result<Signed>;
}

/// Sends mail. The runner implements it over SMTP or a folder of `.eml` files.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Sends one mail.
    ///
    /// # Errors
    /// Whether to try again (`MAIL_UNAVAILABLE: …`: the server is away, or says 4xx) or to give up (`MAIL_REFUSED: …`: 5xx, a malformed
    /// address). Of a server's reply only its code is told, as `smtp 550`, with the status that begins its text where there is one, as
    /// `smtp 550 5.1.1` (RFC 2034 §4): the text quotes addresses.
    async fn send(&self, mail: &Mail) -> std::result::Result<(), JobError>;
}

/// The ways by which the house reaches whoever is outside.
#[derive(Clone)]
pub struct Channels {
    /// Mail.
    pub mailer: Arc<dyn Mailer>,
    /// Everything over HTTP.
    pub courier: Arc<dyn Courier>,
    /// Short messages.
    pub messengers: Messengers,
    /// Where people reach the city, `https://…` without a slash at its end: with it, mail that the law does not ask for says how to end it
    /// with one click (RFC 8058).
    pub public_url: Option<String>,
}

/// Something that is handed to somebody outside by a POST over HTTP.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Where to; it may hold a token.
    pub url: Personal<String>,
    /// Headers in lower case, `content-type` among them.
    pub headers: Vec<(&'static str, Personal<String>)>,
    /// The body.
    pub body: Personal<Vec<u8>>,
}

/// What the other side said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The status (RFC 9110 §15).
    pub status: u16,
    /// How many seconds it asks to be left in peace (`Retry-After`, RFC 9110 §10.2.3).
    pub retry_after_seconds: Option<u32>,
    /// What it answered, up to a limit.
    pub body: Vec<u8>,
}

/// Hands parcels over. The server implements it: only there is HTTP.
#[async_trait]
pub trait Courier: Send + Sync {
    /// Whether a person may name this address: HTTPS, and not within the city's own network unless the settings list its host. The address of
    /// the host is looked at again at each delivery.
    fn accepts(&self, url: &str) -> bool;

    /// Hands one parcel over. A redirect is an answer like any other: it is never followed.
    ///
    /// # Errors
    /// Whether to try again (`DELIVERY_UNAVAILABLE: …`: no connection, no answer in time) or to give up (`DELIVERY_REFUSED: …`: an address that
    /// is not accepted).
    async fn hand_over(&self, parcel: Parcel) -> std::result::Result<Receipt, JobError>;
}

impl Receipt {
    /// What an answer means to whoever sent the parcel.
    ///
    /// # Errors
    /// Whether to try again or to give up: at `410 Gone`, and at a redirect, whose goal nobody has named.
    pub fn accepted(&self) -> std::result::Result<(), JobError> {
        match self.status {
            200..300 => Ok(()),
            300..400 | 410 => Err(JobError::Fail(format!("DELIVERY_REFUSED: http {}", self.status))),
            _ => Err(JobError::Retry(format!("DELIVERY_UNAVAILABLE: http {}", self.status))),
        }
    }
}
