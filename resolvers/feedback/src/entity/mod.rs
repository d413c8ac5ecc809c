//! The room's tables.

pub(crate) mod access;
pub(crate) mod area_subscription;
pub(crate) mod attachment;
pub(crate) mod blob;
pub(crate) mod bulk_act;
pub(crate) mod calendar_link;
pub(crate) mod confirmation;
pub(crate) mod extension;
pub(crate) mod external_number;
pub(crate) mod feedback;
pub(crate) mod incident;
pub(crate) mod joining;
pub(crate) mod note;
pub(crate) mod question;
pub(crate) mod queue;
pub(crate) mod reference_counter;
pub(crate) mod rule_proposal;
pub(crate) mod subtask;
pub(crate) mod suggester_training;
pub(crate) mod template;
