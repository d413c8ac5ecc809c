//! What failed when the database did: the house itself, or the place where it keeps things.

use kernel::{Code, Error};
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, SqlxError};

/// Primary result codes of SQLite that say that its file cannot be read or written now: BUSY, LOCKED, READONLY, IOERR, FULL, CANTOPEN,
/// PROTOCOL (a lock that is not given).
const SQLITE_AWAY: [i32; 7] = [5, 6, 8, 10, 13, 14, 15];
/// What PostgreSQL's SQLSTATEs begin with when it cannot work now: connections (08), a transaction that only reads, as on a server that is
/// no longer the first (25006), resources, among them the disk (53), an operator who stops or starts it (57P), and its own files (58).
const POSTGRES_AWAY: [&str; 5] = ["08", "25006", "53", "57P", "58"];

/// The fault that a failure of the database is. When the database is away, or cannot write, whoever asks may come again
/// (`SUBGRAPH_UNAVAILABLE`); anything else is a fault of the house.
#[must_use]
pub fn fault(error: DbErr) -> Error {
    let code = if is_away(&error) { Code::SubgraphUnavailable } else { Code::Internal };
    Error::coded(code, error)
}

fn is_away(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => true,
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => is_storage(error),
        _ => false,
    }
}

fn is_storage(error: &SqlxError) -> bool {
    match error {
        SqlxError::Io(_) | SqlxError::Tls(_) | SqlxError::PoolTimedOut | SqlxError::WorkerCrashed => true,
        // The connection broke in the middle of a message, or the transaction with it.
        SqlxError::Protocol(_) | SqlxError::BeginFailed => true,
        SqlxError::Database(error) => error.code().is_some_and(|code| {
            // SQLite's codes are numbers of up to four digits, SQLSTATEs have five characters.
            match code.parse::<i32>() {
                Ok(number) if code.len() < 5 => SQLITE_AWAY.contains(&(number & 0xFF)),
                _ => POSTGRES_AWAY.iter().any(|class| code.starts_with(class)),
            }
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::{borrow::Cow, error::Error as StdError, fmt, io, sync::Arc};

    use sqlx::error::{DatabaseError, ErrorKind};

    use super::*;

    /// What a database says, as its driver passes it on.
    #[derive(Debug)]
    struct Said(&'static str);

    impl fmt::Display for Said {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("secret")
        }
    }

    impl StdError for Said {}

    impl DatabaseError for Said {
        fn message(&self) -> &'static str {
            "secret"
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    fn check(error: DbErr, is_away: bool) {
        let (told, error) = (error.to_string(), fault(error));
        let code = if is_away { Code::SubgraphUnavailable } else { Code::Internal };
        assert_eq!(error.code(), code, "{told}");
        assert!(!error.external().en.contains("secret"), "the inside is not for clients");
    }

    #[test]
    fn a_database_that_is_away_is_told_from_one_that_is_asked_wrongly() {
        let driver = |error| DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)));
        // SQLite's extended codes: a write that failed, a lock while another recovers; then a unique index, a syntax error.
        for (code, is_away) in [
            ("5", true),
            ("261", true),
            ("6", true),
            ("8", true),
            ("1032", true),
            ("778", true),
            ("13", true),
            ("14", true),
            ("15", true),
            ("1", false),
            ("11", false),
            ("19", false),
            ("2067", false),
            ("08006", true),
            ("53100", true),
            ("53300", true),
            ("57P01", true),
            ("57P03", true),
            ("58030", true),
            ("25006", true),
            ("57014", false),
            ("23505", false),
            ("40001", false),
            ("42601", false),
            ("22003", false),
            ("25001", false),
        ] {
            check(driver(SqlxError::Database(Box::new(Said(code)))), is_away);
        }
        check(driver(SqlxError::Io(io::ErrorKind::ConnectionRefused.into())), true);
        check(driver(SqlxError::PoolTimedOut), true);
        check(driver(SqlxError::RowNotFound), false);
        check(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout), true);
        // The house closes its database when it stops; nobody need come again.
        check(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed), false);
        check(DbErr::Custom("no node".to_owned()), false);
    }
}
