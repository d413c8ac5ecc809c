//! Who may see and do what.
//!
//! - The public sees a report's status, subject, district and term. Its text only after an officer released one.
//! - The reporter, by the coupon's key or signed in, sees all of their own report.
//! - An officer sees and works the cases of their own party; a supervisor those of the parties that theirs supervises, and their own;
//!   an auditor sees all cases and changes none. For everybody else there is no case.

use engine::Who;
use kernel::{Actor, Code, Error, PartyId, Result, Role};

use crate::entity::feedback::Model;

/// Which cases a query may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// None at all.
    Nothing,
    /// Those of one party.
    Party(PartyId),
    /// Those of one party and of the parties that it supervises.
    Supervised(PartyId),
    /// All.
    Everything,
}

/// The cases that the actor may see.
pub(crate) fn scope(actor: &Actor) -> Scope {
    match (actor, actor.party()) {
        (Actor::System, _) => Scope::Everything,
        (Actor::Person(_), _) if actor.is(Role::Auditor) => Scope::Everything,
        (Actor::Person(_), Some(party)) if actor.is(Role::Supervisor) => Scope::Supervised(party),
        (Actor::Person(_), Some(party)) if actor.is(Role::Officer) => Scope::Party(party),
        _ => Scope::Nothing,
    }
}

impl Scope {
    /// Whether the scope reaches this case.
    pub(crate) fn reaches(self, case: &Model) -> bool {
        match self {
            Scope::Nothing => false,
            Scope::Everything => true,
            Scope::Party(party) => case.party_id == Some(party.uuid()),
            Scope::Supervised(party) => [case.party_id, case.supervisor_id].contains(&Some(party.uuid())),
        }
    }
}

/// Only those who work cases may open the desk.
pub(crate) fn may_open_desk(actor: &Actor) -> Result<Scope> {
    match scope(actor) {
        Scope::Nothing if *actor == Actor::Anonymous => Err(Error::coded(Code::Unauthenticated, "the desk needs a token")),
        Scope::Nothing => Err(Error::coded(Code::Forbidden, "the desk is for officers")),
        scope => Ok(scope),
    }
}

/// Only those who work cases act on many of them. An auditor looks on.
pub(crate) fn may_work(actor: &Actor) -> Result<()> {
    match actor {
        _ if actor.is(Role::Officer) || actor.is(Role::Supervisor) => Ok(()),
        Actor::Anonymous => Err(Error::coded(Code::Unauthenticated, "work on cases needs a token")),
        _ => Err(Error::coded(Code::Forbidden, "work on cases is for officers")),
    }
}

/// Only those who work the cases of a party make things for it: templates, incidents, a calendar. An auditor looks on.
pub(crate) fn may_work_for_party(actor: &Actor) -> Result<()> {
    may_work(actor)?;
    may_open_desk(actor).map(drop)
}

/// Only supervisors change what holds for all cases: the rules, and what the suggester goes by.
pub(crate) fn may_rule(actor: &Actor) -> Result<()> {
    match actor {
        _ if actor.is(Role::Supervisor) => Ok(()),
        Actor::Anonymous => Err(Error::coded(Code::Unauthenticated, "rules need a token")),
        _ => Err(Error::coded(Code::Forbidden, "rules are for supervisors")),
    }
}

/// Only those who watch over the suggester see what it learnt.
pub(crate) fn may_see_learning(actor: &Actor) -> Result<()> {
    match actor {
        _ if actor.is(Role::Supervisor) || actor.is(Role::Auditor) => Ok(()),
        Actor::Anonymous => Err(Error::coded(Code::Unauthenticated, "what was learnt needs a token")),
        _ => Err(Error::coded(Code::Forbidden, "what was learnt is for supervisors")),
    }
}

/// Only those who audit may look at a case as it was.
pub(crate) fn may_look_back(actor: &Actor) -> Result<()> {
    match actor {
        _ if actor.is(Role::Auditor) => Ok(()),
        Actor::Anonymous => Err(Error::coded(Code::Unauthenticated, "the past of a case needs a token")),
        _ => Err(Error::coded(Code::Forbidden, "the past of a case is for auditors")),
    }
}

/// Only those who audit list the appeals of all bodies, to take them elsewhere.
pub(crate) fn may_list_appeals(actor: &Actor) -> Result<Scope> {
    match actor {
        _ if actor.is(Role::Auditor) => Ok(scope(actor)),
        Actor::Anonymous => Err(Error::coded(Code::Unauthenticated, "the list of appeals needs a token")),
        _ => Err(Error::coded(Code::Forbidden, "the list of appeals is for auditors")),
    }
}

/// Only the house itself hands over what was sent to its edge, and asks where a file is kept.
pub(crate) fn may_take_uploads(actor: &Actor) -> Result<()> {
    only_house(actor, "files come in at the edge")
}

/// Only the house itself hears of mail that came back.
pub(crate) fn may_note_bounces(actor: &Actor) -> Result<()> {
    only_house(actor, "bounces are noted by the house")
}

fn only_house(actor: &Actor, otherwise: &'static str) -> Result<()> {
    if *actor == Actor::System { Ok(()) } else { Err(Error::coded(Code::Forbidden, otherwise)) }
}

/// As what the actor acts on this case, by their office.
pub(crate) fn offices(actor: &Actor, case: &Model) -> Vec<Who> {
    match actor {
        Actor::System => vec![Who::System],
        Actor::Anonymous => Vec::new(),
        Actor::Person(person) => {
            let party = person.party.map(PartyId::uuid);
            let mut offices = Vec::new();
            if actor.is(Role::Officer) && party.is_some() && case.party_id == party {
                offices.push(Who::Officer);
            }
            if actor.is(Role::Supervisor) && party.is_some() && [case.party_id, case.supervisor_id].contains(&party) {
                offices.push(Who::Supervisor);
            }
            offices
        }
    }
}

/// How much of a report is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// What everybody sees.
    Public,
    /// All of it: to those who work the case.
    Whole,
    /// All of it, with what only the reporter has.
    Own,
}

/// How much of this report the actor sees without its key.
pub(crate) fn view(actor: &Actor, case: &Model) -> View {
    let own = actor.person().is_some_and(|person| case.reporter == Some(person.id.uuid()));
    match (own, scope(actor).reaches(case)) {
        (true, _) => View::Own,
        (false, true) => View::Whole,
        (false, false) => View::Public,
    }
}
