//! Synthetic reports of the last half year, each with a lawful life, so that desks, statistics and indicators have something to show.

mod desk;
mod life;
mod ties;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use engine::{Kind, Terms, Track};
use futures_util::FutureExt;
use journal::{Demo, Progress};
use kernel::{Document, Error, FeedbackId, Locale, Request, Result, Rng, SeededRng, ServiceId};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use serde::Deserialize;
use serde_json::{Value, json};

use self::{desk::Stands, life::Life};
use crate::{
    attachments,
    desk::{Desk, word},
    entity::{feedback, note, reference_counter},
    filing::{TableFacts, facts_for_table},
    intake::questions_of,
    model::CategorySource,
    parties::Roster,
    reference::{Category, District, categories, districts},
};

/// The services and who provides them.
pub(crate) static SERVICES: Document = Document {
    name: "feedback.ServicesForDemo",
    text: "query ServicesForDemo { services(first: 100) { nodes { id provider { slug } } } }",
};

const SEED: u64 = 0x7475_726b;
const REPORTS: u64 = 480;
/// How far back the reports go.
const DAYS_BACK: u64 = 180;
/// One report in so many is about a service.
const SERVICE_EVERY: u64 = 3;

/// The room's demo data.
pub(crate) struct Reports(Desk);

impl Reports {
    pub(crate) fn new(desk: Desk) -> Reports {
        Reports(desk)
    }
}

#[derive(Deserialize)]
struct Answer {
    services: Connection,
}

#[derive(Deserialize)]
struct Connection {
    nodes: Vec<ServiceNode>,
}

#[derive(Clone, Deserialize)]
struct ServiceNode {
    id: String,
    provider: Option<Slug>,
}

#[derive(Clone, Deserialize)]
struct Slug {
    slug: String,
}

#[derive(Deserialize)]
struct Phrases {
    slug: String,
    phrases: Texts,
}

#[derive(Deserialize)]
struct Texts {
    kk: Vec<String>,
    ru: Vec<String>,
}

/// What lives are made of.
struct Material<'a> {
    desk: &'a Desk,
    rng: SeededRng,
    roster: Arc<Roster>,
    services: Vec<ServiceNode>,
    phrases: Vec<Phrases>,
    now: DateTime<Utc>,
}

#[async_trait]
impl Demo for Reports {
    async fn load(&self, progress: &dyn Progress) -> Result<()> {
        let desk = &self.0;
        let request = Arc::new(Request::system("demo.feedback", desk.house.clock.now()));
        let data = desk.house.graph.ask(&SERVICES, json!({}), &request).await?;
        let answer: Answer = serde_json::from_value(data).map_err(Error::internal)?;
        let material = Material {
            desk,
            rng: SeededRng::new(SEED),
            roster: desk.parties.roster(&desk.house.graph, &request).await?,
            services: answer.services.nodes,
            phrases: serde_json::from_str(include_str!("../reference/categories.json")).map_err(Error::internal)?,
            now: request.now,
        };
        let mut lives = material.lives()?;
        let ties = material.tie(&mut lives)?;
        for (chunk, lives) in lives.chunks(80).map(<[Life]>::to_vec).enumerate() {
            let done = u64::try_from(chunk * 80 + lives.len()).unwrap_or_default();
            let written = desk.house.database.writer.write(move |txn| async move { life::store(txn, lives).await }.boxed()).await;
            written.map_err(|abort| Error::internal(format!("demo reports: {abort:?}")))?;
            progress.report("reports", done, REPORTS);
        }
        let written = desk.house.database.writer.write(move |txn| async move { ties::store(txn, ties).await }.boxed()).await;
        written.map_err(|abort| Error::internal(format!("demo ties: {abort:?}")))
    }

    async fn clear(&self) -> Result<()> {
        let now = self.0.house.clock.now();
        let cleared = self.0.house.database.writer.write(move |txn| {
            async move {
                for owner in ["feedback", "subtask"] {
                    txn.execute_unprepared(&format!("DELETE FROM timer WHERE stream_id IN (SELECT id FROM {owner})")).await?;
                }
                let tied = ["feedback_words", "incident", "subtask", "question", "extension", "joining", "template", "queue", "bulk_act"];
                for table in tied.into_iter().chain(["confirmation", "area_subscription"]) {
                    txn.execute_unprepared(&format!("DELETE FROM {table}")).await?;
                }
                note::Entity::delete_many().exec(txn).await?;
                attachments::empty(txn, now).await?;
                feedback::Entity::delete_many().exec(txn).await?;
                reference_counter::Entity::delete_many().exec(txn).await?;
                Ok(())
            }
            .boxed()
        });
        cleared.await.map_err(|abort| Error::internal(format!("{abort:?}")))
    }
}

