//! The coupon's key: whoever holds it is the reporter.
//!
//! The key is HMAC-SHA256 (RFC 2104) of the report's id under the installation's secret, cut to 160 bits. It is never stored: it is derived
//! when the coupon is shown or sent, and again when somebody presents it.

use journal::secret::Keys;
use kernel::Personal;

/// The keys of coupons, by the id that [`feedback::Model::coupon_id`](crate::entity::feedback::Model::coupon_id) gives.
pub(crate) fn keys(secret: Personal<[u8; 32]>) -> Keys {
    Keys::new(secret, b"coupon\0")
}
