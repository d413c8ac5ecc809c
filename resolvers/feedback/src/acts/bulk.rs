//! One act on many cases. It can be tried beforehand, and undone for a minute, in which nobody has been told of anything.

use std::{collections::HashSet, sync::Arc};

use chrono::TimeDelta;
use futures_util::FutureExt;
use journal::{Abort, ActKey, Commit, Job, JobError, NewJob, Txn};
use kernel::{Actor, BulkActId, CaseId, Error, Person, Refusal, RefusalCode, Request};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    EntityTrait, QuerySelect,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{OnCase, Worked, author, office::Evidence};
use crate::{
    desk::{Desk, parse, word},
    entity::bulk_act::{ActiveModel, Entity, Model},
    error::{key_reused, not_found, refusal},
    model::{act_key, line},
    outcome::Reply,
    policy,
};

/// The job that carries an act on many cases out.
pub(crate) const CARRY_OUT_BULK: &str = "carry_out_bulk_act";
/// How long it can be undone.
const UNDO_SECONDS: i64 = 60;
/// On how many cases it is.
const CASES_MAX: usize = 100;

/// The act that each case undergoes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum OneAct {
    Accept,
    Assign {
        to: Option<String>,
    },
    Note {
        text: String,
    },
    Forward {
        to: String,
        text: String,
    },
    Respond {
        #[serde(flatten)]
        reply: Reply,
        /// Uploads that each case is answered with.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<Uuid>,
    },
    CorrectCategory {
        category: String,
    },
    AddToIncident {
        incident: String,
    },
}

/// A case, in the version that the officer saw.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Chosen {
    pub(crate) case: String,
    pub(crate) version: i32,
}

/// An act on many cases.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct BulkPlan {
    pub(crate) act: OneAct,
    pub(crate) cases: Vec<Chosen>,
}

/// What became of one case, or would.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct BulkResult {
    pub(crate) case: String,
    /// Why not; empty when it was carried out, or can be.
    pub(crate) refused: Vec<Refusal>,
}

/// Where an act on many cases stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum BulkState {
    Waiting,
    Running,
    Done,
    Undone,
    Failed,
}

impl BulkPlan {
    fn check(&self) -> Result<(), Abort> {
        let cases: HashSet<&str> = self.cases.iter().map(|chosen| chosen.case.as_str()).collect();
        if self.cases.is_empty() || cases.len() < self.cases.len() {
            return Err(refusal(RefusalCode::Invalid, "refusal-bulk-cases", &[]).at("input.cases").into());
        }
        if self.cases.len() > CASES_MAX {
            return Err(refusal(RefusalCode::LimitReached, "refusal-bulk-many", &[("max", CASES_MAX.into())]).at("input.cases").into());
        }
        self.act.check()
    }
}

impl OneAct {
    /// What is wrong with the act itself, whatever the case.
    fn check(&self) -> Result<(), Abort> {
        match self {
            OneAct::Note { text } | OneAct::Forward { text, .. } => line(text, "input.text").map(drop).map_err(Abort::from),
            OneAct::Respond { reply, .. } => reply.check().map(drop).map_err(Abort::from),
            OneAct::Accept | OneAct::Assign { .. } | OneAct::CorrectCategory { .. } | OneAct::AddToIncident { .. } => Ok(()),
        }
    }
}

impl Model {
    /// What became of each case; none before it was carried out.
    pub(crate) fn results(&self) -> Result<Option<Vec<BulkResult>>, Error> {
        self.results.clone().map(serde_json::from_value).transpose().map_err(Error::internal)
    }

    pub(crate) fn chosen(&self) -> Result<Vec<Chosen>, Error> {
        serde_json::from_value(self.cases.clone()).map_err(Error::internal)
    }

    pub(crate) fn state(&self) -> Result<BulkState, Error> {
        parse(&self.state)
    }
}

