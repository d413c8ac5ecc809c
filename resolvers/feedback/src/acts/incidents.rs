//! What many reports come from: a burst main, a substation that is down. The reports stay apart, each with its reporter, its term and its
//! right to contest; news of the incident reach all of them, and its end answers all of them.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use engine::{StepError, Who};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Commit, Job, JobError, NewEvent, NewJob, Txn};
use kernel::{Actor, IncidentId, PartyId, Personal, Refusal, RefusalCode, Request};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{OnCase, Worked, attachments::with_claims, author, by_office, merging};
use crate::{
    attachments::{self, Adding},
    desk::{Desk, Remark, held as case_held, parse, word},
    entity::{
        feedback,
        incident::{ActiveModel, Entity, Model},
    },
    error::{key_reused, not_found, refusal, stale},
    masking,
    model::{Outcome, Part, act_key, checked_text},
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

/// What the job that informs reporters is told: of what, as it was when, and which of them; first all.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Inform {
    incident: Uuid,
    version: i32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    case: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Shown::is_empty")]
    shown: Shown,
}

/// The uploads that each report is answered with, and whose they are.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Shown {
    uploads: Vec<Uuid>,
    by: Uuid,
}

impl Shown {
    fn is_empty(&self) -> bool {
        self.uploads.is_empty()
    }
}

impl Inform {
    fn job(self, now: DateTime<Utc>) -> NewJob {
        let Inform { incident, version, case, .. } = self;
        let whom = case.map(|case| format!(":{case}")).unwrap_or_default();
        NewJob::new(INFORM_INCIDENT, format_args!("{incident}:{version}{whom}"), serde_json::to_value(&self).unwrap_or_default(), now)
    }
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
        policy::may_work_for_party(&request.actor)?;
        let party = request.actor.party().ok_or_else(|| refusal(RefusalCode::NotAllowed, "refusal-incident-party", &[]))?;
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
        let actor = request.actor.journal_name();
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    match journal::claim_with(txn, &act, now, &id).await?.before(key_reused)? {
                        Some(before) => held(txn, before).await,
                        None => {
                            record(txn, id, 1, "incident_opened", &actor, now).await?;
                            Ok(Entity::insert(row).exec_with_returning(txn).await?)
                        }
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
        self.once_on_incident(on, ("update_incident", "incident_changed"), &body, (changed, Shown::default()), request).await
    }

    /// Ends an incident; all its reports that are open are answered.
    pub(crate) async fn resolve_incident(
        &self,
        on: OnIncident,
        reply: &Reply,
        evidence: &[Personal<String>],
        request: &Arc<Request>,
    ) -> Result<Model, Abort> {
        let (answer, uploads) = match (reply.check(), self.claimed(evidence, "input.evidence")) {
            (Ok(answer), Ok(uploads)) => (answer, uploads),
            (answer, uploads) => return Err([answer.err().unwrap_or_default(), uploads.err().into_iter().collect()].concat().into()),
        };
        // Grounds to terminate are one reporter's.
        if answer.outcome == Outcome::Terminated {
            return Err(refusal(RefusalCode::Invalid, "refusal-incident-terminate", &[]).at("input.outcome").into());
        }
        let body = with_claims(json!({ "on": on, "answer": answer }), "evidence", evidence);
        let shown = Shown { uploads, by: author(request) };
        let changed = ActiveModel {
            resolved_at: Set(Some(request.now)),
            outcome: Set(Some(word(&answer.outcome))),
            outcome_reason: Set(answer.reason),
            answer: Set(Some(answer.text)),
            ..Default::default()
        };
        self.once_on_incident(on, ("resolve_incident", "incident_resolved"), &body, (changed, shown), request).await
    }

