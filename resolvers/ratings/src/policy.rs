//! Who sees a single rating. Counts are for everybody, through the gate; a rating itself is for whoever gave it, for the house, and for
//! auditors, who look for rigging; its comment only for the first two.

use kernel::{Actor, Code, Error, PersonId, Result, Role};

use crate::model::Rating;

/// Which ratings a query may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// None at all.
    Nothing,
    /// Those that one person gave.
    Own(PersonId),
    /// All.
    Everything,
}

/// The single ratings that the actor may see.
pub(crate) fn scope(actor: &Actor) -> Scope {
    match actor {
        Actor::System => Scope::Everything,
        Actor::Person(_) if actor.is(Role::Auditor) => Scope::Everything,
        Actor::Person(person) => Scope::Own(person.id),
        Actor::Anonymous => Scope::Nothing,
    }
}

/// Everybody may know how many rated and how: all ratings are counted, and only counts leave.
pub(crate) fn counts() -> Scope {
    Scope::Everything
}

/// Whether the actor may read what the rater wrote.
pub(crate) fn may_read_comment(actor: &Actor, rating: &Rating) -> bool {
    match actor {
        Actor::System => true,
        Actor::Person(_) | Actor::Anonymous => gave(actor, rating),
    }
}

/// Whether the actor is known to have given the mark.
pub(crate) fn gave(actor: &Actor, rating: &Rating) -> bool {
    actor.person().is_some_and(|person| rating.person == Some(person.id))
}

/// Only the house itself erases what others wrote, when a report goes.
pub(crate) fn may_erase_for_others(actor: &Actor) -> Result<()> {
    match actor {
        Actor::System => Ok(()),
        Actor::Anonymous => Err(Error::coded(Code::Unauthenticated, "comments of others are erased by the house")),
        Actor::Person(_) => Err(Error::coded(Code::Forbidden, "comments of others are erased by the house")),
    }
}
