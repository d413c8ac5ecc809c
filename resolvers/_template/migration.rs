//! The tables of the room `template`.
//!
//! Move this file to `migrations/src/m<date>_<number>_template.rs` and name it in `migrations/src/lib.rs`.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("thing")
                    .col(uuid("id").primary_key())
                    .col(string("slug").unique_key())
                    .col(string("name_kk"))
                    .col(string("name_ru"))
                    .col(string("name_en"))
                    .col(uuid("party_id"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("thing").to_owned()).await
    }
}
