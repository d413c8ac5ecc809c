//! Parts of the work on a case that other parties do, each by a term of its own. The case stays whose it is, and is answered when they are
//! done or taken back.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Commit, Fired, Job, JobError, NewJob, Txn};
use kernel::{Actor, Error, PartyId, RefusalCode, Request, Role, SubtaskId};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{OnCase, Worked, author, by_office, office::Body};
use crate::{
    desk::{Desk, Remark, held, parse, word},
    entity::{
        feedback,
        subtask::{ActiveModel, Column, Entity, Model},
    },
    error::{key_reused, not_found, refusal},
    model::{act_key, line},
};

/// The timer of a part, and the job that it raises.
pub(crate) const SUBTASK_DUE: &str = "subtask_due";
/// The job that tells the officers of a part that it is theirs, or no more.
pub(crate) const TELL_SUBTASK: &str = "tell_subtask";
/// How many parts of a case are asked for in all.
const ASKED_MAX: u64 = 50;
/// The longest term of a part, in working days.
const DAYS_MAX: i32 = 60;

/// Where a part stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum SubtaskState {
    Open,
    Done,
    Declined,
    Cancelled,
}

/// A part as it is asked for.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Part {
    pub(crate) to: String,
    pub(crate) text: String,
    pub(crate) working_days: i32,
}

impl Model {
    pub(crate) fn state(&self) -> Result<SubtaskState, Error> {
        parse(&self.state)
    }
}

impl Desk {
    /// Asks another party for a part of the work.
    pub(crate) async fn give_subtask(&self, on: OnCase, part: Part, request: &Arc<Request>) -> Worked {
        let text = line(&part.text, "input.text")?;
        let body = json!({ "on": on, "part": part });
        let days = u32::try_from(part.working_days).ok().filter(|_| (1..=DAYS_MAX).contains(&part.working_days));
        let days =
            days.ok_or_else(|| refusal(RefusalCode::Invalid, "refusal-subtask-days", &[("max", DAYS_MAX.into())]).at("input.workingDays"))?;
        let to = self.body(&part.to, request).await?;
        let (actor, now) = (request.actor.clone(), request.now);
        let (id, asked_by) = (SubtaskId::new(now, &*self.house.rng).uuid(), author(request));
        self.once_on_case(on, "give_subtask", &body, request, move |desk, txn, case| {
            async move {
                desk.may_give(txn, &case, &to, &actor).await?;
                let process = desk.process(&case)?;
                let calendar = process.calendar();
                let day = |days| calendar.add_working_days(calendar.registration_date(now), days);
                // A part is wanted no later than the whole: on its last day within what is left of it, and when that is late already, as soon
                // as can be.
                let late = now >= case.due_at;
                let due_on = match day(days) {
                    due_on if late || due_on <= case.due_on => due_on,
                    _ if day(1) > case.due_on => case.due_on,
                    _ => return Err(refusal(RefusalCode::Invalid, "refusal-subtask-late", &[]).at("input.workingDays").into()),
                };
                let due_at = if late { calendar.closing_at(due_on) } else { calendar.closing_at(due_on).min(case.due_at) };
                let row = ActiveModel {
                    id: Set(id),
                    feedback_id: Set(case.id),
                    party_id: Set(to.id.uuid()),
                    supervisor_id: Set(to.supervisor.map(PartyId::uuid)),
                    asked_by: Set(asked_by),
                    asked_at: Set(now),
                    text: Set(text),
                    due_at: Set(due_at),
                    due_on: Set(due_on),
                    state: Set(word(&SubtaskState::Open)),
                    answer: Set(None),
                    answered_by: Set(None),
                    answered_at: Set(None),
                };
                Entity::insert(row).exec_without_returning(txn).await?;
                journal::arm(txn, id, SUBTASK_DUE, SUBTASK_DUE, due_at).await?;
                tell(txn, id, "given", now).await?;
                let facts = json!({ "subtask": id, "party": to.name, "until": due_on.format("%d.%m.%Y").to_string() });
                desk.remark(txn, &case, Remark::new("subtask_given", "event-subtask-given", facts).weighing(), &actor, now).await
            }
            .boxed()
        })
        .await
    }

