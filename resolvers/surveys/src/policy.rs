//! Who sees and does what. Open and closed surveys are public; drafts are the analysts'. Results are public when a survey is closed: while it
//! is open, whoever watched the counts grow could read single responses, so until then they are the analysts' too.

use kernel::{Actor, Code, Error, PersonId, Result, Role};

use crate::model::{Status, Survey};

/// Which surveys a query may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Those that were opened.
    Published,
    /// All, with drafts.
    Everything,
}

/// The surveys that the actor may see.
pub(crate) fn scope(actor: &Actor) -> Scope {
    if *actor == Actor::System || actor.is(Role::Analyst) { Scope::Everything } else { Scope::Published }
}

/// Whether the actor may see what the responses say.
pub(crate) fn may_see_results(actor: &Actor, survey: &Survey) -> bool {
    match survey.status {
        Status::Draft => false,
        Status::Open => scope(actor) == Scope::Everything,
        Status::Closed => true,
    }
}

/// Analysts keep surveys.
///
/// # Errors
/// `UNAUTHENTICATED` for nobody in particular, `FORBIDDEN` for everybody else.
pub(crate) fn only_analysts(actor: &Actor) -> Result<()> {
    match actor {
        Actor::Person(_) if actor.is(Role::Analyst) => Ok(()),
        Actor::Anonymous => Err(Error::coded(Code::Unauthenticated, "surveys are kept by analysts")),
        Actor::Person(_) | Actor::System => Err(Error::coded(Code::Forbidden, "surveys are kept by analysts")),
    }
}

/// A ballot is for a person: without one it cannot be known that they had none before.
///
/// # Errors
/// `UNAUTHENTICATED` for nobody in particular, `FORBIDDEN` for the house.
pub(crate) fn only_persons(actor: &Actor) -> Result<PersonId> {
    match actor {
        Actor::Person(person) => Ok(person.id),
        Actor::Anonymous => Err(Error::coded(Code::Unauthenticated, "a ballot is for a person")),
        Actor::System => Err(Error::coded(Code::Forbidden, "a ballot is for a person")),
    }
}
