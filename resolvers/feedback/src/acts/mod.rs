//! What officers and reporters do to a case: read the input, find the case, take one step of its process, once for each key.

mod areas;
mod attachments;
mod bounces;
mod bulk;
mod calendar;
mod contact;
mod incidents;
mod joining;
mod merging;
mod office;
mod parts;
mod questions;
mod queues;
mod register;
mod reporter;
mod subtasks;
mod templates;
mod term;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::{FutureExt, future::BoxFuture};
use journal::{Abort, ActKey, Txn};
use kernel::{Actor, CaseId, RefusalCode, Request, Role};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

pub(crate) use self::{
    areas::{end_areas, forget_area},
    bulk::{BulkPlan, BulkResult, BulkState, CARRY_OUT_BULK, Chosen, OneAct, give_up_bulk},
    calendar::CALENDAR_LINK,
    contact::NOTIFY_CONFIRMED,
    incidents::{Description, INFORM_INCIDENT, OnIncident},
    joining::Joining,
    office::OFFICER,
    queues::QueueDraft,
    reporter::{ERASE_MESSAGES, reopen},
    subtasks::{Part, SUBTASK_DUE, SubtaskState, TELL_SUBTASK, cancel_of},
    templates::{TEMPLATES_MAX, TemplateDraft},
    term::Decision,
};
use crate::{
    desk::{Act, Desk, held},
    entity::{feedback, note},
    error::{key_reused, not_found, refusal, stale},
    model::act_key,
    policy,
};

/// Which case an officer acts on, and in which version they saw it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OnCase {
    pub(crate) key: String,
    pub(crate) case: String,
    pub(crate) version: i32,
}

/// Which report a reporter acts on, and by which key.
#[derive(Clone, Debug)]
pub(crate) struct OnReport {
    pub(crate) key: String,
    pub(crate) reference: String,
    pub(crate) coupon_key: Option<String>,
}

/// The case after an act of an office; none when the act was carried out before and the case has left the officer's sight since.
pub(crate) type Worked = Result<Option<feedback::Model>, Abort>;

/// What an act does beyond the step itself.
type Beside = Box<dyn for<'t> FnOnce(&'t Txn, &'t feedback::Model) -> BoxFuture<'t, Result<(), Abort>> + Send>;

/// Nothing beside the step.
fn nothing() -> Beside {
    Box::new(|_, _| async { Ok(()) }.boxed())
}

impl Desk {
    /// Keeps what somebody wrote as a note: those who work the case read it, and the journal, which is kept for good, holds none of it.
    fn noted(&self, text: String, author: Uuid, now: DateTime<Utc>) -> Beside {
        let id = self.house.rng.uuid_v7(now);
        Box::new(move |txn, case| {
            let row = note::ActiveModel { id: Set(id), feedback_id: Set(case.id), author: Set(author), at: Set(now), text: Set(text) };
            async move { Ok(note::Entity::insert(row).exec_without_returning(txn).await.map(drop)?) }.boxed()
        })
    }

    async fn office_act(
        &self,
        on: OnCase,
        name: &'static str,
        body: &Value,
        request: &Arc<Request>,
        act: impl FnOnce(&feedback::Model) -> Result<Act, Abort> + Send + 'static,
    ) -> Worked {
        self.office_act_beside(on, name, body, request, act, nothing()).await
    }

    async fn office_act_beside(
        &self,
        on: OnCase,
        name: &'static str,
        body: &Value,
        request: &Arc<Request>,
        act: impl FnOnce(&feedback::Model) -> Result<Act, Abort> + Send + 'static,
        beside: Beside,
    ) -> Worked {
        let (actor, now) = (request.actor.clone(), request.now);
        self.once_on_case(on, name, body, request, move |desk, txn, case| {
            async move {
                let mut act = act(&case)?;
                act.event.by = policy::offices(&actor, &case);
                beside(txn, &case).await?;
                desk.act(txn, case, act, &actor, now).await
            }
            .boxed()
        })
        .await
    }

