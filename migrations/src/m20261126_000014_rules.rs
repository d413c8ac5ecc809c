//! Rules that are published while the city runs, and what was found of them before.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("rule_file")
                    .col(string("name").primary_key())
                    .col(text("content"))
                    .col(string("digest"))
                    .col(timestamp_with_time_zone("published_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("rule_proposal")
                    .col(uuid("id").primary_key())
                    .col(string("digest").unique_key())
                    .col(json("files"))
                    .col(integer("persons"))
                    .col(timestamp_with_time_zone("requested_at"))
                    .col(uuid_null("after"))
                    .col(json("found"))
                    .col(json("misfits"))
                    .col(timestamp_with_time_zone_null("simulated_at"))
                    .col(boolean("failed").default(false))
                    .col(json("approvals"))
                    .col(timestamp_with_time_zone_null("published_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["rule_proposal", "rule_file"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
