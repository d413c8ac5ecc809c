//! Word to everyone whom an event concerns. The text is worded here; the room of notifications sends it.

use std::sync::Arc;

use engine::Track;
use journal::{Event, Job, JobError};
use kernel::{Document, Error, Fact, Locale, PartyId, PersonId, Request};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    contact,
    desk::{Desk, word},
    entity::{feedback, joining, subtask},
    error::words,
    filing::{category_name, district_name, locale_of, registrar},
    store::Store,
    timeline,
};

/// Whom to tell at a party.
pub(crate) static OFFICERS: Document = Document {
    name: "feedback.OfficersOfParty",
    text: "query OfficersOfParty($party: ID!) { node(id: $party) { __typename ... on Party { id officers { id email locale } } } }",
};

/// Hands a message over to the room of notifications.
pub(crate) static QUEUE: Document = Document {
    name: "feedback.QueueMessage",
    text: "mutation QueueMessage($input: QueueMessageInput!) { queueMessage(input: $input) { errors { __typename message code } } }",
};

/// Has what was said of a report erased in the room of notifications.
pub(crate) static ERASE: Document = Document {
    name: "feedback.EraseMessages",
    text: "mutation EraseMessages($input: EraseMessagesInput!) { eraseMessages(input: $input) { errors { __typename code } } }",
};

/// Has the comments on the answer to a report erased in the room of ratings.
pub(crate) static ERASE_COMMENTS: Document = Document {
    name: "feedback.EraseAnswerComments",
    text: "mutation EraseAnswerComments($input: EraseAnswerCommentsInput!) { \
           eraseAnswerComments(input: $input) { errors { __typename code } } }",
};

/// Has whoever listens by HTTP told of an event.
pub(crate) static ANNOUNCE: Document = Document {
    name: "feedback.AnnounceEvent",
    text: "mutation AnnounceEvent($input: AnnounceEventInput!) { announceEvent(input: $input) { errors { __typename code } } }",
};

/// Whether the reader of an address wants messages of a topic.
pub(crate) static WANTS: Document = Document {
    name: "feedback.WantsMessages",
    text: "query WantsMessages($email: String!, $topic: MessageTopic!) { wantsMessages(email: $email, topic: $topic) }",
};

/// Has it taken back that the reader of an address wants no messages of a topic.
pub(crate) static RESUME: Document = Document {
    name: "feedback.ResumeMessages",
    text: "mutation ResumeMessages($input: ResumeMessagesInput!) { resumeMessages(input: $input) { errors { __typename code } } }",
};

/// The places in a text where the room of notifications puts the coupon's key, and the code that confirms an address, when it sends the message.
const COUPON_KEY: &str = "{coupon-key}";
pub(crate) const CONFIRMATION_CODE: &str = "{confirmation-code}";

/// What tells the reporter from all others whom a job tells.
const REPORTER: &str = "reporter";

/// The events of which those who said “same here” hear, too.
const TOLD_TO_ALL: [&str; 7] = ["assigned", "forwarded", "extended", "answered", "terminated", "contested", "deadline_passed"];

#[derive(Deserialize)]
struct OfficersAnswer {
    node: Option<PartyNode>,
}

#[derive(Deserialize)]
struct PartyNode {
    officers: Option<Vec<Recipient>>,
}

/// Somebody who is told.
#[derive(Deserialize)]
struct Recipient {
    id: String,
    email: Option<String>,
    locale: Option<String>,
}

/// Whom one message is for.
struct Addressee<'a> {
    /// What tells them from the others whom the same job tells.
    name: &'a str,
    /// Their id, when they have an account.
    person: Option<&'a str>,
    /// Without one, whoever has an account is reached by other ways.
    email: Option<&'a str>,
    locale: Locale,
}

/// One message before it is worded.
#[derive(Clone)]
struct Notice<'a> {
    case: &'a feedback::Model,
    /// What happened; none for what stands in the message itself.
    event: Option<&'a Event>,
    topic: &'static str,
    subject: &'static str,
    text: &'static str,
    /// Whether it has a place for the key, or for the code.
    with_coupon_key: bool,
    /// What was asked or decided, where the text says it.
    more: Vec<(&'static str, String)>,
}

