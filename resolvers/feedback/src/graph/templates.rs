//! Replies that a party keeps.

use async_graphql::{Context, ID, InputObject, Object};
use kernel::{PartyId, TemplateId};
use vocabulary::{Locale, Nullable, OrNull, list_size, request};

use super::{
    mutation::desk,
    payloads::{Payload, payloads},
    store,
};
use crate::{acts::TemplateDraft, entity::template::Model, policy};

/// A reply that a party keeps.
pub(crate) struct Template(pub(crate) Model);

/// A reply that a party keeps, in three languages. `Case.reply` fills it for one case.
#[Object(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
impl Template {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(TemplateId::from_uuid(self.0.id).global())
    }

    /// What officers call it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The text, with its places: `{reference}`, `{category}`, `{district}`, `{due}`.
    async fn text(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.text(vocabulary::locale(ctx, locale))
    }
}

#[derive(Default)]
pub(crate) struct TemplateQueries;

/// What officers ask.
#[Object]
impl TemplateQueries {
    /// The replies that your party keeps, by name.
    #[graphql(
        requires_scopes = "officer",
        requires_scopes = "supervisor",
        requires_scopes = "auditor",
        directive = list_size::apply(100)
    )]
    async fn templates(&self, ctx: &Context<'_>) -> Nullable<Vec<Template>> {
        let actor = &request(ctx).actor;
        if let Err(error) = policy::may_open_desk(actor) {
            return Err(error).or_null(ctx);
        }
        let party = actor.party().map(PartyId::uuid).unwrap_or_default();
        store(ctx).templates(party).await.map(|rows| Some(rows.into_iter().map(Template).collect())).or_null(ctx)
    }
}

/// Keeps a reply.
#[derive(InputObject)]
pub(crate) struct SaveTemplateInput {
    /// A UUID made by the client: the act is carried out once for it.
    idempotency_key: String,
    /// The template to change; a new one when absent.
    template: Option<ID>,
    /// What officers call it, 1 to 80 characters.
    name: String,
    /// The text in Kazakh, 1 to 2,000 characters, with the places `{reference}`, `{category}`, `{district}`, `{due}`.
    kk: String,
    /// The text in Russian, alike.
    ru: String,
    /// The text in English, alike.
    en: String,
}

/// Keeps a reply no longer.
#[derive(InputObject)]
pub(crate) struct DeleteTemplateInput {
    /// A UUID made by the client: the act is carried out once for it.
    idempotency_key: String,
    /// Which one.
    template: ID,
}

payloads! {
    #[graphql(tag = "scoped")] SaveTemplatePayload: template Template = "The template.";
    #[graphql(tag = "scoped")] DeleteTemplatePayload: deleted ID = "The template that is no more.";
}

#[derive(Default)]
pub(crate) struct TemplateActs;

/// What officers do to the replies of their party.
#[Object]
impl TemplateActs {
    /// Keeps a reply for your party, or changes one that it keeps.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn save_template(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which template.")] input: SaveTemplateInput,
    ) -> Nullable<SaveTemplatePayload> {
        let SaveTemplateInput { idempotency_key, template, name, kk, ru, en } = input;
        let draft = TemplateDraft { template: template.map(|id| id.0), name, kk, ru, en };
        let saved = desk(ctx).save_template(&idempotency_key, draft, request(ctx)).await;
        SaveTemplatePayload::of(ctx, saved.map(Some), Template)
    }

    /// Keeps a reply no longer.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn delete_template(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which template.")] input: DeleteTemplateInput,
    ) -> Nullable<DeleteTemplatePayload> {
        let deleted = desk(ctx).delete_template(&input.idempotency_key, &input.template, request(ctx)).await;
        DeleteTemplatePayload::of(ctx, deleted.map(Some), |id| ID(id.global()))
    }
}
