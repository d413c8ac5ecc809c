//! Who sees whom. Parties and districts are public; officers are known to each other; addresses are for the house alone.

use kernel::{Actor, Code, Error, Result, Role};

use crate::model::Party;

/// Which rows of a table an actor sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of them.
    All,
    /// None, as if the table were empty.
    Nothing,
}

/// The directory of bodies is public.
pub(crate) fn bodies() -> Scope {
    Scope::All
}

/// Those who work for the city know each other by name.
pub(crate) fn officers(actor: &Actor) -> Scope {
    match actor {
        Actor::System => Scope::All,
        Actor::Person(person) if person.roles.iter().any(|role| *role != Role::Citizen) => Scope::All,
        Actor::Person(_) | Actor::Anonymous => Scope::Nothing,
    }
}

/// Whether the actor may list who works for the party: the house and its administrators for any, a supervisor for those it supervises,
/// an officer for the own one.
pub(crate) fn may_list_officers(actor: &Actor, party: &Party) -> bool {
    let own = actor.party() == Some(party.id);
    let supervised = actor.party().is_some() && actor.party() == party.supervised_by;
    *actor == Actor::System
        || actor.is(Role::Admin)
        || (actor.is(Role::Supervisor) && (own || supervised))
        || (actor.is(Role::Officer) && own)
}

/// Only the house itself writes to officers.
///
/// # Errors
/// `UNAUTHENTICATED` for nobody in particular, `FORBIDDEN` for every person.
pub(crate) fn only_system(actor: &Actor) -> Result<()> {
    match actor {
        Actor::System => Ok(()),
        Actor::Person(_) => Err(Error::coded(Code::Forbidden, "an officer's address is for the house alone")),
        Actor::Anonymous => Err(Error::coded(Code::Unauthenticated, "an officer's address is for the house alone")),
    }
}

/// Whether the actor may ask for lists of officers at all.
///
/// # Errors
/// `UNAUTHENTICATED` for nobody in particular, `FORBIDDEN` for those without such a role.
pub(crate) fn lists_officers(actor: &Actor) -> Result<()> {
    let roles = [Role::Officer, Role::Supervisor, Role::Admin];
    match actor {
        Actor::System => Ok(()),
        Actor::Person(_) if roles.into_iter().any(|role| actor.is(role)) => Ok(()),
        Actor::Person(_) => Err(Error::coded(Code::Forbidden, "this role does not list officers")),
        Actor::Anonymous => Err(Error::coded(Code::Unauthenticated, "officers are not public")),
    }
}
