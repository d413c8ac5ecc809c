//! The coupon's key: whoever holds it is the reporter.
//!
//! The key is HMAC-SHA256 (RFC 2104) of the report's id under the installation's secret, cut to 160 bits. It is never stored: it is derived
//! when the coupon is shown or sent, and again when somebody presents it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use kernel::{FeedbackId, Personal};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// How many bytes of the HMAC make the key.
const KEY_BYTES: usize = 20;

/// Derives and checks keys of coupons.
#[derive(Clone, Debug)]
pub(crate) struct CouponKeys(Personal<[u8; 32]>);

impl CouponKeys {
    pub(crate) fn new(secret: Personal<[u8; 32]>) -> CouponKeys {
        CouponKeys(secret)
    }

    /// The key of one report.
    pub(crate) fn derive(&self, feedback: FeedbackId) -> Personal<String> {
        Personal::new(URL_SAFE_NO_PAD.encode(self.bytes(feedback)))
    }

    /// Whether this is the key of that report, in constant time.
    pub(crate) fn fits(&self, feedback: FeedbackId, presented: &str) -> bool {
        let presented = URL_SAFE_NO_PAD.decode(presented).unwrap_or_default();
        self.bytes(feedback).as_slice().ct_eq(&presented).into()
    }

    fn bytes(&self, feedback: FeedbackId) -> [u8; KEY_BYTES] {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(self.0.reveal()).expect("HMAC takes a key of any length");
        mac.update(b"coupon\0");
        mac.update(feedback.uuid().as_bytes());
        let mut key = [0; KEY_BYTES];
        key.copy_from_slice(&mac.finalize().into_bytes()[..KEY_BYTES]);
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_opens_its_own_report_only() {
        let keys = CouponKeys::new(Personal::new([7; 32]));
        let (mine, other) = (FeedbackId::of_slug("a"), FeedbackId::of_slug("b"));
        let key = keys.derive(mine);
        assert!(keys.fits(mine, key.reveal()));
        assert!(!keys.fits(other, key.reveal()));
        for wrong in ["", "x", &key.reveal()[1..], &key.reveal().to_lowercase()] {
            assert!(!keys.fits(mine, wrong), "{wrong}");
        }
        assert!(!format!("{keys:?} {key:?}").contains(key.reveal().as_str()));
    }

    #[test]
    fn another_installation_has_other_keys() {
        let id = FeedbackId::of_slug("a");
        let key = CouponKeys::new(Personal::new([7; 32])).derive(id);
        assert!(!CouponKeys::new(Personal::new([8; 32])).fits(id, key.reveal()));
    }
}
