//! What many reports come from: a burst main, a substation that is down. The reports stay apart, each with its reporter, its term and its
//! right to contest; news of the incident reach all of them, and its end answers all of them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use engine::Who;
use futures_util::FutureExt;
use journal::{Abort, ActKey, Commit, Job, JobError, NewJob, Priority, Txn};
use kernel::{Actor, IncidentId, PartyId, Refusal, RefusalCode, Request};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{OnCase, Worked, author};
use crate::{
    desk::{Desk, Remark},
    entity::{
        feedback,
        incident::{ActiveModel, Entity, Model},
    },
    error::{key_reused, not_found, refusal, stale},
    masking,
    model::{act_key, checked_text},
    outcome::{Answer, Reply},
    policy,
    reference::{find_category_by_id, find_district_by_id},
    routing::Routing,
    search,
};

/// The job that tells an incident's reporters of it, or answers them.
pub(crate) const INFORM_INCIDENT: &str = "inform_incident";
/// The longest title, in characters.
const TITLE_CHARS_MAX: usize = 120;
/// How many reports belong to one incident.
const REPORTS_MAX: u64 = 500;

/// An incident as somebody describes it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Description {
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) category: Option<String>,
    pub(crate) district: Option<String>,
    pub(crate) expected_at: Option<DateTime<Utc>>,
}

/// Which incident an officer acts on, and in which version they saw it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct OnIncident {
    pub(crate) key: String,
    pub(crate) incident: String,
    pub(crate) version: i32,
}

/// What the reporters of an incident are told.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Inform {
    incident: Uuid,
    version: i32,
    /// How it ended; none for news.
    answer: Option<Answer>,
}

/// What everybody reads of an incident: no personal number or address.
fn public_text(text: &str, chars_max: usize, field: &str) -> Result<String, Refusal> {
    let text = checked_text(text, chars_max, field)?;
    let personal = masking::find(&text, None).iter().any(|(kind, _)| kind.is_sure());
    if personal { Err(refusal(RefusalCode::Invalid, "refusal-text-personal", &[]).at(field)) } else { Ok(text) }
}

impl Description {
    /// All that is wrong with it, or its columns.
    fn check(&self) -> Result<ActiveModel, Vec<Refusal>> {
        let mut refused = Vec::new();
        let mut keep = |checked: Result<String, Refusal>| checked.map_err(|wrong| refused.push(wrong)).unwrap_or_default();
        let title = keep(public_text(&self.title, TITLE_CHARS_MAX, "input.title"));
        let text = keep(public_text(&self.text, crate::model::LINE_CHARS_MAX, "input.text"));
        let category = self.category.as_ref().map(|id| kernel::CategoryId::from_global(id).and_then(find_category_by_id));
        if category.is_some_and(|known| known.is_none()) {
            refused.push(refusal(RefusalCode::NotFound, "refusal-category-unknown", &[]).at("input.category"));
        }
        let district = self.district.as_ref().map(|id| kernel::DistrictId::from_global(id).and_then(find_district_by_id));
        if district.is_some_and(|known| known.is_none()) {
            refused.push(refusal(RefusalCode::NotFound, "refusal-district-unknown", &[]).at("input.district"));
        }
        let row = ActiveModel {
            title: Set(title),
            text: Set(text),
            category: Set(category.flatten().map(|category| category.slug.clone())),
            district: Set(district.flatten().map(|district| district.slug.clone())),
            expected_at: Set(self.expected_at),
            ..Default::default()
        };
        if refused.is_empty() { Ok(row) } else { Err(refused) }
    }
}

