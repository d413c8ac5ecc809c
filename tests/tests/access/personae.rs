//! Who asks.

/// Somebody, with the scopes that they carry.
pub(crate) struct Persona {
    /// The name on the command line of `turkistan token`.
    pub(crate) name: &'static str,
    /// The scopes of `@requiresScopes`.
    pub(crate) scopes: &'static [&'static str],
}

/// Nobody, everybody of the demo city, and the house itself.
pub(crate) const PERSONAE: [Persona; 10] = [
    Persona { name: "anonymous", scopes: &[] },
    Persona { name: "citizen", scopes: &["citizen"] },
    Persona { name: "officer", scopes: &["officer"] },
    Persona { name: "officer-roads", scopes: &["officer"] },
    Persona { name: "supervisor", scopes: &["supervisor"] },
    Persona { name: "steward", scopes: &["steward"] },
    Persona { name: "analyst", scopes: &["analyst"] },
    Persona { name: "auditor", scopes: &["auditor"] },
    Persona { name: "admin", scopes: &["admin"] },
    Persona { name: "system", scopes: &["system"] },
];

impl Persona {
    /// Whether the persona can ask over HTTP with a token: nobody has none, and no token can carry the house's own scope.
    pub(crate) fn has_token(&self) -> bool {
        !["anonymous", "system"].contains(&self.name)
    }
}
