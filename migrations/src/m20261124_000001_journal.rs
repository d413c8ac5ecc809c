//! The durable record: events, jobs, timers, and the keys of acts.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        events(manager).await?;
        jobs(manager).await?;
        timers(manager).await?;
        manager
            .create_table(
                Table::create()
                    .table("act_key")
                    .col(uuid("key").primary_key())
                    .col(string("act"))
                    .col(binary("digest"))
                    .col(json("outcome"))
                    .col(timestamp_with_time_zone("at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["act_key", "timer", "job", "event"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

async fn events(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("event")
                .col(big_integer("position").primary_key().auto_increment())
                .col(string("stream"))
                .col(uuid("stream_id"))
                .col(integer("number"))
                .col(string("kind"))
                .col(timestamp_with_time_zone("at"))
                .col(string("actor"))
                .col(json("payload"))
                .col(json("versions"))
                .to_owned(),
        )
        .await?;
    // Two acts on one stream cannot both be its n-th event.
    manager
        .create_index(Index::create().name("event_stream_number").table("event").col("stream_id").col("number").unique().to_owned())
        .await
}

async fn jobs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("job")
                .col(big_integer("id").primary_key().auto_increment())
                .col(string("kind"))
                .col(string("key").unique_key())
                .col(json("payload"))
                .col(string("state"))
                .col(small_integer("priority"))
                .col(timestamp_with_time_zone("run_at"))
                .col(integer("attempts"))
                .col(timestamp_with_time_zone_null("leased_until"))
                .col(string_null("leased_by"))
                .col(string_null("last_error"))
                .col(timestamp_with_time_zone("created_at"))
                .col(timestamp_with_time_zone_null("ended_at"))
                .to_owned(),
        )
        .await?;
    manager.create_index(Index::create().name("job_due").table("job").col("state").col("priority").col("run_at").to_owned()).await
}

async fn timers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("timer")
                .col(big_integer("id").primary_key().auto_increment())
                .col(uuid("stream_id"))
                .col(string("name"))
                .col(string("job_kind"))
                .col(timestamp_with_time_zone("due_at"))
                .col(string("state"))
                .to_owned(),
        )
        .await?;
    manager.create_index(Index::create().name("timer_stream_name").table("timer").col("stream_id").col("name").unique().to_owned()).await?;
    manager.create_index(Index::create().name("timer_due").table("timer").col("state").col("due_at").to_owned()).await
}
