//! The types that the room owns, and the stubs by which it points to other rooms.

use async_graphql::{Context, ID, Interface, Object, SimpleObject};
use vocabulary::Locale;

use crate::model;

/// A thing that can be fetched again by its id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque, and the same for good."))]
pub(crate) enum Node {
    Thing(Thing),
}

/// Say what a thing is to a frontend team that has never heard of it.
pub(crate) struct Thing(pub(crate) model::Thing);

/// Say what a thing is to a frontend team that has never heard of it.
#[Object(tag = "public")]
impl Thing {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(self.0.id.global())
    }

    /// The short name in links.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// The name that people know.
    async fn name(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.name.get(vocabulary::locale(ctx, locale))
    }

    /// Who answers for it. Null when the directory does not answer.
    async fn party(&self) -> Option<Party> {
        Some(Party { id: ID(self.0.party.global()) })
    }
}

/// Whoever can be responsible.
#[derive(SimpleObject)]
#[graphql(unresolvable = "id", tag = "public")]
pub(crate) struct Party {
    /// Opaque, and the same for good.
    id: ID,
}