/// Performs one of the jobs that tell people of an event. Told twice, it is sent once: each message has a key of its own that follows from
/// the job's.
pub(crate) async fn send(desk: &Desk, job: &Job, case: &feedback::Model, event: &Event, request: &Arc<Request>) -> Result<(), JobError> {
    let notice = |topic, subject, text, with_coupon_key| Notice {
        case,
        event: Some(event),
        topic,
        subject,
        text,
        with_coupon_key,
        more: Vec::new(),
    };
    match job.kind.as_str() {
        "notify_officers" => {
            let notice = notice(office_topic(event), "mail-officer-subject", "mail-officer-text", false);
            let only = case.assignee.map(|id| PersonId::from_uuid(id).global()).filter(|_| event.kind != "forwarded");
            tell_party(desk, job, &notice, case.party_id, only, request).await
        }
        "notify_supervisor" => {
            let notice = notice(office_topic(event), "mail-officer-subject", "mail-supervisor-text", false);
            // A body that is its own supervisor has the akim's office above it.
            let above = case.supervisor_id.filter(|above| case.party_id != Some(*above)).or(Some(registrar().uuid()));
            tell_party(desk, job, &notice, above, None, request).await
        }
        "notify_akim" => {
            let notice = notice(office_topic(event), "mail-officer-subject", "mail-akim-text", false);
            tell_party(desk, job, &notice, Some(registrar().uuid()), None, request).await
        }
        "send_coupon" => tell_reporter(desk, job, &notice("COUPON", "mail-coupon-subject", "mail-coupon-text", true), request).await,
        "invite_rating" => tell_reporter(desk, job, &notice("RATING", "mail-rating-subject", "mail-rating-text", false), request).await,
        _ => {
            let (topic, text) = match event.kind.as_str() {
                "answered" | "terminated" => ("ANSWER", "mail-answer-text"),
                "forwarded" => ("FORWARDED", "mail-reporter-text"),
                "part_forwarded" => ("FORWARDED", "mail-part-text"),
                "deadline_passed" | "deemed_refused" => ("SILENCE", "mail-reporter-text"),
                "question_asked" => ("QUESTION", "mail-question-text"),
                "extended" => ("EXTENSION", "mail-extension-text"),
                "incident_joined" | "incident_news" => ("REMINDER", "mail-incident-text"),
                _ => ("REMINDER", "mail-reporter-text"),
            };
            let more = written(desk, case, event).await?;
            tell_reporter(desk, job, &Notice { more, ..notice(topic, "mail-reporter-subject", text, false) }, request).await?;
            if job.kind == "notify_reporter" && TOLD_TO_ALL.contains(&event.kind.as_str()) {
                tell_joined(desk, job, &notice("FOLLOWED", "mail-joined-subject", "mail-joined-text", false), request).await?;
            }
            Ok(())
        }
    }
}

/// Tells the officers of a party of a part that they were asked for.
pub(crate) async fn tell_subtask(
    desk: &Desk,
    job: &Job,
    (case, asked): (&feedback::Model, &subtask::Model),
    what: &str,
    request: &Arc<Request>,
) -> Result<(), JobError> {
    let (topic, subject, text) = match what {
        "cancelled" => ("ASSIGNMENT", "mail-subtask-cancelled-subject", "mail-subtask-cancelled-text"),
        "overdue" => ("OVERDUE", "mail-subtask-overdue-subject", "mail-subtask-overdue-text"),
        _ => ("ASSIGNMENT", "mail-subtask-given-subject", "mail-subtask-given-text"),
    };
    let more = vec![("task", asked.text.clone()), ("until", asked.due_on.format("%d.%m.%Y").to_string())];
    let notice = Notice { case, event: None, topic, subject, text, with_coupon_key: false, more };
    tell_party(desk, job, &notice, Some(asked.party_id), None, request).await
}