impl Desk {
    /// What an act on many cases would come to: each is carried out and taken back.
    pub(crate) async fn preview_bulk(&self, plan: &BulkPlan, request: &Arc<Request>) -> Result<Vec<BulkResult>, Abort> {
        policy::may_work(&request.actor)?;
        plan.check()?;
        let rehearsal = Desk { rehearses: true, ..self.clone() };
        rehearsal.each(plan, request, |_| self.house.rng.uuid_v7(request.now)).await
    }

    /// Begins an act on many cases. It is carried out in a minute, as the one who asks, in the versions that they saw.
    pub(crate) async fn begin_bulk(&self, key: &str, plan: BulkPlan, request: &Arc<Request>) -> Result<Model, Abort> {
        let act = ActKey::new(act_key(key)?, "begin_bulk_act", &request.actor.journal_name(), &plan)?;
        policy::may_work(&request.actor)?;
        plan.check()?;
        let (now, id) = (request.now, BulkActId::new(request.now, &*self.house.rng).uuid());
        let performs_at = now + TimeDelta::seconds(UNDO_SECONDS);
        let stored = serde_json::to_value(&plan.act).map_err(Error::internal)?;
        let row = ActiveModel {
            id: Set(id),
            person: Set(author(request)),
            actor: Set(serde_json::to_value(request.actor.person()).map_err(Error::internal)?),
            kind: Set(stored["kind"].as_str().unwrap_or_default().to_owned()),
            act: Set(Some(stored)),
            cases: Set(serde_json::to_value(&plan.cases).map_err(Error::internal)?),
            at: Set(now),
            performs_at: Set(performs_at),
            state: Set(word(&BulkState::Waiting)),
            results: Set(None),
        };
        let job = NewJob::new(CARRY_OUT_BULK, id, json!({ "bulk": id }), performs_at);
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    if let Some(before) = journal::claim_with(txn, &act, now, &id).await?.before(key_reused)? {
                        return held(txn, before).await;
                    }
                    journal::enqueue(txn, now, vec![job]).await?;
                    Ok(Entity::insert(row).exec_with_returning(txn).await?)
                }
                .boxed()
            })
            .await
    }

    /// Undoes an act on many cases that is not carried out yet.
    pub(crate) async fn undo_bulk(&self, key: &str, bulk: &str, request: &Arc<Request>) -> Result<Model, Abort> {
        let act = ActKey::new(act_key(key)?, "undo_bulk_act", &request.actor.journal_name(), &bulk)?;
        let id = BulkActId::from_global(bulk).ok_or_else(|| not_found("input.bulkAct"))?.uuid();
        let (person, now) = (author(request), request.now);
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    let before = journal::claim_with(txn, &act, now, &id).await?.before(key_reused)?;
                    let bulk = held(txn, id).await?;
                    if bulk.person != person {
                        return Err(not_found("input.bulkAct").into());
                    }
                    match bulk.state()? {
                        _ if before.is_some() => Ok(bulk),
                        BulkState::Undone => Ok(bulk),
                        BulkState::Waiting => turn(txn, id, BulkState::Undone, None).await,
                        _ => Err(refusal(RefusalCode::TooLate, "refusal-bulk-begun", &[]).into()),
                    }
                }
                .boxed()
            })
            .await
    }

    /// Carries an act on many cases out, each case for itself: what is refused of one is no matter of the others.
    ///
    /// # Errors
    /// When something fails; what was done is not done again by the next try.
    pub(crate) async fn carry_out_bulk(&self, job: &Job) -> Result<Commit, JobError> {
        let id: Uuid = serde_json::from_value(job.payload["bulk"].clone()).map_err(|error| JobError::Fail(error.to_string()))?;
        let begun = self.house.database.writer.write(move |txn| {
            async move {
                let bulk = held(txn, id).await?;
                match bulk.state()? {
                    BulkState::Waiting => turn(txn, id, BulkState::Running, bulk.act).await.map(Some),
                    BulkState::Running => Ok(Some(bulk)),
                    BulkState::Done | BulkState::Undone | BulkState::Failed => Ok(None),
                }
            }
            .boxed()
        });
        let Some(bulk) = begun.await.map_err(Abort::into_fault)? else { return Ok(journal::nothing()) };
        let person: Person = serde_json::from_value(bulk.actor.clone()).map_err(Error::internal)?;
        let act: OneAct = serde_json::from_value(bulk.act.clone().unwrap_or_default()).map_err(Error::internal)?;
        let locale = person.locale;
        let request = Arc::new(Request::new(Actor::Person(person), locale, job.key.clone(), self.house.clock.now()));
        let plan = BulkPlan { act, cases: bulk.chosen()? };
        let done = self.each(&plan, &request, |case| Uuid::new_v5(&bulk.id, case.as_bytes())).await.map_err(Abort::into_fault)?;
        let results = serde_json::to_value(done).map_err(Error::internal)?;
        Ok(Box::new(move |txn| {
            async move {
                let changed = ActiveModel { id: Unchanged(id), results: Set(Some(results)), ..Default::default() };
                Entity::update(changed).exec(txn).await?;
                turn(txn, id, BulkState::Done, None).await.map(drop)
            }
            .boxed()
        }))
    }

    /// Carries the act out on each case, under a key of its own.
    async fn each(&self, plan: &BulkPlan, request: &Arc<Request>, key: impl Fn(&str) -> Uuid) -> Result<Vec<BulkResult>, Abort> {
        let mut results = Vec::with_capacity(plan.cases.len());
        let mut failed = None;
        for Chosen { case, version } in &plan.cases {
            let on = OnCase { key: key(case).to_string(), case: case.clone(), version: *version };
            let refused = match self.one_act(&plan.act, on, request).await {
                Ok(_) => Vec::new(),
                Err(Abort::Refused(refused)) => refused,
                // What fails for one is tried again, and keeps none of the others waiting.
                Err(Abort::Fault(error)) => {
                    failed = Some(error);
                    continue;
                }
            };
            results.push(BulkResult { case: case.clone(), refused });
        }
        failed.map_or(Ok(results), |error| Err(error.into()))
    }

    async fn one_act(&self, act: &OneAct, on: OnCase, request: &Arc<Request>) -> Worked {
        match act {
            OneAct::Accept => self.accept(on, request).await,
            OneAct::Assign { to } => self.assign(on, to.clone(), request).await,
            OneAct::Note { text } => self.note(on, text, request).await,
            OneAct::Forward { to, text } => self.forward(on, to, text, request).await,
            OneAct::Respond { reply, evidence } => self.respond_with(on, reply, Evidence::Shared(evidence.clone()), request).await,
            OneAct::CorrectCategory { category } => self.correct_category(on, category, request).await,
            OneAct::AddToIncident { incident } => self.add_to_incident(on, incident, request).await,
        }
    }
}

/// An act on many cases that could not be carried out to the end, however often it was tried. Its cases tell what was done.
pub(crate) fn give_up_bulk(job: &Job) -> Option<Commit> {
    let id: Uuid = serde_json::from_value(job.payload["bulk"].clone()).ok()?;
    Some(Box::new(move |txn| async move { turn(txn, id, BulkState::Failed, None).await.map(drop) }.boxed()))
}

/// An act on many cases, held until the transaction ends.
async fn held(txn: &Txn, id: Uuid) -> Result<Model, Abort> {
    Ok(Entity::find_by_id(id).lock_exclusive().one(txn).await?.ok_or_else(|| not_found("input.bulkAct"))?)
}

async fn turn(txn: &Txn, id: Uuid, state: BulkState, act: Option<serde_json::Value>) -> Result<Model, Abort> {
    let changed = ActiveModel { id: Unchanged(id), state: Set(word(&state)), act: Set(act), ..Default::default() };
    Ok(Entity::update(changed).exec(txn).await?)
}

impl BulkResult {
    /// The case, as far as its id is one.
    pub(crate) fn case_id(&self) -> Option<CaseId> {
        CaseId::from_global(&self.case)
    }
}
