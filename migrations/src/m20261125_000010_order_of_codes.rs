//! Codes, slugs and addresses are sorted by their bytes on PostgreSQL too, as on SQLite, whatever language the database was made for: a
//! cursor that one installation gave out would else mean another place in the next.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What lists are sorted by.
const SORTED: [(&str, &str); 7] = [
    ("party", "slug"),
    ("officer", "email"),
    ("service", "code"),
    ("source_system", "slug"),
    ("dataset", "slug"),
    ("kpi", "code"),
    ("survey", "slug"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        collate(manager, "C").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        collate(manager, "default").await
    }
}

async fn collate(manager: &SchemaManager<'_>, collation: &str) -> Result<(), DbErr> {
    if manager.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    for (table, column) in SORTED {
        let statement = format!("ALTER TABLE \"{table}\" ALTER COLUMN \"{column}\" TYPE varchar COLLATE \"{collation}\"");
        manager.get_connection().execute_unprepared(&statement).await?;
    }
    Ok(())
}
