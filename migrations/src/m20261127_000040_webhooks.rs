//! Whoever is told of what happens to reports by HTTP. No secret stands here: each is derived from the installation's.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let webhooks = Table::create()
            .table("webhook")
            .col(uuid("id").primary_key())
            .col(uuid_null("party_id"))
            .col(text("url"))
            .col(string("state"))
            .col(integer("failures").default(0))
            .col(timestamp_with_time_zone_null("attempted_at"))
            .col(timestamp_with_time_zone_null("delivered_at"))
            .col(small_integer_null("reply_status"))
            .col(timestamp_with_time_zone("created_at"))
            .to_owned();
        manager.create_table(webhooks).await?;
        manager.create_index(Index::create().name("webhook_party").table("webhook").col("party_id").col("id").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("webhook").to_owned()).await
    }
}
