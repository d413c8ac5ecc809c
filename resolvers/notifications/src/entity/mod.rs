//! The room's tables.

pub(crate) mod delivery;
pub(crate) mod message;
