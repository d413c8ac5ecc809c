//! From a request's `Authorization` header (RFC 6750) to the actor.

use axum::http::{HeaderMap, header::AUTHORIZATION};
use chrono::{DateTime, Utc};
use kernel::Actor;

use super::Issuer;

/// Who asks, and until when the house believes it.
#[derive(Debug, PartialEq)]
pub(crate) struct Identified {
    /// Who asks.
    pub(crate) actor: Actor,
    /// When the token ends; a subscription ends with it.
    pub(crate) until: Option<DateTime<Utc>>,
}

/// Nobody without a token is refused, and nobody with a bad token passes as anonymous: `None` means that the token is bad. Without an
/// issuer there is nothing to tell good from bad by: everybody is anonymous here, and the subgraphs judge.
pub(crate) fn identify(issuer: Option<&Issuer>, headers: &HeaderMap) -> Option<Identified> {
    let anonymous = Identified { actor: Actor::Anonymous, until: None };
    let Some(issuer) = issuer else { return Some(anonymous) };
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Some(anonymous) };
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let (person, until) = issuer.verify(token.trim())?;
    Some(Identified { actor: Actor::Person(person), until: Some(until) })
}
