//! The tables of the room `surveys`.
//!
//! Of an anonymous survey nothing tells whose answers are whose: there are no instants, ids are chance, and on SQLite the tables keep no order
//! of insertion (WITHOUT ROWID).

use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        surveys(manager).await?;
        ballots(manager).await?;
        responses(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["survey_tally", "survey_response", "survey_ballot", "survey_asked", "survey_service", "survey"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

async fn surveys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("survey")
                .col(uuid("id").primary_key())
                .col(string("slug").unique_key())
                .col(string("title_kk"))
                .col(string("title_ru"))
                .col(string("title_en"))
                .col(string("anonymity"))
                .col(string("status"))
                .col(json("questions"))
                .col(integer("version"))
                .col(big_integer("responses"))
                .col(timestamp_with_time_zone_null("opened_at"))
                .col(timestamp_with_time_zone_null("closed_at"))
                .col(boolean("synthetic"))
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("survey_service")
                .col(uuid("survey_id"))
                .col(uuid("service_id"))
                .primary_key(Index::create().col("survey_id").col("service_id"))
                .to_owned(),
        )
        .await?;
    manager.create_index(Index::create().name("survey_service_service").table("survey_service").col("service_id").to_owned()).await
}

async fn ballots(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let asked = Table::create()
        .table("survey_asked")
        .col(uuid("survey_id"))
        .col(uuid("person_id"))
        .col(string("proof"))
        .primary_key(Index::create().col("survey_id").col("person_id"))
        .to_owned();
    manager.create_table(without_order(manager, asked)).await?;
    let ballots = Table::create()
        .table("survey_ballot")
        .col(string("hash").primary_key())
        .col(uuid("survey_id"))
        // Of a named survey only.
        .col(uuid_null("person_id"))
        .col(boolean("used"))
        .to_owned();
    manager.create_table(without_order(manager, ballots)).await
}

async fn responses(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let responses = Table::create()
        .table("survey_response")
        .col(uuid("id").primary_key())
        .col(uuid("survey_id"))
        // Of a named survey only.
        .col(uuid_null("person_id"))
        .col(json("answers"))
        .col(boolean("synthetic"))
        .to_owned();
    manager.create_table(without_order(manager, responses)).await?;
    manager.create_index(Index::create().name("survey_response_survey").table("survey_response").col("survey_id").to_owned()).await?;
    manager
        .create_table(
            Table::create()
                .table("survey_tally")
                .col(uuid("survey_id"))
                .col(string("question"))
                .col(string("item"))
                .col(string("value"))
                .col(big_integer("count"))
                .primary_key(Index::create().col("survey_id").col("question").col("item").col("value"))
                .to_owned(),
        )
        .await
}

fn without_order(manager: &SchemaManager<'_>, mut table: TableCreateStatement) -> TableCreateStatement {
    if manager.get_database_backend() == DbBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
    table
}
