//! What stewards do.

use std::collections::BTreeSet;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use futures_util::FutureExt;
use journal::{Abort, ActKey, House};
use kernel::{Actor, DatasetId, DatasetVersionId, LocalizedText, PartyId, Refusal, ServiceId};
use serde::Serialize;
use uuid::Uuid;
use vocabulary::{LocalizedTextInput, Nullable, OrFault, OrNull, UpdatePeriod, UserError, list_size, refusals, request};

use super::{
    loaders::catalogue,
    types::{self, ColumnType, Dataset, DatasetVersion},
};
use crate::{
    error,
    model::{self, CSV_BYTES_MAX, Table, TableSchema, is_complete, is_slug},
    policy,
    store::{self, Created, NewDataset, Store},
};

pub(crate) struct Mutation;

/// One column to declare.
#[derive(InputObject, Serialize)]
pub(crate) struct ColumnInput {
    /// The name in filters, orders and CSV headers: up to 40 lower-case Latin letters, digits and underscores.
    name: String,
    /// The name for people.
    title: LocalizedTextInput,
    /// What the values mean, and their unit.
    description: Option<LocalizedTextInput>,
    /// What kind of values it holds.
    #[graphql(name = "type")]
    kind: ColumnType,
    /// How many decimals a DECIMAL value has at most, 0 to 9.
    #[graphql(default = 0)]
    scale: u32,
    /// Whether every row has a value.
    #[graphql(default = false)]
    required: bool,
    /// Whether no two rows have the same value.
    #[graphql(default = false)]
    unique: bool,
}

/// A dataset to create.
#[derive(InputObject, Serialize)]
pub(crate) struct CreateDatasetInput {
    /// A UUID made by the client; the same key gives the same outcome.
    idempotency_key: String,
    /// The short name in links: 2 to 60 lower-case Latin letters, digits and hyphens.
    slug: String,
    /// What it is called.
    title: LocalizedTextInput,
    /// What a row is, where it comes from, and what to mind.
    description: LocalizedTextInput,
    /// Who answers for it; by default the steward's own party.
    publisher: Option<ID>,
    /// The licence as an SPDX identifier.
    #[graphql(default_with = "\"CC-BY-4.0\".to_owned()")]
    licence: String,
    /// How often a new version is promised.
    period: UpdatePeriod,
    /// The columns in their order, 1 to 50. They cannot be changed later.
    columns: Vec<ColumnInput>,
    /// The services that it is about.
    #[graphql(default)]
    services: Vec<ID>,
}

/// What became of it.
#[derive(SimpleObject)]
#[graphql(complex, requires_scopes = "steward")]
pub(crate) struct CreateDatasetPayload {
    #[graphql(skip)]
    created: Option<DatasetId>,
    /// Why nothing was created; empty when it was.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

/// Rows to publish as the next version.
#[derive(InputObject, Serialize)]
pub(crate) struct PublishDatasetVersionInput {
    /// A UUID made by the client; the same key gives the same outcome.
    idempotency_key: String,
    /// Which dataset.
    dataset: ID,
    /// The rows as CSV (RFC 4180, UTF-8, 1,000,000 bytes at most) with a header that names the columns. Numbers have a point, days are
    /// `2026-11-24`, instants have an offset, an empty field is no value. When one value does not fit, nothing is published.
    rows: String,
}

/// What became of it.
#[derive(SimpleObject)]
#[graphql(complex, requires_scopes = "steward")]
pub(crate) struct PublishDatasetVersionPayload {
    #[graphql(skip)]
    published: Option<DatasetVersionId>,
    /// Why nothing was published; up to 20 at once, each with the row and the column. Empty when it was.
    #[graphql(directive = list_size::apply(20))]
    errors: Vec<UserError>,
}

#[async_graphql::ComplexObject]
impl CreateDatasetPayload {
    /// The dataset; null when it was refused.
    async fn dataset(&self, ctx: &Context<'_>) -> Nullable<Dataset> {
        catalogue(ctx).load_one(self.created?).await.map(|found| found.map(Dataset)).or_null(ctx)
    }
}

#[async_graphql::ComplexObject]
impl PublishDatasetVersionPayload {
    /// The new version; null when it was refused.
    async fn version(&self, ctx: &Context<'_>) -> Nullable<DatasetVersion> {
        types::version(ctx, self.published?).await.transpose()
    }
}

#[Object(name = "Mutation")]
impl Mutation {
    /// Creates a dataset with its declared schema and no versions.
    #[graphql(requires_scopes = "steward")]
    async fn create_dataset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The dataset.")] input: CreateDatasetInput,
    ) -> Nullable<CreateDatasetPayload> {
        let outcome = create_dataset(ctx, input).await;
        payload(ctx, outcome, |created, errors| CreateDatasetPayload { created: created.map(DatasetId::from_uuid), errors })
    }

    /// Publishes rows as the next immutable version: all of them, or none when one does not fit.
    #[graphql(requires_scopes = "steward")]
    async fn publish_dataset_version(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rows.")] input: PublishDatasetVersionInput,
    ) -> Nullable<PublishDatasetVersionPayload> {
        let outcome = publish_version(ctx, input).await;
        payload(ctx, outcome, |published, errors| PublishDatasetVersionPayload {
            published: published.map(DatasetVersionId::from_uuid),
            errors,
        })
    }
}

