//! “Same here”: somebody has the same trouble, is counted, and hears what becomes of it.

use std::sync::Arc;

use engine::{Track, Who};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Txn};
use kernel::{Locale, Personal, RefusalCode, Request};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    desk::{Act, Desk, word},
    entity::{
        feedback,
        joining::{ActiveModel, Column, Entity},
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
                    if is_counted(txn, case.id, person, email.as_deref()).await? {
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
                    Entity::insert(row).exec_without_returning(txn).await?;
                    Ok(case)
                }
                .boxed()
            })
            .await
    }
}

async fn is_counted(txn: &Txn, feedback: Uuid, person: Option<Uuid>, email: Option<&str>) -> Result<bool, Abort> {
    if person.is_none() && email.is_none() {
        return Ok(false);
    }
    let same =
        Condition::any().add_option(person.map(|person| Column::Person.eq(person))).add_option(email.map(|email| Column::Email.eq(email)));
    Ok(Entity::find().filter(Column::FeedbackId.eq(feedback)).filter(same).one(txn).await?.is_some())
}
