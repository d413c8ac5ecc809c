//! The composition root: everything that a serving process is made of, in the order in which it comes up and goes down.

use std::sync::Arc;

use kernel::{Clock, Error, Result, Rng, SystemClock};
use runner::Runner;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    task::JoinHandle,
};

use crate::{
    city::City,
    console,
    database::{self, Held},
    demo, greeting,
    http::{self, Edge},
    identity::{Issuer, Keys},
    settings::Settings,
    stop::{Stop, Stopping},
};

/// Serves until the process is told to stop.
pub(crate) async fn serve(settings: &Settings) -> Result<()> {
    let mut signals = Signals::new()?;
    let listener = TcpListener::bind(settings.listen).await;
    let listener = listener.map_err(|error| Error::internal(format!("cannot listen on {}: {error}", settings.listen)))?;
    let address = listener.local_addr().map_err(Error::internal)?;
    console::say(&format!("listening on http://{address}"))?;

    let (clock, rng): (Arc<dyn Clock>, Arc<dyn Rng>) = (Arc::new(SystemClock), Arc::new(kernel::system_rng()));
    database::make_folder(settings)?;
    let keys = Keys::open(settings, rng.as_ref())?;
    let issuer = Arc::new(Issuer::new(&keys.issuer)?);
    issuer.self_test(clock.now())?;

    let (stop, stopping) = Stop::new();
    let edge = Edge::new(Arc::clone(&issuer), Arc::clone(&clock), Arc::clone(&rng), stopping.clone());
    let mut tasks = vec![tokio::spawn(http::accept(listener, http::routes(&edge, &settings.allow_origins), stopping.clone()))];
    let opened = tokio::select! {
        opened = open(settings, keys, Arc::clone(&clock), rng) => Some(opened?),
        () = signals.next() => None,
    };
    // The folder is held until the runner has given its leases back.
    let _held = match opened {
        Some((city, held)) => {
            let is_demo = demo::is_loaded(&city).await?;
            tasks.push(work(&city, stopping));
            edge.open(city);
            if let Err(error) = greeting::greet(address, &issuer, is_demo, clock.now()) {
                tracing::warn!(error = error.internal_text(), "nobody reads the console");
            }
            signals.next().await;
            Some(held)
        }
        None => None,
    };
    tracing::info!("stopping");
    stop.now();
    tokio::select! {
        ended = futures_util::future::try_join_all(tasks) => ended.map(drop).map_err(Error::internal),
        // A supervisor may repeat itself; a person who presses Ctrl-C again means it.
        _ = signals.interrupt.recv() => Err(Error::internal("stopped at once, with work in hand; it is taken up at the next start")),
    }
}

/// Opens the database, brings it to the present, builds the city on it and, where nobody lives yet, loads the demo.
async fn open(settings: &Settings, keys: Keys, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Result<(City, Held)> {
    let (database, held) = database::open(settings).await?;
    let city = City::build(settings, database.clone(), keys.secret, clock, rng)?;
    database::alone(&database, async {
        database::migrate(&database).await?;
        if settings.demo { demo::load_once(&city, &demo::Lines).await.map(drop) } else { Ok(()) }
    })
    .await?;
    Ok((city, held))
}

/// Starts the performer of jobs.
fn work(city: &City, stopping: Stopping) -> JoinHandle<()> {
    let runner = Runner::new(city.house.clone(), city.handlers.clone(), runner::Options::default());
    tokio::spawn(async move { runner.run(stopping.wait()).await })
}

/// What tells a process to stop: SIGTERM from a supervisor, SIGINT from a keyboard.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Signals> {
        let listen = |kind| signal(kind).map_err(Error::internal);
        Ok(Signals { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