    /// Finds the case that an officer may see, in the version that they saw, and carries the act out once for its key.
    async fn once_on_case<F>(&self, on: OnCase, name: &'static str, body: &Value, request: &Arc<Request>, act: F) -> Worked
    where
        F: for<'t> FnOnce(&'t Desk, &'t Txn, feedback::Model) -> BoxFuture<'t, Result<feedback::Model, Abort>> + Send + 'static,
    {
        self.once_on_case_and(None, on, name, body, request, act).await
    }

    /// The same for an act that takes another case too. Both are held in the order of their ids, so that no two acts wait for each other.
    async fn once_on_case_and<F>(
        &self,
        other: Option<Uuid>,
        on: OnCase,
        name: &'static str,
        body: &Value,
        request: &Arc<Request>,
        act: F,
    ) -> Worked
    where
        F: for<'t> FnOnce(&'t Desk, &'t Txn, feedback::Model) -> BoxFuture<'t, Result<feedback::Model, Abort>> + Send + 'static,
    {
        let key = ActKey::new(act_key(&on.key)?, name, &request.actor.journal_name(), body)?;
        let id = CaseId::from_global(&on.case).ok_or_else(|| not_found("input.case"))?;
        let (desk, actor, now) = (self.clone(), request.actor.clone(), request.now);
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    let before = journal::claim_with(txn, &key, now, &id.uuid()).await?.before(key_reused)?;
                    if let Some(first) = other.filter(|other| *other < id.uuid()) {
                        held(txn, first).await?;
                    }
                    // What one may not see answers as what does not exist.
                    let case = held(txn, id.uuid()).await?.filter(|case| policy::scope(&actor).reaches(case));
                    if before.is_some() {
                        return Ok(case);
                    }
                    let case = case.ok_or_else(|| not_found("input.case"))?;
                    if case.version != on.version {
                        return Err(stale(on.version, case.version).into());
                    }
                    let done = act(&desk, txn, case).await?;
                    // Refused for no reason at all: what was written is taken back.
                    if desk.rehearses { Err(Abort::Refused(Vec::new())) } else { Ok(Some(done)) }
                }
                .boxed()
            })
            .await
    }

    /// Finds the reporter's own report, and carries the act out once for its key.
    async fn report_act<F>(
        &self,
        on: OnReport,
        name: &'static str,
        body: &Value,
        request: &Arc<Request>,
        act: F,
    ) -> Result<feedback::Model, Abort>
    where
        F: for<'t> FnOnce(&'t Desk, &'t Txn, feedback::Model, &'t Actor) -> BoxFuture<'t, Result<feedback::Model, Abort>> + Send + 'static,
    {
        let key = ActKey::new(act_key(&on.key)?, name, &request.actor.journal_name(), body)?;
        let (desk, actor, now) = (self.clone(), request.actor.clone(), request.now);
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    let case = desk.own(txn, &on, &actor).await?;
                    if journal::claim_with(txn, &key, now, &case.id).await?.before(key_reused)?.is_some() {
                        return Ok(case);
                    }
                    act(&desk, txn, case, &actor).await
                }
                .boxed()
            })
            .await
    }

    /// The reporter's own report: by its key, or signed in. A wrong key says no more than an unknown reference.
    async fn own(&self, txn: &Txn, on: &OnReport, actor: &Actor) -> Result<feedback::Model, Abort> {
        let found = feedback::Entity::find().filter(feedback::Column::Reference.eq(&on.reference)).lock_exclusive().one(txn).await?;
        let absent = || Abort::from(not_found("input.reference"));
        let case = found.ok_or_else(absent)?;
        let by_key = on.coupon_key.as_ref().is_some_and(|key| self.keys.fits(case.coupon_id().uuid(), key));
        let signed_in = actor.person().is_some_and(|person| case.reporter == Some(person.id.uuid()));
        if by_key || signed_in { Ok(case) } else { Err(absent()) }
    }
}

/// Refuses to take a case from the officer who holds it, but by a supervisor.
fn may_move(actor: &Actor, case: &feedback::Model) -> Result<(), Abort> {
    let own = actor.person().map(|person| person.id.uuid());
    if case.assignee.is_none() || case.assignee == own || actor.is(Role::Supervisor) { Ok(()) } else { Err(held_already()) }
}

fn held_already() -> Abort {
    refusal(RefusalCode::NotAllowed, "refusal-held", &[]).into()
}

/// Refuses an act on a case that is none of the actor's to work.
fn by_office(actor: &Actor, case: &feedback::Model) -> Result<(), Abort> {
    if policy::offices(actor, case).is_empty() {
        return Err(refusal(RefusalCode::NotAllowed, "refusal-not-your-case", &[]).into());
    }
    Ok(())
}

fn author(request: &Request) -> Uuid {
    request.actor.person().map(|person| person.id.uuid()).unwrap_or_default()
}
