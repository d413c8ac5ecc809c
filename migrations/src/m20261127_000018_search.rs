//! What reports are found by, and the queues that officers keep.

use sea_orm_migration::{
    prelude::*,
    schema::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let words = match manager.get_database_backend() {
            DbBackend::Postgres => {
                "CREATE TABLE feedback_words (feedback_id uuid PRIMARY KEY, words tsvector NOT NULL, public_words tsvector NOT NULL);
                 CREATE INDEX feedback_words_all ON feedback_words USING gin (words);
                 CREATE INDEX feedback_words_public ON feedback_words USING gin (public_words);"
            }
            // Terms are asked for one by one, never in an order, so that places in the text need not be kept.
            _ => {
                "CREATE VIRTUAL TABLE feedback_words USING fts5(feedback_id UNINDEXED, words, public_words, \
                 tokenize = 'ascii', prefix = '2 3', detail = column)"
            }
        };
        manager.get_connection().execute_unprepared(words).await?;
        // The queue of the whole city, as that of a party: what was contested first, then what has least time left.
        let mut queue = Index::create();
        queue.name("feedback_queue").table("feedback").col("ended").col(("contested", IndexOrder::Desc)).col("due_at").col("id");
        manager.create_index(queue).await?;
        manager
            .create_table(
                Table::create()
                    .table("queue")
                    .col(uuid("id").primary_key())
                    .col(uuid("owner"))
                    .col(uuid_null("party_id"))
                    .col(string("name"))
                    .col(json("filter"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(Index::create().name("queue_owner").table("queue").col("owner").to_owned()).await?;
        manager.create_index(Index::create().name("queue_party").table("queue").col("party_id").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("feedback_queue").table("feedback").to_owned()).await?;
        for table in ["queue", "feedback_words"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
