//! Filing a report: one transaction holds the report, its first event, its jobs and its timers, and commits before anybody is answered.

use std::sync::Arc;

use engine::{Cause, Facts, Process, Terms, Track};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Claim, Txn};
use kernel::{Document, Error, FeedbackId, Locale, PartyId, Request, Result, ServiceId};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, Statement};
use serde::Deserialize;
use serde_json::{Value, json};
use suggester::{Suggester, Suggestion};
use uuid::Uuid;

use crate::{
    attachments::{self, Adding},
    desk::{Desk, STREAM, enqueue, event_of, turn_timers, word, write_state},
    entity::{confirmation, feedback},
    error::{self, refusal, words},
    learning::{InForce, Version},
    model::{CategorySource, Filing, Part, Submission, check},
    receipt,
    reference::{Category, find_category, find_district},
    search,
};

/// Who provides a service.
pub(crate) static PROVIDER: Document = Document {
    name: "feedback.ProviderOfService",
    text: "query ProviderOfService($service: ID!) { node(id: $service) { __typename ... on Service { id provider { id slug } } } }",
};

#[derive(Deserialize)]
struct ProviderAnswer {
    node: Option<ServiceNode>,
}

#[derive(Deserialize)]
struct ServiceNode {
    provider: Option<Provider>,
}

#[derive(Deserialize)]
struct Provider {
    slug: String,
}

/// What a report is about, before anybody has looked at it.
struct Subject {
    category: Option<&'static Category>,
    source: Option<CategorySource>,
    suggestion: Option<(Suggestion<'static>, Version)>,
    provider: Option<String>,
}

impl Desk {
    /// Files a report and answers after it is on disk. The same key gives the same report again.
    ///
    /// # Errors
    /// Refusals of the input, or a fault.
    pub(crate) async fn submit(&self, key: Uuid, submission: &Submission, request: &Arc<Request>) -> Result<feedback::Model, Abort> {
        let uploads = self.claimed(&submission.attachments, "input.attachments");
        let (mut filing, uploads) = match (check(submission), uploads) {
            (Ok(filing), Ok(uploads)) => (filing, uploads),
            (filing, uploads) => return Err([filing.err().unwrap_or_default(), uploads.err().into_iter().collect()].concat().into()),
        };
        let identity = self.identity(submission, &mut filing, &request.actor).await?;
        let provider = match filing.service {
            Some(service) => Some(self.provider(service, request).await?),
            None => None,
        };
        let subject = Subject::of(&filing, provider.flatten(), &self.suggester(request.now).await);
        let process = self.library().latest_process(if filing.track == Track::Appeal { "appeal" } else { "request" })?;
        let id = FeedbackId::new(request.now, &*self.house.rng);
        let digests = attachments::digests(&self.house.database.reader, &uploads).await?;
        let mut row = self.row(id, filing, &subject, &process, &digests, request)?;
        row.row.identity = Set(Some(word(&identity)));
        let act_key = ActKey::new(key, "submit_feedback", &request.actor.journal_name(), submission)?;
        let actor = request.actor.journal_name();
        let (by, now) = (request.actor.person().map(|person| person.id.uuid()), request.now);
        self.house
            .database
            .writer
            .write(move |txn| {
                async move {
                    match journal::claim_with(txn, &act_key, now, &id.uuid()).await? {
                        Claim::Same(before) => found(txn, before).await,
                        Claim::Reused => Err(error::key_reused().into()),
                        Claim::New => {
                            let adding = Adding { feedback: id.uuid(), part: Part::Report, by, now, field: "input.attachments" };
                            attachments::attach(txn, &uploads, adding).await?;
                            file(txn, row, &process, &actor).await
                        }
                    }
                }
                .boxed()
            })
            .await
    }

    /// The slug of the party that provides a service; `None` when the service has no provider.
    async fn provider(&self, service: ServiceId, request: &Arc<Request>) -> Result<Option<String>, Abort> {
        let data = self.house.graph.ask(&PROVIDER, json!({ "service": service.global() }), request).await?;
        let answer: ProviderAnswer = serde_json::from_value(data).map_err(Error::internal)?;
        match answer.node {
            Some(node) => Ok(node.provider.map(|provider| provider.slug)),
            None => Err(refusal(kernel::RefusalCode::NotFound, "refusal-service-unknown", &[]).at("input.service").into()),
        }
    }

