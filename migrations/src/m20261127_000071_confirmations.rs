//! Mail addresses that wait for their confirmation, and those that got it.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("confirmation")
                    .col(uuid("feedback_id").primary_key())
                    .col(string("address"))
                    .col(integer("round"))
                    .col(timestamp_with_time_zone("sent_at"))
                    .col(integer("tries"))
                    .col(timestamp_with_time_zone_null("confirmed_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("confirmation_address").table("confirmation").col("address").col("sent_at").to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("confirmation").to_owned()).await
    }
}
