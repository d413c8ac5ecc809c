//! Three surveys with our own wording, and invented responses: many, some and few, so that the gate can be seen.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use journal::{Abort, Demo, Progress, Txn};
use kernel::{Clock, DistrictId, Error, LocalizedText, PartyId, Result, Rng, SeededRng, ServiceId, SurveyId};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::Deserialize;

use crate::{
    answer::{self, Answer, Form, Tally, Value},
    condition::Facts,
    entity::{asked, ballot, response, subject, survey, tally},
    model::{Anonymity, Choice, Question, QuestionType, Status},
    store::Store,
};

/// The same responses every time.
const SEED: u64 = 0x7375_7276_6579;
/// Rows in one statement. A connection keeps its statements prepared, and each row of one costs memory for as long.
const ROWS_MAX: usize = 100;
/// How many days before loading the surveys were opened, and the closed ones closed.
const OPENED_DAYS_AGO: i64 = 120;
const CLOSED_DAYS_AGO: i64 = 20;
/// One in so many leaves out a question that need not be answered.
const LEAVES_OUT: u64 = 3;

/// The districts that invented respondents live in, the populous ones more than once.
const DISTRICTS: [&str; 8] = ["turkistan-city", "turkistan-city", "turkistan-city", "sairam", "sairam", "kentau", "saryagash", "arys"];
/// The departments that invented respondents work for.
const DEPARTMENTS: [&str; 3] = ["digitalization", "health", "education"];

/// The room's demo data.
pub(crate) struct Questionnaires {
    store: Store,
    clock: Arc<dyn Clock>,
}

#[derive(Deserialize)]
struct File {
    surveys: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    slug: String,
    title: LocalizedText,
    anonymity: Anonymity,
    about: Vec<String>,
    status: Status,
    /// How many responses to invent.
    responses: usize,
    questions: Vec<Question>,
}

#[derive(Default)]
struct Rows {
    surveys: Vec<survey::ActiveModel>,
    subjects: Vec<subject::ActiveModel>,
    responses: Vec<response::ActiveModel>,
    tallies: Vec<tally::ActiveModel>,
}

impl Questionnaires {
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>) -> Questionnaires {
        Questionnaires { store, clock }
    }
}

#[async_trait]
impl Demo for Questionnaires {
    async fn load(&self, progress: &dyn Progress) -> Result<()> {
        let rows = rows(self.clock.now(), &SeededRng::new(SEED))?;
        let all = u64::try_from(rows.responses.len()).unwrap_or_default();
        progress.report("survey responses", 0, all);
        self.store.database.writer.write(move |txn| insert(txn, rows).boxed()).await.map_err(fault)?;
        progress.report("survey responses", all, all);
        Ok(())
    }

    async fn clear(&self) -> Result<()> {
        self.store.database.writer.write(|txn| delete(txn).boxed()).await.map_err(fault)
    }
}

async fn insert(txn: &Txn, rows: Rows) -> Result<(), Abort> {
    survey::Entity::insert_many(rows.surveys).exec_without_returning(txn).await?;
    subject::Entity::insert_many(rows.subjects).exec_without_returning(txn).await?;
    for chunk in rows.responses.chunks(ROWS_MAX) {
        response::Entity::insert_many(chunk.to_vec()).exec_without_returning(txn).await?;
    }
    for chunk in rows.tallies.chunks(ROWS_MAX) {
        tally::Entity::insert_many(chunk.to_vec()).exec_without_returning(txn).await?;
    }
    Ok(())
}

async fn delete(txn: &Txn) -> Result<(), Abort> {
    tally::Entity::delete_many().exec(txn).await?;
    response::Entity::delete_many().exec(txn).await?;
    ballot::Entity::delete_many().exec(txn).await?;
    asked::Entity::delete_many().exec(txn).await?;
    subject::Entity::delete_many().exec(txn).await?;
    survey::Entity::delete_many().exec(txn).await?;
    Ok(())
}

fn fault(abort: Abort) -> Error {
    abort.into_refusals().err().unwrap_or_else(|| Error::internal("loading demo data was refused"))
}

fn rows(now: DateTime<Utc>, rng: &dyn Rng) -> Result<Rows> {
    let file: File = serde_json::from_str(include_str!("surveys.json")).map_err(Error::internal)?;
    let mut rows = Rows::default();
    for entry in &file.surveys {
        let id = SurveyId::of_slug(&entry.slug).uuid();
        let form = Form::new(&entry.questions)?;
        let mut tally = Tally::new();
        for _ in 0..entry.responses {
            let answers =
                form.check(invent(&form, rng)).map_err(|refusals| Error::internal(format!("an invented response: {refusals:?}")))?;
            for cell in answers.iter().flat_map(answer::cells) {
                *tally.entry(cell).or_default() += 1;
            }
            let said: Vec<(&str, &Value)> = answers.iter().map(|answer| (answer.question.as_str(), &answer.value)).collect();
            let mut bytes = [0; 16];
            rng.fill(&mut bytes);
            rows.responses.push(response::ActiveModel {
                id: Set(uuid::Builder::from_random_bytes(bytes).into_uuid()),
                survey_id: Set(id),
                person_id: Set(None),
                answers: Set(serde_json::to_value(&said).map_err(Error::internal)?),
                synthetic: Set(true),
            });
        }
        let services =
            entry.about.iter().map(|code| subject::ActiveModel { survey_id: Set(id), service_id: Set(ServiceId::of_slug(code).uuid()) });
        rows.subjects.extend(services);
        rows.tallies.extend(tally.into_iter().map(|(cell, count)| tally::ActiveModel {
            survey_id: Set(id),
            question: Set(cell.question),
            item: Set(cell.item),
            value: Set(cell.value),
            count: Set(i64::try_from(count).unwrap_or(i64::MAX)),
        }));
        rows.surveys.push(survey_row(entry, now)?);
    }
    Ok(rows)
}

