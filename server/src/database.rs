//! The database of an installation: where it is, who may change its tables, and whether they are those of this program.

use std::fs::{File, TryLockError, create_dir_all};

use futures_util::FutureExt;
use journal::{Abort, Database, Target};
use kernel::{Error, Result};
use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend};
use tokio::sync::oneshot;

use crate::settings::Settings;

/// The advisory lock that processes on one PostgreSQL database take before they change tables or load the demo city.
const LOCK: i64 = 0x7475_726b_6973;

/// Holds an embedded database for one process: two would take each other's jobs for those of a dead one.
pub(crate) struct Held(#[expect(dead_code, reason = "the file's lock lasts as long as the file is open")] Option<File>);

/// Makes the data folder.
pub(crate) fn make_folder(settings: &Settings) -> Result<()> {
    create_dir_all(&settings.data_dir).map_err(|error| Error::internal(format!("{}: {error}", settings.data_dir.display())))
}

/// Takes the installation for this process and opens its database.
pub(crate) async fn open(settings: &Settings) -> Result<(Database, Held)> {
    make_folder(settings)?;
    let held = hold(settings)?;
    Ok((Database::open(&settings.database).await?, held))
}

fn hold(settings: &Settings) -> Result<Held> {
    if let Target::Postgres(_) = settings.database.target {
        return Ok(Held(None));
    }
    let path = settings.data_dir.join("turkistan.lock");
    let failed = |error: std::io::Error| Error::internal(format!("{}: {error}", path.display()));
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(Held(Some(file))),
        Err(TryLockError::WouldBlock) => {
            Err(Error::internal(format!("{}: another turkistan works in this folder", settings.data_dir.display())))
        }
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Does something that only one process may do at a time. On an embedded database this process is the only one.
pub(crate) async fn alone<T>(database: &Database, work: impl Future<Output = Result<T>>) -> Result<T> {
    if database.owner.get_database_backend() == DbBackend::Sqlite {
        return work.await;
    }
    let (locked, when_locked) = oneshot::channel();
    let (done, when_done) = oneshot::channel::<()>();
    let turn = database.writer.write(move |txn| {
        async move {
            txn.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
            // Nobody waits any more when `work` was given up; the lock ends either way.
            let _ = locked.send(());
            drop(when_done.await);
            Ok(())
        }
        .boxed()
    });
    let work = async {
        let outcome = match when_locked.await {
            Ok(()) => work.await,
            Err(_) => Err(Error::internal("the lock on the database was not given")),
        };
        drop(done);
        outcome
    };
    let (turn, outcome) = tokio::join!(turn, work);
    turn.map_err(fault)?;
    outcome
}

/// Brings the tables to the present.
pub(crate) async fn migrate(database: &Database) -> Result<()> {
    Migrator::up(&database.owner, None).await.map_err(journal::fault)
}

/// `turkistan migrate`.
pub(crate) async fn migrate_alone(settings: &Settings) -> Result<()> {
    let (database, _held) = open(settings).await?;
    alone(&database, migrate(&database)).await
}

/// Drops all tables and makes them anew, whatever half of them there is.
pub(crate) async fn wipe(database: &Database) -> Result<()> {
    Migrator::fresh(&database.owner).await.map_err(journal::fault)
}

/// Whether the tables are those of this program.
pub(crate) async fn is_migrated(database: &Database) -> Result<bool> {
    let pending = Migrator::get_pending_migrations_read_only(&database.reader).await.map_err(journal::fault)?;
    Ok(pending.is_empty())
}

/// What the server itself writes refuses nothing.
pub(crate) fn fault(abort: Abort) -> Error {
    match abort {
        Abort::Fault(error) => error,
        Abort::Refused(refusals) => Error::internal(format!("the database refused: {refusals:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Installation, Serving};

    #[tokio::test]
    async fn one_process_works_in_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::gather(Installation::default(), &Serving::default()).unwrap().moved_to(folder.path());
        let first = open(&settings).await.unwrap();
        let Err(refused) = open(&settings).await else { panic!("two processes in one folder") };
        assert!(refused.internal_text().ends_with("another turkistan works in this folder"), "{refused:?}");
        drop(first);
        assert!(open(&settings).await.is_ok());
    }
}
