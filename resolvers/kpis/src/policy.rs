//! Who sees indicators, and who keeps them. Numbers about the city are public.

use kernel::{Actor, Code, Error, Result, Role};

/// Which rows of a table an actor sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of them.
    All,
}

/// Indicators are open to everyone.
pub(crate) fn indicators() -> Scope {
    Scope::All
}

/// Only analysts define indicators, set targets and record values.
///
/// # Errors
/// `UNAUTHENTICATED` for nobody in particular, `FORBIDDEN` for everyone else.
pub(crate) fn keep(actor: &Actor) -> Result<()> {
    match actor {
        Actor::Anonymous => Err(Error::coded(Code::Unauthenticated, "indicators are kept by analysts")),
        actor if actor.is(Role::Analyst) => Ok(()),
        Actor::Person(_) | Actor::System => Err(Error::coded(Code::Forbidden, "indicators are kept by analysts")),
    }
}

/// Only the house itself has indicators computed again.
///
/// # Errors
/// `UNAUTHENTICATED` for nobody in particular, `FORBIDDEN` for every person.
pub(crate) fn recompute(actor: &Actor) -> Result<()> {
    match actor {
        Actor::System => Ok(()),
        Actor::Anonymous => Err(Error::coded(Code::Unauthenticated, "the house has indicators computed")),
        Actor::Person(_) => Err(Error::coded(Code::Forbidden, "the house has indicators computed")),
    }
}
