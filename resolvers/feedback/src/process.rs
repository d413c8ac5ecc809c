//! This room's part in work that outlives a request: routing a report, telling whom it concerns, and what its timers raise.

use std::sync::Arc;

use async_trait::async_trait;
use engine::{Facts, Who};
use futures_util::FutureExt;
use journal::{Abort, Commit, Fired, Handler, Job, JobError, NewJob, nothing};
use kernel::{Actor, Error, PartyId, Request};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    acts::{
        CARRY_OUT_BULK, ERASE_MESSAGES, INFORM_INCIDENT, NOTIFY_CONFIRMED, SUBTASK_DUE, TELL_SUBTASK, cancel_of, forget_area, give_up_bulk,
    },
    areas,
    attachments::{self, Discard, Expiry},
    codes::{self, About, GivenFor},
    desk::{ANNOUNCE_EVENT, Act, Desk, held, word},
    entity::feedback,
    filing::{TableFacts, facts_for_table},
    learning, notices,
    routing::Routing,
    rules::{self, Walk},
    store::Store,
};

/// Performs the jobs and timers of reports.
pub(crate) struct FeedbackProcess(pub(crate) Desk);

/// The payload of an effect's job.
#[derive(Deserialize)]
struct EffectJob {
    feedback: Uuid,
    event: i32,
}

/// The payload of the job that tells of a part.
#[derive(Deserialize)]
struct SubtaskJob {
    subtask: Uuid,
    what: String,
}

#[async_trait]
impl Handler for FeedbackProcess {
    fn kinds(&self) -> &'static [&'static str] {
        &[
            "route_feedback",
            "send_coupon",
            "notify_officers",
            "notify_supervisor",
            "notify_akim",
            "notify_reporter",
            "invite_rating",
            "deadline_near",
            "deadline_passed",
            "still_overdue",
            "forward_window_passed",
            "question_unanswered",
            "contest_window_passed",
            ANNOUNCE_EVENT,
            NOTIFY_CONFIRMED,
            ERASE_MESSAGES,
            CARRY_OUT_BULK,
            SUBTASK_DUE,
            TELL_SUBTASK,
            INFORM_INCIDENT,
            attachments::EXPIRE_UPLOAD,
            attachments::DISCARD_FILE,
            rules::SIMULATE,
            rules::RECALCULATE,
            rules::MIGRATE,
            learning::TRAIN,
            codes::SEND_JOIN_CODE,
            codes::ERASE_ABOUT,
            areas::SEND_CODE,
            areas::FORGET,
            areas::RESUME,
            areas::NOTIFY,
            areas::SEND_NEWS,
        ]
    }

    async fn perform(&self, job: &Job) -> Result<Commit, JobError> {
        match job.kind.as_str() {
            "route_feedback" => self.route(job).await,
            "send_coupon" | "notify_officers" | "notify_supervisor" | "notify_akim" | "notify_reporter" | "invite_rating"
            | NOTIFY_CONFIRMED => self.tell(job).await,
            ANNOUNCE_EVENT => self.announce(job).await,
            ERASE_MESSAGES => self.erase_messages(job).await,
            CARRY_OUT_BULK => self.0.carry_out_bulk(job).await,
            SUBTASK_DUE => self.0.subtask_due(job),
            INFORM_INCIDENT => self.0.inform_incident(job),
            TELL_SUBTASK => self.tell_subtask(job).await,
            attachments::EXPIRE_UPLOAD => self.expire_upload(job),
            attachments::DISCARD_FILE => self.discard_file(job).await,
            rules::SIMULATE => self.0.try_rules(job).await,
            rules::RECALCULATE => self.0.walk(Walk::Recalculate, job).await,
            rules::MIGRATE => self.0.walk(Walk::Migrate, job).await,
            learning::TRAIN => self.0.train_suggester().await,
            codes::ERASE_ABOUT => self.erase_about(job).await,
            codes::SEND_JOIN_CODE | areas::SEND_CODE | areas::FORGET | areas::RESUME => self.given(job).await,
            areas::NOTIFY => self.0.notify_areas(job).await,
            areas::SEND_NEWS => self.0.send_area_news(job, &self.request(job)).await,
            _ => self.raise(job),
        }
    }

    /// What could not be tried, or carried out, is asked for again by whoever did; a night or a morning that failed is followed by the next one.
    /// Bytes that could not be deleted can be referred to again, until somebody has the job tried once more.
    fn bury(&self, job: &Job) -> Option<Commit> {
        match job.kind.as_str() {
            rules::SIMULATE => rules::give_up(job),
            CARRY_OUT_BULK => give_up_bulk(job),
            learning::TRAIN => Some(learning::go_on(self.0.house.clock.now())),
            areas::NOTIFY => Some(areas::go_on(self.0.house.clock.now())),
            attachments::DISCARD_FILE => {
                let digest = payload::<Discard>(job).ok()?.digest.to_string();
                Some(Box::new(move |txn| async move { attachments::mark(txn, digest, false).await }.boxed()))
            }
            _ => None,
        }
    }

    /// Rules may have come with this start; each night something is learnt, and each morning areas are told of.
    fn beginning(&self) -> Vec<NewJob> {
        let now = self.0.house.clock.now();
        let mut jobs = rules::begin_walks(&self.0.library(), now);
        jobs.push(learning::tonight(now));
        jobs.push(areas::tomorrow(now));
        jobs
    }
}

