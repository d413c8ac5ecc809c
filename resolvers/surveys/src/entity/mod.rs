//! The room's tables.

pub(crate) mod asked;
pub(crate) mod ballot;
pub(crate) mod response;
pub(crate) mod subject;
pub(crate) mod survey;
pub(crate) mod tally;
