//! Plain words that every room of the house shares: ids, actors, errors, pages, time, chance, text,
//! the two traits by which rooms meet, [`Subgraph`] (what a room offers) and [`Graph`] (how a room asks the others), and the one by which they
//! keep files, [`Files`].
//!
//! **Invariant:** the kernel depends on no other crate of the house, does no IO, and knows no GraphQL library, database or HTTP.

mod actor;
mod clock;
mod data;
mod error;
mod files;
mod graph;
mod id;
mod letter;
mod page;
mod personal;
mod refusal;
mod request;
mod rng;
mod subgraph;
mod text;
mod words;

pub use actor::{Actor, Person, Role};
pub use clock::{Clock, ManualClock, SystemClock, city_day, city_instant, city_time};
pub use data::{Data, Fields, Finder, Text};
pub use error::{Code, Error, Result};
pub use files::{FileDigest, FileStream, Files};
pub use graph::{Document, Graph, GraphHandle};
pub use id::{
    AttachmentId, BulkActId, CaseId, CategoryId, DatasetId, DatasetVersionId, DistrictId, EndpointId, FeedbackId, GlobalId, IncidentId,
    KpiId, MessageId, ObservationId, PartyId, PersonId, QueueId, RatingId, ServiceId, SourceSystemId, SubtaskId, SurveyId, TemplateId,
    WebhookId,
};
pub use letter::{Letter, one_line};
pub use page::{Cursor, Page, PageRequest};
pub use personal::Personal;
pub use refusal::{Refusal, RefusalCode};
pub use request::{Request, SPANS, TraceContext};
pub use rng::{Rng, SeededRng, system_rng};
pub use subgraph::{Answer, Call, Fault, Operation, OperationKind, PathSegment, Subgraph};
pub use text::{Locale, LocalizedText, fold, hex};
pub use words::{Fact, Words};