    async fn may_give(&self, txn: &Txn, case: &feedback::Model, to: &Body, actor: &Actor) -> Result<(), Abort> {
        by_office(actor, case)?;
        let no = |code, message| Err(refusal(code, message, &[]).into());
        if case.ended || case.party_id.is_none() {
            return no(RefusalCode::WrongState, "refusal-case-not-worked");
        }
        if case.party_id == Some(to.id.uuid()) {
            return Err(refusal(RefusalCode::Invalid, "refusal-subtask-own", &[]).at("input.to").into());
        }
        let asked = Entity::find().filter(Column::FeedbackId.eq(case.id)).count(txn).await?;
        match asked {
            0..ASKED_MAX => Ok(()),
            _ => Err(refusal(RefusalCode::LimitReached, "refusal-subtasks-many", &[("max", ASKED_MAX.into())]).into()),
        }
    }

    /// The party that was asked says that its part is done, or that it will not do it, and why.
    pub(crate) async fn answer_subtask(
        &self,
        key: &str,
        subtask: &str,
        (state, text): (SubtaskState, &str),
        request: &Arc<Request>,
    ) -> Result<Model, Abort> {
        let text = line(text, "input.text")?;
        let body = json!({ "subtask": subtask, "state": state, "text": text });
        let act = ActKey::new(act_key(key)?, "answer_subtask", &request.actor.journal_name(), &body)?;
        let id = SubtaskId::from_global(subtask).ok_or_else(|| not_found("input.subtask"))?.uuid();
        let (desk, actor, now, officer) = (self.clone(), request.actor.clone(), request.now, author(request));
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    let before = journal::claim_with(txn, &act, now, &id).await?.before(key_reused)?;
                    let asked = Entity::find_by_id(id).one(txn).await?.filter(|asked| may_answer(&actor, asked));
                    let asked = asked.ok_or_else(|| not_found("input.subtask"))?;
                    if before.is_some() {
                        return Ok(asked);
                    }
                    // The case is held first, as by every act on it; the part cannot change then.
                    let case = held(txn, asked.feedback_id).await?.ok_or_else(|| not_found("input.subtask"))?;
                    let asked = Entity::find_by_id(id).one(txn).await?.unwrap_or(asked);
                    if asked.state()? != SubtaskState::Open {
                        return Err(refusal(RefusalCode::WrongState, "refusal-subtask-over", &[]).into());
                    }
                    let answered = end(txn, &asked, state, now).await?;
                    let changed = ActiveModel {
                        id: Unchanged(answered.id),
                        answer: Set(Some(text)),
                        answered_by: Set(Some(officer)),
                        answered_at: Set(Some(now)),
                        ..Default::default()
                    };
                    let answered = Entity::update(changed).exec(txn).await?;
                    let (kind, message) = match state {
                        SubtaskState::Done => ("subtask_done", "event-subtask-done"),
                        _ => ("subtask_declined", "event-subtask-declined"),
                    };
                    let remark = Remark::new(kind, message, json!({ "subtask": id })).internal().telling(&["notify_officers"]);
                    desk.remark(txn, &case, remark, &actor, now).await?;
                    Ok(answered)
                }
                .boxed()
            })
            .await
    }

    /// Takes back a part that was asked for.
    pub(crate) async fn cancel_subtask(&self, on: OnCase, subtask: &str, request: &Arc<Request>) -> Worked {
        let body = json!({ "on": on, "subtask": subtask });
        let id = SubtaskId::from_global(subtask).ok_or_else(|| not_found("input.subtask"))?.uuid();
        let (actor, now) = (request.actor.clone(), request.now);
        self.once_on_case(on, "cancel_subtask", &body, request, move |desk, txn, case| {
            async move {
                by_office(&actor, &case)?;
                let asked = Entity::find_by_id(id).one(txn).await?.filter(|asked| asked.feedback_id == case.id);
                let asked = asked.ok_or_else(|| not_found("input.subtask"))?;
                if asked.state()? != SubtaskState::Open {
                    return Err(refusal(RefusalCode::WrongState, "refusal-subtask-over", &[]).into());
                }
                cancel(txn, &asked, now).await?;
                let remark = Remark::new("subtask_cancelled", "event-subtask-cancelled", json!({ "subtask": id }));
                desk.remark(txn, &case, remark.internal().weighing(), &actor, now).await
            }
            .boxed()
        })
        .await
    }

    /// The term of a part has passed: those who work the case hear of it, and the party that was asked.
    pub(crate) fn subtask_due(&self, job: &Job) -> Result<Commit, JobError> {
        let fired: Fired = serde_json::from_value(job.payload.clone()).map_err(|error| JobError::Fail(error.to_string()))?;
        let (id, now, desk) = (fired.stream_id, fired.happens_at(self.house.clock.now()), self.clone());
        Ok(Box::new(move |txn| {
            async move {
                let Some(asked) = Entity::find_by_id(id).one(txn).await? else { return Ok(()) };
                let Some(case) = held(txn, asked.feedback_id).await? else { return Ok(()) };
                let asked = Entity::find_by_id(id).one(txn).await?.filter(|asked| asked.state == word(&SubtaskState::Open));
                if asked.is_some() {
                    tell(txn, id, "overdue", now).await?;
                    let remark = Remark::new("subtask_overdue", "event-subtask-overdue", json!({ "subtask": id }));
                    desk.remark(txn, &case, remark.internal().telling(&["notify_officers"]), &Actor::System, now).await?;
                }
                Ok(())
            }
            .boxed()
        }))
    }
}

