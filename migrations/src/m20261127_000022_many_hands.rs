//! Cases that several do, and acts on several cases: parts that other parties are asked for, parts that other bodies are competent for,
//! incidents that many reports come from, one act on many cases; and why a case ended as it did.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The columns of a report by which it is found from what it belongs to.
const COLUMNS: [&str; 2] = ["part_of", "incident_id"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in COLUMNS {
            manager.alter_table(Table::alter().table("feedback").add_column(uuid_null(column)).to_owned()).await?;
            let index = Index::create().name(format!("feedback_{column}")).table("feedback").col(column).col("id").to_owned();
            manager.create_index(index).await?;
        }
        manager.alter_table(Table::alter().table("feedback").add_column(string_null("outcome_reason")).to_owned()).await?;
        manager.alter_table(Table::alter().table("feedback").add_column(uuid_null("whole")).to_owned()).await?;
        subtasks(manager).await?;
        incidents(manager).await?;
        bulk_acts(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["bulk_act", "incident", "subtask"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        for column in ["outcome_reason", "whole"] {
            manager.alter_table(Table::alter().table("feedback").drop_column(column).to_owned()).await?;
        }
        for column in COLUMNS {
            manager.drop_index(Index::drop().name(format!("feedback_{column}")).table("feedback").to_owned()).await?;
            manager.alter_table(Table::alter().table("feedback").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}

async fn subtasks(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table.table("subtask").col(uuid("id").primary_key()).col(uuid("feedback_id")).col(uuid("party_id")).col(uuid_null("supervisor_id"));
    table.col(uuid("asked_by")).col(timestamp_with_time_zone("asked_at")).col(text("text"));
    table.col(timestamp_with_time_zone("due_at")).col(date("due_on")).col(string("state"));
    table.col(text_null("answer")).col(uuid_null("answered_by")).col(timestamp_with_time_zone_null("answered_at"));
    manager.create_table(table).await?;
    manager.create_index(Index::create().name("subtask_feedback").table("subtask").col("feedback_id").col("id").to_owned()).await?;
    for (name, whose) in [("subtask_party_due", "party_id"), ("subtask_supervisor_due", "supervisor_id")] {
        let index = Index::create().name(name).table("subtask").col(whose).col("state").col("due_at").col("id").to_owned();
        manager.create_index(index).await?;
    }
    Ok(())
}

async fn incidents(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table.table("incident").col(uuid("id").primary_key()).col(string("title")).col(text("text"));
    table.col(string_null("category")).col(string_null("district")).col(uuid("party_id")).col(uuid("opened_by"));
    table.col(timestamp_with_time_zone("opened_at")).col(timestamp_with_time_zone_null("expected_at"));
    table.col(timestamp_with_time_zone_null("resolved_at")).col(string_null("outcome")).col(string_null("outcome_reason"));
    table.col(text_null("answer")).col(integer("version"));
    manager.create_table(table).await
}

async fn bulk_acts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table.table("bulk_act").col(uuid("id").primary_key()).col(uuid("person")).col(json("actor")).col(string("kind")).col(json_null("act"));
    table.col(json("cases")).col(timestamp_with_time_zone("at")).col(timestamp_with_time_zone("performs_at"));
    table.col(string("state")).col(json_null("results"));
    manager.create_table(table).await?;
    manager.create_index(Index::create().name("bulk_act_person").table("bulk_act").col("person").col("id").to_owned()).await
}
