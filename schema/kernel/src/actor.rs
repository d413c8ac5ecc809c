//! Who asks.

use serde::{Deserialize, Serialize};

use crate::{GlobalId, Locale, PartyId, PersonId};

/// What a person may be in the city's systems. A scope of `@requiresScopes` is a role in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A resident or visitor with an account.
    Citizen,
    /// Works a party's queue.
    Officer,
    /// Watches over the parties that a directorate supervises.
    Supervisor,
    /// Keeps datasets.
    Steward,
    /// Keeps indicators and surveys.
    Analyst,
    /// Reads journals, deliveries and dead letters; changes nothing.
    Auditor,
    /// Runs the installation.
    Admin,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 7] = [Role::Citizen, Role::Officer, Role::Supervisor, Role::Steward, Role::Analyst, Role::Auditor, Role::Admin];

    /// The scope that this role carries in `@requiresScopes`.
    #[must_use]
    pub fn scope(self) -> &'static str {
        match self {
            Role::Citizen => "citizen",
            Role::Officer => "officer",
            Role::Supervisor => "supervisor",
            Role::Steward => "steward",
            Role::Analyst => "analyst",
            Role::Auditor => "auditor",
            Role::Admin => "admin",
        }
    }
}

/// A person whose token was verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// What they may be.
    pub roles: Vec<Role>,
    /// The party that they act for, when they are an officer or a supervisor.
    pub party: Option<PartyId>,
    /// The language they read.
    pub locale: Locale,
}

/// Whoever a request is carried out for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Nobody in particular: a request without a token.
    Anonymous,
    /// A person with a verified token.
    Person(Person),
    /// The house itself, performing a job of the journal. Its scope is `system`, which no token can carry.
    System,
}

impl Actor {
    /// The person, if there is one.
    #[must_use]
    pub fn person(&self) -> Option<&Person> {
        match self {
            Actor::Person(person) => Some(person),
            Actor::Anonymous | Actor::System => None,
        }
    }

    /// The person whom the global id of a `Viewer` names, when it is the actor: nobody looks through another's eyes.
    #[must_use]
    pub fn viewer(&self, id: &str) -> Option<PersonId> {
        let named = GlobalId::decode(id).filter(|named| named.type_name == "Viewer")?;
        self.person().map(|person| person.id).filter(|person| person.uuid() == named.uuid)
    }

    /// Whether the actor has the role.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.person().is_some_and(|person| person.roles.contains(&role))
    }

    /// The party that the actor acts for.
    #[must_use]
    pub fn party(&self) -> Option<PartyId> {
        self.person().and_then(|person| person.party)
    }

    /// Whether the actor carries a scope of `@requiresScopes`.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        match self {
            Actor::Anonymous => false,
            Actor::Person(person) => person.roles.iter().any(|role| role.scope() == scope),
            Actor::System => scope == "system",
        }
    }

    /// The word by which the journal records the actor: never a name.
    #[must_use]
    pub fn journal_name(&self) -> String {
        match self {
            Actor::Anonymous => "anonymous".to_owned(),
            Actor::Person(person) => format!("person:{}", person.id.uuid()),
            Actor::System => "system".to_owned(),
        }
    }
}
