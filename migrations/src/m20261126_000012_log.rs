//! The log over the events (RFC 6962): their places, the nodes of the tree, and what was signed of it. Nobody changes any of it, nor an
//! event; the triggers stop mistakes, and the tree shows what goes around them.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What is only ever added to.
const KEPT: [&str; 3] = ["event", "log_entry", "log_checkpoint"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("log_entry")
                    .col(big_integer("position").primary_key())
                    .col(big_integer("event").unique_key())
                    .col(binary("hashes"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("log_checkpoint")
                    .col(big_integer("size").primary_key())
                    .col(timestamp_with_time_zone("at"))
                    .col(text("note"))
                    .to_owned(),
            )
            .await?;
        let connection = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.create_table(Table::create().table("log_waiting").col(big_integer("event").primary_key()).to_owned()).await?;
            connection.execute_unprepared(WAIT).await?;
            connection.execute_unprepared(REFUSE).await?;
            for table in KEPT {
                connection.execute_unprepared(&keep_on_postgres(table)).await?;
            }
        } else {
            for table in KEPT {
                connection.execute_unprepared(&keep_on_sqlite(table, "UPDATE")).await?;
                connection.execute_unprepared(&keep_on_sqlite(table, "DELETE")).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        if manager.get_database_backend() == DbBackend::Postgres {
            for statement in ["DROP TRIGGER event_waits ON event", "DROP TRIGGER event_is_kept ON event", "DROP TABLE log_waiting"] {
                connection.execute_unprepared(statement).await?;
            }
        } else {
            for statement in ["DROP TRIGGER event_update", "DROP TRIGGER event_delete"] {
                connection.execute_unprepared(statement).await?;
            }
        }
        for table in ["log_checkpoint", "log_entry"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            connection.execute_unprepared("DROP FUNCTION log_wait(); DROP FUNCTION log_refuse()").await?;
        }
        Ok(())
    }
}

/// Every event waits for its place from its own transaction on; those that are there already wait now.
const WAIT: &str = "
    CREATE OR REPLACE FUNCTION log_wait() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO log_waiting (event) SELECT position FROM added; RETURN NULL; END $$;
    CREATE TRIGGER event_waits AFTER INSERT ON event REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION log_wait();
    INSERT INTO log_waiting (event) SELECT position FROM event";

const REFUSE: &str = "
    CREATE OR REPLACE FUNCTION log_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'table % is only added to', TG_TABLE_NAME; END $$";

fn keep_on_postgres(table: &str) -> String {
    format!(
        "CREATE TRIGGER {table}_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION log_refuse()"
    )
}

fn keep_on_sqlite(table: &str, act: &str) -> String {
    let name = format!("{table}_{}", act.to_lowercase());
    format!("CREATE TRIGGER {name} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, 'table {table} is only added to'); END")
}
