//! The index of due jobs ends with the id, as their order does. Without it PostgreSQL sorts all that wait for each lease.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        index(manager, &["state", "priority", "run_at", "id"]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        index(manager, &["state", "priority", "run_at"]).await
    }
}

async fn index(manager: &SchemaManager<'_>, columns: &[&'static str]) -> Result<(), DbErr> {
    manager.drop_index(Index::drop().name("job_due").table("job").to_owned()).await?;
    let mut index = Index::create().name("job_due").table("job").to_owned();
    for column in columns {
        index.col(*column);
    }
    manager.create_index(index).await
}
