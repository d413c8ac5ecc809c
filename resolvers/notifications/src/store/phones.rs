//! Telephones, which belong to whoever reads the code that went there.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Destination, Txn, claim, secret, settle};
use kernel::{EndpointId, Locale, Personal, Result};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, sea_query::Expr};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Store,
    endpoints::{displace, keep, scoped},
};
use crate::{
    entity::{
        endpoint,
        phone_code::{ActiveModel, Column, Entity},
    },
    error,
    model::endpoint::{CODE_MINUTES, CODE_TRIES_MAX, CODES_A_DAY_MAX, Endpoint, EndpointState},
    process,
    recipient::{Recipient, RecipientKeys},
};

/// How a try with a code ended. A wrong one is an act like any other: it is counted, and its key answers the same for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Tried {
    Right,
    Wrong,
    /// There is no code any more: it ran out, or was tried too often.
    Over,
}

/// A code that is to go to a telephone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewCode {
    pub(crate) id: Uuid,
    pub(crate) locale: Locale,
}

impl Store {
    /// Keeps a telephone that waits for its code, and has the code sent, once for its key. One that its owner has confirmed before is theirs.
    ///
    /// # Errors
    /// A refusal when there are too many endpoints or codes, or when the key was used for something else.
    pub(crate) async fn add_phone(&self, act: ActKey, phone: Endpoint, place: String, code: NewCode) -> Result<Endpoint, Abort> {
        self.database.writer.write(move |txn| add(txn, act, phone, place, code).boxed()).await
    }

    /// Tries a code, once for its key.
    ///
    /// # Errors
    /// A refusal when the owner has no such telephone, or when the key was used for something else.
    pub(crate) async fn confirm_phone(
        &self,
        act: ActKey,
        owner: Recipient,
        id: EndpointId,
        code: Personal<String>,
        keys: RecipientKeys,
        now: DateTime<Utc>,
    ) -> Result<(Tried, Endpoint), Abort> {
        let write = self.database.writer.write(move |txn| {
            async move {
                let before = claim::<Tried>(txn, &act, now).await?.before(error::key_reused)?;
                let row = scoped(&owner).filter(endpoint::Column::Id.eq(id.uuid())).one(txn).await?;
                let phone = Endpoint::try_from(row.ok_or_else(error::endpoint_unknown)?)?;
                let tried = match before {
                    Some(tried) => return Ok((tried, phone)),
                    None => tries(txn, &phone, &code, &keys, now).await?,
                };
                settle(txn, &act, &tried).await?;
                let state = if tried == Tried::Right { EndpointState::Active } else { phone.state };
                Ok((tried, Endpoint { state, ..phone }))
            }
            .boxed()
        });
        write.await
    }

    /// The telephone that waits for a code which has not run out, as the house sees it when it sends.
    pub(crate) async fn waiting_for_code(&self, code: Uuid, now: DateTime<Utc>) -> Result<Option<Personal<Destination>>> {
        let reader = &self.database.reader;
        let row = Entity::find_by_id(code).filter(Column::MadeAt.gt(now - TimeDelta::minutes(CODE_MINUTES)));
        let Some(row) = row.one(reader).await.map_err(journal::fault)? else { return Ok(None) };
        let phone = endpoint::Entity::find_by_id(row.endpoint_id).filter(endpoint::Column::State.eq(EndpointState::Waiting.word()));
        let phone = phone.one(reader).await.map_err(journal::fault)?;
        phone.map(|phone| Endpoint::try_from(phone).map(|phone| phone.to)).transpose()
    }
}

async fn add(txn: &Txn, act: ActKey, phone: Endpoint, place: String, code: NewCode) -> Result<Endpoint, Abort> {
    let now = phone.created_at;
    if let Some(before) = claim::<EndpointId>(txn, &act, now).await?.before(error::key_reused)? {
        let row = endpoint::Entity::find_by_id(before.uuid()).one(txn).await?.ok_or_else(error::endpoint_unknown)?;
        return Ok(Endpoint::try_from(row)?);
    }
    let own = scoped(&phone.recipient).filter(endpoint::Column::Digest.eq(place.as_str()));
    let confirmed = own.filter(endpoint::Column::State.eq(EndpointState::Active.word())).one(txn).await?;
    if let Some(row) = confirmed {
        settle(txn, &act, &EndpointId::from_uuid(row.id)).await?;
        return Ok(Endpoint::try_from(row)?);
    }
    let day = now - TimeDelta::days(1);
    Entity::delete_many().filter(Column::MadeAt.lte(day)).exec(txn).await?;
    // Of a person, so that nobody guesses for long; and of a telephone, so that nobody is rung up by many.
    let made = Condition::any().add(Column::Recipient.eq(phone.recipient.0.as_str())).add(Column::Digest.eq(place.as_str()));
    if Entity::find().filter(made).count(txn).await? >= CODES_A_DAY_MAX {
        return Err(error::codes_many(CODES_A_DAY_MAX).into());
    }
    let kept = keep(txn, phone, &place).await?;
    let row = ActiveModel {
        id: Set(code.id),
        endpoint_id: Set(kept.id.uuid()),
        recipient: Set(kept.recipient.0.clone()),
        digest: Set(place),
        tries: Set(0),
        made_at: Set(now),
    };
    Entity::insert(row).exec_without_returning(txn).await?;
    journal::enqueue(txn, now, vec![process::code::deliver_code(code.id, code.locale, now, 0)]).await?;
    settle(txn, &act, &kept.id).await?;
    Ok(kept)
}

/// Tries a code with the last one that went to a telephone. A try counts before it is looked at, so that two at once are two.
async fn tries(txn: &Txn, phone: &Endpoint, code: &Personal<String>, keys: &RecipientKeys, now: DateTime<Utc>) -> Result<Tried, Abort> {
    if phone.state == EndpointState::Active {
        return Ok(Tried::Right);
    }
    let last = Entity::find().filter(Column::EndpointId.eq(phone.id.uuid())).order_by_desc(Column::MadeAt).order_by_desc(Column::Id);
    let Some(last) = last.one(txn).await?.filter(|last| last.made_at > now - TimeDelta::minutes(CODE_MINUTES)) else {
        return Ok(Tried::Over);
    };
    let counted = Entity::update_many()
        .col_expr(Column::Tries, Expr::col(Column::Tries).add(1))
        .filter(Column::Id.eq(last.id))
        .filter(Column::Tries.lt(CODE_TRIES_MAX));
    if counted.exec(txn).await?.rows_affected == 0 {
        return Ok(Tried::Over);
    }
    let is_right = secret::same(keys.code(last.id).reveal().as_bytes(), code.reveal().as_bytes());
    if !is_right {
        return Ok(Tried::Wrong);
    }
    displace(txn, &phone.recipient, &last.digest).await?;
    let active = endpoint::Entity::update_many().col_expr(endpoint::Column::State, Expr::value(EndpointState::Active.word()));
    active.filter(endpoint::Column::Id.eq(phone.id.uuid())).exec(txn).await?;
    Ok(Tried::Right)
}
