//! Writing: a dataset, and a version with a table of its own. All of one version is in one transaction: it is there as a whole or not at all.

use chrono::{DateTime, Utc};
use journal::{Abort, NewEvent, NewJob, Txn};
use kernel::{DatasetId, DatasetVersionId, Error, ServiceId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Alias, ColumnDef, Expr, LockType, Query, Table as SqlTable, TableCreateStatement},
};
use serde_json::json;

use super::rows::{NUMBER, bind, bind_nothing};
use crate::{
    entity::{dataset, dataset_service, dataset_version},
    model::{Column, ColumnType, Dataset, Table, TableSchema, Version, rows_table},
    process::TELL_KPIS,
};

/// How many parameters one statement carries. SQLite takes 32,766, PostgreSQL 65,535; but a connection keeps its statements prepared, and
/// each row of one costs memory for as long.
const PARAMETERS_MAX: usize = 1_000;

/// A dataset to create, and the services that it is about.
#[derive(Clone, Debug)]
pub(crate) struct NewDataset {
    pub(crate) dataset: Dataset,
    pub(crate) services: Vec<ServiceId>,
}

/// What became of creating a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Created {
    Yes,
    SlugTaken,
}

/// Creates a dataset without versions.
pub(crate) async fn create(txn: &Txn, new: &NewDataset, actor: &str) -> Result<Created, Abort> {
    let NewDataset { dataset, services } = new;
    let (title, description) = (&dataset.title, &dataset.description);
    let folded = [&dataset.slug, &title.kk, &title.ru, &title.en, &description.kk, &description.ru, &description.en]
        .map(|text| kernel::fold(text))
        .join(" ");
    let row = dataset::ActiveModel {
        id: Set(dataset.id.uuid()),
        slug: Set(dataset.slug.clone()),
        title_kk: Set(title.kk.clone()),
        title_ru: Set(title.ru.clone()),
        title_en: Set(title.en.clone()),
        description_kk: Set(description.kk.clone()),
        description_ru: Set(description.ru.clone()),
        description_en: Set(description.en.clone()),
        publisher_id: Set(dataset.publisher.map(Into::into)),
        licence: Set(dataset.licence.clone()),
        period: Set(dataset.period.word().to_owned()),
        synthetic: Set(dataset.synthetic),
        columns: Set(serde_json::to_value(&dataset.schema).map_err(Error::internal)?),
        latest: Set(0),
        created_at: Set(dataset.created_at),
        folded: Set(folded),
    };
    let created = dataset::Entity::insert(row)
        .on_conflict(sea_orm::sea_query::OnConflict::column(dataset::Column::Slug).do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    if created == 0 {
        return Ok(Created::SlugTaken);
    }
    let services =
        services.iter().map(|service| dataset_service::ActiveModel { service_id: Set(service.uuid()), dataset_id: Set(dataset.id.uuid()) });
    dataset_service::Entity::insert_many(services).exec_without_returning(txn).await?;
    let event = NewEvent { kind: "dataset_created".into(), payload: json!({ "slug": dataset.slug }), versions: None };
    append(txn, dataset.id, dataset.created_at, actor, event).await?;
    Ok(Created::Yes)
}

/// Reads a dataset so that nobody else publishes a version of it before this transaction ends.
pub(crate) async fn lock(txn: &Txn, id: DatasetId) -> Result<Option<Dataset>, Abort> {
    let mut select = dataset::Entity::find_by_id(id.uuid());
    if txn.get_database_backend() == DbBackend::Postgres {
        select = select.lock(LockType::Update);
    }
    Ok(select.one(txn).await?.map(Dataset::try_from).transpose()?)
}

/// Publishes the next version of a locked dataset.
pub(crate) async fn publish(
    txn: &Txn,
    dataset: &Dataset,
    id: DatasetVersionId,
    table: &Table,
    now: DateTime<Utc>,
    actor: &str,
) -> Result<Version, Abort> {
    let version = Version {
        id,
        dataset: dataset.id,
        number: dataset.latest + 1,
        published_at: now,
        row_count: i32::try_from(table.rows.len()).map_err(Error::internal)?,
        checksum: table.checksum(&dataset.schema),
        filled_cells: i64::try_from(table.filled_cells()).map_err(Error::internal)?,
    };
    txn.execute(&create_rows(&dataset.schema, &version, txn.get_database_backend())).await?;
    insert_rows(txn, &dataset.schema, &version, table).await?;
    dataset_version::Entity::insert(dataset_version::ActiveModel {
        id: Set(id.uuid()),
        dataset_id: Set(dataset.id.uuid()),
        number: Set(version.number),
        published_at: Set(now),
        row_count: Set(version.row_count),
        checksum: Set(version.checksum.clone()),
        filled_cells: Set(version.filled_cells),
    })
    .exec_without_returning(txn)
    .await?;
    dataset::Entity::update_many()
        .col_expr(dataset::Column::Latest, Expr::value(version.number))
        .filter(dataset::Column::Id.eq(dataset.id.uuid()))
        .exec(txn)
        .await?;
    let payload = json!({ "slug": dataset.slug, "version": id.uuid(), "number": version.number, "checksum": version.checksum });
    let event = NewEvent { kind: "version_published".into(), payload, versions: None };
    append(txn, dataset.id, now, actor, event).await?;
    let tell = NewJob::new(TELL_KPIS, id.uuid(), json!({ "dataset": dataset.id.uuid(), "version": id.uuid() }), now);
    journal::enqueue(txn, now, vec![tell]).await?;
    Ok(version)
}

/// Adds an event to the dataset's stream, which outlives the dataset when demo data is cleared.
async fn append(txn: &Txn, dataset: DatasetId, at: DateTime<Utc>, actor: &str, event: NewEvent) -> Result<(), Abort> {
    let length = journal::length(txn, dataset.uuid()).await?;
    journal::append(txn, "dataset", dataset.uuid(), length, at, actor, vec![event]).await?;
    Ok(())
}

/// The table of a version: the declared columns with their types, and the rows' numbers.
fn create_rows(schema: &TableSchema, version: &Version, backend: DbBackend) -> TableCreateStatement {
    let mut create = SqlTable::create();
    create.table(Alias::new(version.table()));
    create.col(ColumnDef::new(NUMBER).integer().not_null().primary_key());
    for column in &schema.columns {
        create.col(define(column, backend));
    }
    create
}

fn define(column: &Column, backend: DbBackend) -> ColumnDef {
    let mut define = ColumnDef::new(Alias::new(&column.name));
    match column.kind {
        ColumnType::Text => {
            define.text();
            // The order of code points, which is SQLite's, and not of the server's language.
            if backend == DbBackend::Postgres {
                define.extra("COLLATE \"C\"");
            }
        }
        ColumnType::Integer | ColumnType::Decimal => {
            define.big_integer();
        }
        ColumnType::Date => {
            define.date();
        }
        ColumnType::DateTime => {
            define.timestamp_with_time_zone();
        }
        ColumnType::Boolean => {
            define.boolean();
        }
    }
    if column.required {
        define.not_null();
    }
    if column.unique {
        define.unique_key();
    }
    define
}

async fn insert_rows(txn: &Txn, schema: &TableSchema, version: &Version, table: &Table) -> Result<(), Abort> {
    let width = schema.columns.len() + 1;
    let names = || std::iter::once(Alias::new(NUMBER)).chain(schema.columns.iter().map(|column| Alias::new(&column.name)));
    let mut number = 0_i32;
    for rows in table.rows.chunks(PARAMETERS_MAX / width) {
        let mut insert = Query::insert();
        insert.into_table(Alias::new(version.table())).columns(names());
        for values in rows {
            number += 1;
            let mut row = Vec::with_capacity(width);
            row.push(Expr::value(number));
            for (column, value) in schema.columns.iter().zip(values) {
                row.push(Expr::value(value.as_ref().map_or_else(|| bind_nothing(column), bind)));
            }
            insert.values(row).map_err(Error::internal)?;
        }
        txn.execute(&insert).await?;
    }
    Ok(())
}

/// Drops the tables of all versions and empties the catalogue.
pub(crate) async fn drop_all(txn: &Txn) -> Result<(), Abort> {
    let versions: Vec<uuid::Uuid> =
        dataset_version::Entity::find().select_only().column(dataset_version::Column::Id).into_tuple().all(txn).await?;
    for version in versions {
        let table = rows_table(DatasetVersionId::from_uuid(version));
        txn.execute(SqlTable::drop().table(Alias::new(table)).if_exists()).await?;
    }
    dataset_service::Entity::delete_many().exec(txn).await?;
    dataset_version::Entity::delete_many().exec(txn).await?;
    dataset::Entity::delete_many().exec(txn).await?;
    Ok(())
}
