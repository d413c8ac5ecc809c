//! What a database of before answers were told apart becomes.

use chrono::{DateTime, TimeDelta, Utc};
use journal::{Database, Options, Target};
use kernel::{FeedbackId, PersonId, RatingId};
use migrations::{Migrator, MigratorTrait};
use scratch::Scratch;
use sea_orm::{
    ConnectionTrait, DbBackend, QueryResult, Statement,
    sea_query::{Alias, Expr, Query},
};
use serde_json::json;
use uuid::Uuid;

use super::house::{noon, service};

const MIGRATION: &str = "m20261127_000075_rating_answers";
/// What a mark had before.
const COLUMNS: [&str; 12] = [
    "id",
    "service_id",
    "party_id",
    "feedback_id",
    "person_id",
    "stars",
    "comment",
    "locale",
    "rated_at",
    "case_reference",
    "synthetic",
    "salt",
];

/// A day of the story.
fn day(number: i64) -> DateTime<Utc> {
    noon() + TimeDelta::days(number) + TimeDelta::microseconds(number)
}

fn mark(slug: &str) -> Uuid {
    RatingId::of_slug(slug).uuid()
}

async fn insert(database: &Database, table: &str, columns: &[&str], values: Vec<Expr>) -> Result<(), sea_orm::DbErr> {
    let mut insert = Query::insert();
    insert.into_table(Alias::new(table)).columns(columns.iter().map(|column| Alias::new(*column))).values_panic(values);
    database.owner.execute(&insert).await.map(drop)
}

/// What happened to a report, each on its day.
async fn report(database: &Database, slug: &str, events: &[(&str, i64)]) {
    let columns = ["stream", "stream_id", "number", "kind", "at", "actor", "payload", "versions"];
    for (number, (kind, on)) in (1_i32..).zip(events) {
        let (stream, payload) = (FeedbackId::of_slug(slug).uuid(), json!({}));
        let values =
            vec!["feedback".into(), stream.into(), number.into(), (*kind).into(), day(*on).into(), "system".into(), payload.clone().into()];
        let values = values.into_iter().chain([payload.into()]).collect();
        insert(database, "event", &columns, values).await.unwrap();
    }
}

/// A mark as it was stored before, for the answer to a report or for a service.
async fn rated(database: &Database, slug: &str, report: Option<&str>, on: i64) {
    let values = vec![
        mark(slug).into(),
        service().uuid().into(),
        Option::<Uuid>::None.into(),
        report.map(|report| FeedbackId::of_slug(report).uuid()).into(),
        PersonId::of_slug("somebody").uuid().into(),
        3_i16.into(),
        "Орташа".into(),
        "kk".into(),
        day(on).into(),
        "TK-2026-000005".into(),
        true.into(),
        vec![7_u8; 32].into(),
    ];
    insert(database, "rating", &COLUMNS, values).await.unwrap();
}

async fn rows(database: &Database, sql: &str) -> Vec<QueryResult> {
    database.owner.query_all_raw(Statement::from_string(database.owner.get_database_backend(), sql)).await.unwrap()
}

/// All that a mark had before, but for when it was given, as text.
async fn kept(database: &Database) -> Vec<String> {
    let rows = rows(database, &format!("SELECT {} FROM rating ORDER BY id", COLUMNS.join(", "))).await;
    let text = |row: &QueryResult| {
        let ids =
            ["id", "service_id", "party_id", "feedback_id", "person_id"].map(|column| row.try_get::<Option<Uuid>>("", column).unwrap());
        let texts = ["comment", "locale", "case_reference"].map(|column| row.try_get::<Option<String>>("", column).unwrap());
        let at: DateTime<Utc> = row.try_get("", "rated_at").unwrap();
        let (stars, synthetic): (i16, bool) = (row.try_get("", "stars").unwrap(), row.try_get("", "synthetic").unwrap());
        let salt: Option<Vec<u8>> = row.try_get("", "salt").unwrap();
        format!("{ids:?} {texts:?} {at} {stars} {synthetic} {salt:?}")
    };
    rows.iter().map(text).collect()
}

async fn answered_at(database: &Database, slug: &str) -> Option<DateTime<Utc>> {
    let rows = rows(database, "SELECT id, answered_at FROM rating").await;
    let row = rows.iter().find(|row| row.try_get::<Uuid>("", "id").unwrap() == mark(slug)).unwrap();
    row.try_get("", "answered_at").unwrap()
}

