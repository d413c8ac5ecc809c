//! The tables of the room `directory`: who can be responsible, for where, and who works there.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        districts(manager).await?;
        parties(manager).await?;
        territories(manager).await?;
        officers(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["officer", "territory", "party", "district"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

async fn districts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("district")
                .col(uuid("id").primary_key())
                .col(string("slug").unique_key())
                .col(small_integer("position").unique_key())
                .col(string("name_kk"))
                .col(string("name_ru"))
                .col(string("name_en"))
                .col(string_null("kato"))
                .col(json("aliases"))
                .to_owned(),
        )
        .await
}

async fn parties(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("party")
                .col(uuid("id").primary_key())
                .col(string("slug").unique_key())
                .col(string("name_kk"))
                .col(string("name_ru"))
                .col(string("name_en"))
                .col(string("kind"))
                .col(uuid_null("supervised_by"))
                .col(boolean("synthetic"))
                // The names, folded: LOWER of SQLite knows ASCII only.
                .col(text("folded"))
                .to_owned(),
        )
        .await?;
    manager.create_index(Index::create().name("party_kind_slug").table("party").col("kind").col("slug").to_owned()).await
}

async fn territories(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("territory")
                .col(uuid("party_id"))
                .col(uuid("district_id"))
                .primary_key(Index::create().col("party_id").col("district_id"))
                .to_owned(),
        )
        .await
}

async fn officers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("officer")
                .col(uuid("id").primary_key())
                .col(uuid("party_id"))
                .col(string("name"))
                .col(string("email").unique_key())
                .col(string("locale"))
                .col(boolean("synthetic"))
                .to_owned(),
        )
        .await?;
    manager.create_index(Index::create().name("officer_party").table("officer").col("party_id").col("email").to_owned()).await
}
