//! The rooms put together to one graph. No HTTP is here: the same city stands behind the server, the demo loader and the schema printer.

use std::{path::Path, sync::Arc};

use engine::Library;
use federation::{Documents, Federation, Policy};
use futures_util::FutureExt;
use journal::{Abort, Channels, Courier, Database, Demo, Handler, Histories, House, Mailer, Rules, log::Signer};
use kernel::{Clock, Document, Error, Files, GraphHandle, Personal, Result, Rng, SystemClock};
use runner::{Dkim, FolderMailer, Sender, SmtpMailer};
use sea_orm::DbBackend;

use crate::{
    courier::HttpCourier,
    database::{self, Held},
    demo, export,
    faces::{self, Faces},
    files, greeting, http,
    identity::Keys,
    manifest::{self, Manifest},
    messengers, modules,
    settings::Settings,
};

/// A city that works.
pub(crate) struct City {
    /// What its rooms share.
    pub(crate) house: House,
    /// The graph over them.
    pub(crate) graph: Federation,
    /// What performs their jobs.
    pub(crate) handlers: Vec<Arc<dyn Handler>>,
    /// What loads their demo data, in the order of the rooms.
    pub(crate) demos: Vec<Arc<dyn Demo>>,
    /// The processes, tables, terms and calendars that its cases run by.
    pub(crate) rules: Rules,
    /// What reads its recorded cases.
    pub(crate) histories: Vec<Arc<dyn Histories>>,
    /// What signs its journal.
    pub(crate) signer: Arc<Signer>,
    /// What its other faces are told.
    pub(crate) faces: Faces,
    /// What keeps the files that people send.
    pub(crate) files: Arc<dyn Files>,
    /// By what Telegram proves itself; nothing in a city without a bot.
    pub(crate) bot_secret: Option<Personal<String>>,
}

impl City {
    /// Takes the installation for this process and builds its city, to work on it without serving it.
    pub(crate) async fn open(settings: &Settings) -> Result<(City, Held)> {
        let (database, held) = database::open(settings).await?;
        let rng = Arc::new(kernel::system_rng());
        let secret = Keys::open(settings, rng.as_ref())?.secret;
        Ok((City::build(settings, database, secret, Arc::new(SystemClock), rng)?, held))
    }

