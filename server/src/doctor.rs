//! `turkistan doctor`: looks at an installation without changing it, and says of each part whether it is well.

use std::{path::Path, process::ExitCode, sync::Arc};

use journal::{Database, Target};
use kernel::{Clock, Error, Result, SystemClock};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::{
    city, console, database, files,
    identity::{self, Issuer, Keys},
    manifest::{self, Manifest},
    schema,
    settings::Settings,
};

/// Less free space than this is not enough for a day of photographs and reports.
const FREE_BYTES_MIN: u64 = 512 * 1024 * 1024;

/// Examines everything, one line each.
pub(crate) async fn examine(settings: &Settings) -> Result<ExitCode> {
    let mut well = true;
    let mut tell = |what: &str, found: Result<String>| {
        well &= found.is_ok();
        match found {
            Ok(detail) => console::say(&format!("ok    {what}: {detail}")),
            Err(error) => console::say(&format!("FAIL  {what}: {}", error.internal_text())),
        }
    };
    tell("data folder", folder(settings))?;
    tell("free disk space", free_space(settings))?;
    match open(settings).await {
        Ok(Some(database)) => {
            tell("database", Ok(kind(settings).to_owned()))?;
            tell("pragmas", pragmas(&database).await)?;
            tell("migrations", migrations(&database).await)?;
        }
        Ok(None) => tell("database", Ok("none yet; the first start makes it".to_owned()))?,
        Err(error) => tell("database", Err(error))?,
    }
    tell("definitions", city::library(settings).map(|_| "calendars, terms, routing and processes load".to_owned()))?;
    tell("supergraph", schema::build(settings).await.map(|city| format!("{} subgraphs compose", city.graph.calls().len())))?;
    tell("trusted documents", documents(settings).await)?;
    tell("tokens", tokens(settings))?;
    tell("files", files(settings))?;
    tell("mail", mail(settings))?;
    tell("signature of mail", signature(settings))?;
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn folder(settings: &Settings) -> Result<String> {
    let folder = &settings.data_dir;
    if !folder.exists() {
        return Ok(format!("{} is not there yet; the first start makes it", folder.display()));
    }
    let writable = tempfile::tempfile_in(folder).map_err(|error| Error::internal(format!("{}: {error}", folder.display())));
    writable.map(|_| format!("{} is writable", folder.display()))
}

fn free_space(settings: &Settings) -> Result<String> {
    let folder = settings.data_dir.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let space = rustix::fs::statvfs(folder).map_err(Error::internal)?;
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    let mebibytes = free / 1024 / 1024;
    if free < FREE_BYTES_MIN { Err(Error::internal(format!("{mebibytes} MiB are too little"))) } else { Ok(format!("{mebibytes} MiB")) }
}

fn kind(settings: &Settings) -> &'static str {
    match settings.database.target {
        Target::Sqlite(_) => "embedded, opens",
        Target::Postgres(_) => "PostgreSQL, opens",
    }
}

/// `None` when there is no embedded database yet: opening would make one.
async fn open(settings: &Settings) -> Result<Option<Database>> {
    match &settings.database.target {
        Target::Sqlite(path) if !path.exists() => Ok(None),
        _ => Database::open(&settings.database).await.map(Some),
    }
}

async fn pragmas(database: &Database) -> Result<String> {
    if database.owner.get_database_backend() != DbBackend::Sqlite {
        return Ok("none on PostgreSQL".to_owned());
    }
    // Opening has proved the pragmas of durability already; this proves that readers cannot write.
    let statement = Statement::from_string(DbBackend::Sqlite, "SELECT query_only FROM pragma_query_only");
    let row = database.reader.query_one_raw(statement).await.map_err(journal::fault)?;
    match row.map(|row| row.try_get_by_index::<i32>(0)) {
        Some(Ok(1)) => Ok("WAL, every commit reaches the disk, readers cannot write".to_owned()),
        _ => Err(Error::internal("a reading connection could write")),
    }
}

async fn migrations(database: &Database) -> Result<String> {
    if database::is_migrated(database).await? {
        Ok("all applied".to_owned())
    } else {
        Err(Error::internal("some are not applied: run `turkistan migrate`"))
    }
}

async fn documents(settings: &Settings) -> Result<String> {
    let Some(path) = &settings.documents else { return Ok("no manifest is named".to_owned()) };
    let manifest = Manifest::read(path)?;
    let graph = schema::build(settings).await?.graph;
    manifest.documents()?.all().iter().try_for_each(|document| manifest::check_one(&graph, document))?;
    Ok(format!("{} fit the graph", manifest.0.len()))
}

fn tokens(settings: &Settings) -> Result<String> {
    let rng = kernel::system_rng();
    let there = Keys::exist(settings);
    let keys = if there { Keys::open(settings, &rng)? } else { identity::ephemeral(&rng) };
    Issuer::new(&keys.issuer)?.self_test(SystemClock.now())?;
    Ok(if there { "signed and verified" } else { "signed and verified; the first start makes the keys" }.to_owned())
}

fn files(settings: &Settings) -> Result<String> {
    files::open(&settings.files, Arc::new(SystemClock)).map(|_| format!("kept in {}", settings.files.url()))
}

fn mail(settings: &Settings) -> Result<String> {
    if settings.smtp_url.is_some() {
        return city::mailer(settings, Arc::new(SystemClock)).map(|_| format!("sent over SMTP from {}", settings.mail_from));
    }
    Ok(format!("no server is set; mail is written to {}", settings.data_dir.join("mail").display()))
}

/// The record is printed as a zone file has it but for its quotes: strings there hold 255 bytes, and each name server has its own way to join
/// them.
fn signature(settings: &Settings) -> Result<String> {
    Ok(match city::dkim_record(settings, Arc::new(SystemClock))? {
        Some((name, text)) => format!("publish {name} TXT {text}"),
        None => "none; other mail servers trust signed mail more (--dkim-key)".to_owned(),
    })
}
