//! What supervisors do: propose rules, which are then tried, and publish what was tried.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use engine::Simulation;
use futures_util::FutureExt;
use journal::{Abort, ActKey, NewJob, Txn};
use kernel::{Error, RefusalCode, Request};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::{Approval, SIMULATE, begin_walks, find, page};
use crate::{
    desk::Desk,
    entity::rule_proposal::{self, Model},
    error::{key_reused, refusal},
    model::act_key,
    policy,
};

/// Files, texts by names.
pub(crate) type Files = BTreeMap<String, String>;

impl Desk {
    /// Proposes files; a job tries them on the recorded cases. The same files among the same rules are one proposal, whoever asks.
    pub(crate) async fn simulate_rules(&self, key: &str, files: Files, request: &Arc<Request>) -> Result<Model, Abort> {
        policy::may_rule(&request.actor)?;
        let key = ActKey::new(act_key(key)?, "simulate_rules", &request.actor.journal_name(), &files)?;
        let proposal = self.proposal(files).await?;
        let row = Model {
            id: self.house.rng.uuid_v7(request.now),
            digest: proposal.digest().to_owned(),
            files: json!(proposal.files()),
            persons: i32::try_from(proposal.persons()).unwrap_or(i32::MAX),
            requested_at: request.now,
            after: None,
            found: serde_json::to_value(Simulation::default()).map_err(Error::internal)?,
            misfits: json!([]),
            simulated_at: None,
            failed: false,
            approvals: json!([]),
            published_at: None,
        };
        self.house.database.writer.write(move |txn| propose(txn, key, row).boxed()).await
    }

    /// Publishes what was proposed and tried, or says that one of the persons wants it whom that takes.
    pub(crate) async fn publish_rules(&self, key: &str, files: Files, digest: String, request: &Arc<Request>) -> Result<Model, Abort> {
        policy::may_rule(&request.actor)?;
        let key = ActKey::new(act_key(key)?, "publish_rules", &request.actor.journal_name(), &(&files, &digest))?;
        let person = request.actor.person().map(|person| person.id).ok_or_else(|| Error::internal("nobody publishes rules"))?;
        let (actor, now) = (request.actor.clone(), request.now);
        if let Some(before) = find(&self.house.database.reader, &digest).await?.filter(|before| before.published_at.is_some()) {
            return self.house.database.writer.write(move |txn| async move { told_again(txn, &key, before).await }.boxed()).await;
        }
        let proposal = self.proposal(files).await?;
        if proposal.digest() != digest {
            return Err(refusal(RefusalCode::Invalid, "refusal-rules-other", &[]).at("input.digest").into());
        }
        let publishing = self.house.database.writer.write(move |txn| {
            async move {
                let row = rule_proposal::Entity::find_by_id(known(txn, &digest).await?).lock_exclusive().one(txn).await?;
                let row = row.ok_or_else(|| Error::internal("a proposal vanished"))?;
                if journal::claim_with(txn, &key, now, &row.id).await?.before(key_reused)?.is_some() {
                    return Ok(row);
                }
                let approvals = approved(&row, Approval { person, at: now })?;
                let mut changed = row.clone().into_active_model();
                if approvals.len() >= usize::try_from(row.persons).unwrap_or(usize::MAX) {
                    let by: Vec<String> = approvals.iter().map(|approval| format!("person:{}", approval.person.uuid())).collect();
                    if !journal::rules::publish(txn, now, &actor, &by, &proposal).await? {
                        return Err(refusal(RefusalCode::Invalid, "refusal-rules-other", &[]).at("input.digest").into());
                    }
                    changed.published_at = Set(Some(now));
                    journal::enqueue(txn, now, begin_walks(proposal.library(), now)).await?;
                }
                changed.approvals = Set(serde_json::to_value(&approvals).map_err(Error::internal)?);
                Ok(rule_proposal::Entity::update(changed).exec(txn).await?)
            }
            .boxed()
        });
        let row = publishing.await?;
        if row.published_at.is_some() {
            self.rules.refresh(&self.house.database.reader).await?;
        }
        Ok(row)
    }
}

async fn propose(txn: &Txn, key: ActKey, row: Model) -> Result<Model, Abort> {
    let now = row.requested_at;
    let before = find(txn, &row.digest).await?;
    let id = before.as_ref().map_or(row.id, |before| before.id);
    if let Some(id) = journal::claim_with(txn, &key, now, &id).await?.before(key_reused)? {
        let known: Option<Model> = rule_proposal::Entity::find_by_id::<Uuid>(id).one(txn).await?;
        return known.ok_or_else(|| Error::internal("the proposal of a key is not there").into());
    }
    match before {
        Some(before) if !before.failed => Ok(before),
        // What could not be tried to the end is tried again, from the beginning.
        Some(before) => {
            let row = Model { id: before.id, approvals: before.approvals.clone(), ..row };
            journal::enqueue(txn, now, vec![of_trial(&row, None, now)]).await?;
            Ok(rule_proposal::Entity::update(row.into_active_model().reset_all()).exec(txn).await?)
        }
        None => {
            journal::enqueue(txn, now, vec![of_trial(&row, None, now)]).await?;
            Ok(rule_proposal::Entity::insert(row.into_active_model()).exec_with_returning(txn).await?)
        }
    }
}

/// A job of a trial: a page of cases after the one that was tried last. A trial that is made again has jobs of its own.
pub(super) fn of_trial(row: &Model, after: Option<Uuid>, now: DateTime<Utc>) -> NewJob {
    let mut job = page(SIMULATE, &row.id.to_string(), after, now);
    job.key = format!("{}:{}", job.key, row.requested_at.timestamp_micros());
    job
}

/// What was published stays published: the same act by the same key learns so, and another is too late.
async fn told_again(txn: &Txn, key: &ActKey, row: Model) -> Result<Model, Abort> {
    match journal::claim_with(txn, key, row.requested_at, &row.id).await?.before(key_reused)? {
        Some(_) => Ok(row),
        None => Err(refusal(RefusalCode::WrongState, "refusal-rules-published", &[]).at("input.digest").into()),
    }
}

async fn known(txn: &Txn, digest: &str) -> Result<Uuid, Abort> {
    let unknown = || refusal(RefusalCode::WrongState, "refusal-rules-not-tried", &[]).at("input.digest");
    Ok(find(txn, digest).await?.ok_or_else(unknown)?.id)
}

/// The approvals with one more, when the proposal was tried, nothing stands against it, and the person is another.
fn approved(row: &Model, approval: Approval) -> Result<Vec<Approval>, Abort> {
    let against = |code, message| Err(Abort::from(refusal(code, message, &[]).at("input.digest")));
    if row.simulated_at.is_none() {
        return against(RefusalCode::WrongState, "refusal-rules-not-tried");
    }
    if !row.misfits()?.is_empty() {
        return against(RefusalCode::WrongState, "refusal-rules-misfits");
    }
    let mut approvals = row.approvals()?;
    if approvals.iter().any(|before| before.person == approval.person) {
        return against(RefusalCode::NotAllowed, "refusal-rules-second-person");
    }
    approvals.push(approval);
    Ok(approvals)
}