/// The indexes that have names of ours.
async fn indexes(database: &Database) -> Vec<String> {
    let sql = match database.owner.get_database_backend() {
        DbBackend::Postgres => "SELECT indexname AS name FROM pg_indexes WHERE tablename = 'rating' ORDER BY indexname",
        _ => "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'rating' ORDER BY name",
    };
    let names = rows(database, sql).await.into_iter().map(|row| row.try_get::<String>("", "name").unwrap());
    names.filter(|name| ["rating_answer", "rating_party", "rating_service"].contains(&name.as_str())).collect()
}

/// How many migrations there are before this one, and how many from it on.
fn around() -> (u32, u32) {
    let all = Migrator::migrations();
    let before = all.iter().position(|migration| migration.name() == MIGRATION).unwrap();
    (before.try_into().unwrap(), (all.len() - before).try_into().unwrap())
}

async fn each() -> Vec<(Database, Scratch)> {
    let mut databases = Vec::new();
    for scratch in Scratch::each() {
        let target = scratch.target(Target::Sqlite, Target::Postgres);
        let database = Database::open(&Options { target, readers: 2, commit_delay: std::time::Duration::ZERO }).await.unwrap();
        Migrator::up(&database.owner, Some(around().0)).await.unwrap();
        report(&database, "twice", &[("submitted", 1), ("answered", 2), ("contested", 5), ("answered", 6)]).await;
        report(&database, "again", &[("answered", 2), ("contested", 3), ("terminated", 4), ("noted", 5)]).await;
        rated(&database, "first-answer", Some("twice"), 3).await;
        rated(&database, "second-answer", Some("again"), 6).await;
        rated(&database, "invented", Some("in-no-table"), 9).await;
        rated(&database, "service", None, 7).await;
        databases.push((database, scratch));
    }
    databases
}

#[tokio::test]
async fn a_mark_of_before_is_for_the_answer_that_stood_when_it_was_given() {
    for (database, _scratch) in each().await {
        let before = kept(&database).await;
        Migrator::up(&database.owner, None).await.unwrap();
        assert_eq!((before.len(), kept(&database).await), (4, before));
        for (slug, expected) in
            [("first-answer", Some(day(2))), ("second-answer", Some(day(4))), ("invented", Some(day(9))), ("service", None)]
        {
            assert_eq!(answered_at(&database, slug).await, expected, "{slug}");
        }
        assert_eq!(indexes(&database).await, ["rating_answer", "rating_party", "rating_service"]);
    }
}

#[tokio::test]
async fn the_database_itself_keeps_one_mark_for_an_answer_and_going_back_keeps_the_last_one_of_a_report() {
    for (database, _scratch) in each().await {
        Migrator::up(&database.owner, None).await.unwrap();
        let columns = ["id", "stars", "locale", "rated_at", "synthetic", "feedback_id", "answered_at"];
        let another = |slug: &str, answered_at: Option<DateTime<Utc>>| {
            let feedback = FeedbackId::of_slug("twice").uuid();
            vec![mark(slug).into(), 5_i16.into(), "kk".into(), day(8).into(), false.into(), feedback.into(), answered_at.into()]
        };
        for (slug, answered_at, stored) in [("same", Some(day(2)), false), ("none", None, false), ("other", Some(day(6)), true)] {
            let outcome = insert(&database, "rating", &columns, another(slug, answered_at)).await;
            assert_eq!(outcome.is_ok(), stored, "{slug}: {outcome:?}");
        }
        Migrator::down(&database.owner, Some(around().1)).await.unwrap();
        let mut left =
            rows(&database, "SELECT id FROM rating").await.iter().map(|row| row.try_get("", "id").unwrap()).collect::<Vec<Uuid>>();
        left.sort();
        let mut expected = ["second-answer", "invented", "service", "other"].map(mark);
        expected.sort();
        assert_eq!(left, expected);
        assert_eq!(indexes(&database).await, ["rating_party", "rating_service"]);
        Migrator::up(&database.owner, None).await.unwrap();
        assert_eq!(answered_at(&database, "other").await, Some(day(6)));
    }
}
