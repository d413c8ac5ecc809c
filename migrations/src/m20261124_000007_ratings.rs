//! The tables of the room `ratings`: marks, and whose turn it was.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ratings(manager).await?;
        manager
            .create_table(
                Table::create()
                    .table("rating_turn")
                    .col(uuid("person_id"))
                    .col(uuid("service_id"))
                    .col(timestamp_with_time_zone("rated_at"))
                    .primary_key(Index::create().col("person_id").col("service_id"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["rating_turn", "rating"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

async fn ratings(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("rating")
                .col(uuid("id").primary_key())
                .col(uuid_null("service_id"))
                .col(uuid_null("party_id"))
                // One mark for one answered report.
                .col(uuid_null("feedback_id").unique_key())
                .col(uuid_null("person_id"))
                .col(small_integer("stars"))
                .col(text_null("comment"))
                .col(string("locale"))
                .col(timestamp_with_time_zone("rated_at"))
                .col(string_null("case_reference"))
                .col(boolean("synthetic"))
                .to_owned(),
        )
        .await?;
    // Counting reads these indexes alone.
    for (name, subject) in [("rating_service", "service_id"), ("rating_party", "party_id")] {
        manager.create_index(Index::create().name(name).table("rating").col(subject).col("stars").col("feedback_id").to_owned()).await?;
    }
    Ok(())
}
