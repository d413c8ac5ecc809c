use std::{
    path::{Path, PathBuf},
    process::Command,
    time::UNIX_EPOCH,
};

use scratch::ServerDatabase;

use crate::process::binary;

/// Which database a test runs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Store {
    /// The embedded one, in the data folder.
    Sqlite,
    /// A database of a throw-away PostgreSQL server.
    Postgres(String),
}

impl Store {
    /// The databases that are here: the embedded one, and PostgreSQL when `TURKISTAN_TEST_POSTGRES` names a server's `postgres` database.
    #[must_use]
    pub fn all() -> Vec<Store> {
        [Store::Sqlite].into_iter().chain(scratch::server().map(Store::Postgres)).collect()
    }

    pub(crate) fn arguments(&self) -> Vec<String> {
        match self {
            Store::Sqlite => Vec::new(),
            Store::Postgres(url) => vec!["--database-url".to_owned(), url.clone()],
        }
    }

    /// A copy of the demo city, in the folder or in a database of its own, which lasts as long as the second value.
    pub(crate) fn fresh_city(&self, data: &Path) -> (Store, Option<ServerDatabase>) {
        let template = self.template();
        copy(&template, data);
        match self {
            Store::Sqlite => (Store::Sqlite, None),
            Store::Postgres(server) => {
                let database = ServerDatabase::create(server, &template_name());
                (Store::Postgres(database.url.clone()), Some(database))
            }
        }
    }

    /// The same database by another server's address, with a copy of the data folder.
    pub(crate) fn reached_through(&self, server: &Store, data: &Path, copied: &Path) -> Store {
        let (Store::Postgres(own), Store::Postgres(server)) = (self, server) else { panic!("an embedded database has one process") };
        copy(data, copied);
        let (_, name) = own.rsplit_once('/').expect("postgres://…/database");
        Store::Postgres(with_database(server, name))
    }

    /// How many connections listen on this database; another server's address leads to it.
    pub(crate) fn listeners(&self, server: &Store) -> usize {
        let (Store::Postgres(own), Store::Postgres(server)) = (self, server) else { panic!("an embedded database has one process") };
        let (_, name) = own.rsplit_once('/').expect("postgres://…/database");
        let listening = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND query LIKE 'LISTEN %'");
        sql(server, &listening).trim().parse().expect("a count")
    }

    /// Loads the demo city once for each build of the binary.
    fn template(&self) -> PathBuf {
        let kind = if *self == Store::Sqlite { "sqlite" } else { "postgres" };
        let place = std::env::temp_dir().join(format!("{}-{kind}", template_name()));
        let lock = std::fs::File::create(place.with_extension("lock")).expect("a lock file");
        lock.lock().expect("a lock");
        if !place.exists() {
            let half = place.with_extension("half");
            drop(std::fs::remove_dir_all(&half));
            std::fs::create_dir_all(&half).expect("a folder");
            let target = match self {
                Store::Sqlite => Store::Sqlite,
                Store::Postgres(server) => {
                    sql(server, &format!("DROP DATABASE IF EXISTS {}", template_name()));
                    sql(server, &format!("CREATE DATABASE {}", template_name()));
                    Store::Postgres(with_database(server, &template_name()))
                }
            };
            let mut command = Command::new(binary());
            command.args(["demo", "load", "--data-dir"]).arg(&half).args(target.arguments());
            let output = command.output().expect("turkistan demo load");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            std::fs::rename(&half, &place).expect("the template is ready");
        }
        place
    }
}

fn template_name() -> String {
    let built = std::fs::metadata(binary()).and_then(|file| file.modified()).expect("the binary has an age");
    let age = built.duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    format!("turkistan_template_{age}")
}

fn with_database(server: &str, name: &str) -> String {
    let (base, _) = server.rsplit_once('/').expect("postgres://…/database");
    format!("{base}/{name}")
}

fn sql(server: &str, statement: &str) -> String {
    let output = Command::new("psql").args([server, "-qAtc", statement]).output().expect("psql");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("psql prints text")
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).expect("the template").map_while(Result::ok) {
        if entry.path().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
        }
    }
}
