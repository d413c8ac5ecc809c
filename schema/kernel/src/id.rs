//! Typed ids, and the opaque global ids by which `Query.node` finds a thing.
//!
//! A fact (a complaint, a rating) gets a UUIDv7: sorted by time, made from the injected clock and chance.
//! Reference data that the city names itself (a party, a service, a district) gets a UUIDv5 of its slug (RFC 9562 §5.5), so that every
//! room and every installation computes the same id from the same slug and no room needs another's table.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Rng;

/// The UUIDv5 name space of the city's slugs.
const SLUGS: Uuid = Uuid::from_u128(0x7275_6b69_7374_616e_8000_7461_7474_616e);

/// A decoded global id: which type, and which one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobalId {
    /// The GraphQL type's name.
    pub type_name: String,
    /// The id within that type.
    pub uuid: Uuid,
}

impl GlobalId {
    /// Encodes to the opaque form that clients see.
    #[must_use]
    pub fn encode(type_name: &str, uuid: Uuid) -> String {
        let mut bytes = Vec::with_capacity(type_name.len() + 17);
        bytes.extend_from_slice(uuid.as_bytes());
        bytes.extend_from_slice(type_name.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Decodes an id that a client sent; `None` when it is not one of ours.
    #[must_use]
    pub fn decode(id: &str) -> Option<GlobalId> {
        let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
        let (uuid, name) = bytes.split_at_checked(16)?;
        let type_name = std::str::from_utf8(name).ok().filter(|name| !name.is_empty())?;
        Some(GlobalId { type_name: type_name.to_owned(), uuid: Uuid::from_slice(uuid).ok()? })
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $type_name:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The GraphQL type that this id belongs to.
            pub const TYPE_NAME: &'static str = $type_name;

            /// A new id for a fact that happens `now`.
            #[must_use]
            pub fn new(now: DateTime<Utc>, rng: &dyn Rng) -> Self {
                Self(rng.uuid_v7(now))
            }

            /// The id of a thing that has a slug: the same everywhere.
            #[must_use]
            pub fn of_slug(slug: &str) -> Self {
                Self(Uuid::new_v5(&SLUGS, format!(concat!($type_name, ":{}"), slug).as_bytes()))
            }

            /// Takes an id from the database.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The id for the database.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// The opaque id for clients.
            #[must_use]
            pub fn global(self) -> String {
                GlobalId::encode($type_name, self.0)
            }

            /// Reads a client's id; `None` when it is malformed or names another type.
            #[must_use]
            pub fn from_global(id: &str) -> Option<Self> {
                GlobalId::decode(id).filter(|id| id.type_name == $type_name).map(|id| Self(id.uuid))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($type_name, "({})"), self.0)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }
    )*};
}

ids! {
    /// Someone who acts: a citizen with an account, or an officer.
    PersonId = "Officer";
    /// Whoever can be responsible.
    PartyId = "Party";
    /// A city or district of the region.
    DistrictId = "District";
    /// A public service.
    ServiceId = "Service";
    /// A system that services come from.
    SourceSystemId = "SourceSystem";
    /// A subject of feedback.
    CategoryId = "Category";
    /// What the public and the reporter see of a report.
    FeedbackId = "Feedback";
    /// The officers' side of a report.
    CaseId = "Case";
    /// A photo or document of a report.
    AttachmentId = "Attachment";
    /// A queue of cases that officers look at.
    QueueId = "CaseQueue";
    /// A reply that a party keeps.
    TemplateId = "Template";
    /// One act on many cases.
    BulkActId = "BulkAct";
    /// A part of the work on a case, asked of another party.
    SubtaskId = "Subtask";
    /// What many reports come from.
    IncidentId = "Incident";
    /// A mark for a service.
    RatingId = "Rating";
    /// A published table.
    DatasetId = "Dataset";
    /// One immutable edition of a dataset.
    DatasetVersionId = "DatasetVersion";
    /// An indicator.
    KpiId = "Kpi";
    /// One value of an indicator.
    ObservationId = "KpiObservation";
    /// A questionnaire.
    SurveyId = "Survey";
    /// A message to one person.
    MessageId = "Message";
    /// Somebody who is told of what happens by HTTP.
    WebhookId = "Webhook";
    /// One way to reach a person beside mail.
    EndpointId = "Endpoint";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_global_id_names_its_type_and_survives_the_round_trip() {
        let id = PartyId::of_slug("water-arys");
        assert_eq!(PartyId::from_global(&id.global()), Some(id));
        assert_eq!(ServiceId::from_global(&id.global()), None);
        assert_eq!(PartyId::of_slug("water-arys"), id);
        assert_ne!(PartyId::of_slug("water-kentau"), id);
    }

    #[test]
    fn what_is_not_an_id_is_none() {
        for id in ["", "x", "!!!", "AAAAAAAAAAAAAAAAAAAAAA"] {
            assert_eq!(GlobalId::decode(id), None, "{id}");
        }
    }
}
