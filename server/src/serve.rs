//! The composition root: everything that a serving process is made of, in the order in which it comes up and goes down.

use std::{net::SocketAddr, sync::Arc};

use journal::log::Signer;
use kernel::{Clock, Error, Personal, Result, Rng, SystemClock};
use runner::Runner;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
    task::JoinHandle,
};

use crate::{
    audit,
    city::City,
    console,
    database::{self, Held},
    demo,
    faces::open311,
    greeting,
    http::{self, Edge},
    identity::{Issuer, Keys},
    settings::Settings,
    stop::{Stop, Stopping},
};

/// What of the city a process shows.
pub(crate) enum Face {
    /// The whole graph, with all that belongs to it.
    City,
    /// One room, as a subgraph.
    Room(String),
}

/// Serves until the process is told to stop.
pub(crate) async fn serve(settings: &Settings, face: Face) -> Result<()> {
    let mut signals = Signals::new()?;
    let (listener, address) = listen(settings).await?;
    let (clock, rng): (Arc<dyn Clock>, Arc<dyn Rng>) = (Arc::new(SystemClock), Arc::new(kernel::system_rng()));
    database::make_folder(settings)?;
    let keys = Keys::open(settings, rng.as_ref())?;
    let issuer = Arc::new(Issuer::new(&keys.issuer)?);
    issuer.self_test(clock.now())?;

    let (stop, stopping) = Stop::new();
    // Pages have no business with a single room.
    let origins = if matches!(face, Face::City) { settings.allow_origins.clone() } else { Vec::new() };
    let edge = Edge::new(
        Some(Arc::clone(&issuer)),
        Vec::new(),
        origins,
        settings.proxies.clone(),
        Arc::clone(&clock),
        Arc::clone(&rng),
        stopping.clone(),
    );
    let routes = match &face {
        Face::City => http::city_routes(&edge, &Signer::derive(&keys.secret, &settings.log_origin)?.verifier().text()),
        // What only this machine reaches is as safe as the machine.
        Face::Room(name) => http::subgraph_routes(&edge, http::Door { name: name.clone(), guarded: !address.ip().is_loopback() }),
    };
    let mut tasks = vec![tokio::spawn(http::accept(listener, routes, stopping.clone()))];
    let opened = tokio::select! {
        opened = open(settings, keys, Arc::clone(&clock), rng) => Some(opened?),
        () = signals.next() => None,
    };
    // The folder is held until the runner has given its leases back.
    let (_held, journal) = match opened {
        Some((mut city, held)) => {
            if let Face::Room(name) = &face
                && city.graph.subgraph(name).is_none()
            {
                return Err(Error::internal(format!("there is no room `{name}`")));
            }
            let demo_key = admit_demo(&mut city).await?;
            let journal = audit::Journal::of(&city, settings);
            if settings.works {
                tasks.push(work(&city, stopping.clone()));
            }
            tasks.push(tokio::spawn(journal.clone().sign_at_times(settings.checkpoint_every, stopping)));
            edge.open(city);
            let greeted = match face {
                Face::City => greeting::greet(address, &issuer, demo_key.as_ref(), clock.now()),
                Face::Room(_) => console::say("ready"),
            };
            if let Err(error) = greeted {
                tracing::warn!(error = error.internal_text(), "nobody reads the console");
            }
            signals.next().await;
            (Some(held), Some(journal))
        }
        None => (None, None),
    };
    tracing::info!("stopping");
    stop.now();
    let ending = async {
        let ended = futures_util::future::try_join_all(tasks).await.map(drop).map_err(Error::internal);
        // When nothing more happens, so that the checkpoint covers all.
        if let Some(journal) = journal {
            journal.sign_or_warn().await;
        }
        ended
    };
    tokio::select! {
        ended = ending => ended,
        // A supervisor may repeat itself; a person who presses Ctrl-C again means it.
        _ = signals.interrupt.recv() => Err(Error::internal("stopped at once, with work in hand; it is taken up at the next start")),
    }
}

/// Gives programs of others a key to the demo city.
async fn admit_demo(city: &mut City) -> Result<Option<Personal<String>>> {
    let is_demo = demo::is_loaded(&city.house.database, city.house.clock.now()).await?;
    let demo_key = is_demo.then(|| open311::demo_key(&city.house.secret));
    if let Some(key) = &demo_key {
        city.faces.open311.admit("demo", key.clone());
    }
    Ok(demo_key)
}

/// Takes the address to listen on, and says which it is.
pub(crate) async fn listen(settings: &Settings) -> Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(settings.listen).await;
    let listener = listener.map_err(|error| Error::internal(format!("cannot listen on {}: {error}", settings.listen)))?;
    let address = listener.local_addr().map_err(Error::internal)?;
    console::say(&format!("listening on http://{address}"))?;
    Ok((listener, address))
}

/// Opens the database, brings it to the present, loads the demo where nobody lives yet, and builds the city on it.
async fn open(settings: &Settings, keys: Keys, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Result<(City, Held)> {
    let (mut database, mut held) = database::open(settings).await?;
    database::alone(&database, database::migrate(&database)).await?;
    if settings.demo && !demo::is_loaded(&database, clock.now()).await? {
        database.close().await?;
        drop(held);
        demo::load_apart(settings).await?;
        (database, held) = database::open(settings).await?;
    }
    let city = City::build(settings, database, keys.secret, clock, rng)?;
    city.begin().await?;
    Ok((city, held))
}

/// Performs jobs and fires timers until the process is told to stop.
pub(crate) async fn work_alone(settings: &Settings) -> Result<()> {
    let mut signals = Signals::new()?;
    let (city, _held) = City::open(settings).await?;
    let database = &city.house.database;
    database::alone(database, database::migrate(database)).await?;
    city.begin().await?;
    let (stop, stopping) = Stop::new();
    let working = work(&city, stopping);
    console::say("working")?;
    signals.next().await;
    tracing::info!("stopping");
    stop.now();
    working.await.map_err(Error::internal)
}

/// Starts the performer of jobs.
fn work(city: &City, stopping: Stopping) -> JoinHandle<()> {
    let runner = Runner::new(city.house.clone(), city.handlers.clone(), runner::Options::default());
    tokio::spawn(async move { runner.run(stopping.wait()).await })
}

/// What tells a process to stop: SIGTERM from a supervisor, SIGINT from a keyboard.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(crate) fn new() -> Result<Signals> {
        let listen = |kind| signal(kind).map_err(Error::internal);
        Ok(Signals { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
