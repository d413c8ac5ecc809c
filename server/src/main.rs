//! `turkistan`: the program that serves the city's graph.
//!
//! **Invariants:** only this crate and `playground` know HTTP; every request passes the same layers in the same order; what a person wrote
//! reaches no log and no metric.

mod audit;
mod city;
mod cli;
mod compose;
mod console;
mod courier;
mod database;
mod demo;
mod doctor;
mod export;
mod faces;
mod files;
mod gateway;
mod greeting;
mod histories;
mod http;
mod identity;
mod manifest;
mod messengers;
mod modules;
mod schema;
mod serve;
mod settings;
mod signatures;
mod stop;
mod telemetry;
mod usage;
mod verify;
mod words;
mod workflow;

use std::process::ExitCode;

use chrono::TimeDelta;
use clap::Parser;
use kernel::{Clock, Error, Result, SystemClock};
use tikv_jemallocator::Jemalloc;

use crate::{
    cli::{Cli, Command, Serving},
    identity::{Issuer, Keys, Persona},
    settings::Settings,
};

/// A gateway takes and gives back small pieces of memory all the time; the system's allocator takes a sixth longer
/// over a request.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    // Before the first token: with no or two choices of cryptography in the build the library would panic there.
    let installed = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let cli = Cli::parse();
    // Without a subcommand it serves.
    let command = cli.command.unwrap_or(Command::Serve(cli.serving));
    let serving = match &command {
        Command::Serve(serving) | Command::Gateway { serving, .. } | Command::Subgraph { serving, .. } => serving.clone(),
        _ => Serving::default(),
    };
    let outcome = installed
        .map_err(|_| Error::internal("cryptography was chosen twice"))
        .and_then(|()| Settings::gather(cli.installation, &serving))
        .and_then(|settings| {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::internal)?;
            let telemetry = telemetry::start(&settings, runtime.handle())?;
            let outcome = runtime.block_on(run(command, settings));
            telemetry.end();
            outcome
        });
    outcome.unwrap_or_else(|error| {
        console::complain(error.internal_text());
        ExitCode::FAILURE
    })
}

async fn run(command: Command, settings: Settings) -> Result<ExitCode> {
    match command {
        Command::Serve(_) => serve::serve(&settings, serve::Face::City).await.map(|()| ExitCode::SUCCESS),
        Command::Gateway { supergraph, .. } => gateway::serve(&settings, &supergraph).await.map(|()| ExitCode::SUCCESS),
        Command::Subgraph { name, .. } => serve::serve(&settings, serve::Face::Room(name)).await.map(|()| ExitCode::SUCCESS),
        Command::Worker => serve::work_alone(&settings).await.map(|()| ExitCode::SUCCESS),
        Command::Migrate => database::migrate_alone(&settings).await.map(|()| ExitCode::SUCCESS),
        Command::Schema(which) => schema::show(&which, &settings).await,
        Command::Compose { subgraphs, urls } => compose::compose(&subgraphs, &urls),
        Command::Workflow(what) => workflow::run(&what, &settings).await,
        Command::Demo(what) => demo::run(&what, &settings).await.map(|()| ExitCode::SUCCESS),
        Command::Token { persona } => print_token(persona, &settings).map(|()| ExitCode::SUCCESS),
        Command::ServiceToken { days } => print_service_token(days, &settings).map(|()| ExitCode::SUCCESS),
        Command::Doctor => doctor::examine(&settings).await,
        Command::Audit(what) => audit::run(&what, &settings).await,
        Command::Verify(what) => verify::run(&what, &settings),
        Command::Export(what) => export::run(&what, &settings).await.map(|()| ExitCode::SUCCESS),
    }
}

/// Nothing but the token, so that it can stand inside another command.
fn print_token(persona: Persona, settings: &Settings) -> Result<()> {
    console::say(&persona.token(&issuer(settings)?, SystemClock.now())?)
}

fn print_service_token(days: u16, settings: &Settings) -> Result<()> {
    console::say(&issuer(settings)?.issue_service(SystemClock.now(), TimeDelta::days(days.into()))?)
}

fn issuer(settings: &Settings) -> Result<Issuer> {
    database::make_folder(settings)?;
    Issuer::new(&Keys::open(settings, &kernel::system_rng())?.issuer)
}
