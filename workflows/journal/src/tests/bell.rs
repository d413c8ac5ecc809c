//! The bell between the processes on one PostgreSQL database.

use super::*;

#[tokio::test]
async fn a_commit_is_heard_by_the_processes_of_its_own_schema_alone() {
    let scratch = Scratch::new();
    let Target::Postgres(url) = scratch.target(Target::Sqlite, Target::Postgres) else { return };
    let (city, neighbour) = (open(Target::Postgres(url.clone())).await, open(Target::Postgres(url)).await);
    let listening = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    while number(&city, listening).await < 2 {}
    let mut committed = city.writer.committed();
    let before = *committed.borrow_and_update();

    city.owner.execute_unprepared("SELECT pg_notify('turkistan_committed', 'somebody another_city')").await.unwrap();
    neighbour.writer.write(|_| async { Ok(()) }.boxed()).await.unwrap();
    committed.changed().await.unwrap();

    assert_eq!(*committed.borrow(), before + 1, "rings come in the order in which they were rung");
}

async fn number(database: &Database, sql: &str) -> i64 {
    let row = database.reader.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}
