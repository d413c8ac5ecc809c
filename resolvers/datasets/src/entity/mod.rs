//! The room's tables. The rows of a version have a table of their own, which no entity describes.

pub(crate) mod dataset;
pub(crate) mod dataset_service;
pub(crate) mod dataset_version;
