//! The GraphQL words that all rooms share, each `@shareable`, and the thin joint between a room's schema and the graph.
//!
//! **Invariant:** only what several rooms use stands here; a room's own types stay in the room.

mod batch;
mod connection;
mod context;
mod costs;
mod local;
mod locale;
mod nullable;
mod refusals;
mod safe;
mod scalars;
mod values;

pub use batch::{Batched, batched};
pub use connection::{Connection, connection, page};
pub use context::{OrFault, fault, locale, request};
pub use costs::{cost, list_size};
pub use local::LocalSubgraph;
pub use locale::Locale;
pub use nullable::{Nullable, OrNull};
pub use refusals::{InvalidInput, KeyReused, NotAllowed, NotFound, RefusalCode, StaleVersion, UserError, refusals};
pub use safe::{SafeCount, SafeShare, Threshold};
pub use scalars::{Date, DateTime, Decimal};
pub use values::{LocalizedTextInput, Money, Period, UpdatePeriod};