impl Material<'_> {
    fn pick<'t, T>(&self, list: &'t [T]) -> Option<&'t T> {
        let end = u64::try_from(list.len()).ok().filter(|end| *end > 0)?;
        list.get(usize::try_from(self.rng.below(end)).ok()?)
    }

    /// All lives, the oldest first, so that their numbers follow their time.
    fn lives(&self) -> Result<Vec<Life>> {
        let mut instants: Vec<(DateTime<Utc>, Option<Stands>)> = (desk::COUNT..REPORTS)
            .map(|_| {
                let back = i64::try_from(self.rng.below(DAYS_BACK * 24 * 60)).unwrap_or_default();
                (self.now - TimeDelta::minutes(back + 30), None)
            })
            .chain(desk::cases(self.now))
            .collect();
        instants.sort_by_key(|(at, _)| *at);
        let mut lives = Vec::with_capacity(instants.len());
        let mut numbers: std::collections::BTreeMap<i32, i32> = std::collections::BTreeMap::new();
        for (at, stands) in instants {
            lives.push(self.life(at, stands, &mut numbers)?);
        }
        Ok(lives)
    }

    /// One life: as chance has it, or as a case of the officer's desk that stands so.
    fn life(&self, at: DateTime<Utc>, stands: Option<Stands>, numbers: &mut std::collections::BTreeMap<i32, i32>) -> Result<Life> {
        let (category, district) = match stands {
            Some(_) => desk::subject(at)?,
            None => (self.pick(categories()).ok_or_else(|| Error::internal("no categories"))?, self.pick(districts())),
        };
        let service = self.pick(&self.services).filter(|_| self.rng.below(SERVICE_EVERY) == 0 && stands.is_none()).cloned();
        let locale = if self.rng.below(3) == 0 { Locale::Ru } else { Locale::Kk };
        let text = self.text(category, locale);
        let process = self.desk.library().latest_process("request")?;
        let provider = service.as_ref().and_then(|service| service.provider.as_ref()).map(|party| party.slug.clone());
        let words = suggester::UrgencyWords::default();
        let facts = facts_for_table(&TableFacts {
            track: &word(&Track::Request),
            kind: &word(&Kind::Message),
            category: Some(&category.slug),
            district: district.map(|district| district.slug.as_str()),
            provider: provider.as_deref(),
            words: &words,
        });
        let terms = Terms {
            track: Track::Request,
            kind: Kind::Message,
            urgency: process.table().urgency(&facts)?.0,
            received_at: at,
            registered_on: process.calendar().registration_date(at),
        };
        let year = chrono::Datelike::year(&terms.registered_on);
        let number = numbers.entry(year).and_modify(|last| *last += 1).or_insert(1);
        let row = self.row(at, &terms, category, district, locale, text, format!("TK-{year}-{number:06}"));
        let row = feedback::ActiveModel {
            service_id: Set(service.as_ref().and_then(|service| ServiceId::from_global(&service.id)).map(ServiceId::uuid)),
            service_provider: Set(provider),
            ..row
        };
        let decision = process.table().decide(&facts, &self.roster.facts)?;
        let routing = crate::routing::Routing::new(decision, &self.roster)?;
        let life = Life::begin(process, terms, facts, row)?;
        match stands {
            Some(stands) => life.stand(stands, &routing, &self.rng, self.now),
            None => life.live(&routing, &self.rng, self.now),
        }
    }

    /// A sentence of the category's own phrases.
    fn text(&self, category: &Category, locale: Locale) -> String {
        let known = self.phrases.iter().find(|known| known.slug == category.slug);
        let phrases = known.map(|known| if locale == Locale::Ru { &known.phrases.ru } else { &known.phrases.kk });
        phrases.and_then(|phrases| self.pick(phrases)).cloned().unwrap_or_else(|| category.name.get(locale).to_owned())
    }

    #[expect(clippy::too_many_arguments, reason = "one row of a table")]
    fn row(
        &self,
        at: DateTime<Utc>,
        terms: &Terms,
        category: &Category,
        district: Option<&District>,
        locale: Locale,
        text: String,
        reference: String,
    ) -> feedback::ActiveModel {
        feedback::ActiveModel {
            id: Set(FeedbackId::new(at, &self.rng).uuid()),
            reference: Set(reference),
            track: Set(word(&terms.track)),
            kind: Set(word(&terms.kind)),
            locale: Set(locale.tag().to_owned()),
            // The phrases are invented and name nobody, so the public may read them.
            public_text: Set(Some(text.clone())),
            text: Set(text),
            district: Set(district.map(|district| district.slug.clone())),
            lat: Set(None),
            lon: Set(None),
            cell_north: Set(None),
            cell_east: Set(None),
            address: Set(None),
            contact: Set(None),
            intake_answers: Set(answers(category, at)),
            reporter: Set(None),
            received_at: Set(at),
            registered_on: Set(terms.registered_on),
            synthetic: Set(true),
            category: Set(Some(category.slug.clone())),
            category_source: Set(Some(word(&CategorySource::Reporter))),
            suggestion: Set(None),
            outcome: Set(None),
            outcome_reason: Set(None),
            answer: Set(None),
            answered_at: Set(None),
            party_id: Set(None),
            supervisor_id: Set(None),
            assignee: Set(None),
            routing: Set(None),
            joined: Set(0),
            merged_into: Set(None),
            part_of: Set(None),
            whole: Set(None),
            incident_id: Set(None),
            salt: Set(None),
            identity: Set(None),
            digest: Set(None),
            attachments: Set(None),
            ..Default::default()
        }
    }
}

/// An answer to the first question with choices that is asked about the subject.
fn answers(category: &Category, at: DateTime<Utc>) -> Option<Value> {
    let asked = questions_of(category).find(|question| !question.choices.is_empty())?;
    let place = usize::try_from(at.timestamp()).unwrap_or_default() % asked.choices.len();
    Some(json!([{ "question": asked.code, "values": [asked.choices[place].code] }]))
}