    /// Opens the rooms over a database, composes their graph and checks that every document of the program fits it.
    pub(crate) fn build(
        settings: &Settings,
        database: Database,
        secret: Personal<[u8; 32]>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<City> {
        let rules = Rules::new(library(settings)?);
        let courier: Arc<dyn Courier> = Arc::new(HttpCourier::new(&settings.trusted_hosts)?);
        let opened = messengers::open(settings, &courier, &secret, &clock, &rng)?;
        let channels = Channels {
            mailer: mailer(settings, Arc::clone(&clock))?,
            messengers: opened.messengers,
            courier,
            public_url: settings.public_url.clone(),
        };
        let signer = Arc::new(Signer::derive(&secret, &settings.log_origin)?);
        let files = files::open(&settings.files, Arc::clone(&clock))?;
        let house = House { database, graph: GraphHandle::default(), clock, rng, secret };
        let (mut subgraphs, mut demos, mut histories) = (Vec::new(), Vec::new(), Vec::new());
        let mut handlers: Vec<_> = opened.bot_address.into_iter().collect();
        let mut documents = vec![
            &demo::ANY_PARTY,
            &export::APPEALS,
            &export::APPEALS_WITH_PERSONS,
            &greeting::FIRST_QUERY,
            &http::UNSUBSCRIBE,
            &http::RECORD_BOUNCE,
        ];
        documents.extend(faces::DOCUMENTS);
        documents.extend(http::FILES);
        documents.extend(http::TELEGRAM);
        for room in modules::rooms(&house, &rules, &channels, &signer, &files) {
            subgraphs.push(room.subgraph);
            handlers.extend(room.handlers);
            documents.extend(room.documents);
            demos.extend(room.demo);
            histories.extend(room.histories);
        }
        let graph = Federation::new(subgraphs, policy(settings)?).map_err(Error::internal)?.with_rng(Arc::clone(&house.rng));
        check(&graph, &documents)?;
        manifest::check(&graph)?;
        house.graph.connect(Arc::new(graph.clone()));
        let faces = Faces::of(settings);
        Ok(City { house, graph, handlers, demos, rules, histories, signer, faces, files, bot_secret: opened.bot_secret })
    }

    /// Takes up the rules that were published, and stores what is to be done at every beginning. On PostgreSQL other processes may publish
    /// later on.
    pub(crate) async fn begin(&self) -> Result<()> {
        let database = &self.house.database;
        self.rules.refresh(&database.reader).await?;
        let (jobs, now) = (self.handlers.iter().flat_map(|handler| handler.beginning()).collect(), self.house.clock.now());
        let write = database.writer.write(move |txn| async move { journal::enqueue(txn, now, jobs).await }.boxed());
        write.await.map_err(Abort::into_fault)?;
        if database.reader.get_database_backend() == DbBackend::Postgres {
            tokio::spawn(self.rules.clone().follow(database.clone()));
        }
        Ok(())
    }
}

/// What clients may ask.
pub(crate) fn policy(settings: &Settings) -> Result<Policy> {
    let documents = match &settings.documents {
        Some(path) => Manifest::read(path)?.documents()?,
        None => Documents::default(),
    };
    let (limits, introspection) = (settings.limits.clone(), settings.introspection);
    Ok(Policy { limits, introspection, documents, documents_only: settings.documents_only })
}

/// A document that does not fit the graph would fail at the first job that needs it, which may be weeks away.
fn check(graph: &Federation, documents: &[&'static Document]) -> Result<()> {
    for document in documents {
        graph.check_document(document).map_err(|errors| {
            let reasons: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
            Error::internal(format!("document {} does not fit the graph: {}", document.name, reasons.join("; ")))
        })?;
    }
    Ok(())
}

/// The calendars, terms, routing and processes: the ones inside the program, or an installation's own.
pub(crate) fn library(settings: &Settings) -> Result<Arc<Library>> {
    let Some(folder) = &settings.definitions else { return Ok(Arc::new(Library::embedded().clone())) };
    let files = definition_files(folder)?;
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Library::load(&files).map(Arc::new).map_err(Error::internal)
}

/// The names and texts of a folder of definitions.
pub(crate) fn definition_files(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    read_folder(folder, &mut files)?;
    files.sort();
    if files.is_empty() {
        return Err(Error::internal(format!("{}: there is no .toml file in this folder", folder.display())));
    }
    Ok(files)
}

/// The name and the text of one file of definitions.
pub(crate) fn definition_file(path: &Path) -> Result<(String, String)> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
    Ok((path.display().to_string(), text))
}

fn read_folder(folder: &Path, files: &mut Vec<(String, String)>) -> Result<()> {
    let failed = |error: std::io::Error| Error::internal(format!("{}: {error}", folder.display()));
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            read_folder(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(definition_file(&path)?);
        }
    }
    Ok(())
}

/// Mail goes to a server, or, without one, to a folder where it can be read.
pub(crate) fn mailer(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Arc<dyn Mailer>> {
    let sender = Sender::new(&settings.mail_from, clock)?;
    let sender = match dkim(settings, &sender)? {
        Some(dkim) => sender.signed(dkim),
        None => sender,
    };
    let sender = match &settings.bounces {
        Some(address) => sender.returning(address)?,
        None => sender,
    };
    Ok(match &settings.smtp_url {
        Some(url) => Arc::new(SmtpMailer::new(&Personal::new(url.clone()), sender)?),
        None => Arc::new(FolderMailer::new(settings.data_dir.join("mail"), sender)?),
    })
}

/// What signs a sender's mail, when the settings name a key.
fn dkim(settings: &Settings, sender: &Sender) -> Result<Option<Dkim>> {
    let Some(set) = &settings.dkim else { return Ok(None) };
    let pem = std::fs::read(&set.key).map_err(|error| Error::internal(format!("{}: {error}", set.key.display())))?;
    Dkim::new(&Personal::new(pem), &set.selector, set.domain.as_deref().unwrap_or(sender.domain())).map(Some)
}

/// The name and the text of the TXT record by which others verify the city's mail; nothing when it is not signed.
pub(crate) fn dkim_record(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Option<(String, String)>> {
    dkim(settings, &Sender::new(&settings.mail_from, clock)?)?.map(|dkim| dkim.record()).transpose()
}
