//! Demo data: six synthetic datasets, marked as such, whose rows end on the day before they were published.

mod rows;

use async_trait::async_trait;
use chrono::TimeDelta;
use futures_util::FutureExt;
use journal::{Abort, Demo, House, Progress};
use kernel::{DatasetId, DatasetVersionId, Error, LocalizedText, PartyId, Result, SeededRng, ServiceId, city_day};
use serde::Deserialize;
use vocabulary::UpdatePeriod;

use crate::{
    model::{Dataset, TableSchema},
    store::{self, NewDataset},
};

/// The seed of all synthetic rows.
const SEED: u64 = 0x0D47_A5E7;

/// Loads the demo datasets.
pub(crate) struct OpenData {
    house: House,
}

#[derive(Deserialize)]
struct Entry {
    slug: String,
    title: LocalizedText,
    description: LocalizedText,
    publisher: String,
    period: UpdatePeriod,
    published_days_ago: i64,
    services: Vec<String>,
    columns: TableSchema,
}

impl OpenData {
    pub(crate) fn new(house: House) -> OpenData {
        OpenData { house }
    }

    /// Publishes one dataset in one transaction, as a steward would have.
    async fn publish(&self, entry: Entry, seed: u64) -> Result<()> {
        let published_at = self.house.clock.now() - TimeDelta::days(entry.published_days_ago);
        let rng = SeededRng::new(seed);
        let table = rows::table(&entry.slug, &rng, city_day(published_at))?;
        let dataset = Dataset {
            id: DatasetId::of_slug(&entry.slug),
            slug: entry.slug,
            title: entry.title,
            description: entry.description,
            publisher: Some(PartyId::of_slug(&entry.publisher)),
            licence: "CC-BY-4.0".to_owned(),
            period: entry.period,
            synthetic: true,
            schema: entry.columns,
            latest: 0,
            created_at: published_at,
        };
        let services = entry.services.iter().map(|code| ServiceId::of_slug(code)).collect();
        let new = NewDataset { dataset, services };
        let version = DatasetVersionId::new(published_at, &rng);
        let writer = &self.house.database.writer;
        let published = writer.write(move |txn| {
            async move {
                store::create(txn, &new, "system").await?;
                store::publish(txn, &new.dataset, version, &table, published_at, "system").await?;
                Ok(())
            }
            .boxed()
        });
        published.await.map_err(fault)
    }
}

#[async_trait]
impl Demo for OpenData {
    async fn load(&self, progress: &dyn Progress) -> Result<()> {
        let entries: Vec<Entry> = serde_json::from_str(include_str!("catalogue.json")).map_err(Error::internal)?;
        let all = entries.len() as u64;
        for (done, entry) in (0..).zip(entries) {
            progress.report("datasets", done, all);
            self.publish(entry, SEED + done).await?;
        }
        progress.report("datasets", all, all);
        Ok(())
    }

    async fn clear(&self) -> Result<()> {
        self.house.database.writer.write(|txn| store::drop_all(txn).boxed()).await.map_err(fault)
    }
}

fn fault(abort: Abort) -> Error {
    match abort {
        Abort::Fault(error) => error,
        Abort::Refused(refusals) => Error::internal(format!("the demo data was refused: {refusals:?}")),
    }
}
