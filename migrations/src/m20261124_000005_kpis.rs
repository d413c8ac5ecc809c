//! The tables of the room `kpis`: definitions, targets and observations, which are only ever added to.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        kpis(manager).await?;
        targets(manager).await?;
        observations(manager).await?;
        relations(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["kpi_dataset", "kpi_service", "kpi_observation", "kpi_target", "kpi"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

async fn kpis(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("kpi")
                .col(uuid("id").primary_key())
                .col(string("code").unique_key())
                .col(string("title_kk"))
                .col(string("title_ru"))
                .col(string("title_en"))
                .col(string("unit"))
                .col(string("direction"))
                .col(string("frequency"))
                .col(uuid_null("owner_id"))
                .col(string_null("standard"))
                .col(string("kind"))
                .col(text("formula"))
                .col(small_integer("decimals"))
                .col(json("inputs"))
                .col(timestamp_with_time_zone("defined_at"))
                // Code and titles, folded for search.
                .col(text("folded"))
                .to_owned(),
        )
        .await?;
    manager.create_index(Index::create().name("kpi_owner_code").table("kpi").col("owner_id").col("code").to_owned()).await
}

async fn targets(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("kpi_target")
                .col(uuid("kpi_id"))
                .col(date("valid_from"))
                .col(string("value"))
                .col(string_null("at_risk"))
                .col(boolean("synthetic"))
                .col(timestamp_with_time_zone("set_at"))
                .primary_key(Index::create().col("kpi_id").col("valid_from"))
                .to_owned(),
        )
        .await
}

async fn observations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("kpi_observation")
                .col(uuid("id").primary_key())
                .col(uuid("kpi_id"))
                // The nil UUID stands for the whole region, so that the unique index covers it.
                .col(uuid("district_id"))
                .col(date("period_from"))
                .col(date("period_to"))
                .col(integer("revision"))
                .col(string_null("numerator"))
                .col(string_null("denominator"))
                .col(string("value"))
                .col(boolean("synthetic"))
                .col(timestamp_with_time_zone("recorded_at"))
                .col(json("trace"))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("kpi_observation_revision")
                .table("kpi_observation")
                .col("kpi_id")
                .col("district_id")
                .col("period_to")
                .col("period_from")
                .col("revision")
                .unique()
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create().name("kpi_observation_district").table("kpi_observation").col("district_id").col("period_to").to_owned(),
        )
        .await
}

async fn relations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for (table, other) in [("kpi_service", "service_id"), ("kpi_dataset", "dataset_id")] {
        manager
            .create_table(
                Table::create()
                    .table(table)
                    .col(uuid(other))
                    .col(uuid("kpi_id"))
                    .primary_key(Index::create().col(other).col("kpi_id"))
                    .to_owned(),
            )
            .await?;
    }
    Ok(())
}
