//! The night's training.

use std::collections::HashSet;

use chrono::{DateTime, Days, NaiveTime, Utc};
use futures_util::FutureExt;
use journal::{Commit, JobError, NewJob, Priority, Txn};
use kernel::{Error, Result, city_instant, city_time};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use sha2::{Digest, Sha256};
use suggester::{
    Suggester,
    learning::{self, Lesson, Trial},
};
use uuid::Uuid;

use super::{InForce, Scores, Status, set_status, take_out, tell, with_status};
use crate::{
    desk::{Desk, parse, word},
    entity::{
        feedback,
        suggester_training::{ActiveModel, Column, Entity, Model},
    },
    model::CategorySource,
    rules::aside,
};

/// The kind of the job.
pub(crate) const TRAIN: &str = "train_suggester";
/// When it trains, by the city's clock: when nobody waits for the machine.
const NIGHT: NaiveTime = NaiveTime::from_hms_opt(2, 30, 0).expect("an hour of the day");
/// With fewer corrections nothing is learnt: one in five of them judges, and few judge by chance.
const CORRECTIONS_MIN: usize = 25;
/// How many reports are learnt from, the newest: together they are some megabytes of text.
const LESSONS_MAX: u64 = 5_000;

/// The job of the next night; one for all processes.
pub(crate) fn tonight(now: DateTime<Utc>) -> NewJob {
    let at = the_next_night(now);
    NewJob::new(TRAIN, city_time(at).date_naive(), json!({}), at).ranked(Priority::Bulk)
}

/// What is written when a night's training is given up.
pub(crate) fn go_on(now: DateTime<Utc>) -> Commit {
    Box::new(move |txn| journal::enqueue(txn, now, vec![tonight(now)]).boxed())
}

/// When the next night's training begins.
fn the_next_night(now: DateTime<Utc>) -> DateTime<Utc> {
    let local = city_time(now).naive_local();
    let day = if local.time() < NIGHT { local.date() } else { local.date().checked_add_days(Days::new(1)).unwrap_or(local.date()) };
    city_instant(day.and_time(NIGHT))
}

/// A report whose category an officer corrected, or confirmed by answering it as it was proposed.
struct Taught {
    id: Uuid,
    text: String,
    category: String,
    corrected: bool,
}

/// What was found of the reports of this night.
struct Night {
    taught: Vec<Taught>,
    /// Of the reports and their categories.
    digest: String,
    /// Trainings that have learnt from a report which is erased by now.
    erased: Vec<i32>,
    /// The training that is left in force.
    in_force: Option<i32>,
    suggester: InForce,
    /// Whether the newest training had the same lessons.
    unchanged: bool,
}

impl Desk {
    /// Trains the suggester, and puts what was learnt in force when it is better. Done again, it finds the same lessons and leaves it.
    pub(crate) async fn train_suggester(&self) -> Result<Commit, JobError> {
        let now = self.house.clock.now();
        let mut night = self.night().await?;
        let corrections = night.taught.iter().filter(|taught| taught.corrected).count();
        let mut trained = None;
        if !night.unchanged && corrections >= CORRECTIONS_MIN {
            let (taught, in_force) = (std::mem::take(&mut night.taught), night.suggester.clone());
            trained = aside(move || learn(&taught, &in_force).map(|trial| row(&taught, corrections, &trial, now))).await?.transpose()?;
        }
        let (erased, digest, in_force) = (night.erased, night.digest, night.in_force);
        Ok(Box::new(move |txn| {
            async move {
                for version in &erased {
                    take_out(txn, *version, Status::Erased).await?;
                    tell(txn, "system", now, "suggester_erased", json!({ "version": version })).await?;
                }
                if !erased.is_empty()
                    && let Some(left) = in_force
                {
                    set_status(txn, left, Status::InForce).await?;
                }
                if let Some(row) = trained {
                    keep(txn, ActiveModel { digest: Set(digest), ..row }, now).await?;
                }
                journal::enqueue(txn, now, vec![tonight(now)]).await
            }
            .boxed()
        }))
    }

    async fn night(&self) -> Result<Night> {
        let taught = self.taught().await?;
        let mut digest = Sha256::new();
        for Taught { id, category, .. } in &taught {
            digest.update(id.as_bytes());
            digest.update(category);
            digest.update([0]);
        }
        let digest = format!("{:x}", digest.finalize());
        let reader = &self.house.database.reader;
        let kept = Entity::find().filter(Column::Layer.is_not_null()).order_by_desc(Column::Version).all(reader).await;
        let (mut left, mut erased) = (Vec::new(), Vec::new());
        for row in kept.map_err(journal::fault)? {
            if self.has_lost_a_lesson(&row).await? { erased.push(row.version) } else { left.push(row) }
        }
        // The one in force, or, when it is dropped, the one that was so before.
        let first = |status: Status| left.iter().find(|row| row.status == word(&status));
        let in_force = first(Status::InForce).or_else(|| first(Status::Former));
        let suggester = in_force.and_then(|row| Some((row.version, row.layer.clone()?)));
        let suggester = suggester.map_or_else(InForce::built_in, |(version, layer)| InForce::with(version, layer));
        let newest = Entity::find().select_only().columns([Column::Digest, Column::BuiltIn]).order_by_desc(Column::Version);
        let newest: Option<(String, i32)> = newest.into_tuple().one(reader).await.map_err(journal::fault)?;
        let unchanged = newest.is_some_and(|newest| newest == (digest.clone(), Suggester::version()));
        Ok(Night { taught, unchanged, digest, erased, in_force: in_force.map(|row| row.version), suggester })
    }