fn survey_row(entry: &Entry, now: DateTime<Utc>) -> Result<survey::ActiveModel> {
    Ok(survey::ActiveModel {
        id: Set(SurveyId::of_slug(&entry.slug).uuid()),
        slug: Set(entry.slug.clone()),
        title_kk: Set(entry.title.kk.clone()),
        title_ru: Set(entry.title.ru.clone()),
        title_en: Set(entry.title.en.clone()),
        anonymity: Set(entry.anonymity.word().to_owned()),
        status: Set(entry.status.word().to_owned()),
        questions: Set(serde_json::to_value(&entry.questions).map_err(Error::internal)?),
        // The journal knows nothing of surveys that were never written by anybody.
        version: Set(0),
        responses: Set(i64::try_from(entry.responses).map_err(Error::internal)?),
        opened_at: Set(Some(now - TimeDelta::days(OPENED_DAYS_AGO))),
        closed_at: Set((entry.status == Status::Closed).then(|| now - TimeDelta::days(CLOSED_DAYS_AGO))),
        synthetic: Set(true),
    })
}

/// Answers as somebody who is mostly content might.
fn invent(form: &Form<'_>, rng: &dyn Rng) -> Vec<Answer> {
    let mut facts = Facts::new();
    let mut answers = Vec::new();
    for (n, question) in form.questions.iter().enumerate() {
        if !form.asks(n, &facts) || (!question.required && rng.below(LEAVES_OUT) == 0) {
            continue;
        }
        let Some(value) = value(question, rng) else { continue };
        facts.extend(answer::fact(&value).map(|fact| (question.slug.clone(), fact)));
        answers.push(Answer { place: answers.len(), question: question.slug.clone(), value });
    }
    answers
}

/// An invented answer. Words and days are left out: nothing is counted of them.
fn value(question: &Question, rng: &dyn Rng) -> Option<Value> {
    let slugs = |choices: &[Choice]| -> Vec<String> { choices.iter().map(|choice| choice.slug.clone()).collect() };
    Some(match question.question_type {
        QuestionType::Rating | QuestionType::Effort | QuestionType::Recommendation => Value::Mark(mark(question, rng)),
        QuestionType::SingleChoice => Value::Choice(pick(&slugs(&question.options), rng).clone()),
        QuestionType::MultiChoice => {
            let mut options = shuffled(slugs(&question.options), rng);
            options.truncate(1 + below(question.max_choices.unwrap_or(1) as usize, rng));
            Value::Choices(options)
        }
        QuestionType::YesNo => Value::YesNo(rng.below(4) > 0),
        QuestionType::Number => {
            let min = question.min.unwrap_or(0);
            Value::Number(min + i32::try_from(below(8, rng)).unwrap_or_default())
        }
        QuestionType::Ranking => Value::Ranking(shuffled(slugs(&question.options), rng)),
        QuestionType::Matrix => Value::Marks(slugs(&question.rows).into_iter().map(|row| (row, mark(question, rng))).collect()),
        QuestionType::District => Value::District(DistrictId::of_slug(pick::<&str>(&DISTRICTS, rng))),
        QuestionType::Department => Value::Department(PartyId::of_slug(pick::<&str>(&DEPARTMENTS, rng))),
        QuestionType::Date | QuestionType::Text => return None,
    })
}

/// The better of two marks by chance: most are content.
fn mark(question: &Question, rng: &dyn Rng) -> i32 {
    let marks: Vec<i32> = question.question_type.marks().into_iter().flatten().collect();
    (*pick(&marks, rng)).max(*pick(&marks, rng))
}

fn below(end: usize, rng: &dyn Rng) -> usize {
    usize::try_from(rng.below(u64::try_from(end.max(1)).unwrap_or(1))).unwrap_or_default()
}

fn pick<'a, T>(list: &'a [T], rng: &dyn Rng) -> &'a T {
    &list[below(list.len(), rng)]
}

fn shuffled(mut list: Vec<String>, rng: &dyn Rng) -> Vec<String> {
    for i in (1..list.len()).rev() {
        list.swap(i, below(i + 1, rng));
    }
    list
}
