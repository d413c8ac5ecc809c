//! The room's tables.

pub(crate) mod rating;
pub(crate) mod turn;
