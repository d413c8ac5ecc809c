//! What a report's receipt needs: the digest of what was filed, which the log has too, and its salt, which an erasure destroys.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("feedback").add_column(binary_null("salt")).to_owned()).await?;
        manager.alter_table(Table::alter().table("feedback").add_column(string_null("digest")).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["digest", "salt"] {
            manager.alter_table(Table::alter().table("feedback").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
