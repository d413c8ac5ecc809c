//! Idempotency: an act is carried out once for its key, and the same key gives the same outcome for good.

use chrono::{DateTime, Utc};
use kernel::{Actor, Error, Refusal};
use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Abort, Txn, entity::act_key};

/// The key that a client gave an act, with a digest of what it asked for.
#[derive(Clone, Debug)]
pub struct ActKey {
    key: Uuid,
    act: &'static str,
    digest: [u8; 32],
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim<T> {
    /// The key is new and now taken: carry the act out, then [`settle`] it in the same transaction.
    New,
    /// The same act was carried out before, with this outcome.
    Same(T),
    /// The key was used for something else.
    Reused,
}

impl<T> Claim<T> {
    /// What the same act led to before; `None` when it is to be carried out now.
    ///
    /// # Errors
    /// The room's refusal, in its own words, when the key was used for something else.
    pub fn before(self, reused: impl FnOnce() -> Refusal) -> Result<Option<T>, Abort> {
        match self {
            Claim::New => Ok(None),
            Claim::Same(outcome) => Ok(Some(outcome)),
            Claim::Reused => Err(reused().into()),
        }
    }
}

impl ActKey {
    /// A key for an act by `actor` with this body. The actor is part of the digest, so that nobody reads another's outcome by their key. The house
    /// has keys apart from all others: its own follow from public ids, and whoever took one before it would stop what it is about to do.
    ///
    /// # Errors
    /// When the body cannot be written as JSON.
    pub fn new(key: Uuid, act: &'static str, actor: &str, body: &impl Serialize) -> kernel::Result<ActKey> {
        let mut digest = Sha256::new();
        digest.update(actor.as_bytes());
        digest.update([0]);
        digest.update(serde_json::to_vec(body).map_err(Error::internal)?);
        let whose: &[u8] = if actor == Actor::System.journal_name() { b"house" } else { b"client" };
        Ok(ActKey { key: Uuid::new_v5(&key, whose), act, digest: digest.finalize().into() })
    }
}

/// Takes the key together with the outcome, when that is known before the act is carried out; one statement instead of two.
///
/// # Errors
/// When the database fails.
pub async fn claim_with<T: Serialize + DeserializeOwned>(
    txn: &Txn,
    key: &ActKey,
    now: DateTime<Utc>,
    outcome: &T,
) -> Result<Claim<T>, Abort> {
    take(txn, key, now, serde_json::to_value(outcome).map_err(Error::internal)?).await
}

/// Takes the key, or tells what became of it.
///
/// # Errors
/// When the database fails.
pub async fn claim<T: DeserializeOwned>(txn: &Txn, key: &ActKey, now: DateTime<Utc>) -> Result<Claim<T>, Abort> {
    take(txn, key, now, Value::Null).await
}

async fn take<T: DeserializeOwned>(txn: &Txn, key: &ActKey, now: DateTime<Utc>, outcome: Value) -> Result<Claim<T>, Abort> {
    let row = act_key::ActiveModel {
        key: Set(key.key),
        act: Set(key.act.to_owned()),
        digest: Set(key.digest.to_vec()),
        outcome: Set(outcome),
        at: Set(now),
    };
    // On PostgreSQL this waits for a concurrent act with the same key to commit or abort.
    let taken = act_key::Entity::insert(row)
        .on_conflict(OnConflict::column(act_key::Column::Key).do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    if taken == 1 {
        return Ok(Claim::New);
    }
    let Some(before) = act_key::Entity::find_by_id(key.key).one(txn).await? else {
        return Err(Error::internal("an act key vanished").into());
    };
    if before.act != key.act || before.digest != key.digest {
        return Ok(Claim::Reused);
    }
    Ok(Claim::Same(serde_json::from_value(before.outcome).map_err(Error::internal)?))
}

/// Keeps the outcome of an act under its key, in the act's own transaction.
///
/// # Errors
/// When the database fails.
pub async fn settle(txn: &Txn, key: &ActKey, outcome: &impl Serialize) -> Result<(), Abort> {
    let outcome = serde_json::to_value(outcome).map_err(Error::internal)?;
    act_key::Entity::update(act_key::ActiveModel { key: Set(key.key), outcome: Set(outcome), ..Default::default() }).exec(txn).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_a_key_of_the_house_before_it_does() {
        let of = |key: Uuid, actor: &str| ActKey::new(key, "queue_message", actor, &"the same").unwrap().key;
        let house = of(Uuid::max(), "system");
        for taken in [Uuid::max(), house] {
            for client in ["anonymous", "person:system"] {
                assert_ne!(of(taken, client), house, "{client}");
            }
        }
        assert_eq!(of(Uuid::max(), "anonymous"), of(Uuid::max(), "person:1"), "clients share theirs, so that none acts twice as two");
        assert_ne!(of(Uuid::max(), "anonymous"), of(Uuid::nil(), "anonymous"));
    }
}
