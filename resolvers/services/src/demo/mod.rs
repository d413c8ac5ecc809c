//! The demonstration's catalogue: forty services and the systems that they come from.

use std::collections::HashMap;

use async_trait::async_trait;
use futures_util::FutureExt;
use journal::{Abort, Demo, Progress, Txn};
use kernel::{Error, LocalizedText, PartyId, Result, ServiceId, SourceSystemId};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    entity::{required_document, service, service_channel, source_system},
    model::{self, Channel, Confidence, Fee, SourceStatus, Term},
    store::Store,
};

/// Rows in one statement; fourteen columns stay below SQLite's 32,766 variables.
const ROWS_MAX: usize = 1000;

/// The room's demo data.
pub(crate) struct Catalogue {
    store: Store,
}

#[derive(Deserialize)]
struct SourceFile {
    sources: Vec<SourceEntry>,
}

#[derive(Deserialize)]
struct SourceEntry {
    id: String,
    name: LocalizedText,
    confidence: Confidence,
}

#[derive(Deserialize)]
struct DocumentFile {
    meta: DocumentMeta,
    documents: Vec<DocumentEntry>,
}

#[derive(Deserialize)]
struct DocumentMeta {
    confidence: Confidence,
}

#[derive(Deserialize)]
struct DocumentEntry {
    id: String,
    name: LocalizedText,
}

#[derive(Deserialize)]
struct ServiceFile {
    services: Vec<ServiceEntry>,
}

#[derive(Deserialize)]
struct ServiceEntry {
    id: String,
    title: LocalizedText,
    summary: LocalizedText,
    source: String,
    provider: String,
    fee: Fee,
    term: Option<Term>,
    channels: Vec<Channel>,
    documents: Vec<String>,
    confidence: Confidence,
}

/// The rows to store.
#[derive(Default)]
struct Rows {
    sources: Vec<source_system::ActiveModel>,
    services: Vec<service::ActiveModel>,
    channels: Vec<service_channel::ActiveModel>,
    documents: Vec<required_document::ActiveModel>,
}

impl Catalogue {
    pub(crate) fn new(store: Store) -> Catalogue {
        Catalogue { store }
    }
}

#[async_trait]
impl Demo for Catalogue {
    async fn load(&self, progress: &dyn Progress) -> Result<()> {
        let rows = rows()?;
        let all = u64::try_from(rows.services.len()).unwrap_or_default();
        progress.report("services", 0, all);
        self.store.database.writer.write(move |txn| insert(txn, rows).boxed()).await.map_err(fault)?;
        progress.report("services", all, all);
        Ok(())
    }

    async fn clear(&self) -> Result<()> {
        self.store.database.writer.write(|txn| delete(txn).boxed()).await.map_err(fault)
    }
}

async fn insert(txn: &Txn, rows: Rows) -> Result<(), Abort> {
    insert_many(txn, rows.sources).await?;
    insert_many(txn, rows.services).await?;
    insert_many(txn, rows.channels).await?;
    insert_many(txn, rows.documents).await
}

async fn insert_many<A>(txn: &Txn, rows: Vec<A>) -> Result<(), Abort>
where
    A: ActiveModelTrait + Clone,
    <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
{
    for chunk in rows.chunks(ROWS_MAX) {
        <A::Entity as EntityTrait>::insert_many(chunk.to_vec()).exec_without_returning(txn).await?;
    }
    Ok(())
}

async fn delete(txn: &Txn) -> Result<(), Abort> {
    required_document::Entity::delete_many().exec(txn).await?;
    service_channel::Entity::delete_many().exec(txn).await?;
    service::Entity::delete_many().exec(txn).await?;
    source_system::Entity::delete_many().exec(txn).await?;
    Ok(())
}

fn fault(abort: Abort) -> Error {
    abort.into_refusals().err().unwrap_or_else(|| Error::internal("loading demo data was refused"))
}

fn read<'a, T: Deserialize<'a>>(file: &'a str) -> Result<T> {
    serde_json::from_str(file).map_err(Error::internal)
}

fn rows() -> Result<Rows> {
    let sources: SourceFile = read(include_str!("sources.json"))?;
    let documents: DocumentFile = read(include_str!("documents.json"))?;
    let services: ServiceFile = read(include_str!("services.json"))?;
    let names: HashMap<&str, &LocalizedText> = documents.documents.iter().map(|document| (document.id.as_str(), &document.name)).collect();
    let mut rows = Rows { sources: sources.sources.into_iter().map(source_row).collect(), ..Rows::default() };
    for entry in services.services {
        let id = ServiceId::of_slug(&entry.id).uuid();
        rows.channels.extend(
            entry
                .channels
                .iter()
                .map(|channel| service_channel::ActiveModel { service_id: Set(id), channel: Set(channel.word().to_owned()) }),
        );
        for (position, document) in entry.documents.iter().enumerate() {
            let name = names.get(document.as_str()).ok_or_else(|| Error::internal(format!("no document {document}")))?;
            rows.documents.push(required_document::ActiveModel {
                service_id: Set(id),
                position: Set(i16::try_from(position).map_err(Error::internal)?),
                name_kk: Set(name.kk.clone()),
                name_ru: Set(name.ru.clone()),
                name_en: Set(name.en.clone()),
                confidence: Set(documents.meta.confidence.word().to_owned()),
            });
        }
        rows.services.push(service_row(entry)?);
    }
    Ok(rows)
}

fn source_row(entry: SourceEntry) -> source_system::ActiveModel {
    source_system::ActiveModel {
        id: Set(SourceSystemId::of_slug(&entry.id).uuid()),
        slug: Set(entry.id),
        name_kk: Set(entry.name.kk),
        name_ru: Set(entry.name.ru),
        name_en: Set(entry.name.en),
        confidence: Set(entry.confidence.word().to_owned()),
        // No source system is joined to the graph, so nobody has looked.
        status: Set(SourceStatus::Unknown.word().to_owned()),
        checked_at: Set(None),
    }
}

fn service_row(entry: ServiceEntry) -> Result<service::ActiveModel> {
    let folded = model::folded(&entry.id, &entry.title, &entry.summary);
    let term: Option<Value> = entry.term.map(serde_json::to_value).transpose().map_err(Error::internal)?;
    Ok(service::ActiveModel {
        id: Set(ServiceId::of_slug(&entry.id).uuid()),
        code: Set(entry.id),
        title_kk: Set(entry.title.kk),
        title_ru: Set(entry.title.ru),
        title_en: Set(entry.title.en),
        summary_kk: Set(entry.summary.kk),
        summary_ru: Set(entry.summary.ru),
        summary_en: Set(entry.summary.en),
        source_id: Set(SourceSystemId::of_slug(&entry.source).uuid()),
        provider_id: Set(PartyId::of_slug(&entry.provider).uuid()),
        term: Set(term),
        fee: Set(serde_json::to_value(entry.fee).map_err(Error::internal)?),
        confidence: Set(entry.confidence.word().to_owned()),
        folded: Set(folded),
    })
}
