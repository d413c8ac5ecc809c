//! Who looked at the personal data of which report, and when.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("access")
                    .col(uuid("id").primary_key())
                    .col(uuid("feedback_id"))
                    .col(uuid("person"))
                    .col(uuid_null("party_id"))
                    .col(timestamp_with_time_zone("at"))
                    .col(string("what"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(Index::create().name("access_feedback").table("access").col("feedback_id").col("id").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("access").to_owned()).await
    }
}
