//! The settings of one run, from flags, environment, file and defaults.

mod messengers;
mod open311;
mod subgraphs;

use std::{
    collections::BTreeMap,
    ffi::OsString,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use axum::http::HeaderValue;
use federation::{Introspection, Limits};
use journal::Target;
use kernel::{Error, Personal, Result};
use serde::Deserialize;

use crate::{
    cli::{Installation, LogForm, Serving},
    files::Place,
};
pub(crate) use messengers::{Messengers, Telegram};
pub(crate) use open311::Open311;
pub(crate) use subgraphs::Subgraphs;

/// Reads at once. The embedded database serves each from memory; more connections would only cost memory.
const READERS: u32 = 4;

/// The file of `--config`. A name that it does not know is a mistake, not a wish.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<SocketAddr>,
    allow_origins: Option<Vec<String>>,
    data_dir: Option<PathBuf>,
    database_url: Option<String>,
    smtp_url: Option<String>,
    mail_from: Option<String>,
    bounces: Option<String>,
    dkim_key: Option<PathBuf>,
    dkim_selector: Option<String>,
    dkim_domain: Option<String>,
    public_url: Option<String>,
    push_contact: Option<String>,
    telegram_bot: Option<String>,
    telegram_api: Option<String>,
    telegram_token: Option<Personal<String>>,
    sms_url: Option<String>,
    sms_token: Option<Personal<String>>,
    trusted_hosts: Option<Vec<String>>,
    files_url: Option<String>,
    proxies: Option<Vec<IpAddr>>,
    definitions: Option<PathBuf>,
    checkpoints: Option<PathBuf>,
    checkpoint_minutes: Option<std::num::NonZeroU32>,
    log_origin: Option<String>,
    demo: Option<bool>,
    log: Option<LogForm>,
    otlp_endpoint: Option<String>,
    documents: Option<PathBuf>,
    documents_only: Option<bool>,
    introspection: Option<Introspection>,
    limits: Option<Limits>,
    issuer_key: Option<Personal<String>>,
    secret: Option<Personal<String>>,
    #[serde(default)]
    open311: Open311,
    #[serde(default)]
    subgraph_defaults: subgraphs::Table,
    #[serde(default)]
    subgraph: BTreeMap<String, subgraphs::Table>,
}

/// The key that signs mail, and the name under which its domain publishes the public one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dkim {
    /// The private key, PEM.
    pub(crate) key: PathBuf,
    /// The first label of the record's name.
    pub(crate) selector: String,
    /// The domain; that of the sender's address when nothing is said.
    pub(crate) domain: Option<String>,
}

/// Everything that a run can be told.
#[derive(Clone)]
pub(crate) struct Settings {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// Other sites whose pages may ask the graph.
    pub(crate) allow_origins: Vec<HeaderValue>,
    /// The folder of database, keys and mail.
    pub(crate) data_dir: PathBuf,
    /// The database.
    pub(crate) database: journal::Options,
    /// The mail server, when there is one.
    pub(crate) smtp_url: Option<String>,
    /// The sender of mail.
    pub(crate) mail_from: String,
    /// Where mail that cannot be delivered goes back to; without it, to the sender.
    pub(crate) bounces: Option<String>,
    /// What signs mail, when there is a key.
    pub(crate) dkim: Option<Dkim>,
    /// Where people reach the city, `https://host` without a slash at its end.
    pub(crate) public_url: Option<String>,
    /// By which messengers short messages go.
    pub(crate) messengers: Messengers,
    /// Hosts within the city's own network that webhooks and web push may go to.
    pub(crate) trusted_hosts: Vec<String>,
    /// Where the files that people send are kept.
    pub(crate) files: Place,
    /// Reverse proxies whose word on who asks is believed.
    pub(crate) proxies: Vec<IpAddr>,
    /// A folder of definitions instead of the embedded ones.
    pub(crate) definitions: Option<PathBuf>,
    /// The file of signed checkpoints of the journal.
    pub(crate) checkpoints: PathBuf,
    /// How often one is signed.
    pub(crate) checkpoint_every: Duration,
    /// The name of the journal in all that is signed of it.
    pub(crate) log_origin: String,
    /// Whether an empty database is filled with the demo city.
    pub(crate) demo: bool,
    /// Whether `serve` performs jobs, too.
    pub(crate) works: bool,
    /// How the log is written.
    pub(crate) log: LogForm,
    /// The collector that gets traces, when there is one.
    pub(crate) otlp_endpoint: Option<String>,
    /// The manifest of trusted documents.
    pub(crate) documents: Option<PathBuf>,
    /// Whether nothing but trusted documents is answered.
    pub(crate) documents_only: bool,
    /// Whom the graph tells its schema.
    pub(crate) introspection: Introspection,
    /// How large and how costly an operation may be.
    pub(crate) limits: Limits,
    /// The issuer's key in base64, when it is not in the data folder: several processes share one.
    pub(crate) issuer_key: Option<Personal<String>>,
    /// The installation's secret in base64, likewise.
    pub(crate) secret: Option<Personal<String>>,
    /// Who may file reports by Open311.
    pub(crate) open311: Open311,
    /// How subgraphs behind HTTP are called.
    pub(crate) subgraphs: Subgraphs,
}