/// What the office wrote with an event, which the journal does not hold.
async fn written(desk: &Desk, case: &feedback::Model, event: &Event) -> Result<Vec<(&'static str, String)>, Error> {
    let store = Store(desk.house.database.reader.clone());
    let (id, at) = (case.id, event.at);
    Ok(match event.kind.as_str() {
        "question_asked" => {
            let asked = store.questions(&[id]).await?.remove(&id).unwrap_or_default().into_iter().find(|question| question.asked_at == at);
            vec![("question", asked.map(|question| question.text).unwrap_or_default())]
        }
        "extended" => {
            let decisions = store.extensions(&[id]).await?.remove(&id).unwrap_or_default();
            let decided = decisions.into_iter().find(|decision| decision.decided_at == at);
            let (number, reason) = decided.map(|decision| (decision.decision_number, decision.reason)).unwrap_or_default();
            vec![("decision", number), ("reason", reason)]
        }
        "incident_joined" | "incident_news" => {
            let incidents = store.find_incidents(&[case.incident_id.unwrap_or_default()]).await?;
            let (title, news) = incidents.into_iter().next().map(|incident| (incident.title, incident.text)).unwrap_or_default();
            vec![("incident", title), ("news", news)]
        }
        "part_forwarded" => vec![("part", event.payload["facts"]["part"].as_str().unwrap_or_default().to_owned())],
        _ => Vec::new(),
    })
}

/// Has erased what other rooms hold of a report: all messages about it, and comments on its answer. Each act has a key that follows from the
/// job's, so that a second try repeats nothing.
pub(crate) async fn erase(desk: &Desk, job: &Job, case: &feedback::Model, request: &Arc<Request>) -> Result<(), JobError> {
    let key = |what: &str| Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{}{what}", job.key).as_bytes());
    let input = json!({ "idempotencyKey": key(""), "about": case.reference });
    let data = desk.house.graph.ask(&ERASE, json!({ "input": input }), request).await?;
    carried_out(&data, "/eraseMessages/errors", "messages were not erased")?;
    let input = json!({ "idempotencyKey": key(":comments"), "feedback": case.feedback_id().global() });
    let data = desk.house.graph.ask(&ERASE_COMMENTS, json!({ "input": input }), request).await?;
    carried_out(&data, "/eraseAnswerComments/errors", "comments were not erased")
}

/// Has whoever listens by HTTP told of an event: what happened to which report, and nothing about a person.
pub(crate) async fn announce(
    desk: &Desk,
    job: &Job,
    case: &feedback::Model,
    event: &Event,
    request: &Arc<Request>,
) -> Result<(), JobError> {
    let party = |id: Option<Uuid>| id.map(|id| PartyId::from_uuid(id).global());
    let input = json!({
        "idempotencyKey": Uuid::new_v5(&Uuid::NAMESPACE_OID, job.key.as_bytes()),
        "event": event.kind,
        "reference": case.reference,
        "party": party(case.party_id),
        "supervisor": party(case.supervisor_id),
        "at": event.at,
    });
    let data = desk.house.graph.ask(&ANNOUNCE, json!({ "input": input }), request).await?;
    carried_out(&data, "/announceEvent/errors", "an event was not announced")
}

/// What an event means to those who work the case.
fn office_topic(event: &Event) -> &'static str {
    match event.kind.as_str() {
        "deadline_passed" | "deemed_refused" | "still_overdue" => "OVERDUE",
        "deadline_near" => "REMINDER",
        _ => "ASSIGNMENT",
    }
}

