//! What a report could be found by goes from the pages of the embedded index too, as soon as it is erased: FTS5 would only mark it as gone.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        set(manager, 1).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        set(manager, 0).await
    }
}

async fn set(manager: &SchemaManager<'_>, on: i32) -> Result<(), DbErr> {
    if manager.get_database_backend() == DbBackend::Sqlite {
        let option = format!("INSERT INTO feedback_words (feedback_words, rank) VALUES ('secure-delete', {on})");
        manager.get_connection().execute_unprepared(&option).await?;
    }
    Ok(())
}
