//! Replies that parties keep.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table.table("template").col(uuid("id").primary_key()).col(uuid("party_id")).col(string("name"));
        manager.create_table(table.col(text("kk")).col(text("ru")).col(text("en")).to_owned()).await?;
        manager.create_index(Index::create().name("template_party").table("template").col("party_id").col("name").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("template").to_owned()).await
    }
}
