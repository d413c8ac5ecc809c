//! The tables of the room `services`: the catalogue, and the systems that services come from.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        sources(manager).await?;
        services(manager).await?;
        channels(manager).await?;
        documents(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["required_document", "service_channel", "service", "source_system"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

async fn sources(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("source_system")
                .col(uuid("id").primary_key())
                .col(string("slug").unique_key())
                .col(string("name_kk"))
                .col(string("name_ru"))
                .col(string("name_en"))
                .col(string("confidence"))
                .col(string("status"))
                .col(timestamp_with_time_zone_null("checked_at"))
                .to_owned(),
        )
        .await
}

async fn services(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("service")
                .col(uuid("id").primary_key())
                .col(string("code").unique_key())
                .col(string("title_kk"))
                .col(string("title_ru"))
                .col(string("title_en"))
                .col(text("summary_kk"))
                .col(text("summary_ru"))
                .col(text("summary_en"))
                .col(uuid("source_id"))
                .col(uuid("provider_id"))
                .col(json_null("term"))
                .col(json("fee"))
                .col(string("confidence"))
                // Titles and summaries, folded: LOWER of SQLite knows ASCII only.
                .col(text("folded"))
                .to_owned(),
        )
        .await?;
    manager.create_index(Index::create().name("service_provider_code").table("service").col("provider_id").col("code").to_owned()).await?;
    manager.create_index(Index::create().name("service_source_code").table("service").col("source_id").col("code").to_owned()).await
}

async fn channels(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("service_channel")
                .col(uuid("service_id"))
                .col(string("channel"))
                .primary_key(Index::create().col("service_id").col("channel"))
                .to_owned(),
        )
        .await?;
    manager.create_index(Index::create().name("service_channel_channel").table("service_channel").col("channel").to_owned()).await
}

async fn documents(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("required_document")
                .col(uuid("service_id"))
                .col(small_integer("position"))
                .col(string("name_kk"))
                .col(string("name_ru"))
                .col(string("name_en"))
                .col(string("confidence"))
                .primary_key(Index::create().col("service_id").col("position"))
                .to_owned(),
        )
        .await
}
