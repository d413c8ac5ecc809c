//! The room's tables.

pub(crate) mod kpi;
pub(crate) mod kpi_dataset;
pub(crate) mod kpi_observation;
pub(crate) mod kpi_service;
pub(crate) mod kpi_target;
