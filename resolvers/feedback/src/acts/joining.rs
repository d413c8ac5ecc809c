//! “Same here”: somebody has the same trouble, is counted, and hears what becomes of it, without an account once the address is confirmed.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use engine::{Track, Who};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Txn};
use kernel::{Locale, Personal, RefusalCode, Request};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::Serialize;
use uuid::Uuid;

use super::contact::{keep_given, next_round};
use crate::{
    codes::{SEND_JOIN_CODE, given_for},
    contact::{AGAIN_MINUTES, CODES_MAX},
    desk::{Act, Desk, word},
    entity::{
        confirmation, feedback,
        joining::{ActiveModel, Column, Entity, Model},
    },
    error::{key_reused, not_found, refusal},
    model::{act_key, is_email},
};

/// Who says “same here”, and to what.
#[derive(Debug, Serialize)]
pub(crate) struct Joining {
    pub(crate) reference: String,
    pub(crate) locale: Locale,
    /// Where news goes; none for somebody who only wants to be counted.
    pub(crate) email: Option<Personal<String>>,
}

impl Desk {
    /// Counts somebody who has the same trouble, once for a person and once for an address. The version of the case stays: what officers saw
    /// of it did not change.
    pub(crate) async fn join(&self, key: &str, joining: Joining, request: &Arc<Request>) -> Result<feedback::Model, Abort> {
        let act = ActKey::new(act_key(key)?, "join", &request.actor.journal_name(), &joining)?;
        let email = joining.email.as_ref().map(|email| email.reveal().trim().to_lowercase());
        if email.as_ref().is_some_and(|email| !is_email(email)) {
            return Err(refusal(RefusalCode::Invalid, "refusal-email", &[]).at("input.email").into());
        }
        let person = request.actor.person().map(|person| person.id.uuid());
        let (desk, actor, now, id) = (self.clone(), request.actor.clone(), request.now, self.house.rng.uuid_v7(request.now));
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    let found = feedback::Entity::find().filter(feedback::Column::Reference.eq(&joining.reference)).lock_exclusive();
                    let case = found.one(txn).await?.ok_or_else(|| Abort::from(not_found("input.reference")))?;
                    if journal::claim_with(txn, &act, now, &case.id).await?.before(key_reused)?.is_some() {
                        return Ok(case);
                    }
                    // A statutory appeal is a matter between its author and the state.
                    if case.track == word(&Track::Appeal) {
                        return Err(refusal(RefusalCode::NotAllowed, "refusal-join-appeal", &[]).at("input.reference").into());
                    }
                    if person.is_some() && case.reporter == person {
                        return Err(refusal(RefusalCode::NotAllowed, "refusal-join-own", &[]).at("input.reference").into());
                    }
                    if let Some(counted) = counted(txn, case.id, person, email.as_deref()).await? {
                        desk.join_again(txn, counted, person, now).await?;
                        return Ok(case);
                    }
                    let (feedback, locale) = (case.id, joining.locale.tag().to_owned());
                    let (version, joined) = (case.version, case.joined + 1);
                    let act = Act::new("join", vec![Who::Citizen]).change(move |row| {
                        row.version = Set(version);
                        row.joined = Set(joined);
                    });
                    let case = desk.act(txn, case, act, &actor, now).await?;
                    let row = ActiveModel {
                        id: Set(id),
                        feedback_id: Set(feedback),
                        person: Set(person),
                        email: Set(email),
                        locale: Set(locale),
                        at: Set(now),
                    };
                    let row = Entity::insert(row).exec_with_returning(txn).await?;
                    desk.ask_for_code(txn, &row, None, now).await?;
                    Ok(case)
                }
                .boxed()
            })
            .await
    }

    /// Who is counted already is not counted again. Without an account they are sent another code when the last one did not help, a few times; with
    /// one, the address is theirs by their word.
    async fn join_again(&self, txn: &Txn, row: Model, person: Option<Uuid>, now: DateTime<Utc>) -> Result<(), Abort> {
        if row.person.is_some() {
            return Ok(());
        }
        if let Some(person) = person {
            confirmation::Entity::delete_by_id(row.id).exec(txn).await?;
            let known = ActiveModel { id: Unchanged(row.id), person: Set(Some(person)), ..Default::default() };
            return Ok(Entity::update(known).exec(txn).await.map(drop)?);
        }
        let before = confirmation::Entity::find_by_id(row.id).one(txn).await?;
        let helps = |wanted: &confirmation::Model| {
            !wanted.is_confirmed() && wanted.round < CODES_MAX && now >= wanted.sent_at + TimeDelta::minutes(AGAIN_MINUTES)
        };
        if before.as_ref().is_none_or(helps) { self.ask_for_code(txn, &row, before, now).await } else { Ok(()) }
    }

    /// Has a code mailed to an address that was left without an account; the one before counts no more.
    async fn ask_for_code(&self, txn: &Txn, row: &Model, before: Option<confirmation::Model>, now: DateTime<Utc>) -> Result<(), Abort> {
        let (Some(email), None) = (&row.email, row.person) else { return Ok(()) };
        let round = match before {
            Some(before) => next_round(txn, &before, now).await?,
            None => {
                let wanted = self.contacts.first_round(row.id, &Personal::new(email.clone()), now);
                confirmation::Entity::insert(wanted).exec_without_returning(txn).await?;
                1
            }
        };
        journal::enqueue(txn, now, vec![given_for(SEND_JOIN_CODE, row.id, &format!(":{round}"), now)]).await
    }

    /// The reader of an address that was left with “same here” gives the code that was sent there: from now on news go there.
    pub(super) async fn confirm_joining(
        &self,
        txn: &Txn,
        case: &feedback::Model,
        email: &str,
        code: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, Abort> {
        let left = Entity::find().filter(Column::FeedbackId.eq(case.id)).filter(Column::Email.eq(email)).filter(Column::Person.is_null());
        let Some(row) = left.one(txn).await? else { return Ok(false) };
        if !self.takes_code(txn, row.id, code, now).await? {
            return Ok(false);
        }
        keep_given(txn, row.id, now).await?;
        Ok(true)
    }
}

/// Whoever has said so already, by their account or their address.
async fn counted(txn: &Txn, feedback: Uuid, person: Option<Uuid>, email: Option<&str>) -> Result<Option<Model>, Abort> {
    if person.is_none() && email.is_none() {
        return Ok(None);
    }
    let same =
        Condition::any().add_option(person.map(|person| Column::Person.eq(person))).add_option(email.map(|email| Column::Email.eq(email)));
    // The account comes first: by it nothing is to be confirmed.
    let find = Entity::find().filter(Column::FeedbackId.eq(feedback)).filter(same).order_by_desc(Column::Person.is_not_null());
    Ok(find.one(txn).await?)
}
