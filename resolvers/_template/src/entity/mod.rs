//! The room's tables.

pub(crate) mod thing;