/// Whether the actor answers for the party that was asked.
fn may_answer(actor: &Actor, asked: &Model) -> bool {
    let own = actor.party().is_some_and(|party| party.uuid() == asked.party_id);
    let supervised = actor.is(Role::Supervisor) && actor.party().map(PartyId::uuid) == asked.supervisor_id && asked.supervisor_id.is_some();
    (own && (actor.is(Role::Officer) || actor.is(Role::Supervisor))) || supervised
}

/// The parts of a case that are not done. Whoever asks holds the case, so that they do not change.
async fn open(txn: &Txn, case: Uuid) -> Result<Vec<Model>, Abort> {
    let open = Entity::find().filter(Column::FeedbackId.eq(case)).filter(Column::State.eq(word(&SubtaskState::Open)));
    Ok(open.all(txn).await?)
}

/// Refuses to answer a case while parts of it are not done.
pub(super) async fn none_open(txn: &Txn, case: Uuid) -> Result<(), Abort> {
    match open(txn, case).await?.len() {
        0 => Ok(()),
        count => Err(refusal(RefusalCode::WrongState, "refusal-subtasks-open", &[("count", count.into())]).into()),
    }
}

/// Takes back the parts of a case that is answered with another one, or taken back itself.
pub(super) async fn cancel_all(txn: &Txn, case: Uuid, now: DateTime<Utc>) -> Result<(), Abort> {
    for asked in open(txn, case).await? {
        cancel(txn, &asked, now).await?;
    }
    Ok(())
}

/// Takes back the parts that a party was asked for which has the case itself now.
pub(crate) async fn cancel_of(txn: &Txn, case: Uuid, party: PartyId, now: DateTime<Utc>) -> Result<(), Abort> {
    for asked in open(txn, case).await?.into_iter().filter(|asked| asked.party_id == party.uuid()) {
        cancel(txn, &asked, now).await?;
    }
    Ok(())
}

async fn cancel(txn: &Txn, asked: &Model, now: DateTime<Utc>) -> Result<(), Abort> {
    end(txn, asked, SubtaskState::Cancelled, now).await?;
    tell(txn, asked.id, "cancelled", now).await
}

async fn end(txn: &Txn, asked: &Model, state: SubtaskState, now: DateTime<Utc>) -> Result<Model, Abort> {
    journal::disarm(txn, asked.id, SUBTASK_DUE).await?;
    let changed = ActiveModel { id: Unchanged(asked.id), state: Set(word(&state)), answered_at: Set(Some(now)), ..Default::default() };
    Ok(Entity::update(changed).exec(txn).await?)
}

/// Has the officers of the party that was asked told.
async fn tell(txn: &Txn, id: Uuid, what: &str, now: DateTime<Utc>) -> Result<(), Abort> {
    let job = NewJob::new(TELL_SUBTASK, format_args!("{id}:{what}"), json!({ "subtask": id, "what": what }), now);
    journal::enqueue(txn, now, vec![job]).await
}
