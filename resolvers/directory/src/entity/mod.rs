//! The room's tables.

pub(crate) mod district;
pub(crate) mod officer;
pub(crate) mod party;
pub(crate) mod territory;
