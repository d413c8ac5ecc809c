//! The bell between the processes on one PostgreSQL database (LISTEN/NOTIFY): whoever commits rings, and the others look at once instead of
//! when they next would.
//!
//! The channel is of the whole database, and a city is of one schema: each ring says whose it is.
//!
//! It only wakes. What was committed is read from the tables, and a ring that is lost costs no more than the wait that there would have been.
//! The bell is rung after the commit and not in it: a transaction that notifies holds a lock of the whole server while it commits.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use tokio::sync::watch;
use uuid::Uuid;

use crate::database::ACQUIRE_TIME_MAX;

const CHANNEL: &str = "turkistan_committed";
/// Commits within this are one ring.
const PAUSE: Duration = Duration::from_millis(20);
/// How long to wait for a server that is away.
const ABSENCE: Duration = Duration::from_secs(1);

/// The bell of one process. It hangs until the last clone is dropped.
#[derive(Clone)]
pub(crate) struct Bell {
    /// Counts the rings of this process, for the others.
    rung: Arc<watch::Sender<u64>>,
    /// Counts what this process may have to read, its own and that of the others.
    committed: Weak<watch::Sender<u64>>,
}

impl Bell {
    /// Hangs the bell, with connections of its own: one that listens is never free for anything else.
    pub(crate) fn hang(server: PgConnectOptions, committed: &Arc<watch::Sender<u64>>) -> Bell {
        let (rung, commits) = watch::channel(0);
        // Tells this process from the others; it is no secret and decides nothing.
        let own = Uuid::new_v4().simple().to_string();
        let committed = Arc::downgrade(committed);
        tokio::spawn(ring(server.clone(), own.clone(), commits.clone()));
        tokio::spawn(hear(server, own, commits, Weak::clone(&committed)));
        Bell { rung: Arc::new(rung), committed }
    }

    /// Tells this process and the others that there is something to read.
    pub(crate) fn ring(&self) {
        wake(&self.committed);
        self.rung.send_modify(|count| *count += 1);
    }
}

fn wake(committed: &Weak<watch::Sender<u64>>) {
    if let Some(committed) = committed.upgrade() {
        committed.send_modify(|count| *count += 1);
    }
}

/// One connection. The longer a pool may wait, the longer are its pauses between two looks at a server that is away.
fn lone(server: PgConnectOptions) -> PgPool {
    PgPoolOptions::new().max_connections(1).acquire_timeout(ACQUIRE_TIME_MAX).connect_lazy_with(server)
}

/// Rings for as long as the bell hangs.
async fn ring(server: PgConnectOptions, own: String, mut commits: watch::Receiver<u64>) {
    let pool = lone(server);
    while commits.changed().await.is_ok() {
        if let Err(error) =
            sqlx::query("SELECT pg_notify($1, concat($2, ' ', current_schema()))").bind(CHANNEL).bind(&own).execute(&pool).await
        {
            tracing::debug!(%error, "the other processes are not told of a commit");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Hears the others for as long as the bell hangs.
async fn hear(server: PgConnectOptions, own: String, mut commits: watch::Receiver<u64>, committed: Weak<watch::Sender<u64>>) {
    let pool = lone(server);
    loop {
        tokio::select! {
            () = listen(&pool, &own, &committed) => {}
            () = async { while commits.changed().await.is_ok() {} } => return,
        }
        tokio::time::sleep(ABSENCE).await;
    }
}

/// Listens until the server is away.
async fn listen(pool: &PgPool, own: &str, committed: &Weak<watch::Sender<u64>>) {
    let heard = async {
        let mut listener = PgListener::connect_with(pool).await?;
        let here: Option<String> = sqlx::query_scalar("SELECT current_schema()").fetch_one(&mut listener).await?;
        let here = here.unwrap_or_default();
        listener.listen(CHANNEL).await?;
        let is_other = |ring: &str| ring.split_once(' ').is_some_and(|(ringer, schema)| ringer != own && schema == here);
        loop {
            // `None` is a connection that was lost and made anew: something may have been missed.
            let rung = listener.try_recv().await?;
            if rung.is_none_or(|rung| is_other(rung.payload())) {
                wake(committed);
            }
        }
    };
    let Err::<std::convert::Infallible, sqlx::Error>(error) = heard.await;
    tracing::debug!(%error, "commits of other processes are not heard");
}
