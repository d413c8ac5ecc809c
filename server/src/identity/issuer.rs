//! Tokens: JSON Web Tokens (RFC 7519) signed with Ed25519 (RFC 8037). What a token must look like is decided here and never by the token.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode,
    jwk::{Jwk, ThumbprintHash},
};
use kernel::{Error, Locale, PartyId, Person, PersonId, Personal, Result, Role};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The one algorithm. A header that names another is refused before any key is touched.
const ALGORITHM: Algorithm = Algorithm::EdDSA;
/// Who issues.
const ISSUER: &str = "turkistan";
/// For whom a token is.
const AUDIENCE: &str = "turkistan-graph";
/// For whom a service token is. It opens subgraphs to a router and says nothing of a person, so neither token passes for the other.
const SERVICE_AUDIENCE: &str = "turkistan-subgraphs";
/// How far two clocks may differ.
const LEEWAY_SECONDS: u64 = 30;
/// PKCS #8 (RFC 8410 §7) around the 32 bytes of an Ed25519 seed.
const PKCS8_HEAD: [u8; 16] = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// What a token says. Every claim has one type: a number in quotes is refused, not read.
#[derive(Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) aud: String,
    pub(super) sub: Uuid,
    pub(super) exp: i64,
    pub(super) nbf: i64,
    pub(super) iat: i64,
    pub(super) roles: Vec<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) party: Option<Uuid>,
    pub(super) locale: Locale,
}

impl Claims {
    pub(super) fn of(person: &Person, now: DateTime<Utc>, lifetime: TimeDelta) -> Claims {
        Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: person.id.uuid(),
            exp: (now + lifetime).timestamp(),
            nbf: now.timestamp(),
            iat: now.timestamp(),
            roles: person.roles.clone(),
            party: person.party.map(PartyId::uuid),
            locale: person.locale,
        }
    }
}

/// What a service token says.
#[derive(Serialize, Deserialize)]
struct ServiceClaims {
    iss: String,
    aud: String,
    sub: String,
    exp: i64,
    nbf: i64,
    iat: i64,
}

/// Issues tokens, and tells a good one from a bad one.
pub(crate) struct Issuer {
    pub(super) signing: EncodingKey,
    verifying: DecodingKey,
    pub(super) key_id: String,
    validation: Validation,
    service_validation: Validation,
}

fn validation(audience: &str) -> Validation {
    let mut validation = Validation::new(ALGORITHM);
    validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[audience]);
    validation.validate_nbf = true;
    validation.leeway = LEEWAY_SECONDS;
    validation
}

impl Issuer {
    /// The issuer that the seed belongs to.
    pub(crate) fn new(seed: &Personal<[u8; 32]>) -> Result<Issuer> {
        let signing = EncodingKey::from_ed_der(&[&PKCS8_HEAD[..], seed.reveal()].concat());
        let public = Jwk::from_encoding_key(&signing, ALGORITHM).map_err(Error::internal)?;
        Ok(Issuer {
            verifying: DecodingKey::from_jwk(&public).map_err(Error::internal)?,
            key_id: public.thumbprint(ThumbprintHash::SHA256).map_err(Error::internal)?,
            signing,
            validation: validation(AUDIENCE),
            service_validation: validation(SERVICE_AUDIENCE),
        })
    }

    /// A token for a person.
    pub(crate) fn issue(&self, person: &Person, now: DateTime<Utc>, lifetime: TimeDelta) -> Result<String> {
        encode(&self.header(), &Claims::of(person, now, lifetime), &self.signing).map_err(Error::internal)
    }

    /// A token for a service that asks rooms directly, as a router in front of them does.
    pub(crate) fn issue_service(&self, now: DateTime<Utc>, lifetime: TimeDelta) -> Result<String> {
        let claims = ServiceClaims {
            iss: ISSUER.to_owned(),
            aud: SERVICE_AUDIENCE.to_owned(),
            sub: "router".to_owned(),
            exp: (now + lifetime).timestamp(),
            nbf: now.timestamp(),
            iat: now.timestamp(),
        };
        encode(&self.header(), &claims, &self.signing).map_err(Error::internal)
    }

    /// Whether this is a valid service token of this issuer.
    pub(crate) fn is_service(&self, token: &str) -> bool {
        self.is_ours(token) && decode::<ServiceClaims>(token, &self.verifying, &self.service_validation).is_ok()
    }

    fn is_ours(&self, token: &str) -> bool {
        decode_header(token).is_ok_and(|header| header.kid.as_deref() == Some(self.key_id.as_str()))
    }

    pub(super) fn header(&self) -> Header {
        Header { kid: Some(self.key_id.clone()), ..Header::new(ALGORITHM) }
    }

    /// The person that a token names, and until when; `None` when it is not a valid token of this issuer.
    pub(crate) fn verify(&self, token: &str) -> Option<(Person, DateTime<Utc>)> {
        if !self.is_ours(token) {
            return None;
        }
        let claims = decode::<Claims>(token, &self.verifying, &self.validation).ok()?.claims;
        let person = Person {
            id: PersonId::from_uuid(claims.sub),
            roles: claims.roles,
            party: claims.party.map(PartyId::from_uuid),
            locale: claims.locale,
        };
        Some((person, DateTime::from_timestamp(claims.exp, 0)?))
    }

    /// Signs and verifies once: with a broken choice of cryptography the library would panic at the first request instead.
    pub(crate) fn self_test(&self, now: DateTime<Utc>) -> Result<()> {
        let person = super::Persona::Citizen.person();
        let token = self.issue(&person, now, TimeDelta::minutes(1))?;
        match self.verify(&token) {
            Some((verified, _)) if verified == person => Ok(()),
            _ => Err(Error::internal("a token that was just issued is not accepted: does the machine's clock run?")),
        }
    }
}