    fn row(
        &self,
        id: FeedbackId,
        filing: Filing,
        subject: &Subject,
        process: &Process,
        attached: &[String],
        request: &Request,
    ) -> Result<NewRow> {
        let calendar = process.calendar();
        let facts = routing_facts(&filing, subject);
        let terms = Terms {
            track: filing.track,
            kind: filing.kind,
            urgency: process.table().urgency(&facts)?.0,
            received_at: request.now,
            registered_on: calendar.registration_date(request.now),
        };
        let step = process.start_on(terms, process.table().clock(&facts)?)?;
        let cause = Cause::Filed { terms, facts };
        let intake_answers =
            (!filing.answers.is_empty()).then(|| serde_json::to_value(&filing.answers)).transpose().map_err(Error::internal)?;
        let confirmation = self.contacts.wanted(id, &filing.contact, &request.actor, request.now);
        let mut row = feedback::ActiveModel {
            id: Set(id.uuid()),
            track: Set(word(&filing.track)),
            kind: Set(word(&filing.kind)),
            locale: Set(filing.locale.tag().to_owned()),
            text: Set(filing.text.into_inner()),
            public_text: Set(None),
            district: Set(filing.district.map(|district| district.slug.clone())),
            lat: Set(filing.point.map(|point| point.lat)),
            lon: Set(filing.point.map(|point| point.lon)),
            cell_north: Set(filing.point.map(|point| point.cell().north)),
            cell_east: Set(filing.point.map(|point| point.cell().east)),
            address: Set(filing.address.map(kernel::Personal::into_inner)),
            service_id: Set(filing.service.map(ServiceId::uuid)),
            service_provider: Set(subject.provider.clone()),
            contact: Set(Some(serde_json::to_value(&filing.contact).map_err(Error::internal)?)),
            intake_answers: Set(intake_answers),
            reporter: Set(request.actor.person().map(|person| person.id.uuid())),
            received_at: Set(request.now),
            registered_on: Set(terms.registered_on),
            synthetic: Set(false),
            category: Set(subject.category.map(|category| category.slug.clone())),
            category_source: Set(subject.source.map(|source| word(&source))),
            suggestion: Set(subject.suggestion.as_ref().map(suggestion_json)),
            version: Set(1),
            events: Set(1),
            joined: Set(0),
            merged_into: Set(None),
            attachments: Set((!attached.is_empty()).then(|| json!(attached))),
            ..Default::default()
        };
        write_state(&mut row, process, &step.state)?;
        row.original_due_on = row.due_on.clone();
        let digest = receipt::salt(&mut row, &*self.house.rng)?;
        Ok(NewRow { row, step, cause, digest, confirmation })
    }
}

/// A report that is about to be written.
pub(crate) struct NewRow {
    pub(crate) row: feedback::ActiveModel,
    pub(crate) step: engine::Step,
    pub(crate) cause: Cause,
    pub(crate) digest: String,
    /// What waits until the reader of its mail address has confirmed that.
    pub(crate) confirmation: Option<confirmation::ActiveModel>,
}

/// Writes a report with its number, its first event, its jobs and its timers.
///
/// # Errors
/// When the database fails.
pub(crate) async fn file(txn: &Txn, new: NewRow, process: &Process, actor: &str) -> Result<feedback::Model, Abort> {
    let NewRow { mut row, step, cause, digest, confirmation } = new;
    let (id, now) = (row.id.clone().unwrap(), row.received_at.clone().unwrap());
    row.reference = Set(next_reference(txn, row.registered_on.clone().unwrap()).await?);
    let suggested_by = row.suggestion.clone().unwrap().as_ref().and_then(Version::stored);
    let facts = json!({
        // What the coupon promises to have in the log: this number, and what was filed, as a salted digest.
        "reference": row.reference.clone().unwrap(),
        "digest": digest,
        // By what it was known who filed.
        "identity": row.identity.clone().unwrap(),
        "category": row.category.clone().unwrap(),
        "categorySource": row.category_source.clone().unwrap(),
        "suggesterVersion": suggested_by.map(Version::built_in),
        "suggesterLearnt": suggested_by.and_then(Version::learnt),
        "urgency": row.urgency.clone().unwrap(),
        "dueOn": row.due_on.clone().unwrap(),
    });
    let filed = feedback::Entity::insert(row).exec_with_returning(txn).await?;
    search::index(txn, &filed).await?;
    if let Some(wanted) = confirmation {
        confirmation::Entity::insert(wanted).exec_without_returning(txn).await?;
    }
    journal::append(txn, STREAM, id, 0, now, actor, vec![event_of(process, &step, &facts, &cause)?]).await?;
    enqueue(txn, id, 1, &step, now).await?;
    turn_timers(txn, id, &step).await?;
    Ok(filed)
}

async fn found(txn: &Txn, id: Uuid) -> Result<feedback::Model, Abort> {
    let row = feedback::Entity::find_by_id(id).one(txn).await?;
    row.ok_or_else(|| Error::internal("the report of a key is not there").into())
}

/// The next number of the year, without gaps: the counter is written in the report's own transaction.
async fn next_reference(txn: &Txn, registered_on: chrono::NaiveDate) -> Result<String, Abort> {
    let year = chrono::Datelike::year(&registered_on);
    let statement = Statement::from_sql_and_values(
        txn.get_database_backend(),
        "INSERT INTO reference_counter (year, last) VALUES ($1, 1) ON CONFLICT (year) DO UPDATE SET last = reference_counter.last + 1 RETURNING last",
        [year.into()],
    );
    let row = txn.query_one_raw(statement).await?.ok_or_else(|| Error::internal("the counter gave no number"))?;
    let number: i32 = row.try_get_by_index(0)?;
    Ok(format!("TK-{year}-{number:06}"))
}

impl Subject {
    /// The reporter's own choice wins. Without one the suggester reads the text, and its proposal counts at or above its threshold.
    fn of(filing: &Filing, provider: Option<String>, in_force: &InForce) -> Subject {
        if filing.category.is_some() {
            return Subject { category: filing.category, source: Some(CategorySource::Reporter), suggestion: None, provider };
        }
        let suggestion = in_force.suggester.suggest(filing.text.reveal()).into_iter().next();
        let trusted = suggestion.as_ref().filter(|suggestion| suggestion.confidence >= Suggester::THRESHOLD);
        let category = trusted.and_then(|suggestion| find_category(suggestion.category));
        Subject {
            category,
            source: category.map(|_| CategorySource::Suggested),
            suggestion: suggestion.map(|read| (read, in_force.version)),
            provider,
        }
    }
}

fn suggestion_json((suggestion, version): &(Suggestion<'_>, Version)) -> Value {
    json!({
        "category": suggestion.category,
        "confidence": suggestion.confidence,
        "words": suggestion.words,
        "version": version.built_in(),
        "learnt": version.learnt(),
    })
}

fn routing_facts(filing: &Filing, subject: &Subject) -> Facts {
    let words = suggester::urgency(filing.text.reveal());
    facts_for_table(&TableFacts {
        track: &word(&filing.track),
        kind: &word(&filing.kind),
        category: subject.category.map(|category| category.slug.as_str()),
        district: filing.district.map(|district| district.slug.as_str()),
        provider: subject.provider.as_deref(),
        words: &words,
    })
}

/// What the decision table is told.
pub(crate) struct TableFacts<'a> {
    pub(crate) track: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) category: Option<&'a str>,
    pub(crate) district: Option<&'a str>,
    pub(crate) provider: Option<&'a str>,
    pub(crate) words: &'a suggester::UrgencyWords,
}