    async fn once_on_incident(
        &self,
        on: OnIncident,
        (name, kind): (&'static str, &'static str),
        body: &serde_json::Value,
        (changed, shown): (ActiveModel, Shown),
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
                        return Err(stale(on.version, incident.version).into());
                    }
                    attachments::waiting(txn, &shown.uploads, Some(shown.by), now, "input.evidence").await?;
                    let version = incident.version + 1;
                    let changed = ActiveModel { id: Unchanged(id), version: Set(version), ..changed };
                    record(txn, id, version, kind, &actor.journal_name(), now).await?;
                    journal::enqueue(txn, now, vec![Inform { incident: id, version, case: None, shown }.job(now)]).await?;
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
                by_office(&actor, &case)?;
                let incident = held(txn, id).await?;
                may_lead(&incident, &actor)?;
                if case.ended || case.incident_id.is_some() {
                    return Err(refusal(RefusalCode::WrongState, "refusal-incident-case", &[]).into());
                }
                let reports = feedback::Entity::find().filter(feedback::Column::IncidentId.eq(id)).count(txn).await?;
                if reports >= REPORTS_MAX {
                    return Err(refusal(RefusalCode::LimitReached, "refusal-incident-many", &[("max", REPORTS_MAX.into())]).into());
                }
                let facts = json!({ "incident": id });
                let remark = Remark::new("incident_joined", "event-incident-joined", facts).telling(&["notify_reporter"]).weighing();
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
                by_office(&actor, &case)?;
                if case.incident_id.is_none() {
                    return Err(refusal(RefusalCode::WrongState, "refusal-incident-none", &[]).into());
                }
                let remark = Remark::new("incident_left", "event-incident-left", json!({})).telling(&["notify_reporter"]).weighing();
                desk.remark(txn, &case, remark.change(|row| row.incident_id = Set(None)), &actor, now).await
            }
            .boxed()
        })
        .await
    }

    /// Tells the reporters of an incident's open reports of it, or answers them: each by a job of its own, so that what fails for one is no
    /// matter of the others.
    ///
    /// # Errors
    /// When the payload is not ours.
    pub(crate) fn inform_incident(&self, job: &Job) -> Result<Commit, JobError> {
        let inform: Inform = serde_json::from_value(job.payload.clone()).map_err(|error| JobError::Fail(error.to_string()))?;
        let (desk, now) = (self.clone(), self.house.clock.now());
        Ok(Box::new(move |txn| {
            async move {
                match inform.case {
                    None => fan_out(txn, inform, now).await,
                    Some(case) => desk.inform_one(txn, inform, case, now).await,
                }
            }
            .boxed()
        }))
    }

    /// Tells one reporter, or answers. What is not the party's any more, or was contested meanwhile, is left to its officer.
    async fn inform_one(&self, txn: &Txn, inform: Inform, case: Uuid, now: DateTime<Utc>) -> Result<(), Abort> {
        let Some(case) = case_held(txn, case).await? else { return Ok(()) };
        // Not held: who adds a report to an incident holds the report first.
        let Some(incident) = Entity::find_by_id(inform.incident).one(txn).await? else { return Ok(()) };
        if case.incident_id != Some(incident.id) || case.party_id != Some(incident.party_id) || case.ended {
            return Ok(());
        }
        if incident.version != inform.version {
            // There is later news, which is told by another job: it alone has the photos of an end.
            return Ok(());
        }
        match incident.answer()? {
            None => self.incident_news(txn, &case, &incident, now).await,
            Some(answer) if !case.contested => self.answer_from_incident(txn, case, answer, &inform.shown, now).await,
            Some(_) => Ok(()),
        }
    }

    async fn incident_news(&self, txn: &Txn, case: &feedback::Model, incident: &Model, now: DateTime<Utc>) -> Result<(), Abort> {
        let process = self.process(case)?;
        let until = incident.expected_at.map(|at| process.calendar().day_of(at).format("%d.%m.%Y").to_string());
        let message = if until.is_some() { "event-incident-expected" } else { "event-incident-news" };
        let facts = json!({ "incident": incident.id, "version": incident.version, "until": until });
        let remark = Remark::new("incident_news", message, facts).telling(&["notify_reporter"]);
        self.remark(txn, case, remark, &Actor::System, now).await.map(drop)
    }

    async fn answer_from_incident(
        &self,
        txn: &Txn,
        case: feedback::Model,
        answer: Answer,
        shown: &Shown,
        now: DateTime<Utc>,
    ) -> Result<(), Abort> {
        let (by, field) = (Some(shown.by), "input.evidence");
        // What was shown is there for a day; what is answered later than that is answered without it.
        let uploads = match attachments::waiting(txn, &shown.uploads, by, now, field).await {
            Ok(uploads) => uploads,
            Err(Abort::Refused(_)) => Vec::new(),
            Err(fault) => return Err(fault),
        };
        // The house does here what the officer who ended the incident may do.
        let waiting = merging::merged_into(txn, &case).await?;
        let lacks = merging::lack_evidence(&case, &waiting, answer.outcome, &uploads);
        let act = answer.act(Routing::party_of(&case)?, vec![Who::Officer], now);
        match self.process(&case)?.step(&case.state()?, &act.event, now) {
            // What asks for a photo of the result is left to its officer.
            _ if lacks => return Ok(()),
            Err(StepError::Refused(_)) => return Ok(()),
            Err(StepError::Fault(error)) => return Err(error.into()),
            Ok(_) => {}
        }
        super::subtasks::cancel_all(txn, case.id, now).await?;
        let uploads: Vec<Uuid> = uploads.iter().map(|row| row.id).collect();
        let adding = Adding { feedback: case.id, part: Part::Evidence, by, now, field };
        let shown = attachments::attach_copies(txn, &uploads, &*self.house.rng, adding).await?;
        let answered = self.act(txn, case, act, &Actor::System, now).await?;
        search::index(txn, &answered).await?;
        self.answer_merged(txn, waiting, &answered, &shown, now).await
    }
}

