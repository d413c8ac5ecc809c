//! The journal's tables.

pub(crate) mod act_key;
pub(crate) mod event;
pub(crate) mod job;
pub(crate) mod log_checkpoint;
pub(crate) mod log_entry;
pub(crate) mod rule_file;
pub(crate) mod timer;
