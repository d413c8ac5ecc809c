//! The demo city: loaded once into an empty database, and loaded anew when a kill broke the loading off.

use std::{process::Stdio, sync::Arc};

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Claim, Database, Progress, claim, claim_with};
use kernel::{Document, Error, Request, Result};
use runner::Runner;
use serde_json::json;
use uuid::Uuid;

use crate::{city::City, cli, console, database, settings::Settings};

/// Whether anybody lives here.
pub(crate) static ANY_PARTY: Document = Document { name: "server.AnyParty", text: "query AnyParty { parties(first: 1) { nodes { id } } }" };

/// A stage of loading, kept as an act of the journal under a key of its own.
#[derive(Clone, Copy)]
enum Stage {
    /// Loading began in an empty database.
    Begun,
    /// Loading ended.
    Loaded,
}

impl Stage {
    fn key(self) -> Result<ActKey> {
        let (key, act) = match self {
            Stage::Begun => (0x6465_6d6f_8000_8000_0000_0000_0001, "begin_demo"),
            Stage::Loaded => (0x6465_6d6f_8000_8000_0000_0000_0002, "load_demo"),
        };
        ActKey::new(Uuid::from_u128(key), act, "system", &())
    }

    async fn mark(self, city: &City) -> Result<()> {
        let (key, now) = (self.key()?, city.house.clock.now());
        let write = city.house.database.writer.write(move |txn| async move { claim_with(txn, &key, now, &true).await.map(drop) }.boxed());
        write.await.map_err(database::fault)
    }

    /// Tries to take the key and gives it back, so that looking leaves no trace.
    async fn is_marked(self, database: &Database, now: DateTime<Utc>) -> Result<bool> {
        let key = self.key()?;
        let look = database.writer.write(move |txn| {
            async move {
                match claim::<bool>(txn, &key, now).await? {
                    Claim::New => Err(Abort::Refused(Vec::new())),
                    Claim::Same(_) | Claim::Reused => Ok(()),
                }
            }
            .boxed()
        });
        match look.await {
            Ok(()) => Ok(true),
            Err(Abort::Refused(_)) => Ok(false),
            Err(Abort::Fault(error)) => Err(error),
        }
    }
}

/// Loads the demo city unless it is there, or the database holds a city of its own. Tells whether it loaded anything.
pub(crate) async fn load_once(city: &City, progress: &dyn Progress) -> Result<bool> {
    let (database, now) = (&city.house.database, city.house.clock.now());
    if is_loaded(database, now).await? {
        return Ok(false);
    }
    if Stage::Begun.is_marked(database, now).await? {
        // The rows of a loading that broke off are all there is: it began in an empty database.
        database::wipe(database).await?;
    } else if is_inhabited(city).await? {
        return Ok(false);
    }
    load(city, progress).await?;
    Ok(true)
}

/// Whether the people of the demo city live here. Nobody else's installation hands out their tokens by itself.
pub(crate) async fn is_loaded(database: &Database, now: DateTime<Utc>) -> Result<bool> {
    Stage::Loaded.is_marked(database, now).await
}

/// Loads the demo city in a process of its own: loading takes twice the memory of serving, and an allocator keeps what it once had.
pub(crate) async fn load_apart(settings: &Settings) -> Result<()> {
    let program = std::env::current_exe().map_err(Error::internal)?;
    let mut loading = tokio::process::Command::new(program);
    loading.args(["demo", "load", "--with-stdin"]).envs(settings.environment()).env_remove("TURKISTAN_CONFIG");
    let mut loading = loading.stdin(Stdio::piped()).kill_on_drop(true).spawn().map_err(Error::internal)?;
    // Waiting would close it, and the end of standard input ends the loading.
    let _stdin = loading.stdin.take();
    let ended = loading.wait().await.map_err(Error::internal)?;
    if ended.success() { Ok(()) } else { Err(Error::internal(format!("the demo city was not loaded: {ended}"))) }
}