/// Shows refusals as data and faults as errors.
fn payload<T>(ctx: &Context<'_>, outcome: Result<Uuid, Abort>, show: impl FnOnce(Option<Uuid>, Vec<UserError>) -> T) -> Nullable<T> {
    let shown = match outcome {
        Ok(id) => Ok(show(Some(id), Vec::new())),
        Err(abort) => abort.into_refusals().map(|refused| show(None, refusals(&refused, request(ctx).locale))),
    };
    Some(shown.or_fault(ctx))
}

/// The key of an act of this actor.
fn act_key(key: &str, act: &'static str, actor: &Actor, body: &impl Serialize) -> Result<ActKey, Abort> {
    let key = Uuid::parse_str(key).map_err(|_| error::key_is_not_a_uuid())?;
    Ok(ActKey::new(key, act, &actor.journal_name(), body)?)
}

async fn create_dataset(ctx: &Context<'_>, input: CreateDatasetInput) -> Result<Uuid, Abort> {
    let (house, request) = (ctx.data_unchecked::<House>(), request(ctx));
    policy::keep(&request.actor)?;
    let key = act_key(&input.idempotency_key, "create_dataset", &request.actor, &input)?;
    let actor = request.actor.journal_name();
    let now = request.now;
    let publisher = request.actor.party();
    let new = new_dataset(input, publisher, now)?;
    house
        .database
        .writer
        .write(move |txn| {
            async move {
                if let Some(created) = journal::claim(txn, &key, now).await?.before(error::key_reused)? {
                    return Ok(created);
                }
                if store::create(txn, &new, &actor).await? == Created::SlugTaken {
                    return Err(error::slug_taken().into());
                }
                let id = new.dataset.id.uuid();
                journal::settle(txn, &key, &id).await?;
                Ok(id)
            }
            .boxed()
        })
        .await
}

/// Checks what is to be created; all that is wrong is told at once.
fn new_dataset(
    input: CreateDatasetInput,
    own_party: Option<PartyId>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<NewDataset, Vec<Refusal>> {
    let mut refused = Vec::new();
    if !is_slug(&input.slug) {
        refused.push(error::slug_malformed());
    }
    let (title, description) = (LocalizedText::from(input.title), LocalizedText::from(input.description));
    for (text, path) in [(&title, "input.title"), (&description, "input.description")] {
        if !is_complete(text) {
            refused.push(error::text_incomplete(path));
        }
    }
    let publisher = match input.publisher.map(|id| PartyId::from_global(&id)) {
        None => own_party,
        Some(Some(party)) => Some(party),
        Some(None) => {
            refused.push(error::id_malformed("input.publisher"));
            None
        }
    };
    // Named twice, it is about the service once.
    let services: Option<BTreeSet<ServiceId>> = input.services.iter().map(|id| ServiceId::from_global(id)).collect();
    if services.is_none() {
        refused.push(error::id_malformed("input.services"));
    }
    let columns = input.columns.into_iter().map(|column| model::Column {
        name: column.name,
        kind: column.kind.into(),
        title: column.title.into(),
        description: column.description.map(Into::into),
        scale: column.scale,
        required: column.required,
        unique: column.unique,
    });
    let schema = TableSchema { columns: columns.collect() };
    refused.extend(schema.flaws().into_iter().map(|(position, flaw)| error::flaw(position, flaw)));
    if !refused.is_empty() {
        return Err(refused);
    }
    let dataset = model::Dataset {
        id: DatasetId::of_slug(&input.slug),
        slug: input.slug,
        title,
        description,
        publisher,
        licence: input.licence,
        period: input.period,
        synthetic: false,
        schema,
        latest: 0,
        created_at: now,
    };
    Ok(NewDataset { dataset, services: services.into_iter().flatten().collect() })
}

async fn publish_version(ctx: &Context<'_>, input: PublishDatasetVersionInput) -> Result<Uuid, Abort> {
    let (house, request) = (ctx.data_unchecked::<House>(), request(ctx));
    policy::keep(&request.actor)?;
    let key = act_key(&input.idempotency_key, "publish_dataset_version", &request.actor, &input)?;
    if input.rows.len() > CSV_BYTES_MAX {
        return Err(error::csv_too_long().into());
    }
    let id = DatasetId::from_global(&input.dataset).ok_or_else(error::no_such_dataset)?;
    let found = ctx.data_unchecked::<Store>().datasets_by_id(&[id]).await?.remove(&id);
    let schema = found.ok_or_else(error::no_such_dataset)?.schema;
    // The schema of a dataset never changes, so the rows can be read before the transaction.
    let table = Table::read(&schema, &input.rows)
        .map_err(|misfits| misfits.iter().map(|misfit| error::misfit(&schema, misfit)).collect::<Vec<_>>())?;
    let actor = request.actor.journal_name();
    let now = request.now;
    let version = DatasetVersionId::new(now, &*house.rng);
    house
        .database
        .writer
        .write(move |txn| {
            async move {
                if let Some(published) = journal::claim(txn, &key, now).await?.before(error::key_reused)? {
                    return Ok(published);
                }
                let dataset = store::lock(txn, id).await?.ok_or_else(error::no_such_dataset)?;
                let version = store::publish(txn, &dataset, version, &table, now, &actor).await?;
                journal::settle(txn, &key, &version.id.uuid()).await?;
                Ok(version.id.uuid())
            }
            .boxed()
        })
        .await
}
