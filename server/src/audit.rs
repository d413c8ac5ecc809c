//! `turkistan audit`: the journal's log verified, signed, and its public key; and the task that signs it while the city serves.

use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use journal::{
    Database, Target,
    log::{self, Bad, Checkpoints, Signer, Verifier, Wrong},
};
use kernel::{Clock, Error, Result, SystemClock};

use crate::{city::City, cli::Audit, console, identity::Keys, settings::Settings, stop::Stopping};

/// What it takes to sign a journal.
#[derive(Clone)]
pub(crate) struct Journal {
    database: Database,
    signer: Arc<Signer>,
    clock: Arc<dyn Clock>,
    checkpoints: PathBuf,
}

impl Journal {
    /// The journal of a city that works.
    pub(crate) fn of(city: &City, settings: &Settings) -> Journal {
        Journal {
            database: city.house.database.clone(),
            signer: Arc::clone(&city.signer),
            clock: Arc::clone(&city.house.clock),
            checkpoints: settings.checkpoints.clone(),
        }
    }

    /// Signs the journal now and then at times, until the process is to stop.
    pub(crate) async fn sign_at_times(self, every: Duration, stopping: Stopping) {
        loop {
            self.sign_or_warn().await;
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                () = stopping.clone().wait() => return,
            }
        }
    }

    /// Signs the journal. When that fails the city serves on, and says so: people file reports whatever becomes of the log.
    pub(crate) async fn sign_or_warn(&self) {
        match self.sign().await {
            Ok(checkpoint) => tracing::info!(size = checkpoint.size, "signed the journal"),
            Err(error) => tracing::error!(error = error.internal_text(), "the journal was not signed: run `turkistan audit verify`"),
        }
    }

    async fn sign(&self) -> Result<log::Checkpoint> {
        log::checkpoint(&self.database, &self.signer, &self.checkpoints, self.clock.now()).await
    }
}

/// `turkistan audit …`. A server may be at work beside it: nothing is written but one checkpoint.
pub(crate) async fn run(what: &Audit, settings: &Settings) -> Result<ExitCode> {
    match what {
        Audit::Verify { since, key } => verify(*since, key.as_deref(), settings).await,
        Audit::Checkpoint => {
            let signer = Arc::new(signer(settings)?);
            let (database, clock) = (open(settings).await?, Arc::new(SystemClock));
            let journal = Journal { database, signer, clock, checkpoints: settings.checkpoints.clone() };
            let signed = journal.sign().await?;
            console::say(&format!("signed {} entries: {}", signed.size, settings.checkpoints.display()))?;
            Ok(ExitCode::SUCCESS)
        }
        Audit::Key => console::say(&signer(settings)?.verifier().text()).map(|()| ExitCode::SUCCESS),
        Audit::Consistency { old, new } => {
            let nodes = log::prove_consistency(&open(settings).await?.reader, *old, *new).await?;
            nodes.iter().try_for_each(|node| console::say(&STANDARD.encode(node)))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The key that a person gave, or this installation's own. None is made: a new key would verify nothing.
pub(crate) fn verifier(key: Option<&str>, settings: &Settings) -> Result<Verifier> {
    match key {
        Some(key) => Verifier::parse(key).ok_or_else(|| Error::internal("this is not a key as `turkistan audit key` prints it")),
        None => Ok(signer(settings)?.verifier().clone()),
    }
}

fn signer(settings: &Settings) -> Result<Signer> {
    if !Keys::exist(settings) {
        return Err(Error::internal(format!("{}: there is no key here; name the journal's with --key", settings.data_dir.display())));
    }
    Signer::derive(&Keys::open(settings, &kernel::system_rng())?.secret, &settings.log_origin)
}

async fn open(settings: &Settings) -> Result<Database> {
    match &settings.database.target {
        Target::Sqlite(path) if !path.exists() => Err(Error::internal(format!("{}: there is no database here", path.display()))),
        _ => Database::open(&settings.database).await,
    }
}

async fn verify(since: u64, key: Option<&str>, settings: &Settings) -> Result<ExitCode> {
    let verifier = verifier(key, settings)?;
    // Before the log is read, which may grow meanwhile but not shrink.
    let checkpoints = Checkpoints::read(&settings.checkpoints, &verifier)?;
    let audit = log::verify(&open(settings).await?.reader, since, &checkpoints.signed).await?;
    let file = settings.checkpoints.display();
    for line in &checkpoints.torn {
        console::say(&format!("note  {file}:{line}: a checkpoint that was not written to its end"))?;
    }
    for line in &checkpoints.foreign {
        console::say(&format!("FAIL  {file}:{line}: not a checkpoint of this journal"))?;
    }
    if audit.waiting > 0 {
        console::say(&format!("note  {} events wait for their places", audit.waiting))?;
    }
    if let Some(bad) = &audit.bad {
        console::say(&format!("FAIL  {}", tell(bad)))?;
    }
    let good = audit.size - since.min(audit.size);
    console::say(&format!("{good} entries after {since} are good, up to {}", audit.size))?;
    console::say(&format!("root {}, {} checkpoints", STANDARD.encode(audit.root), checkpoints.signed.len()))?;
    let well = audit.bad.is_none() && checkpoints.foreign.is_empty();
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell(Bad { position, wrong }: &Bad) -> String {
    match wrong {
        Wrong::NoEntry => format!("entry {position} is missing"),
        Wrong::NoEvent(event) => format!("entry {position}: its event {event} was deleted"),
        Wrong::EventChanged(event) => format!("entry {position}: its event {event} is not what was logged"),
        Wrong::NodesChanged => format!("entry {position}: the nodes of the tree were changed"),
        Wrong::CutOff(size) => format!("entry {position} is missing: a checkpoint of {size} entries was signed"),
        Wrong::Rewritten(size) => {
            format!("entry {position} or one after it, up to {size}, was rewritten: {size} entries were signed with another root")
        }
        Wrong::Unlogged(event) => format!("event {event} is not in the log"),
    }
}
