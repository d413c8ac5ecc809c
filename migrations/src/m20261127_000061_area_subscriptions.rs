//! Those who want to be told of new reports near them.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table.table("area_subscription").col(uuid("id").primary_key()).col(string("subscriber")).col(uuid_null("person"));
        table.col(string("email")).col(string("locale")).col(string_null("district")).col(string_null("category"));
        table.col(double_null("lat")).col(double_null("lon")).col(integer_null("radius_meters"));
        table.col(timestamp_with_time_zone("created_at")).col(timestamp_with_time_zone_null("confirmed_at"));
        table.col(big_integer("told_through")).col(date_null("told_on"));
        manager.create_table(table.to_owned()).await?;
        for (name, column) in [("area_subscription_subscriber", "subscriber"), ("area_subscription_person", "person")] {
            manager.create_index(Index::create().name(name).table("area_subscription").col(column).col("id").to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("area_subscription").to_owned()).await
    }
}
