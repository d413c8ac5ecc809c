//! The people of the demo city, by the ids that the directory knows them by.

use chrono::{DateTime, TimeDelta, Utc};
use clap::ValueEnum;
use kernel::{Locale, PartyId, Person, PersonId, Result, Role};

use super::Issuer;

/// How long a persona's token is valid: a day of trying things out.
const LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Somebody of the demo city.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Persona {
    /// A resident
    Citizen,
    /// An officer of the water utility of Turkistan city
    Officer,
    /// An officer of the department of passenger transport and roads
    OfficerRoads,
    /// A supervisor of the directorate of energy and housing
    Supervisor,
    /// A data steward of the directorate of digitalization
    Steward,
    /// An analyst of the akim's office
    Analyst,
    /// An auditor of the akim's office
    Auditor,
    /// The administrator of the installation
    Admin,
}

impl Persona {
    /// The name on the command line, which is also the slug of the person's id.
    pub(crate) fn slug(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// The person.
    pub(crate) fn person(self) -> Person {
        let (role, party) = match self {
            Persona::Citizen => (Role::Citizen, None),
            Persona::Officer => (Role::Officer, Some("water-turkistan-city")),
            Persona::OfficerRoads => (Role::Officer, Some("passenger-transport-roads")),
            Persona::Supervisor => (Role::Supervisor, Some("energy-housing")),
            Persona::Steward => (Role::Steward, Some("digitalization")),
            Persona::Analyst => (Role::Analyst, Some("akim-office")),
            Persona::Auditor => (Role::Auditor, Some("akim-office")),
            Persona::Admin => (Role::Admin, Some("akim-office")),
        };
        Person { id: PersonId::of_slug(&self.slug()), roles: vec![role], party: party.map(PartyId::of_slug), locale: Locale::Kk }
    }

    /// A token of the persona.
    pub(crate) fn token(self, issuer: &Issuer, now: DateTime<Utc>) -> Result<String> {
        issuer.issue(&self.person(), now, LIFETIME)
    }
}
