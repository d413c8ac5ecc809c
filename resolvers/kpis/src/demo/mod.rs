//! Demo data: the city's 39 indicators. Those that the house can compute it computes from the demo datasets and reports, by the same jobs as
//! ever; the others have synthetic values, marked as such, and so have all targets.

mod recorded;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{Datelike, NaiveDate};
use futures_util::FutureExt;
use journal::{Abort, Demo, House, Progress, Txn};
use kernel::{Error, KpiId, LocalizedText, PartyId, Result, Rng, SeededRng, ServiceId, city_day};
use rust_decimal::Decimal;
use serde::Deserialize;
use vocabulary::UpdatePeriod;

use crate::{
    model::{Definition, Direction, Input, Kind, Kpi, Target},
    store::{self, NewKpi},
};

/// The seed of all synthetic values.
const SEED: u64 = 0x0038_4B91;

/// Loads the demo indicators.
pub(crate) struct Measures {
    house: House,
}

#[derive(Deserialize)]
struct Entry {
    code: String,
    title: LocalizedText,
    unit: String,
    direction: Direction,
    frequency: UpdatePeriod,
    owner: String,
    standard: Option<String>,
    kind: Kind,
    formula: String,
    decimals: u32,
    inputs: Vec<Input>,
    services: Vec<String>,
    target: Decimal,
    at_risk: Decimal,
    recorded: Option<recorded::Recipe>,
}

impl Measures {
    pub(crate) fn new(house: House) -> Measures {
        Measures { house }
    }

    async fn load_one(&self, entry: Entry, seed: u64) -> Result<()> {
        let now = self.house.clock.now();
        // Indicators were defined, and targets set, before the first period that they are judged for.
        let first_day = NaiveDate::from_ymd_opt(now.year() - 6, 1, 1).ok_or_else(|| Error::internal("the calendar has ended"))?;
        let target = Target { from: first_day, value: entry.target, at_risk: Some(entry.at_risk), synthetic: true };
        let rng: Arc<dyn Rng> = Arc::new(SeededRng::new(seed));
        let kpi = Kpi {
            id: KpiId::of_slug(&entry.code),
            code: entry.code,
            title: entry.title,
            unit: entry.unit,
            direction: entry.direction,
            frequency: entry.frequency,
            owner: Some(PartyId::of_slug(&entry.owner)),
            standard: entry.standard,
            definition: Definition { kind: entry.kind, formula: entry.formula, decimals: entry.decimals, inputs: entry.inputs },
            defined_at: now,
        };
        let recorded = match entry.recorded {
            Some(recipe) => recipe.drafts(&kpi, &*rng, city_day(now))?,
            None => Vec::new(),
        };
        let services = entry.services.iter().map(|code| ServiceId::of_slug(code)).collect();
        let new = NewKpi { kpi, services };
        let loaded = self.house.database.writer.write(move |txn: &Txn| {
            async move {
                store::define(txn, &new, "system").await?;
                store::set_target(txn, &new.kpi, &target, now, "system").await?;
                for (recorded_at, drafts) in recorded {
                    store::record(txn, &new.kpi, drafts, &*rng, recorded_at.min(now), "system").await?;
                }
                Ok(())
            }
            .boxed()
        });
        loaded.await.map_err(fault)
    }
}

#[async_trait]
impl Demo for Measures {
    async fn load(&self, progress: &dyn Progress) -> Result<()> {
        let entries: Vec<Entry> = serde_json::from_str(include_str!("kpis.json")).map_err(Error::internal)?;
        let all = entries.len() as u64;
        for (done, entry) in (0..).zip(entries) {
            progress.report("kpis", done, all);
            self.load_one(entry, SEED + done).await?;
        }
        progress.report("kpis", all, all);
        Ok(())
    }

    async fn clear(&self) -> Result<()> {
        self.house.database.writer.write(|txn| store::clear(txn).boxed()).await.map_err(fault)
    }
}

fn fault(abort: Abort) -> Error {
    match abort {
        Abort::Fault(error) => error,
        Abort::Refused(refusals) => Error::internal(format!("the demo data was refused: {refusals:?}")),
    }
}