impl Model {
    /// How it ended for its reports; none while it goes on.
    fn answer(&self) -> Result<Option<Answer>, kernel::Error> {
        let Some(outcome) = &self.outcome else { return Ok(None) };
        let (reason, text) = (self.outcome_reason.clone(), self.answer.clone().unwrap_or_default());
        Ok(Some(Answer { outcome: parse(outcome)?, reason, text }))
    }
}

/// A job for each open report of an incident.
async fn fan_out(txn: &Txn, inform: Inform, now: DateTime<Utc>) -> Result<(), Abort> {
    let open = feedback::Entity::find()
        .select_only()
        .column(feedback::Column::Id)
        .filter(feedback::Column::IncidentId.eq(inform.incident))
        .filter(feedback::Column::Ended.eq(false))
        .order_by_asc(feedback::Column::Id);
    let open: Vec<Uuid> = open.into_tuple().all(txn).await?;
    let jobs = open.into_iter().map(|case| Inform { case: Some(case), ..inform.clone() }.job(now));
    journal::enqueue(txn, now, jobs.collect()).await
}

/// Tells the journal who did what to an incident. Its version is the number of its events.
async fn record(txn: &Txn, id: Uuid, version: i32, kind: &'static str, actor: &str, now: DateTime<Utc>) -> Result<(), Abort> {
    let event = NewEvent { kind: kind.into(), payload: json!({ "version": version }), versions: None };
    journal::append(txn, "incident", id, version - 1, now, actor, vec![event]).await.map(drop)
}

/// Refuses what another party's officers do to an incident, and what comes after its end.
fn may_lead(incident: &Model, actor: &Actor) -> Result<(), Abort> {
    let party = actor.party().map(PartyId::uuid);
    if party != Some(incident.party_id) {
        return Err(not_found("input.incident").into());
    }
    policy::may_work(actor)?;
    match incident.resolved_at {
        None => Ok(()),
        Some(_) => Err(refusal(RefusalCode::TooLate, "refusal-incident-over", &[]).at("input.incident").into()),
    }
}

/// An incident, held until the transaction ends.
async fn held(txn: &Txn, id: Uuid) -> Result<Model, Abort> {
    Ok(Entity::find_by_id(id).lock_exclusive().one(txn).await?.ok_or_else(|| not_found("input.incident"))?)
}