impl Desk {
    /// Opens an incident of the actor's party.
    pub(crate) async fn open_incident(&self, key: &str, description: Description, request: &Arc<Request>) -> Result<Model, Abort> {
        let act = ActKey::new(act_key(key)?, "open_incident", &request.actor.journal_name(), &description)?;
        policy::may_open_desk(&request.actor)?;
        let party = request.actor.party().ok_or_else(|| refusal(RefusalCode::NotAllowed, "refusal-template-party", &[]))?;
        let (now, id) = (request.now, IncidentId::new(request.now, &*self.house.rng).uuid());
        let row = ActiveModel {
            id: Set(id),
            party_id: Set(party.uuid()),
            opened_by: Set(author(request)),
            opened_at: Set(now),
            resolved_at: Set(None),
            version: Set(1),
            ..description.check()?
        };
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    match journal::claim_with(txn, &act, now, &id).await?.before(key_reused)? {
                        Some(before) => held(txn, before).await,
                        None => Ok(Entity::insert(row).exec_with_returning(txn).await?),
                    }
                }
                .boxed()
            })
            .await
    }

    /// Changes what is known of an incident; all its reporters are told.
    pub(crate) async fn update_incident(&self, on: OnIncident, description: Description, request: &Arc<Request>) -> Result<Model, Abort> {
        let body = json!({ "on": on, "description": description });
        let changed = description.check()?;
        self.once_on_incident(on, "update_incident", &body, None, changed, request).await
    }

    /// Ends an incident; all its reports that are open are answered.
    pub(crate) async fn resolve_incident(&self, on: OnIncident, reply: &Reply, request: &Arc<Request>) -> Result<Model, Abort> {
        let answer = reply.check()?;
        let body = json!({ "on": on, "answer": answer });
        let changed = ActiveModel { resolved_at: Set(Some(request.now)), ..Default::default() };
        self.once_on_incident(on, "resolve_incident", &body, Some(answer), changed, request).await
    }

    async fn once_on_incident(
        &self,
        on: OnIncident,
        name: &'static str,
        body: &serde_json::Value,
        answer: Option<Answer>,
        changed: ActiveModel,
        request: &Arc<Request>,
    ) -> Result<Model, Abort> {
        let act = ActKey::new(act_key(&on.key)?, name, &request.actor.journal_name(), body)?;
        let id = IncidentId::from_global(&on.incident).ok_or_else(|| not_found("input.incident"))?.uuid();
        let (actor, now) = (request.actor.clone(), request.now);
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    let before = journal::claim_with(txn, &act, now, &id).await?.before(key_reused)?;
                    let incident = held(txn, id).await?;
                    if before.is_some() {
                        return Ok(incident);
                    }
                    may_lead(&incident, &actor)?;
                    if incident.version != on.version {
                        return Err(stale(incident.version).into());
                    }
                    let version = incident.version + 1;
                    let changed = ActiveModel { id: Unchanged(id), version: Set(version), ..changed };
                    let job = NewJob {
                        kind: INFORM_INCIDENT.to_owned(),
                        key: format!("{INFORM_INCIDENT}:{id}:{version}"),
                        payload: serde_json::to_value(Inform { incident: id, version, answer }).map_err(kernel::Error::internal)?,
                        run_at: now,
                        priority: Priority::Normal,
                    };
                    journal::enqueue(txn, now, vec![job]).await?;
                    Ok(Entity::update(changed).exec(txn).await?)
                }
                .boxed()
            })
            .await
    }

    /// Says that a report comes from an incident.
    pub(crate) async fn add_to_incident(&self, on: OnCase, incident: &str, request: &Arc<Request>) -> Worked {
        let body = json!({ "on": on, "incident": incident });
        let id = IncidentId::from_global(incident).ok_or_else(|| not_found("input.incident"))?.uuid();
        let (actor, now) = (request.actor.clone(), request.now);
        self.once_on_case(on, "add_to_incident", &body, request, move |desk, txn, case| {
            async move {
                if policy::offices(&actor, &case).is_empty() {
                    return Err(refusal(RefusalCode::NotAllowed, "refusal-not-your-case", &[]).into());
                }
                let incident = held(txn, id).await?;
                may_lead(&incident, &actor)?;
                if case.ended || case.incident_id.is_some() {
                    return Err(refusal(RefusalCode::WrongState, "refusal-incident-case", &[]).into());
                }
                let reports = feedback::Entity::find().filter(feedback::Column::IncidentId.eq(id)).count(txn).await?;
                if reports >= REPORTS_MAX {
                    return Err(refusal(RefusalCode::LimitReached, "refusal-incident-many", &[("max", REPORTS_MAX.into())]).into());
                }
                let facts = json!({ "incident": incident.title });
                let remark = Remark::new("incident_joined", "event-incident-joined", facts).telling(&["notify_reporter"]);
                desk.remark(txn, &case, remark.change(move |row| row.incident_id = Set(Some(id))), &actor, now).await
            }
            .boxed()
        })
        .await
    }

    /// Says that a report does not come from the incident that it was added to.
    pub(crate) async fn remove_from_incident(&self, on: OnCase, request: &Arc<Request>) -> Worked {
        let body = json!({ "on": on });
        let (actor, now) = (request.actor.clone(), request.now);
        self.once_on_case(on, "remove_from_incident", &body, request, move |desk, txn, case| {
            async move {
                if policy::offices(&actor, &case).is_empty() {
                    return Err(refusal(RefusalCode::NotAllowed, "refusal-not-your-case", &[]).into());
                }
                if case.incident_id.is_none() {
                    return Err(refusal(RefusalCode::WrongState, "refusal-incident-none", &[]).into());
                }
                let remark = Remark::new("incident_left", "event-incident-left", json!({})).telling(&["notify_reporter"]);
                desk.remark(txn, &case, remark.change(|row| row.incident_id = Set(None)), &actor, now).await
            }
            .boxed()
        })
        .await
    }

    /// Tells the reporters of an incident's open reports of it, or answers them. What was contested meanwhile, or cannot be answered now, is
    /// left to its officer.
    pub(crate) fn inform_incident(&self, job: &Job) -> Result<Commit, JobError> {
        let inform: Inform = serde_json::from_value(job.payload.clone()).map_err(|error| JobError::Fail(error.to_string()))?;
        let (desk, now) = (self.clone(), self.house.clock.now());
        Ok(Box::new(move |txn| {
            async move {
                // Not held: who adds a report to it holds the report first.
                let Some(incident) = Entity::find_by_id(inform.incident).one(txn).await? else { return Ok(()) };
                let open = feedback::Entity::find()
                    .filter(feedback::Column::IncidentId.eq(incident.id))
                    .filter(feedback::Column::Ended.eq(false))
                    .order_by_asc(feedback::Column::Id)
                    .lock_exclusive();
                for case in open.all(txn).await? {
                    match &inform.answer {
                        None => desk.incident_news(txn, &case, &incident, now).await?,
                        Some(answer) => desk.answer_from_incident(txn, case, answer.clone(), now).await?,
                    }
                }
                Ok(())
            }
            .boxed()
        }))
    }

    async fn incident_news(&self, txn: &Txn, case: &feedback::Model, incident: &Model, now: DateTime<Utc>) -> Result<(), Abort> {
        let process = self.process(case)?;
        let until = incident.expected_at.map(|at| process.calendar().day_of(at).format("%d.%m.%Y").to_string());
        let message = if until.is_some() { "event-incident-expected" } else { "event-incident-news" };
        let facts = json!({ "incident": incident.title, "news": incident.text, "until": until });
        let remark = Remark::new("incident_news", message, facts).telling(&["notify_reporter"]);
        self.remark(txn, case, remark, &Actor::System, now).await.map(drop)
    }

    async fn answer_from_incident(&self, txn: &Txn, case: feedback::Model, answer: Answer, now: DateTime<Utc>) -> Result<(), Abort> {
        // The house does here what the officer who ended the incident may do.
        let act = answer.act(Routing::party_of(&case)?, vec![Who::Officer], now);
        if self.process(&case)?.step(&case.state()?, &act.event, now).is_err() {
            return Ok(());
        }
        super::subtasks::cancel_all(txn, case.id, now).await?;
        let answered = self.act(txn, case, act, &Actor::System, now).await?;
        search::index(txn, &answered).await?;
        self.answer_merged(txn, &answered, now).await
    }
}

/// Refuses what another party's officers do to an incident, and what comes after its end.
fn may_lead(incident: &Model, actor: &Actor) -> Result<(), Abort> {
    let party = actor.party().map(PartyId::uuid);
    if party != Some(incident.party_id) {
        return Err(not_found("input.incident").into());
    }
    match incident.resolved_at {
        None => Ok(()),
        Some(_) => Err(refusal(RefusalCode::TooLate, "refusal-incident-over", &[]).at("input.incident").into()),
    }
}

/// An incident, held until the transaction ends.
async fn held(txn: &Txn, id: Uuid) -> Result<Model, Abort> {
    Ok(Entity::find_by_id(id).lock_exclusive().one(txn).await?.ok_or_else(|| not_found("input.incident"))?)
}
