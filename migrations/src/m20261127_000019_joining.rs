//! Who said “same here”, and in which square of the map a report is.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// SQLite adds one column at a time.
const SQUARE: [&str; 2] = ["cell_north", "cell_east"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("joining")
                    .col(uuid("id").primary_key())
                    .col(uuid("feedback_id"))
                    .col(uuid_null("person"))
                    .col(string_null("email"))
                    .col(string("locale"))
                    .col(timestamp_with_time_zone("at"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(Index::create().name("joining_feedback").table("joining").col("feedback_id").col("id").to_owned()).await?;
        for column in SQUARE {
            manager.alter_table(Table::alter().table("feedback").add_column(integer_null(column)).to_owned()).await?;
        }
        manager
            .create_index(Index::create().name("feedback_square").table("feedback").col("cell_north").col("cell_east").to_owned())
            .await?;
        manager
            .create_index(Index::create().name("feedback_category").table("feedback").col("category").col("district").col("id").to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in ["feedback_category", "feedback_square"] {
            manager.drop_index(Index::drop().name(index).table("feedback").to_owned()).await?;
        }
        for column in SQUARE {
            manager.alter_table(Table::alter().table("feedback").drop_column(column).to_owned()).await?;
        }
        manager.drop_table(Table::drop().table("joining").to_owned()).await
    }
}
