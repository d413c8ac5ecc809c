//! What people want to be told, how and when. Whoever is written to stands here as a keyed digest, never as an address.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let preferences = Table::create()
            .table("notification_preference")
            .col(string("recipient"))
            .col(string("channel"))
            .col(string("topic"))
            .col(string("delivery"))
            .col(timestamp_with_time_zone("changed_at"))
            .primary_key(Index::create().col("recipient").col("channel").col("topic"))
            .to_owned();
        manager.create_table(preferences).await?;
        let hours = Table::create()
            .table("quiet_hours")
            .col(string("recipient"))
            .col(string("channel"))
            .col(time("begins"))
            .col(time("ends"))
            .col(timestamp_with_time_zone("changed_at"))
            .primary_key(Index::create().col("recipient").col("channel"))
            .to_owned();
        manager.create_table(hours).await?;
        // SQLite adds one column at a time.
        for column in ["recipient", "digest"] {
            manager.alter_table(Table::alter().table("message").add_column(string_null(column)).to_owned()).await?;
        }
        // Whatever was queued before does not say that the law asks for it.
        let by_law = Table::alter().table("message").add_column(boolean("by_law").default(false)).to_owned();
        manager.alter_table(by_law).await?;
        manager.create_index(Index::create().name("message_digest").table("message").col("digest").col("id").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("message_digest").table("message").to_owned()).await?;
        for column in ["by_law", "digest", "recipient"] {
            manager.alter_table(Table::alter().table("message").drop_column(column).to_owned()).await?;
        }
        for table in ["quiet_hours", "notification_preference"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
