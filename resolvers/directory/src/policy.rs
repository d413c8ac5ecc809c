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

/// Whether the actor may list who works for the party: the house and its administrators for any, a supervisor for the own one and those it
/// supervises, an officer for the own one.
///
/// # Errors
/// `UNAUTHENTICATED` for nobody in particular, `FORBIDDEN` for those whose role lists no officers at all.
pub(crate) fn list_officers(actor: &Actor, party: &Party) -> Result<bool> {
    let own = actor.party() == Some(party.id);
    let supervised = actor.party().is_some() && actor.party() == party.supervised_by;
    match actor {
        Actor::System => Ok(true),
        Actor::Anonymous => Err(Error::coded(Code::Unauthenticated, "officers are not public")),
        Actor::Person(_) if actor.is(Role::Admin) => Ok(true),
        Actor::Person(_) if actor.is(Role::Supervisor) => Ok(own || supervised),
        Actor::Person(_) if actor.is(Role::Officer) => Ok(own),
        Actor::Person(_) => Err(Error::coded(Code::Forbidden, "this role does not list officers")),
    }
}
