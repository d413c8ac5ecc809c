//! What the suggester learnt from officers' corrections, night by night.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("suggester_training")
                    .col(integer("version").primary_key())
                    .col(integer("built_in"))
                    .col(timestamp_with_time_zone("trained_at"))
                    .col(integer("lessons"))
                    .col(integer("corrections"))
                    .col(string("digest"))
                    .col(json("scores"))
                    .col(string("status"))
                    .col(json_null("learnt_from"))
                    .col(binary_null("layer"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("suggester_training").to_owned()).await
    }
}