async fn tell_party(
    desk: &Desk,
    job: &Job,
    notice: &Notice<'_>,
    party: Option<Uuid>,
    only: Option<String>,
    request: &Arc<Request>,
) -> Result<(), JobError> {
    let Some(party) = party else { return Ok(()) };
    let variables = json!({ "party": PartyId::from_uuid(party).global() });
    let data = desk.house.graph.ask(&OFFICERS, variables, request).await?;
    let answer: OfficersAnswer = serde_json::from_value(data).map_err(Error::internal)?;
    let officers = answer.node.and_then(|party| party.officers).unwrap_or_default();
    // Whoever works a case and stands above those who do hears of one event once.
    let told = notice.event.map_or_else(|| job.key.clone(), |event| format!("office:{}:{}", notice.case.id, event.number));
    // When its assignee is none of the party's officers (a supervisor took it up, or somebody left), all of them are told.
    let only = only.filter(|only| officers.iter().any(|officer| officer.id == *only));
    for officer in officers.into_iter().filter(|officer| only.as_ref().is_none_or(|only| *only == officer.id)) {
        let locale = officer.locale.as_deref().and_then(Locale::from_tag).unwrap_or_default();
        let recipient = Addressee { name: &officer.id, person: Some(&officer.id), email: officer.email.as_deref(), locale };
        queue(desk, &told, notice, &recipient, request).await?;
    }
    Ok(())
}

async fn tell_reporter(desk: &Desk, job: &Job, notice: &Notice<'_>, request: &Arc<Request>) -> Result<(), JobError> {
    let (email, person) = (notice.case.email()?, notice.case.reporter.map(|id| PersonId::from_uuid(id).global()));
    if email.is_none() && person.is_none() {
        // Whoever left neither reads the timeline with the coupon's key.
        return Ok(());
    }
    let store = Store(desk.house.database.reader.clone());
    let unconfirmed = store.confirmation(notice.case.coupon_id().uuid()).await?.filter(|wanted| !wanted.is_confirmed());
    if let Some(wanted) = &unconfirmed
        && (!contact::goes_to_anybody(notice.topic) || store.unconfirmed_beside(wanted).await? >= contact::UNCONFIRMED_A_DAY)
    {
        return Ok(());
    }
    // The receipt that the law asks for, without the coupon's key, and with the code.
    let unconfirmed = unconfirmed.map(|_| Notice { subject: "mail-confirm-subject", text: "mail-confirm-text", ..notice.clone() });
    let notice = unconfirmed.as_ref().unwrap_or(notice);
    let email = email.as_ref().map(|email| email.reveal().as_str());
    let reporter = Addressee { name: REPORTER, person: person.as_deref(), email, locale: locale_of(notice.case) };
    queue(desk, &job.key, notice, &reporter, request).await
}

/// Tells those who said “same here” what the public sees; what was written to the reporter is the reporter's.
async fn tell_joined(desk: &Desk, job: &Job, notice: &Notice<'_>, request: &Arc<Request>) -> Result<(), JobError> {
    let store = Store(desk.house.database.reader.clone());
    let joined = store.joined(notice.case.id).await?;
    let left: Vec<Uuid> =
        joined.iter().filter(|joined| joined.person.is_none() && joined.email.is_some()).map(|joined| joined.id).collect();
    let waits = store.confirmations(&left).await?;
    // What was left without an account is told nothing before its reader has given the code; whoever left neither cannot be told.
    let is_told = |joined: &joining::Model| joined.person.is_some() || waits.get(&joined.id).is_some_and(|wanted| wanted.is_confirmed());
    for joined in joined.into_iter().filter(is_told) {
        let locale = Locale::from_tag(&joined.locale).unwrap_or_default();
        let name = format!("joined:{}", joined.id);
        let person = joined.person.map(|id| PersonId::from_uuid(id).global());
        let follower = Addressee { name: &name, person: person.as_deref(), email: joined.email.as_deref(), locale };
        queue(desk, &job.key, notice, &follower, request).await?;
    }
    Ok(())
}

/// Hands one message over, once for what it tells (`told`) and whom.
async fn queue(desk: &Desk, told: &str, notice: &Notice<'_>, to: &Addressee<'_>, request: &Arc<Request>) -> Result<(), JobError> {
    let Addressee { name, person, email, locale } = *to;
    let key = key_of(&format!("{told}:{name}"));
    let facts = notice.facts(locale);
    let input = json!({
        "idempotencyKey": key,
        "email": email,
        "locale": locale.tag().to_ascii_uppercase(),
        "topic": notice.topic,
        "about": notice.case.reference,
        "subject": words().text(locale, notice.subject, &facts),
        "text": words().text(locale, notice.text, &facts),
        "withCouponKey": notice.with_coupon_key,
        "person": person,
        "byLaw": notice.case.track == word(&Track::Appeal),
        "toReporter": name == REPORTER,
    });
    hand_over(desk, input, request).await
}