/// Ends this process when standard input ends.
fn end_with_stdin() {
    std::thread::spawn(|| {
        // However reading ends, nobody is at the other end any more.
        drop(std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
        std::process::exit(1);
    });
}

async fn load(city: &City, progress: &dyn Progress) -> Result<()> {
    Stage::Begun.mark(city).await?;
    for demo in &city.demos {
        demo.load(progress).await?;
    }
    Stage::Loaded.mark(city).await
}

async fn is_inhabited(city: &City) -> Result<bool> {
    let request = Arc::new(Request::system("demo", city.house.clock.now()));
    let data = city.house.graph.ask(&ANY_PARTY, json!({}), &request).await?;
    let parties = data["parties"]["nodes"].as_array().ok_or_else(|| Error::internal("the parties cannot be counted"))?;
    Ok(!parties.is_empty())
}

/// `turkistan demo load` and `turkistan demo reset`.
pub(crate) async fn run(what: &cli::Demo, settings: &Settings) -> Result<()> {
    if let cli::Demo::Load { with_stdin: true } = what {
        end_with_stdin();
    }
    let (city, _held) = City::open(settings).await?;
    let database = &city.house.database;
    let loaded = database::alone(database, async {
        let loaded = match what {
            cli::Demo::Load { .. } => {
                database::migrate(database).await?;
                load_once(&city, &Lines).await
            }
            cli::Demo::Reset => {
                database::wipe(database).await?;
                load(&city, &Lines).await.map(|()| true)
            }
        }?;
        if loaded {
            // What the loading gives rise to, as the indicators of the day, is there when the city opens.
            let jobs = Runner::new(city.house.clone(), city.handlers.clone(), runner::Options::default()).drain().await?;
            console::say(&format!("performed {jobs} jobs"))?;
        }
        Ok(loaded)
    });
    console::say(if loaded.await? { "the demo city is loaded" } else { "nothing to load: the database already holds a city" })
}

/// Progress as lines on stdout.
pub(crate) struct Lines;

impl Progress for Lines {
    fn report(&self, what: &str, done: u64, all: u64) {
        // Loading goes on when nobody reads how far it is.
        drop(console::say(&format!("loading {what}: {done} of {all}")));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tempfile::TempDir;

    use super::*;
    use crate::cli::{Installation, Serving};

    #[derive(Default)]
    struct Silent(Mutex<u64>);

    impl Progress for Silent {
        fn report(&self, _what: &str, done: u64, _all: u64) {
            *self.0.lock().unwrap() += done;
        }
    }

    async fn empty() -> (City, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings::gather(Installation::default(), &Serving::default()).unwrap().moved_to(folder.path());
        let (city, _held) = City::open(&settings).await.unwrap();
        database::migrate(&city.house.database).await.unwrap();
        (city, folder)
    }

    #[tokio::test]
    async fn an_empty_city_is_loaded_once() {
        let (city, _folder) = empty().await;
        let progress = Silent::default();
        assert!(!is_loaded(&city.house.database, city.house.clock.now()).await.unwrap());
        assert!(load_once(&city, &progress).await.unwrap());
        assert!(is_loaded(&city.house.database, city.house.clock.now()).await.unwrap() && is_inhabited(&city).await.unwrap());
        let reported = *progress.0.lock().unwrap();
        assert!(reported > 0);
        assert!(!load_once(&city, &progress).await.unwrap());
        assert_eq!(*progress.0.lock().unwrap(), reported);
    }

    #[tokio::test]
    async fn a_loading_that_broke_off_begins_anew() {
        let (city, _folder) = empty().await;
        Stage::Begun.mark(&city).await.unwrap();
        city.demos[0].load(&Silent::default()).await.unwrap();
        assert!(load_once(&city, &Silent::default()).await.unwrap());
        assert!(is_loaded(&city.house.database, city.house.clock.now()).await.unwrap());
    }

    #[tokio::test]
    async fn a_city_of_its_own_is_left_alone() {
        let (city, _folder) = empty().await;
        city.demos[0].load(&Silent::default()).await.unwrap();
        assert!(!load_once(&city, &Silent::default()).await.unwrap());
        assert!(!is_loaded(&city.house.database, city.house.clock.now()).await.unwrap());
    }
}
