//! Ways to reach a person beside mail, what goes there, and tries that tell by which way they went. Whose an endpoint is stands here as a
//! keyed digest, and so does its address beside itself, so that the same one is known again.

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{ConnectionTrait, prelude::Uuid},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        endpoints(manager).await?;
        tell_ways_of_deliveries(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        forget_ways_of_deliveries(manager).await?;
        for table in ["phone_code", "ping", "endpoint"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

async fn endpoints(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let endpoints = Table::create()
        .table("endpoint")
        .col(uuid("id").primary_key())
        .col(string("recipient"))
        .col(string("channel"))
        .col(text("address"))
        .col(string("digest"))
        .col(string("state"))
        .col(integer("failures").default(0))
        .col(timestamp_with_time_zone_null("attempted_at"))
        .col(timestamp_with_time_zone_null("delivered_at"))
        .col(timestamp_with_time_zone("created_at"))
        .to_owned();
    manager.create_table(endpoints).await?;
    let own = Index::create().name("endpoint_recipient").table("endpoint").col("recipient").col("digest").unique().to_owned();
    manager.create_index(own).await?;
    manager.create_index(Index::create().name("endpoint_digest").table("endpoint").col("digest").to_owned()).await?;
    let pings = Table::create()
        .table("ping")
        .col(uuid("message_id"))
        .col(uuid("endpoint_id"))
        .col(string("state"))
        .primary_key(Index::create().col("message_id").col("endpoint_id"))
        .foreign_key(ForeignKey::create().from("ping", "message_id").to("message", "id"))
        .to_owned();
    manager.create_table(pings).await?;
    manager.create_index(Index::create().name("ping_endpoint").table("ping").col("endpoint_id").to_owned()).await?;
    // No code stands here: it is derived from the row's id and the installation's secret.
    let codes = Table::create()
        .table("phone_code")
        .col(uuid("id").primary_key())
        .col(uuid("endpoint_id"))
        .col(string("recipient"))
        .col(string("digest"))
        .col(integer("tries").default(0))
        .col(timestamp_with_time_zone("made_at"))
        .to_owned();
    manager.create_table(codes).await?;
    for column in ["endpoint_id", "recipient", "digest", "made_at"] {
        let name = format!("phone_code_{column}");
        manager.create_index(Index::create().name(name).table("phone_code").col(column).to_owned()).await?;
    }
    Ok(())
}

/// Tries are counted for each way of a message by itself. A key of a table cannot be changed on SQLite, so the table is made anew; those of
/// mail, which has no endpoint, keep their numbers.
async fn tell_ways_of_deliveries(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let told = Table::create()
        .table("delivery_told")
        .col(uuid("message_id"))
        .col(uuid("endpoint_id"))
        .col(integer("attempt"))
        .col(string("channel"))
        .col(timestamp_with_time_zone("at"))
        .col(string("outcome"))
        .col(string_null("reason"))
        .col(small_integer_null("reply_code"))
        .primary_key(Index::create().col("message_id").col("endpoint_id").col("attempt"))
        .foreign_key(ForeignKey::create().from("delivery_told", "message_id").to("message", "id"))
        .to_owned();
    manager.create_table(told).await?;
    let kept = ["message_id", "attempt", "at", "outcome", "reason", "reply_code"];
    let mail = Query::select().columns(kept).expr(Expr::value("mail")).expr(Expr::value(Uuid::nil())).from("delivery").to_owned();
    let columns = kept.into_iter().chain(["channel", "endpoint_id"]);
    copy(manager, "delivery_told", columns, mail).await?;
    replace(manager, "delivery_told").await
}

async fn forget_ways_of_deliveries(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let plain = Table::create()
        .table("delivery_of_mail")
        .col(uuid("message_id"))
        .col(integer("attempt"))
        .col(timestamp_with_time_zone("at"))
        .col(string("outcome"))
        .col(string_null("reason"))
        .col(small_integer_null("reply_code"))
        .primary_key(Index::create().col("message_id").col("attempt"))
        .foreign_key(ForeignKey::create().from("delivery_of_mail", "message_id").to("message", "id"))
        .to_owned();
    manager.create_table(plain).await?;
    let kept = ["message_id", "attempt", "at", "outcome", "reason", "reply_code"];
    let mail = Query::select().columns(kept).from("delivery").and_where(Expr::col("channel").eq("mail")).to_owned();
    copy(manager, "delivery_of_mail", kept.into_iter(), mail).await?;
    replace(manager, "delivery_of_mail").await
}

async fn copy(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: impl Iterator<Item = &'static str>,
    rows: SelectStatement,
) -> Result<(), DbErr> {
    let mut insert = Query::insert();
    insert.into_table(table).columns(columns);
    insert.select_from(rows).map_err(|error| DbErr::Migration(error.to_string()))?;
    manager.get_connection().execute(&insert).await?;
    Ok(())
}

async fn replace(manager: &SchemaManager<'_>, by: &'static str) -> Result<(), DbErr> {
    manager.drop_table(Table::drop().table("delivery").to_owned()).await?;
    manager.rename_table(Table::rename().table(by, "delivery").to_owned()).await
}
