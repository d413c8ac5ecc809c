//! The demonstration's things: invented, the same every time.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::FutureExt;
use journal::{Abort, Demo, Progress, Txn};
use kernel::{Clock, Error, LocalizedText, PartyId, Result, Rng, SeededRng};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::Deserialize;

use crate::{entity::thing, store::Store};

/// The same ids every time.
const SEED: u64 = 1;

/// The room's demo data.
pub(crate) struct Things {
    store: Store,
    clock: Arc<dyn Clock>,
}

#[derive(Deserialize)]
struct File {
    things: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    slug: String,
    name: LocalizedText,
    party: String,
}

impl Things {
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>) -> Things {
        Things { store, clock }
    }
}

#[async_trait]
impl Demo for Things {
    async fn load(&self, progress: &dyn Progress) -> Result<()> {
        let (now, rng) = (self.clock.now(), SeededRng::new(SEED));
        let file: File = serde_json::from_str(include_str!("things.json")).map_err(Error::internal)?;
        let rows = file.things.into_iter().map(|entry| thing::ActiveModel {
            id: Set(rng.uuid_v7(now)),
            slug: Set(entry.slug),
            name_kk: Set(entry.name.kk),
            name_ru: Set(entry.name.ru),
            name_en: Set(entry.name.en),
            party_id: Set(PartyId::of_slug(&entry.party).uuid()),
        });
        let rows: Vec<_> = rows.collect();
        let all = u64::try_from(rows.len()).unwrap_or_default();
        self.store.database.writer.write(move |txn| insert(txn, rows).boxed()).await.map_err(fault)?;
        progress.report("things", all, all);
        Ok(())
    }

    async fn clear(&self) -> Result<()> {
        self.store.database.writer.write(|txn| delete(txn).boxed()).await.map_err(fault)
    }
}

async fn insert(txn: &Txn, rows: Vec<thing::ActiveModel>) -> Result<(), Abort> {
    thing::Entity::insert_many(rows).exec_without_returning(txn).await?;
    Ok(())
}

async fn delete(txn: &Txn) -> Result<(), Abort> {
    thing::Entity::delete_many().exec(txn).await?;
    Ok(())
}

fn fault(abort: Abort) -> Error {
    abort.into_refusals().err().unwrap_or_else(|| Error::internal("loading demo data was refused"))
}
