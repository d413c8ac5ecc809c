//! apalis' side of `tests/bench/jobs/run`: one measurement on a database of its own, and one line of figures.
//!
//! `jobs-of-apalis MEASURE WORKERS`, with `drain` (jobs a second), `start` (milliseconds until a job starts) or `append` (jobs a second). On
//! SQLite, or on the PostgreSQL server that `TURKISTAN_TEST_POSTGRES` names.

#[path = "../../measure.rs"]
mod measure;
mod postgres;
mod sqlite;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [measure, workers] = &arguments[..] else { panic!("drain, start or append, and how many workers") };
    let workers = workers.parse().unwrap();
    match std::env::var("TURKISTAN_TEST_POSTGRES") {
        Ok(server) => postgres::run(&server, measure, workers).await,
        Err(_) => sqlite::run(measure, workers).await,
    }
}