impl Settings {
    /// Puts the settings together.
    pub(crate) fn gather(installation: Installation, serving: &Serving) -> Result<Settings> {
        let file = installation.config.as_deref().map(read).transpose()?.unwrap_or_default();
        let folder = installation.config.as_deref().and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
        let data_dir = installation.data_dir.or(file.data_dir).unwrap_or_else(|| PathBuf::from("./data"));
        let target = match installation.database_url.or(file.database_url) {
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => Target::Postgres(url),
            Some(_) => return Err(Error::internal("the database URL must begin with postgres://; without one the database is embedded")),
            None => Target::Sqlite(data_dir.join("turkistan.db")),
        };
        let allow_origins =
            if serving.allow_origins.is_empty() { file.allow_origins.unwrap_or_default() } else { serving.allow_origins.clone() };
        let trusted_hosts =
            if installation.trusted_hosts.is_empty() { file.trusted_hosts.unwrap_or_default() } else { installation.trusted_hosts };
        let documents = installation.documents.or(file.documents);
        let documents_only = serving.documents_only || file.documents_only.unwrap_or_default();
        if documents_only && documents.is_none() {
            return Err(Error::internal("documents_only without documents would answer nothing: name the manifest"));
        }
        let (selector, domain) = (installation.dkim_selector.or(file.dkim_selector), installation.dkim_domain.or(file.dkim_domain));
        let messengers = messengers::Said {
            push_contact: installation.push_contact.or(file.push_contact),
            telegram_bot: installation.telegram_bot.or(file.telegram_bot),
            telegram_api: installation.telegram_api.or(file.telegram_api),
            telegram_token: secret("TURKISTAN_TELEGRAM_TOKEN").or(file.telegram_token),
            sms_url: installation.sms_url.or(file.sms_url),
            sms_token: secret("TURKISTAN_SMS_TOKEN").or(file.sms_token),
        };
        let messengers = messengers.gather()?;
        let minutes = serving.checkpoint_minutes.or(file.checkpoint_minutes.map(Into::into)).unwrap_or(60);
        Ok(Settings {
            checkpoints: installation.checkpoints.or(file.checkpoints).unwrap_or_else(|| data_dir.join("checkpoints")),
            checkpoint_every: Duration::from_secs(60 * u64::from(minutes)),
            log_origin: installation.log_origin.or(file.log_origin).unwrap_or_else(|| "turkistan.localhost/journal".to_owned()),
            allow_origins: allow_origins.iter().map(|text| origin(text)).collect::<Result<_>>()?,
            listen: serving.listen.or(file.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            files: match installation.files_url.or(file.files_url) {
                Some(url) => Place::parse(&url)?,
                None => Place::Folder(data_dir.join("files")),
            },
            proxies: if serving.proxies.is_empty() { file.proxies.unwrap_or_default() } else { serving.proxies.clone() },
            database: journal::Options { target, readers: READERS, commit_delay: Duration::from_millis(serving.commit_delay_ms) },
            data_dir,
            smtp_url: installation.smtp_url.or(file.smtp_url),
            mail_from: installation
                .mail_from
                .or(file.mail_from)
                .unwrap_or_else(|| "Smart Turkistan <no-reply@turkistan.localhost>".to_owned()),
            bounces: installation.bounces.or(file.bounces),
            dkim: dkim(installation.dkim_key.or(file.dkim_key), selector, domain)?,
            public_url: installation.public_url.or(file.public_url).map(|url| public_url(&url)).transpose()?,
            messengers,
            trusted_hosts,
            definitions: installation.definitions.or(file.definitions),
            demo: !serving.no_demo && file.demo.unwrap_or(true),
            works: !serving.no_worker,
            log: installation.log.or(file.log).unwrap_or_default(),
            otlp_endpoint: installation.otlp_endpoint.or(file.otlp_endpoint),
            documents_only,
            documents,
            introspection: file.introspection.unwrap_or_default(),
            limits: file.limits.unwrap_or_default(),
            issuer_key: secret("TURKISTAN_ISSUER_KEY").or(file.issuer_key),
            secret: secret("TURKISTAN_SECRET").or(file.secret),
            open311: file.open311.gather(secret("TURKISTAN_OPEN311_KEYS").as_ref())?,
            subgraphs: Subgraphs::gather(file.subgraph_defaults, file.subgraph, &folder)?,
        })
    }
}

impl Settings {
    /// The installation as another process of this program reads it from its environment, whose lines, unlike a command's, only its owner
    /// can see.
    pub(crate) fn environment(&self) -> Vec<(&'static str, OsString)> {
        let mut all =
            vec![("TURKISTAN_DATA_DIR", self.data_dir.clone().into_os_string()), ("TURKISTAN_MAIL_FROM", self.mail_from.clone().into())];
        all.extend(self.smtp_url.clone().map(|url| ("TURKISTAN_SMTP_URL", url.into())));
        all.extend(self.bounces.clone().map(|address| ("TURKISTAN_BOUNCES", address.into())));
        if let Some(Dkim { key, selector, domain }) = self.dkim.clone() {
            all.extend([("TURKISTAN_DKIM_KEY", key.into_os_string()), ("TURKISTAN_DKIM_SELECTOR", selector.into())]);
            all.extend(domain.map(|domain| ("TURKISTAN_DKIM_DOMAIN", domain.into())));
        }
        if let Target::Postgres(url) = &self.database.target {
            all.push(("TURKISTAN_DATABASE_URL", url.into()));
        }
        all.push(("TURKISTAN_LOG_ORIGIN", self.log_origin.clone().into()));
        all.push(("TURKISTAN_CHECKPOINTS", self.checkpoints.clone().into_os_string()));
        all.push(("TURKISTAN_FILES_URL", self.files.url().into()));
        all.extend(self.public_url.clone().map(|url| ("TURKISTAN_PUBLIC_URL", url.into())));
        all.extend(self.messengers.environment());
        if !self.trusted_hosts.is_empty() {
            all.push(("TURKISTAN_TRUSTED_HOST", self.trusted_hosts.join(",").into()));
        }
        all.extend(self.definitions.clone().map(|folder| ("TURKISTAN_DEFINITIONS", folder.into_os_string())));
        let secrets = [("TURKISTAN_ISSUER_KEY", &self.issuer_key), ("TURKISTAN_SECRET", &self.secret)];
        all.extend(secrets.into_iter().filter_map(|(name, secret)| Some((name, secret.as_ref()?.reveal().into()))));
        all
    }

