//! The room's tables.

pub(crate) mod bouncing_address;
pub(crate) mod delivery;
pub(crate) mod endpoint;
pub(crate) mod message;
pub(crate) mod notification_preference;
pub(crate) mod phone_code;
pub(crate) mod ping;
pub(crate) mod quiet_hours;
pub(crate) mod webhook;
