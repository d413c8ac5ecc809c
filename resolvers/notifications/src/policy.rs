//! Who sees and does what. Messages are for those who watch over the house; only the house itself sends them.

use journal::Abort;
use kernel::{Actor, Code, Error, PartyId, PersonId, Refusal, Result, Role};

use crate::error;

/// Which messages a query may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of them.
    All,
    /// None, as if the table were empty.
    Nothing,
}

/// Auditors and administrators see messages, without their texts; the house delivers them.
pub(crate) fn messages(actor: &Actor) -> Scope {
    if *actor == Actor::System || watches(actor) { Scope::All } else { Scope::Nothing }
}

/// Whether the actor may list messages.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN`.
pub(crate) fn list_messages(actor: &Actor) -> Result<()> {
    allow(actor, watches(actor), "messages are for auditors and administrators")
}

/// Whether the actor may list what was given up.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN`.
pub(crate) fn list_dead_letters(actor: &Actor) -> Result<()> {
    allow(actor, watches(actor) || actor.is(Role::Supervisor), "dead letters are for supervisors, auditors and administrators")
}

/// Whether the actor may see how much work waits.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN`.
pub(crate) fn see_queue(actor: &Actor) -> Result<()> {
    allow(actor, watches(actor), "the queue is for auditors and administrators")
}

/// Whether the actor may have a message sent.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN`.
pub(crate) fn queue_message(actor: &Actor) -> Result<()> {
    allow(actor, *actor == Actor::System, "only the house sends messages")
}

/// Whether the actor may say what the city's bot was told.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN`.
pub(crate) fn hear_bot(actor: &Actor) -> Result<()> {
    allow(actor, *actor == Actor::System, "only the house hears what its bot is told")
}

/// Whether the actor may give a dead letter another life.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN`.
pub(crate) fn retry_dead_letter(actor: &Actor) -> Result<()> {
    allow(actor, actor.is(Role::Admin), "dead letters are retried by administrators")
}

/// Whose preferences the actor may see and change: their own.
///
/// # Errors
/// A refusal for whoever has no account.
pub(crate) fn account(actor: &Actor) -> std::result::Result<PersonId, Refusal> {
    actor.person().map(|person| person.id).ok_or_else(error::not_signed_in)
}

/// Whose webhooks an actor reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// All of them.
    All,
    /// Those of one party.
    Party(PartyId),
    /// None.
    Nothing,
}

/// The webhooks that the actor may list: supervisors those of their party, those who watch over the house all.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN`.
pub(crate) fn list_webhooks(actor: &Actor) -> Result<Audience> {
    allow(actor, watches(actor) || actor.is(Role::Supervisor), "webhooks are for supervisors, auditors and administrators")?;
    Ok(if watches(actor) { Audience::All } else { actor.party().map_or(Audience::Nothing, Audience::Party) })
}

/// Of whose cases a webhook tells that the actor registers: for supervisors of their party's, for administrators as they say.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN`; a refusal when the cases of the party are not the actor's.
pub(crate) fn keep_webhook(actor: &Actor, party: Option<PartyId>) -> std::result::Result<Option<PartyId>, Abort> {
    match remove_webhook(actor)? {
        Audience::All => Ok(party),
        Audience::Party(own) if party.is_none_or(|party| party == own) => Ok(Some(own)),
        Audience::Party(_) | Audience::Nothing => Err(error::party_foreign().into()),
    }
}

/// The webhooks that the actor may remove.
///
/// # Errors
/// `UNAUTHENTICATED` or `FORBIDDEN`.
pub(crate) fn remove_webhook(actor: &Actor) -> Result<Audience> {
    let admin = actor.is(Role::Admin);
    allow(actor, admin || actor.is(Role::Supervisor), "webhooks are kept by supervisors and administrators")?;
    Ok(if admin { Audience::All } else { actor.party().map_or(Audience::Nothing, Audience::Party) })
}

fn watches(actor: &Actor) -> bool {
    actor.is(Role::Auditor) || actor.is(Role::Admin)
}

fn allow(actor: &Actor, allowed: bool, why_not: &str) -> Result<()> {
    match actor {
        _ if allowed => Ok(()),
        Actor::Anonymous => Err(Error::coded(Code::Unauthenticated, why_not)),
        Actor::Person(_) | Actor::System => Err(Error::coded(Code::Forbidden, why_not)),
    }
}
