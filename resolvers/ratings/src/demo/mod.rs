//! Invented marks: for thirty of the forty services, a few with hardly any and some with hundreds, so that the gate and the width of the
//! intervals can be seen.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use journal::{Abort, Demo, Progress, Txn};
use kernel::{Clock, Error, FeedbackId, Locale, PartyId, RatingId, Result, Rng, SeededRng, ServiceId};
use sea_orm::EntityTrait;
use serde::Deserialize;

use crate::{
    entity::{rating, turn},
    model::{Answer, Rating, Stars},
    store::Store,
};

/// The same marks every time.
const SEED: u64 = 0x6520_6861_6c79_6b00;
/// Rows in one statement. A connection keeps its statements prepared, and each row of one costs memory for as long.
const ROWS_MAX: usize = 100;
/// The marks were given in so many days before the data is loaded.
const DAYS: u64 = 180;

/// The room's demo data.
pub(crate) struct Marks {
    store: Store,
    clock: Arc<dyn Clock>,
}

#[derive(Deserialize)]
struct File {
    services: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    code: String,
    provider: String,
    /// How many marks for the service itself.
    services: usize,
    /// How many marks for answers to reports about it.
    answers: usize,
    /// How many of 100 marks have 1, 2, 3, 4 and 5 stars.
    spread: [u64; 5],
}

impl Marks {
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>) -> Marks {
        Marks { store, clock }
    }
}

#[async_trait]
impl Demo for Marks {
    async fn load(&self, progress: &dyn Progress) -> Result<()> {
        let rows = rows(self.clock.now(), &SeededRng::new(SEED))?;
        let all = u64::try_from(rows.len()).unwrap_or_default();
        progress.report("ratings", 0, all);
        self.store.database.writer.write(move |txn| insert(txn, rows).boxed()).await.map_err(fault)?;
        progress.report("ratings", all, all);
        Ok(())
    }

    async fn clear(&self) -> Result<()> {
        self.store.database.writer.write(|txn| delete(txn).boxed()).await.map_err(fault)
    }
}

async fn insert(txn: &Txn, rows: Vec<rating::ActiveModel>) -> Result<(), Abort> {
    for chunk in rows.chunks(ROWS_MAX) {
        rating::Entity::insert_many(chunk.to_vec()).exec_without_returning(txn).await?;
    }
    Ok(())
}

async fn delete(txn: &Txn) -> Result<(), Abort> {
    turn::Entity::delete_many().exec(txn).await?;
    rating::Entity::delete_many().exec(txn).await?;
    Ok(())
}

fn fault(abort: Abort) -> Error {
    abort.into_refusals().err().unwrap_or_else(|| Error::internal("loading demo data was refused"))
}

fn rows(now: DateTime<Utc>, rng: &dyn Rng) -> Result<Vec<rating::ActiveModel>> {
    let file: File = serde_json::from_str(include_str!("ratings.json")).map_err(Error::internal)?;
    let mut rows = Vec::new();
    for entry in &file.services {
        for number in 0..entry.services + entry.answers {
            // The reports behind these answers are invented too, and are in no table.
            let feedback = (number >= entry.services).then(|| FeedbackId::of_slug(&format!("demo-answer-{}-{number}", entry.code)));
            rows.push(rating::ActiveModel::from(&mark(entry, feedback, now, rng)));
        }
    }
    Ok(rows)
}

fn mark(entry: &Entry, feedback: Option<FeedbackId>, now: DateTime<Utc>, rng: &dyn Rng) -> Rating {
    let seconds = i64::try_from(rng.below(DAYS * 24 * 60 * 60)).unwrap_or_default();
    let rated_at = now - TimeDelta::seconds(seconds);
    // More than half of the region writes Kazakh.
    let locale =
        [Locale::Kk, Locale::Kk, Locale::Kk, Locale::Ru, Locale::Ru, Locale::En][usize::try_from(rng.below(6)).unwrap_or_default()];
    Rating {
        id: RatingId::new(rated_at, rng),
        service: Some(ServiceId::of_slug(&entry.code)),
        party: Some(PartyId::of_slug(&entry.provider)),
        answer: feedback.map(|feedback| Answer { feedback, given_at: rated_at }),
        person: None,
        stars: draw(&entry.spread, rng),
        comment: None,
        locale,
        rated_at,
        case_reference: None,
        synthetic: true,
    }
}

fn draw(spread: &[u64; 5], rng: &dyn Rng) -> Stars {
    let mut point = rng.below(spread.iter().sum::<u64>().max(1));
    for (stars, weight) in Stars::ALL.into_iter().zip(spread) {
        match point.checked_sub(*weight) {
            None => return stars,
            Some(rest) => point = rest,
        }
    }
    Stars::ALL[4]
}