pub(crate) fn facts_for_table(facts: &TableFacts<'_>) -> Facts {
    let urgent_by_default = facts.category.and_then(find_category).is_some_and(|category| category.urgent_by_default);
    Facts::new()
        .with("track", facts.track)
        .with("kind", facts.kind)
        .with("category", facts.category.unwrap_or_default())
        .with("district", facts.district.unwrap_or_default())
        .with("service_provider", facts.provider.unwrap_or_default())
        .with("urgent_by_default", urgent_by_default)
        .with("urgent_words", facts.words.urgent)
        .with("life_in_danger", facts.words.emergency)
}

/// Where every report is registered before it is routed: the akim's office controls and supervises appeals.
pub(crate) fn registrar() -> PartyId {
    PartyId::of_slug("akim-office")
}

/// The language of a stored report.
pub(crate) fn locale_of(row: &feedback::Model) -> Locale {
    Locale::from_tag(&row.locale).unwrap_or_default()
}

/// What a report is about, in words.
pub(crate) fn category_name(row: &feedback::Model, locale: Locale) -> String {
    let known = row.category.as_deref().and_then(find_category).map(|category| category.name.get(locale).to_owned());
    known.unwrap_or_else(|| words().text(locale, "not-known", &[]))
}

/// The city or district that a report is from, in words.
pub(crate) fn district_name(row: &feedback::Model, locale: Locale) -> String {
    let known = row.district.as_deref().and_then(find_district).map(|district| district.name.get(locale).to_owned());
    known.unwrap_or_else(|| words().text(locale, "not-known", &[]))
}
