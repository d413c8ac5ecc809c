//! Who sees datasets, and who keeps them. What is published is published to everyone.

use kernel::{Actor, Code, Error, Result, Role};

/// Which rows of a table an actor sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// All of them.
    All,
}

/// The catalogue and its rows are open to everyone.
pub(crate) fn catalogue() -> Scope {
    Scope::All
}

/// Only stewards create datasets and publish versions.
///
/// # Errors
/// `UNAUTHENTICATED` for nobody in particular, `FORBIDDEN` for everyone else.
pub(crate) fn keep(actor: &Actor) -> Result<()> {
    match actor {
        Actor::Anonymous => Err(Error::coded(Code::Unauthenticated, "datasets are kept by stewards")),
        actor if actor.is(Role::Steward) => Ok(()),
        Actor::Person(_) | Actor::System => Err(Error::coded(Code::Forbidden, "datasets are kept by stewards")),
    }
}
