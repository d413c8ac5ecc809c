//! What tests of rooms share: databases of a test's own, tables of all that can be wrong with an act, and how a reader sees a mail. The databases
//! are gone when the test is: hundreds of tests on one server would fill its disk.

mod acts;
pub mod reading;
pub mod refusals;

use std::{env, path::Path, thread};

use sea_orm::ConnectionTrait;
use tempfile::TempDir;
use uuid::Uuid;

/// The PostgreSQL server that tests run on: the URL of its database `postgres`.
#[must_use]
pub fn server() -> Option<String> {
    env::var("TURKISTAN_TEST_POSTGRES").ok()
}

/// A folder, and a database on the server where there is one.
pub struct Scratch {
    database: Option<ServerDatabase>,
    folder: TempDir,
}

impl Scratch {
    /// On PostgreSQL where `TURKISTAN_TEST_POSTGRES` names a server, on SQLite elsewhere.
    ///
    /// # Panics
    /// When there is no room for it.
    #[must_use]
    pub fn new() -> Scratch {
        Scratch { database: server().map(|server| ServerDatabase::create(&server, "template1")), ..Scratch::embedded() }
    }

    /// One on each database that there is.
    #[must_use]
    pub fn each() -> Vec<Scratch> {
        let on_server = server().is_some().then(Scratch::new);
        [Scratch::embedded()].into_iter().chain(on_server).collect()
    }

    fn embedded() -> Scratch {
        Scratch { database: None, folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// What to open: a file, or a URL.
    pub fn target<T>(&self, file: impl FnOnce(std::path::PathBuf) -> T, url: impl FnOnce(String) -> T) -> T {
        match &self.database {
            Some(database) => url(database.url.clone()),
            None => file(self.folder.path().join("scratch.db")),
        }
    }

    /// A folder for whatever else the test keeps.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Default for Scratch {
    fn default() -> Scratch {
        Scratch::new()
    }
}

/// A database on a server, dropped with this value.
#[derive(Debug)]
pub struct ServerDatabase {
    /// Where it is.
    pub url: String,
    server: String,
    name: String,
}

impl ServerDatabase {
    /// A copy of another database of the server.
    ///
    /// # Panics
    /// When the server does not make it.
    #[must_use]
    pub fn create(server: &str, template: &str) -> ServerDatabase {
        let name = format!("scratch_{}", Uuid::new_v4().simple());
        execute(server, format!("CREATE DATABASE {name} TEMPLATE {template}")).expect("a database of its own");
        let (base, _) = server.rsplit_once('/').expect("postgres://…/database");
        ServerDatabase { url: format!("{base}/{name}"), server: server.to_owned(), name }
    }
}

impl Drop for ServerDatabase {
    fn drop(&mut self) {
        // Whoever is still connected is cut off. A server that is gone has taken the database with it.
        drop(execute(&self.server, format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)));
    }
}

/// On a thread of its own: a value is dropped outside of any task, in a runtime that may have only this thread.
fn execute(server: &str, sql: String) -> Result<(), sea_orm::DbErr> {
    let server = server.to_owned();
    let work = async move {
        let connection = sea_orm::Database::connect(server).await?;
        connection.execute_unprepared(&sql).await?;
        connection.close().await
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    thread::spawn(move || runtime.block_on(work)).join().expect("no panic")
}
