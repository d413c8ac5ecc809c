//! Reports of citizens with the officers' side of each, internal notes, and the counter of references.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        feedback(manager).await?;
        indexes(manager).await?;
        manager
            .create_table(
                Table::create()
                    .table("note")
                    .col(uuid("id").primary_key())
                    .col(uuid("feedback_id"))
                    .col(uuid("author"))
                    .col(timestamp_with_time_zone("at"))
                    .col(text("text"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(Index::create().name("note_feedback").table("note").col("feedback_id").col("id").to_owned()).await?;
        manager
            .create_table(Table::create().table("reference_counter").col(integer("year").primary_key()).col(integer("last")).to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["reference_counter", "note", "feedback"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

async fn feedback(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create();
    table
        .table("feedback")
        .col(uuid("id").primary_key())
        .col(string("reference").unique_key())
        // what was filed
        .col(string("track"))
        .col(string("kind"))
        .col(string("locale"))
        .col(text("text"))
        .col(text_null("public_text"))
        .col(string_null("district"))
        .col(double_null("lat"))
        .col(double_null("lon"))
        .col(string_null("address"))
        .col(uuid_null("service_id"))
        .col(string_null("service_provider"))
        .col(json_null("contact"))
        .col(uuid_null("reporter"))
        .col(timestamp_with_time_zone("received_at"))
        .col(date("registered_on"))
        .col(boolean("synthetic"))
        // what it is about
        .col(string_null("category"))
        .col(string_null("category_source"))
        .col(json_null("suggestion"))
        .col(string("urgency"))
        // where it stands
        .col(json("case_state"))
        .col(string("status"))
        .col(boolean("ended"))
        .col(boolean("contested"))
        .col(string_null("outcome"))
        .col(text_null("answer"))
        .col(timestamp_with_time_zone_null("answered_at"))
        // who has it, and why
        .col(uuid_null("party_id"))
        .col(uuid_null("supervisor_id"))
        .col(uuid_null("assignee"))
        .col(json_null("routing"))
        // by when
        .col(timestamp_with_time_zone("due_at"))
        .col(date("due_on"))
        .col(date("original_due_on"))
        .col(json("deadline"))
        // bookkeeping
        .col(integer("version"))
        .col(integer("events"))
        .col(integer("joined"))
        .col(json("versions"));
    manager.create_table(table).await
}

async fn indexes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for (name, columns) in [
        ("feedback_party_due", ["party_id", "ended", "due_at", "id"].as_slice()),
        ("feedback_supervisor_due", &["supervisor_id", "ended", "due_at", "id"]),
        ("feedback_service", &["service_id", "id"]),
        ("feedback_district", &["district", "registered_on"]),
        ("feedback_reporter", &["reporter", "id"]),
        ("feedback_registered", &["registered_on", "id"]),
    ] {
        let mut index = Index::create();
        index.name(name).table("feedback");
        for column in columns {
            index.col(*column);
        }
        manager.create_index(index).await?;
    }
    Ok(())
}
