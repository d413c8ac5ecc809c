//! The room's tables.

pub(crate) mod required_document;
pub(crate) mod service;
pub(crate) mod service_channel;
pub(crate) mod source_system;
