//! What the work on a case leaves besides its state: questions to the reporter, decisions to extend its term, and the case whose answer it
//! waits for. A desk shows first what was contested.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("question")
                    .col(uuid("id").primary_key())
                    .col(uuid("feedback_id"))
                    .col(uuid("asked_by"))
                    .col(timestamp_with_time_zone("asked_at"))
                    .col(text("text"))
                    .col(timestamp_with_time_zone_null("answered_at"))
                    .col(text_null("answer"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(Index::create().name("question_feedback").table("question").col("feedback_id").col("id").to_owned()).await?;
        manager
            .create_table(
                Table::create()
                    .table("extension")
                    .col(uuid("id").primary_key())
                    .col(uuid("feedback_id"))
                    .col(uuid("decided_by"))
                    .col(timestamp_with_time_zone("decided_at"))
                    .col(string("decision_number"))
                    .col(text("reason"))
                    .col(integer("working_days"))
                    .col(date("due_on"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(Index::create().name("extension_feedback").table("extension").col("feedback_id").col("id").to_owned()).await?;
        manager.alter_table(Table::alter().table("feedback").add_column(uuid_null("merged_into")).to_owned()).await?;
        manager
            .create_index(Index::create().name("feedback_merged_into").table("feedback").col("merged_into").col("id").to_owned())
            .await?;
        desks(manager, true).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        desks(manager, false).await?;
        manager.drop_index(Index::drop().name("feedback_merged_into").table("feedback").to_owned()).await?;
        manager.alter_table(Table::alter().table("feedback").drop_column("merged_into").to_owned()).await?;
        for table in ["extension", "question"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

/// The indexes of the desks' queues, which end as the queues are ordered.
async fn desks(manager: &SchemaManager<'_>, contested_first: bool) -> Result<(), DbErr> {
    for (name, whose) in [("feedback_party_due", "party_id"), ("feedback_supervisor_due", "supervisor_id")] {
        manager.drop_index(Index::drop().name(name).table("feedback").to_owned()).await?;
        let mut index = Index::create().name(name).table("feedback").col(whose).col("ended").to_owned();
        if contested_first {
            index.col(("contested", IndexOrder::Desc));
        }
        manager.create_index(index.col("due_at").col("id").to_owned()).await?;
    }
    Ok(())
}