/// The key under which another room carries out what a job asks it for.
pub(crate) fn key_of(name: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}

/// Hands a message over to the room of notifications. Its key follows from the job: where it was taken before with other words, because something
/// changed between two tries, the first one stands.
pub(crate) async fn hand_over(desk: &Desk, input: Value, request: &Arc<Request>) -> Result<(), JobError> {
    let data = desk.house.graph.ask(&QUEUE, json!({ "input": input }), request).await?;
    if data.pointer("/queueMessage/errors/0/code").is_some_and(|code| code == "KEY_REUSED") {
        return Ok(());
    }
    carried_out(&data, "/queueMessage/errors", "a message was refused")
}

/// Whether the reader of an address wants messages of a topic.
pub(crate) async fn wants(desk: &Desk, email: &str, topic: &str, request: &Arc<Request>) -> Result<bool, JobError> {
    let data = desk.house.graph.ask(&WANTS, json!({ "email": email, "topic": topic }), request).await?;
    let wants = data.pointer("/wantsMessages").and_then(Value::as_bool);
    wants.ok_or_else(|| JobError::Retry("SUBGRAPH_UNAVAILABLE: nobody answered: whether a message is wanted".to_owned()))
}

/// Has it taken back that the reader of an address wants no messages of a topic.
pub(crate) async fn resume(desk: &Desk, key: &str, email: &str, topic: &str, request: &Arc<Request>) -> Result<(), JobError> {
    let input = json!({ "idempotencyKey": key_of(key), "email": email, "topic": topic });
    let data = desk.house.graph.ask(&RESUME, json!({ "input": input }), request).await?;
    carried_out(&data, "/resumeMessages/errors", "messages were not resumed")
}

/// Has all messages about some things erased.
pub(crate) async fn erase_about(desk: &Desk, job: &Job, about: &[String], request: &Arc<Request>) -> Result<(), JobError> {
    for about in about {
        let input = json!({ "idempotencyKey": key_of(&format!("{}:{about}", job.key)), "about": about });
        let data = desk.house.graph.ask(&ERASE, json!({ "input": input }), request).await?;
        carried_out(&data, "/eraseMessages/errors", "messages were not erased")?;
    }
    Ok(())
}

/// Whether the room of notifications did what it was asked to.
fn carried_out(data: &Value, errors: &str, refused: &str) -> Result<(), JobError> {
    match data.pointer(errors).and_then(Value::as_array) {
        Some(errors) if errors.is_empty() => Ok(()),
        Some(errors) => Err(JobError::Fail(format!("REFUSED: {refused}: {}", errors[0]["code"]))),
        None => Err(JobError::Retry(format!("SUBGRAPH_UNAVAILABLE: nobody answered: {refused}"))),
    }
}

impl Notice<'_> {
    fn facts(&self, locale: Locale) -> Vec<Fact<'static>> {
        let case = self.case;
        let day = |date: chrono::NaiveDate| date.format("%d.%m.%Y").to_string();
        let mut facts: Vec<Fact<'static>> = vec![
            ("reference", case.reference.clone().into()),
            ("event", self.event.map(|event| timeline::text(event, locale)).unwrap_or_default().into()),
            ("category", category_name(case, locale).into()),
            ("district", district_name(case, locale).into()),
            ("registered", day(case.registered_on).into()),
            ("due", day(case.due_on).into()),
            ("answer", case.answer.clone().unwrap_or_default().into()),
            ("key", COUPON_KEY.into()),
            ("code", CONFIRMATION_CODE.into()),
            ("hours", contact::CODE_HOURS.into()),
        ];
        facts.extend(self.more.iter().map(|(name, text)| (*name, text.clone().into())));
        facts
    }
}