fn payload<T: serde::de::DeserializeOwned>(job: &Job) -> Result<T, JobError> {
    serde_json::from_value(job.payload.clone()).map_err(|error| JobError::Fail(format!("a payload that is not ours: {error}")))
}

impl FeedbackProcess {
    fn request(&self, job: &Job) -> Arc<Request> {
        Arc::new(Request::system(job.key.clone(), self.0.house.clock.now()))
    }

    async fn find(&self, id: Uuid) -> Result<feedback::Model, JobError> {
        let row = feedback::Entity::find_by_id(id).one(&self.0.house.database.reader).await.map_err(journal::fault)?;
        row.ok_or_else(|| JobError::Fail(format!("no report {id}")))
    }

    /// Has what was said of an erased report erased where it was said.
    async fn erase_messages(&self, job: &Job) -> Result<Commit, JobError> {
        let case = self.find(payload::<EffectJob>(job)?.feedback).await?;
        notices::erase(&self.0, job, &case, &self.request(job)).await?;
        Ok(nothing())
    }

    /// Forgets an upload that nobody attached.
    fn expire_upload(&self, job: &Job) -> Result<Commit, JobError> {
        let (upload, now) = (payload::<Expiry>(job)?.upload, self.0.house.clock.now());
        Ok(Box::new(move |txn| async move { attachments::expire(txn, upload, now).await }.boxed()))
    }

    /// Deletes bytes that nothing refers to: first it is decided, and kept, that they go; then they do; then nobody knows of them any more.
    /// After a crash the same job finds where it was.
    async fn discard_file(&self, job: &Job) -> Result<Commit, JobError> {
        let digest = payload::<Discard>(job)?.digest;
        let name = digest.to_string();
        let writer = &self.0.house.database.writer;
        let decided = writer.write(move |txn| async move { attachments::let_go(txn, &name).await }.boxed()).await;
        if !decided.map_err(Abort::into_fault)? {
            return Ok(nothing());
        }
        self.0.files.delete(digest).await?;
        Ok(Box::new(move |txn| async move { attachments::gone(txn, &digest.to_string()).await }.boxed()))
    }

    /// Asks the decision table who answers, and takes the step `route`.
    async fn route(&self, job: &Job) -> Result<Commit, JobError> {
        let id = payload::<EffectJob>(job)?.feedback;
        let case = self.find(id).await?;
        if !awaits_routing(&case)? {
            return Ok(nothing());
        }
        let request = self.request(job);
        let roster = self.0.parties.roster(&self.0.house.graph, &request).await?;
        let words = suggester::urgency(&case.text);
        let facts = facts_for_table(&TableFacts {
            track: &case.track,
            kind: &case.kind,
            category: case.category.as_deref(),
            district: case.district.as_deref(),
            provider: case.service_provider.as_deref(),
            words: &words,
        });
        let decision = self.0.process(&case)?.table().decide(&facts, &roster.facts)?;
        let routing = Routing::new(decision, &roster)?;
        let (desk, now) = (self.0.clone(), request.now);
        Ok(Box::new(move |txn| {
            async move {
                let case = held(txn, id).await?;
                let Some(case) = case.filter(|case| awaits_routing(case).unwrap_or(false)) else { return Ok(()) };
                cancel_of(txn, id, PartyId::of_slug(&routing.decision.party), now).await?;
                let act = routed(&routing, Some(facts))?;
                desk.act(txn, case, act, &Actor::System, now).await.map(drop)
            }
            .boxed()
        }))
    }

