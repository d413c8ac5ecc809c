//! Photos and documents of reports. The bytes are kept elsewhere, each under its digest; here stands what refers to them.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What is kept. One that is going is being deleted, and nothing new may refer to it.
        let blob = Table::create().table("blob").col(string("digest").primary_key()).col(boolean("going")).to_owned();
        manager.create_table(blob).await?;
        manager
            .create_table(
                Table::create()
                    .table("attachment")
                    .col(uuid("id").primary_key())
                    .col(string("digest"))
                    .col(string_null("thumbnail"))
                    .col(string("media_type"))
                    .col(integer("bytes"))
                    .col(integer_null("width"))
                    .col(integer_null("height"))
                    .col(uuid_null("uploader"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("arrived_at"))
                    .col(uuid_null("feedback_id"))
                    .col(string_null("part"))
                    .col(integer_null("place"))
                    .col(timestamp_with_time_zone_null("attached_at"))
                    .col(timestamp_with_time_zone_null("released_at"))
                    .to_owned(),
            )
            .await?;
        for column in ["feedback_id", "digest", "thumbnail"] {
            let index = Index::create().name(format!("attachment_{column}")).table("attachment").col(column).to_owned();
            manager.create_index(index).await?;
        }
        // The digests of what was filed with a report: its receipt covers them.
        manager.alter_table(Table::alter().table("feedback").add_column(json_null("attachments")).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("feedback").drop_column("attachments").to_owned()).await?;
        for table in ["attachment", "blob"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
