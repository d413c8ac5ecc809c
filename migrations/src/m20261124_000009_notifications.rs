//! The tables of the room `notifications`: messages to people, and each try to deliver them.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        messages(manager).await?;
        deliveries(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["delivery", "message"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

async fn messages(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("message")
                .col(uuid("id").primary_key())
                .col(string("email"))
                .col(string("locale"))
                .col(string("topic"))
                .col(string_null("about"))
                .col(string("subject"))
                .col(text("text"))
                .col(boolean("with_coupon_key"))
                .col(string("state"))
                .col(timestamp_with_time_zone("created_at"))
                .to_owned(),
        )
        .await?;
    // Ids are sorted by time, so the newest of a state, a topic or a report are read in the order of an index.
    for (name, column) in [("message_state", "state"), ("message_topic", "topic"), ("message_about", "about")] {
        manager.create_index(Index::create().name(name).table("message").col(column).col("id").to_owned()).await?;
    }
    Ok(())
}

async fn deliveries(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("delivery")
                .col(uuid("message_id"))
                .col(integer("attempt"))
                .col(timestamp_with_time_zone("at"))
                .col(string("outcome"))
                .col(string_null("reason"))
                .col(small_integer_null("reply_code"))
                .primary_key(Index::create().col("message_id").col("attempt"))
                .foreign_key(ForeignKey::create().from("delivery", "message_id").to("message", "id"))
                .to_owned(),
        )
        .await
}