    /// The same definitions with everything that is kept in another folder, no mail server, no messengers and no trusted documents.
    pub(crate) fn moved_to(&self, folder: &Path) -> Settings {
        Settings {
            data_dir: folder.to_owned(),
            checkpoints: folder.join("checkpoints"),
            files: Place::Folder(folder.join("files")),
            database: journal::Options { target: Target::Sqlite(folder.join("turkistan.db")), ..self.database.clone() },
            smtp_url: None,
            messengers: Messengers::default(),
            documents: None,
            ..self.clone()
        }
    }
}

/// A selector without a key would sign nothing, and whoever wrote it would believe otherwise.
fn dkim(key: Option<PathBuf>, selector: Option<String>, domain: Option<String>) -> Result<Option<Dkim>> {
    match key {
        Some(key) => Ok(Some(Dkim { key, selector: selector.unwrap_or_else(|| "turkistan".to_owned()), domain })),
        None if selector.is_some() || domain.is_some() => {
            Err(Error::internal("dkim_selector and dkim_domain sign nothing without dkim_key"))
        }
        None => Ok(None),
    }
}

/// Secrets have no flag: a process list shows flags to everybody.
fn secret(name: &str) -> Option<Personal<String>> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).map(Personal::new)
}

/// Scheme, host and port, as a browser writes them (RFC 6454 §6.2). `*` is no origin: whoever means everybody's pages can list them.
fn origin(text: &str) -> Result<HeaderValue> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_origin = host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', ' ', '@']));
    let value = HeaderValue::from_str(text).ok().filter(|_| is_origin);
    value.ok_or_else(|| Error::internal(format!("`{text}` is not an origin: write https://host or http://host:port, without a path")))
}

/// An address that mail can name: RFC 8058 §3.1 asks for HTTPS.
fn public_url(text: &str) -> Result<String> {
    let url = text.strip_suffix('/').unwrap_or(text);
    if !url.starts_with("https://") || origin(url).is_err() {
        return Err(Error::internal(format!("`{text}` is not where people reach a city: write https://host, without a path")));
    }
    Ok(url.to_owned())
}

