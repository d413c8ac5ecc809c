//! One mark for each answer: a report that is contested and answered again has several, told apart by when they were given.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What a mark had before.
const KEPT: &str = "id, service_id, party_id, feedback_id, person_id, stars, comment, locale, rated_at, case_reference, synthetic, salt";

/// When the answer was given that an old mark is for: the last one that the journal tells of before the mark. Where it tells of none (the
/// reports behind invented marks are in no table) the mark's own instant stands for it: an answer had been given by then, and none that is
/// given later can be taken for it.
const ANSWERED_AT: &str = "
    CASE WHEN feedback_id IS NOT NULL THEN COALESCE(
        (SELECT MAX(event.at) FROM event
            WHERE event.stream_id = rating.feedback_id AND event.kind IN ('answered', 'terminated') AND event.at <= rating.rated_at),
        rated_at) END";

/// A report had one mark: its last one stays.
const LAST: &str = "
    NOT EXISTS (SELECT 1 FROM rating AS later WHERE later.feedback_id = rating.feedback_id AND later.answered_at > rating.answered_at)";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// The table is made anew, because SQLite cannot take a UNIQUE back; marks that are neither in the old nor in the new one must not be.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = columns("rating_of_answer");
        table.col(uuid_null("feedback_id")).col(timestamp_with_time_zone_null("answered_at"));
        // Without the instant the index would let any number of marks pass.
        table.check(Expr::cust("(feedback_id IS NULL) = (answered_at IS NULL)"));
        manager.create_table(table).await?;
        let copy = format!("INSERT INTO rating_of_answer ({KEPT}, answered_at) SELECT {KEPT}, {ANSWERED_AT} FROM rating");
        manager.get_connection().execute_unprepared(&copy).await?;
        replace(manager, "rating_of_answer").await?;
        let once = Index::create().name("rating_answer").table("rating").col("feedback_id").col("answered_at").unique().to_owned();
        manager.create_index(once).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = columns("rating_of_report");
        table.col(uuid_null("feedback_id").unique_key());
        manager.create_table(table).await?;
        let copy = format!("INSERT INTO rating_of_report ({KEPT}) SELECT {KEPT} FROM rating WHERE {LAST}");
        manager.get_connection().execute_unprepared(&copy).await?;
        replace(manager, "rating_of_report").await
    }
}

/// A table with all that a mark has, but for what it is the mark of.
fn columns(name: &'static str) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name).col(uuid("id").primary_key()).col(uuid_null("service_id")).col(uuid_null("party_id")).col(uuid_null("person_id"));
    table.col(small_integer("stars")).col(text_null("comment")).col(string("locale")).col(timestamp_with_time_zone("rated_at"));
    table.col(string_null("case_reference")).col(boolean("synthetic")).col(binary_null("salt"));
    table
}

/// Puts a table in the place of the old one, with the indexes that counting reads alone.
async fn replace(manager: &SchemaManager<'_>, by: &'static str) -> Result<(), DbErr> {
    manager.drop_table(Table::drop().table("rating").to_owned()).await?;
    manager.rename_table(Table::rename().table(by, "rating").to_owned()).await?;
    for (name, subject) in [("rating_service", "service_id"), ("rating_party", "party_id")] {
        manager.create_index(Index::create().name(name).table("rating").col(subject).col("stars").col("feedback_id").to_owned()).await?;
    }
    Ok(())
}
