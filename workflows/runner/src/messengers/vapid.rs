//! By what a push service knows the city: Voluntary Application Server Identification (RFC 8292), a token signed with ES256 (RFC 7518 §3.4).

use aws_lc_rs::{
    agreement::{ECDH_P256, PrivateKey},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use journal::secret;
use kernel::{Error, Personal, Result};
use serde_json::json;

/// RFC 8292 §2 allows a day; clocks differ.
const VALID: TimeDelta = TimeDelta::hours(12);

/// The city's key. Browsers tie their subscriptions to its public half.
pub(super) struct Vapid(EcdsaKeyPair);

impl Vapid {
    /// The key of an installation, derived from its secret and stored nowhere.
    pub(super) fn derive(secret: &Personal<[u8; 32]>) -> Result<Vapid> {
        // Of 2³² strings of 32 bytes one is no key of the curve; the next is.
        let mut derived = (0_u8..=u8::MAX).map(|turn| secret::derive::<32>(secret, &[b"web-push\0", &[turn]]));
        derived.find_map(|key| Vapid::read(&key)).ok_or_else(|| Error::internal("no key for web push is derived"))
    }

    fn read(private: &[u8]) -> Option<Vapid> {
        let public = PrivateKey::from_private_key(&ECDH_P256, private).ok()?.compute_public_key().ok()?;
        EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, private, public.as_ref()).ok().map(Vapid)
    }

    /// The public key, uncompressed, in base64url: what browsers ask a subscription with (Push API, `applicationServerKey`).
    pub(super) fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key())
    }

    /// The header `authorization` for one push service (RFC 8292 §3), which may write to `contact`.
    pub(super) fn authorization(&self, origin: &str, contact: &str, now: DateTime<Utc>) -> Result<String> {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let (head, claims) =
            (json!({ "typ": "JWT", "alg": "ES256" }), json!({ "aud": origin, "exp": (now + VALID).timestamp(), "sub": contact }));
        let content = format!("{}.{}", part(head), part(claims));
        let signature = self.0.sign(&SystemRandom::new(), content.as_bytes()).map_err(Error::internal)?;
        Ok(format!("vapid t={content}.{}, k={}", URL_SAFE_NO_PAD.encode(signature), self.public()))
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

    use super::*;

    #[test]
    fn a_token_names_the_push_service_and_the_contact_and_is_signed_by_the_key_beside_it() {
        let vapid = Vapid::derive(&Personal::new([7; 32])).unwrap();
        assert_eq!(vapid.public(), Vapid::derive(&Personal::new([7; 32])).unwrap().public());
        assert_ne!(vapid.public(), Vapid::derive(&Personal::new([8; 32])).unwrap().public());
        let header = vapid.authorization("https://push.example.net", "mailto:it@city.example", DateTime::UNIX_EPOCH).unwrap();
        let (token, key) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        let (content, signature) = token.rsplit_once('.').unwrap();
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, decoded(key)).verify(content.as_bytes(), &decoded(signature)).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&decoded(content.split_once('.').unwrap().1)).unwrap();
        assert_eq!(claims, json!({ "aud": "https://push.example.net", "exp": 43_200, "sub": "mailto:it@city.example" }));
    }
}