fn read(path: &Path) -> Result<File> {
    let text = std::fs::read_to_string(path).map_err(|error| Error::internal(format!("{}: {error}", path.display())))?;
    from_toml(path, &text)
}

/// Reads TOML; a mistake is told with its line.
pub(crate) fn from_toml<T: serde::de::DeserializeOwned>(path: &Path, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
        // The library's own rendering quotes the line, which may hold a password.
        Error::internal(format!("{}:{line}: {}", path.display(), error.message()))
    })
}

#[cfg(test)]
mod tests {
    use federation::Limit;

    use super::*;

    fn gather(file: &str, installation: Installation, serving: &Serving) -> Result<Settings> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("city.toml");
        std::fs::write(&path, file).unwrap();
        Settings::gather(Installation { config: Some(path), ..installation }, serving)
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_defaults() {
        let file = "listen = \"0.0.0.0:1\"\ndata_dir = \"/from-file\"\ndemo = false\n";
        let settings =
            gather(file, Installation { data_dir: Some("/from-flag".into()), ..Default::default() }, &Serving::default()).unwrap();
        assert_eq!(settings.listen, SocketAddr::from(([0, 0, 0, 0], 1)));
        assert_eq!(settings.data_dir, Path::new("/from-flag"));
        assert_eq!(settings.database.target, Target::Sqlite("/from-flag/turkistan.db".into()));
        assert!(!settings.demo);
        assert_eq!(settings.log, LogForm::Text);
    }

    #[test]
    fn a_name_that_the_file_may_not_hold_is_refused_with_its_line() {
        let Err(error) = gather("demo = true\nlisten_on = \"x\"\n", Installation::default(), &Serving::default()) else {
            panic!("accepted")
        };
        assert!(error.internal_text().contains("city.toml:2: unknown field `listen_on`"), "{}", error.internal_text());
    }

    #[test]
    fn limits_and_their_modes_are_read_and_unknown_names_are_refused() {
        let file = "introspection = \"staff\"\n[limits]\ndepth = 25\ncost = 9000\nmeasure = [\"cost\", \"aliases\"]\n";
        let settings = gather(file, Installation::default(), &Serving::default()).unwrap();
        assert_eq!(settings.introspection, Introspection::Staff);
        let measure = [Limit::Aliases, Limit::Cost].into();
        assert_eq!(settings.limits, Limits { depth_max: 25, cost_max: 9_000, measure, ..Limits::default() });
        for (file, reason) in [
            ("[limits]\ndept = 25\n", "city.toml:2: unknown field `dept`, expected one of `tokens`, `depth`"),
            ("[limits]\ndepth = -1\n", "city.toml:2: invalid value: integer `-1`"),
            ("[limits]\nmeasure = [\"dept\"]\n", "city.toml:2: unknown variant `dept`, expected one of `tokens`, `depth`"),
            ("introspection = \"officers\"\n", "city.toml:1: unknown variant `officers`, expected one of `everybody`, `staff`, `nobody`"),
            ("documents_only = true\n", "documents_only without documents"),
            ("dkim_selector = \"city\"\n", "sign nothing without dkim_key"),
        ] {
            let Err(error) = gather(file, Installation::default(), &Serving::default()) else { panic!("accepted: {file}") };
            assert!(error.internal_text().contains(reason), "{reason}: {}", error.internal_text());
        }
    }

    #[test]
    fn a_mistake_in_the_file_does_not_quote_its_text() {
        let Err(error) = gather("secret = \"hunter2\n", Installation::default(), &Serving::default()) else { panic!("accepted") };
        assert!(!error.internal_text().contains("hunter2"), "{}", error.internal_text());
    }

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        for (text, accepted) in [
            ("https://app.example", true),
            ("http://localhost:5173", true),
            ("*", false),
            ("https://*.example", false),
            ("https://app.example/", false),
            ("app.example", false),
            ("", false),
        ] {
            assert_eq!(origin(text).is_ok(), accepted, "{text}");
        }
    }

    #[test]
    fn people_reach_a_city_by_https() {
        for (text, read) in [
            ("https://city.example", Some("https://city.example")),
            ("https://city.example:8443/", Some("https://city.example:8443")),
            ("http://city.example", None),
            ("https://city.example/a", None),
            ("city.example", None),
            ("", None),
        ] {
            assert_eq!(public_url(text).ok().as_deref(), read, "{text}");
        }
    }

    #[test]
    fn another_database_than_postgresql_is_refused() {
        let installation = Installation { database_url: Some("mysql://x".into()), ..Default::default() };
        assert!(Settings::gather(installation, &Serving::default()).is_err());
    }
}
