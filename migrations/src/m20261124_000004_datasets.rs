//! The tables of the room `datasets`: the catalogue and its immutable versions. The rows of a version have a table of their own, made when
//! the version is published.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        datasets(manager).await?;
        versions(manager).await?;
        services(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["dataset_service", "dataset_version", "dataset"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

async fn datasets(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("dataset")
                .col(uuid("id").primary_key())
                .col(string("slug").unique_key())
                .col(string("title_kk"))
                .col(string("title_ru"))
                .col(string("title_en"))
                .col(text("description_kk"))
                .col(text("description_ru"))
                .col(text("description_en"))
                .col(uuid_null("publisher_id"))
                .col(string("licence"))
                .col(string("period"))
                .col(boolean("synthetic"))
                .col(json("columns"))
                // The number of the newest version; 0 before the first.
                .col(integer("latest"))
                .col(timestamp_with_time_zone("created_at"))
                // Slug, titles and descriptions, folded for search.
                .col(text("folded"))
                .to_owned(),
        )
        .await
}

async fn versions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("dataset_version")
                .col(uuid("id").primary_key())
                .col(uuid("dataset_id"))
                .col(integer("number"))
                .col(timestamp_with_time_zone("published_at"))
                .col(integer("row_count"))
                .col(string("checksum"))
                .col(big_integer("filled_cells"))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create().name("dataset_version_number").table("dataset_version").col("dataset_id").col("number").unique().to_owned(),
        )
        .await
}

async fn services(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("dataset_service")
                .col(uuid("service_id"))
                .col(uuid("dataset_id"))
                .primary_key(Index::create().col("service_id").col("dataset_id"))
                .to_owned(),
        )
        .await
}
