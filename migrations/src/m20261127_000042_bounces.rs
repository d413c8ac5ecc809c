//! Mail that came back. Whose address it was stands here as a keyed digest.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table.table("bouncing_address").col(string("recipient").primary_key()).col(timestamp_with_time_zone("bounced_at"));
        manager.create_table(table.to_owned()).await?;
        // Of whatever was queued before nobody knows whom it was for.
        manager.alter_table(Table::alter().table("message").add_column(boolean("to_reporter").default(false)).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("message").drop_column("to_reporter").to_owned()).await?;
        manager.drop_table(Table::drop().table("bouncing_address").to_owned()).await
    }
}
