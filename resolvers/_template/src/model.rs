//! Things, as the room speaks of them: plain types and rules that know no database and no GraphQL.

use kernel::{GlobalId, LocalizedText, PartyId};
use uuid::Uuid;

/// Names one thing. When another room points to things, this type belongs in `kernel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ThingId(pub(crate) Uuid);

impl ThingId {
    const TYPE_NAME: &str = "Thing";

    pub(crate) fn global(self) -> String {
        GlobalId::encode(Self::TYPE_NAME, self.0)
    }

    pub(crate) fn from_global(id: &str) -> Option<ThingId> {
        GlobalId::decode(id).filter(|id| id.type_name == Self::TYPE_NAME).map(|id| ThingId(id.uuid))
    }
}

/// A thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Thing {
    pub(crate) id: ThingId,
    pub(crate) slug: String,
    pub(crate) name: LocalizedText,
    /// Who answers for it.
    pub(crate) party: PartyId,
}

/// The longest slug that is looked up.
pub(crate) const SLUG_CHARS_MAX: usize = 100;