    /// Has erased what was said of things that are no more.
    async fn erase_about(&self, job: &Job) -> Result<Commit, JobError> {
        notices::erase_about(&self.0, job, &payload::<About>(job)?.about, &self.request(job)).await?;
        Ok(nothing())
    }

    /// What is to be done about something that a mail address was given for.
    async fn given(&self, job: &Job) -> Result<Commit, JobError> {
        let (id, request) = (payload::<GivenFor>(job)?.subject, self.request(job));
        match job.kind.as_str() {
            codes::SEND_JOIN_CODE => self.0.send_join_code(job, id, &request).await?,
            areas::SEND_CODE => self.0.send_area_code(job, id, &request).await?,
            areas::RESUME => self.0.resume_area(job, id, &request).await?,
            _ => return Ok(Box::new(move |txn| async move { forget_area(txn, id, request.now).await }.boxed())),
        }
        Ok(nothing())
    }

    /// Tells whoever listens by HTTP of an event, through the room of notifications.
    async fn announce(&self, job: &Job) -> Result<Commit, JobError> {
        let (case, event) = self.told(job).await?;
        notices::announce(&self.0, job, &case, &event, &self.request(job)).await?;
        Ok(nothing())
    }

    /// The event that a job tells of.
    async fn told(&self, job: &Job) -> Result<(feedback::Model, journal::Event), JobError> {
        let EffectJob { feedback, event } = payload(job)?;
        let case = self.find(feedback).await?;
        let events = journal::history(&self.0.house.database.reader, feedback, event - 1, 1).await?;
        let event = events.into_iter().next().ok_or_else(|| JobError::Fail(format!("no event {event} of {feedback}")))?;
        Ok((case, event))
    }

    /// Tells the officers, their supervisor or the reporter of an event, through the room of notifications.
    async fn tell(&self, job: &Job) -> Result<Commit, JobError> {
        let (case, event) = self.told(job).await?;
        notices::send(&self.0, job, &case, &event, &self.request(job)).await?;
        Ok(nothing())
    }

    /// Tells the officers of a party of a part that they were asked for, unless it is gone.
    async fn tell_subtask(&self, job: &Job) -> Result<Commit, JobError> {
        let SubtaskJob { subtask, what } = payload(job)?;
        let store = Store(self.0.house.database.reader.clone());
        if let Some(asked) = store.find_subtask(subtask).await? {
            let case = self.find(asked.feedback_id).await?;
            notices::tell_subtask(&self.0, job, (&case, &asked), &what, &self.request(job)).await?;
        }
        Ok(nothing())
    }

    /// A timer went off: the process decides what it means now. One that comes too late means nothing.
    fn raise(&self, job: &Job) -> Result<Commit, JobError> {
        let fired: Fired = payload(job)?;
        let (id, now) = (fired.stream_id, fired.happens_at(self.0.house.clock.now()));
        let desk = self.0.clone();
        Ok(Box::new(move |txn| {
            async move {
                let Some(case) = held(txn, id).await? else { return Ok(()) };
                desk.raise_due(txn, case, now).await.map(drop)
            }
            .boxed()
        }))
    }
}

fn awaits_routing(case: &feedback::Model) -> Result<bool, Error> {
    Ok(matches!(case.state()?.name.as_str(), "submitted" | "routing"))
}

/// The step that gives a case to the party that was decided on.
pub(crate) fn routed(routing: &Routing, asked: Option<Facts>) -> Result<Act, Error> {
    let decision = routing.decision.clone();
    let stored: Value = serde_json::to_value(routing).map_err(Error::internal)?;
    let mut act = Act::new("route", vec![Who::System])
        .fact("party", routing.party_name())
        .fact("partySlug", &decision.party)
        .fact("row", &decision.row)
        .fact("urgency", word(&decision.urgency))
        .change(move |row| {
            row.party_id = Set(Some(PartyId::of_slug(&decision.party).uuid()));
            row.supervisor_id = Set(Some(PartyId::of_slug(&decision.supervisor).uuid()));
            // Whoever had it works for another party, or for one that decides anew.
            row.assignee = Set(None);
            row.routing = Set(Some(stored));
        });
    act.asked = asked;
    let decided = &routing.decision;
    act.event = act.event.with("triage", decided.triage).with_urgency(decided.urgency).with_clock(decided.clock.clone());
    Ok(act)
}
