//! Private addresses of officers' calendars.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create();
        table.table("calendar_link").col(uuid("id").primary_key()).col(uuid("owner")).col(uuid("party_id")).col(string("locale"));
        manager.create_table(table.col(timestamp_with_time_zone("created_at")).to_owned()).await?;
        manager.create_index(Index::create().name("calendar_link_owner").table("calendar_link").col("owner").col("id").to_owned()).await?;
        // Whose cases are due when: a calendar is asked for every few minutes.
        let mut due = Index::create();
        due.name("feedback_assignee_due").table("feedback").col("assignee").col("ended").col("due_at");
        manager.create_index(due.to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("feedback_assignee_due").table("feedback").to_owned()).await?;
        manager.drop_table(Table::drop().table("calendar_link").to_owned()).await
    }
}
