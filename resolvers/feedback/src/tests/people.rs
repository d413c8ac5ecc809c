//! Who asks.

use kernel::{Actor, Locale, PartyId, Person, PersonId, Role};

pub(super) fn person(slug: &str, role: Role, party: Option<&str>) -> Actor {
    let party = party.map(PartyId::of_slug);
    Actor::Person(Person { id: PersonId::of_slug(slug), roles: vec![role], party, locale: Locale::En })
}

pub(super) fn citizen() -> Actor {
    person("citizen", Role::Citizen, None)
}

/// Works for the water utility of Turkistan.
pub(super) fn officer() -> Actor {
    person("officer", Role::Officer, Some("water-turkistan-city"))
}

/// Works for the roads of the region.
pub(super) fn other_officer() -> Actor {
    person("officer-roads", Role::Officer, Some("passenger-transport-roads"))
}

/// Of the directorate that supervises the water utility.
pub(super) fn supervisor() -> Actor {
    person("supervisor", Role::Supervisor, Some("energy-housing"))
}

/// Of a directorate that supervises another party.
pub(super) fn other_supervisor() -> Actor {
    person("supervisor-roads", Role::Supervisor, Some("passenger-transport-roads"))
}

/// Decides what nobody else is found for.
pub(super) fn clerk() -> Actor {
    person("clerk", Role::Officer, Some("akim-office"))
}

pub(super) fn auditor() -> Actor {
    person("auditor", Role::Auditor, Some("akim-office"))
}

/// Sees all cases as an auditor, and works those of the roads.
pub(super) fn auditing_officer() -> Actor {
    let party = Some(PartyId::of_slug("passenger-transport-roads"));
    let roles = vec![Role::Auditor, Role::Officer];
    Actor::Person(Person { id: PersonId::of_slug("auditing-officer"), roles, party, locale: Locale::En })
}

pub(super) fn analyst() -> Actor {
    person("analyst", Role::Analyst, Some("akim-office"))
}
