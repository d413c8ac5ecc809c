//! Who sees and does what. Messages are for those who watch over the house; only the house itself sends them.

use kernel::{Actor, Code, Error, PersonId, Refusal, Result, Role};

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