    /// The reports to learn from, as they stand, the newest first. What is erased is not there.
    async fn taught(&self) -> Result<Vec<Taught>> {
        use feedback::Column as Of;
        let confirmed = Of::CategorySource.eq(word(&CategorySource::Suggested)).and(Of::AnsweredAt.is_not_null());
        let select = feedback::Entity::find()
            .select_only()
            .columns([Of::Id, Of::Text, Of::Category, Of::CategorySource])
            .filter(Of::Synthetic.eq(false))
            .filter(Of::Text.ne(""))
            .filter(Of::Category.is_not_null())
            .filter(Condition::any().add(Of::CategorySource.eq(word(&CategorySource::Officer))).add(confirmed))
            .order_by_desc(Of::Id)
            .limit(LESSONS_MAX);
        let rows: Vec<(Uuid, String, String, String)> =
            select.into_tuple().all(&self.house.database.reader).await.map_err(journal::fault)?;
        let taught = |(id, text, category, source): (Uuid, String, String, String)| {
            let corrected = parse::<CategorySource>(&source)? == CategorySource::Officer;
            Ok(Taught { id, text, category, corrected })
        };
        rows.into_iter().map(taught).collect()
    }

    async fn has_lost_a_lesson(&self, row: &Model) -> Result<bool> {
        let ids: HashSet<Uuid> =
            row.learnt_from.clone().map(serde_json::from_value).transpose().map_err(Error::internal)?.unwrap_or_default();
        let erased = feedback::Entity::find()
            .select_only()
            .column(feedback::Column::Id)
            .filter(feedback::Column::Id.is_in(ids))
            .filter(feedback::Column::Text.eq(""));
        let erased: Option<Uuid> = erased.into_tuple().one(&self.house.database.reader).await.map_err(journal::fault)?;
        Ok(erased.is_some())
    }
}

fn learn(taught: &[Taught], in_force: &InForce) -> Option<Trial> {
    let lessons = taught.iter().map(|taught| Lesson {
        text: &taught.text,
        category: &taught.category,
        judges: learning::judges(taught.id.as_u128()),
    });
    let lessons: Vec<Lesson<'_>> = lessons.collect();
    learning::learn(Suggester::embedded(), &in_force.suggester, &lessons)
}

/// The training as it is stored, but for its number and its digest.
fn row(taught: &[Taught], corrections: usize, trial: &Trial, now: DateTime<Utc>) -> Result<ActiveModel> {
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let scores = Scores { validation: trial.validation.into(), held_out: trial.held_out.into() };
    let learnt_from = || taught.iter().map(|taught| taught.id).filter(|id| !learning::judges(id.as_u128())).collect::<Vec<_>>();
    let (status, kept) = if trial.is_better() { (Status::InForce, true) } else { (Status::Refused, false) };
    Ok(ActiveModel {
        built_in: Set(Suggester::version()),
        trained_at: Set(now),
        lessons: Set(count(taught.len())),
        corrections: Set(count(corrections)),
        scores: Set(serde_json::to_value(scores).map_err(Error::internal)?),
        status: Set(word(&status)),
        learnt_from: Set(kept.then(|| json!(learnt_from()))),
        layer: Set(kept.then(|| trial.layer.to_vec())),
        ..Default::default()
    })
}

/// Stores a training. One that is in force from now on makes the one before it the former, and the former is kept no longer.
async fn keep(txn: &Txn, row: ActiveModel, now: DateTime<Utc>) -> Result<(), journal::Abort> {
    let accepted = row.status.clone().unwrap() == word(&Status::InForce);
    if accepted && let Some(before) = with_status(txn, Status::InForce).await? {
        if let Some(former) = with_status(txn, Status::Former).await? {
            take_out(txn, former, Status::Replaced).await?;
        }
        set_status(txn, before, Status::Former).await?;
    }
    let newest: Option<Option<i32>> = Entity::find().select_only().column_as(Column::Version.max(), "newest").into_tuple().one(txn).await?;
    let version = newest.flatten().unwrap_or_default() + 1;
    let (lessons, corrections) = (row.lessons.clone().unwrap(), row.corrections.clone().unwrap());
    Entity::insert(ActiveModel { version: Set(version), ..row }).exec_without_returning(txn).await?;
    let payload = json!({ "version": version, "accepted": accepted, "lessons": lessons, "corrections": corrections });
    tell(txn, "system", now, "suggester_trained", payload).await
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn the_night_is_the_citys() {
        fn check(now: (u32, u32, u32), night: (u32, u32, u32)) {
            let utc = |(day, hour, minute)| Utc.with_ymd_and_hms(2026, 11, day, hour, minute, 0).unwrap();
            assert_eq!(the_next_night(utc(now)), utc(night), "{now:?}");
        }
        // 02:30 in the city is 21:30 of the day before by UTC.
        check((24, 7, 0), (24, 21, 30));
        check((24, 21, 29), (24, 21, 30));
        check((24, 21, 30), (25, 21, 30));
        assert_eq!(tonight(Utc.with_ymd_and_hms(2026, 11, 24, 7, 0, 0).unwrap()).key, "train_suggester:2026-11-25");
    }
}
