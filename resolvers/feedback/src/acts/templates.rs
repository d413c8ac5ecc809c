//! Replies that a party keeps.

use std::sync::Arc;

use futures_util::FutureExt;
use journal::{Abort, ActKey, Txn};
use kernel::{PartyId, Refusal, RefusalCode, Request, TemplateId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::OnConflict};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    desk::Desk,
    entity::template::{ActiveModel, Column, Entity, Model},
    error::{key_reused, not_found, refusal},
    model::{act_key, checked_text, line},
    policy, templates,
};

/// The longest name of a template, in characters.
const NAME_CHARS_MAX: usize = 80;
/// How many templates a party keeps.
pub(crate) const TEMPLATES_MAX: u64 = 100;

/// A template as somebody wants it.
#[derive(Debug, Serialize)]
pub(crate) struct TemplateDraft {
    /// The template that it replaces.
    pub(crate) template: Option<String>,
    pub(crate) name: String,
    pub(crate) kk: String,
    pub(crate) ru: String,
    pub(crate) en: String,
}

impl TemplateDraft {
    /// All that is wrong with it, or its row.
    fn row(&self, id: TemplateId, party: PartyId) -> Result<ActiveModel, Vec<Refusal>> {
        let mut refused = Vec::new();
        let mut keep = |checked: Result<String, Refusal>| Set(checked.map_err(|wrong| refused.push(wrong)).unwrap_or_default());
        let text = |text: &str, field: &str| {
            let text = line(text, field)?;
            templates::check(&text, field).map(|()| text)
        };
        let name = keep(checked_text(&self.name, NAME_CHARS_MAX, "input.name"));
        let (kk, ru, en) = (keep(text(&self.kk, "input.kk")), keep(text(&self.ru, "input.ru")), keep(text(&self.en, "input.en")));
        let row = ActiveModel { id: Set(id.uuid()), party_id: Set(party.uuid()), name, kk, ru, en };
        if refused.is_empty() { Ok(row) } else { Err(refused) }
    }
}

/// The party whose templates the actor has.
fn party(request: &Request) -> Result<PartyId, Abort> {
    policy::may_work_for_party(&request.actor)?;
    request.actor.party().ok_or_else(|| refusal(RefusalCode::NotAllowed, "refusal-template-party", &[]).into())
}

impl Desk {
    /// Keeps a template for the actor's party, or changes one that it keeps.
    pub(crate) async fn save_template(&self, key: &str, draft: TemplateDraft, request: &Arc<Request>) -> Result<Model, Abort> {
        let act = ActKey::new(act_key(key)?, "save_template", &request.actor.journal_name(), &draft)?;
        let (party, now) = (party(request)?, request.now);
        let known = draft.template.as_ref().map(|id| TemplateId::from_global(id).ok_or_else(|| not_found("input.template"))).transpose()?;
        let id = known.unwrap_or_else(|| TemplateId::new(now, &*self.house.rng));
        let row = draft.row(id, party)?;
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    if let Some(before) = journal::claim_with(txn, &act, now, &id.uuid()).await?.before(key_reused)? {
                        return found(txn, before).await;
                    }
                    let kept = Entity::find_by_id(id.uuid()).one(txn).await?.filter(|kept| kept.party_id == party.uuid());
                    if known.is_some() && kept.is_none() {
                        return Err(not_found("input.template").into());
                    }
                    let count = Entity::find().filter(Column::PartyId.eq(party.uuid())).count(txn).await?;
                    if kept.is_none() && count >= TEMPLATES_MAX {
                        return Err(refusal(RefusalCode::LimitReached, "refusal-templates-many", &[("max", TEMPLATES_MAX.into())]).into());
                    }
                    let columns = [Column::Name, Column::Kk, Column::Ru, Column::En];
                    let replace = OnConflict::column(Column::Id).update_columns(columns).to_owned();
                    Entity::insert(row).on_conflict(replace).exec_without_returning(txn).await?;
                    found(txn, id.uuid()).await
                }
                .boxed()
            })
            .await
    }

    /// Keeps a template no longer.
    pub(crate) async fn delete_template(&self, key: &str, template: &str, request: &Arc<Request>) -> Result<TemplateId, Abort> {
        let act = ActKey::new(act_key(key)?, "delete_template", &request.actor.journal_name(), &template)?;
        let id = TemplateId::from_global(template).ok_or_else(|| not_found("input.template"))?;
        let (party, now) = (party(request)?, request.now);
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    if journal::claim_with(txn, &act, now, &id.uuid()).await?.before(key_reused)?.is_some() {
                        return Ok(id);
                    }
                    let own = Entity::delete_many().filter(Column::Id.eq(id.uuid())).filter(Column::PartyId.eq(party.uuid()));
                    match own.exec(txn).await?.rows_affected {
                        0 => Err(not_found("input.template").into()),
                        _ => Ok(id),
                    }
                }
                .boxed()
            })
            .await
    }
}

async fn found(txn: &Txn, id: Uuid) -> Result<Model, Abort> {
    Ok(Entity::find_by_id(id).one(txn).await?.ok_or_else(|| not_found("input.template"))?)
}
