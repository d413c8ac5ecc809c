//! What an operator can say on the command line. Flags win over the environment, the environment over the file, the file over defaults.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use chrono::NaiveDate;
use clap::{Args, Parser, Subcommand, ValueEnum};
use kernel::Locale;

use crate::identity::Persona;

/// Smart Turkistan: one graph over the city.
///
/// Without a subcommand it serves: `turkistan` alone starts a city with demo data on http://127.0.0.1:8080.
#[derive(Debug, Parser)]
#[command(name = "turkistan", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) serving: Serving,
    #[command(flatten)]
    pub(crate) installation: Installation,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Where an installation keeps what it keeps; the same for every subcommand.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Installation")]
pub(crate) struct Installation {
    // Help that rustdoc would read as a link.
    #[arg(
        long,
        value_name = "FILE",
        global = true,
        env = "TURKISTAN_CONFIG",
        help = "A TOML file with the same names as the flags: listen, allow_origins, data_dir, database_url, smtp_url, mail_from, bounces, dkim_key, dkim_selector, dkim_domain, public_url, push_contact, telegram_bot, telegram_api, telegram_token, sms_url, sms_token, trusted_hosts, definitions, demo, log, otlp_endpoint, documents, documents_only; and introspection, [limits] and [open311], which have no flag"
    )]
    pub(crate) config: Option<PathBuf>,
    /// The folder of the embedded database, the keys and the mail that has no server [default: ./data]
    #[arg(long, value_name = "DIR", global = true, env = "TURKISTAN_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// A PostgreSQL server, postgres://user:password@host/database, instead of the embedded database
    #[arg(long, value_name = "URL", global = true, env = "TURKISTAN_DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// A mail server, smtp://user:password@host:port or smtps://…; without it mail is written to the data folder as .eml files
    #[arg(long, value_name = "URL", global = true, env = "TURKISTAN_SMTP_URL", hide_env_values = true)]
    pub(crate) smtp_url: Option<String>,
    // Help that rustdoc would read as a link.
    #[arg(
        long,
        value_name = "MAILBOX",
        global = true,
        env = "TURKISTAN_MAIL_FROM",
        help = "The sender of mail [default: Smart Turkistan <no-reply@turkistan.localhost>]"
    )]
    pub(crate) mail_from: Option<String>,
    /// Where mail that cannot be delivered goes back to, e.g. `bounces@example.kz`, with a mark after a `+`; its mail server hands what comes
    /// there to `POST /bounces` [default: it goes back to the sender, and nobody notices]
    #[arg(long, value_name = "ADDRESS", global = true, env = "TURKISTAN_BOUNCES")]
    pub(crate) bounces: Option<String>,
    /// The private key that signs mail (DKIM): a PEM file with an RSA key of 2048 bits or more, or an Ed25519 key. `doctor` prints the record to
    /// publish
    #[arg(long, value_name = "FILE", global = true, env = "TURKISTAN_DKIM_KEY")]
    pub(crate) dkim_key: Option<PathBuf>,
    /// The name under which the domain publishes the public key [default: turkistan]
    #[arg(long, value_name = "NAME", global = true, env = "TURKISTAN_DKIM_SELECTOR")]
    pub(crate) dkim_selector: Option<String>,
    /// The domain that signs [default: the domain of the sender of mail]
    #[arg(long, value_name = "DOMAIN", global = true, env = "TURKISTAN_DKIM_DOMAIN")]
    pub(crate) dkim_domain: Option<String>,
    /// Where people reach the city, e.g. `https://turkistan.example`: with it, mail that the law does not ask for can be ended with one click
    #[arg(long, value_name = "URL", global = true, env = "TURKISTAN_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,
    // Help that rustdoc would read as a link.
    #[arg(
        long,
        value_name = "CONTACT",
        global = true,
        env = "TURKISTAN_PUSH_CONTACT",
        help = "Where push services of browsers write to when something is wrong, mailto:it@city.example or https://…; without it the city sends no web push"
    )]
    pub(crate) push_contact: Option<String>,
    /// The name of the city's Telegram bot; its token is in TURKISTAN_TELEGRAM_TOKEN or telegram_token of the file. Without it no chat is linked
    #[arg(long, value_name = "NAME", global = true, env = "TURKISTAN_TELEGRAM_BOT")]
    pub(crate) telegram_bot: Option<String>,
    // Help that rustdoc would read as a link.
    #[arg(
        long,
        value_name = "URL",
        global = true,
        env = "TURKISTAN_TELEGRAM_API",
        help = "Where the Bot API is [default: https://api.telegram.org]"
    )]
    pub(crate) telegram_api: Option<String>,
    /// A gateway that takes text messages, POST {to, text, id}; its token is in TURKISTAN_SMS_TOKEN or sms_token of the file. Without it they
    /// are written to the data folder
    #[arg(long, value_name = "URL", global = true, env = "TURKISTAN_SMS_URL", hide_env_values = true)]
    pub(crate) sms_url: Option<String>,
    /// A host within the city's own network that webhooks and web push may go to, over plain HTTP, too; may be given several times [default:
    /// they go to HTTPS addresses outside it alone]
    #[arg(long = "trusted-host", value_name = "HOST", global = true, env = "TURKISTAN_TRUSTED_HOST", value_delimiter = ',')]
    pub(crate) trusted_hosts: Vec<String>,
    /// Where the files that people send are kept: file:///FOLDER, or s3://BUCKET/PREFIX, which is reached with the usual AWS_… variables
    /// [default: DATA-DIR/files]
    #[arg(long, value_name = "URL", global = true, env = "TURKISTAN_FILES_URL")]
    pub(crate) files_url: Option<String>,
    /// A folder of calendars, terms, routing and processes instead of the ones inside the program
    #[arg(long, value_name = "DIR", global = true, env = "TURKISTAN_DEFINITIONS")]
    pub(crate) definitions: Option<PathBuf>,
    /// The manifest of trusted documents, TOML or JSON: operations that clients may ask for by name, with their owners
    #[arg(long, value_name = "FILE", global = true, env = "TURKISTAN_DOCUMENTS")]
    pub(crate) documents: Option<PathBuf>,
    /// The file of signed checkpoints of the journal, which should be where the database's owner cannot write [default: DATA-DIR/checkpoints]
    #[arg(long, value_name = "FILE", global = true, env = "TURKISTAN_CHECKPOINTS")]
    pub(crate) checkpoints: Option<PathBuf>,
    /// The name of the journal in checkpoints and receipts, as host/name; for good, for it is part of every signature [default: turkistan.localhost/journal]
    #[arg(long, value_name = "NAME", global = true, env = "TURKISTAN_LOG_ORIGIN")]
    pub(crate) log_origin: Option<String>,
    /// How the log on stderr is written [default: text]
    #[arg(long, value_name = "FORM", global = true, env = "TURKISTAN_LOG")]
    pub(crate) log: Option<LogForm>,
    /// A collector of traces, e.g. http://127.0.0.1:4318 (OpenTelemetry, OTLP over HTTP); without one no traces are kept
    #[arg(long, value_name = "URL", global = true, env = "OTEL_EXPORTER_OTLP_ENDPOINT")]
    pub(crate) otlp_endpoint: Option<String>,
}

/// How to serve.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Serving")]
pub(crate) struct Serving {
    /// The address to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS", env = "TURKISTAN_LISTEN")]
    pub(crate) listen: Option<SocketAddr>,
    // Help that rustdoc would read as a link.
    #[arg(
        long = "allow-origin",
        value_name = "ORIGIN",
        env = "TURKISTAN_ALLOW_ORIGIN",
        value_delimiter = ',',
        help = "An origin whose pages may ask the graph, e.g. https://app.example; may be given several times [default: only the server's own pages]"
    )]
    pub(crate) allow_origins: Vec<String>,
    /// The address of a reverse proxy in front, whose X-Forwarded-For says who sends files; may be given several times
    #[arg(long = "proxy", value_name = "ADDRESS", env = "TURKISTAN_PROXY", value_delimiter = ',')]
    pub(crate) proxies: Vec<IpAddr>,
    /// Answer nothing but trusted documents
    #[arg(long)]
    pub(crate) documents_only: bool,
    /// How often the journal is signed [default: 60]
    #[arg(long, value_name = "MINUTES", env = "TURKISTAN_CHECKPOINT_MINUTES", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) checkpoint_minutes: Option<u32>,
    /// Do not load the demo city into an empty database
    #[arg(long)]
    pub(crate) no_demo: bool,
    /// Perform no jobs and fire no timers: `turkistan worker` does, elsewhere on the same PostgreSQL database
    #[arg(long)]
    pub(crate) no_worker: bool,
    /// Wait this long before each commit, as a slow disk would: for measurements
    #[arg(long, value_name = "MS", default_value_t = 0, hide = true)]
    pub(crate) commit_delay_ms: u64,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogForm {
    /// For people
    #[default]
    Text,
    /// One JSON object a line, for machines
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the graph, the explorer, health and metrics (the default)
    Serve(Serving),
    /// Perform the jobs and fire the timers of the city, apart from `serve`; several may share one PostgreSQL database
    Worker,
    /// Bring the database's tables to the present and exit
    Migrate,
    /// Print the schema, or compare it with an older one; needs no database
    #[command(subcommand)]
    Schema(Schema),
    /// Serve a federation v2 supergraph over subgraphs behind HTTP; needs no database and has no city in it
    Gateway {
        /// The supergraph, as `schema supergraph`, `rover` or `hive` print it; when the file changes it is read again
        #[arg(long, value_name = "FILE")]
        supergraph: PathBuf,
        #[command(flatten)]
        serving: Serving,
    },
    /// Serve one room as a plain federation subgraph at /graphql, for a router in front of the rooms. Several processes share one
    /// PostgreSQL database. An address that other machines reach asks for a service token (`service-token`)
    Subgraph {
        /// The room, or `node`
        name: String,
        #[command(flatten)]
        serving: Serving,
    },
    /// Compose subgraphs and print the supergraph, which any federation v2 router can run; needs no database
    Compose {
        /// A file of a subgraph's federation SDL; the subgraph has the file's name without its ending
        #[arg(value_name = "FILE", required = true)]
        subgraphs: Vec<PathBuf>,
        // Help that rustdoc would read as a link.
        #[arg(
            long = "url",
            value_name = "NAME=URL",
            value_parser = SubgraphUrl::parse,
            help = "Where a subgraph answers, e.g. shop=http://shop.example/graphql; may be given several times"
        )]
        urls: Vec<SubgraphUrl>,
    },
    /// Check, draw and compare the definitions of processes, routing, terms and calendars; and run recorded cases again
    #[command(subcommand)]
    Workflow(Workflow),
    /// Load the demo city, or empty the database and load it anew
    #[command(subcommand)]
    Demo(Demo),
    /// Print a token of a demo persona, valid for 24 hours, and nothing else
    Token {
        /// Whose token
        persona: Persona,
    },
    /// Print a token for a router in front of the rooms, to be sent as `X-Service-Token`, and nothing else
    ServiceToken {
        /// How many days it is valid
        #[arg(long, value_name = "DAYS", default_value_t = 90)]
        days: u16,
    },
    /// Check the installation, one line a check; exits with 1 when a check fails
    Doctor,
    /// Verify the journal, or sign it
    #[command(subcommand)]
    Audit(Audit),
    /// Verify what an outsider was given
    #[command(subcommand)]
    Verify(Verify),
    /// Print what other registers take, one line of JSON each (docs/eotinish.md). An embedded database must not be served meanwhile
    #[command(subcommand)]
    Export(Export),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Export {
    /// The statutory appeals that were registered in a span of days, the oldest first
    Appeals {
        /// The first day, e.g. 2026-11-01
        #[arg(long, value_name = "DAY")]
        from: NaiveDate,
        /// The last day
        #[arg(long, value_name = "DAY")]
        to: NaiveDate,
        /// With names, addresses, texts and answers; each look is written down, and every reporter sees it
        #[arg(long)]
        with_personal_data: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Read the journal again, compute it anew, hold it against all checkpoints, and name the first bad entry; exits with 1 when there is one
    Verify {
        /// Take the entries up to this position as they are stored
        #[arg(long, value_name = "POSITION", default_value_t = 0)]
        since: u64,
        /// The journal's public key, as `audit key` prints it; by default this installation's own
        #[arg(long, value_name = "KEY")]
        key: Option<String>,
    },
    /// Sign the journal as it is now
    Checkpoint,
    /// Print the public key that checkpoints and receipts are verified with, and nothing else
    Key,
    /// Print the proof that the journal of NEW entries begins with that of its first OLD, one node in base64 a line (RFC 6962 §2.1.2)
    Consistency {
        /// The size of an older checkpoint
        old: u64,
        /// The size of a newer checkpoint
        new: u64,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verify {
    /// Verify a receipt, without database and network; exits with 1 when it does not hold
    Receipt {
        /// The receipt
        file: PathBuf,
        /// The journal's public key, as `audit key` prints it; by default this installation's own
        #[arg(long, value_name = "KEY")]
        key: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Schema {
    /// Print what clients see (committed as schema/api.graphql)
    Print,
    /// Print the composed supergraph, which any federation v2 router can run (committed as schema/supergraph.graphql)
    Supergraph,
    /// Print the federation SDL of one subgraph of the composed supergraph
    Subgraph {
        /// Its name in the supergraph
        name: String,
    },
    /// Name the changes since OLD that would break clients, one a line; exits with 1 when there are any
    Check {
        /// An older file of `schema print`
        old: PathBuf,
        /// Name the trusted documents and their owners that a change touches, and what is newly deprecated; needs --documents
        #[arg(long)]
        used: bool,
        /// Mail the owners of documents that use what is newly deprecated
        #[arg(long, requires = "used")]
        mail: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Workflow {
    /// Prove that definitions can be loaded, and name every mistake with its file, line and remedy; exits with 1 when there is one.
    /// Without arguments: those inside the program, or of --definitions
    Check {
        /// One folder, checked as --definitions would load it; or files, each checked among the definitions that it does not replace
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
    /// Print the days of a calendar, one a line, and whether people work on them; or the days that a newer version sees otherwise
    Calendar {
        /// The calendar, e.g. `kz`, or one version of it, e.g. `kz.v1`
        name: String,
        /// The newer version
        newer: Option<String>,
    },
    /// Print a process as a picture, SVG
    Draw {
        /// The process, e.g. `appeal`, one version of it, e.g. `appeal.v1`, or the file of a draft, e.g. `appeal.v2.toml`
        name: String,
        /// The language: kk, ru or en
        #[arg(long, default_value = "kk", value_parser = locale)]
        locale: Locale,
    },
    /// Derive every recorded case again and compare; exits with 1 when one differs
    Replay,
    /// Run the recorded cases by today's rules and by a draft, and tell what differs; nothing is changed
    Simulate {
        /// Files of the draft: a process, a decision table, terms or a calendar, each with the number of its next version, e.g.
        /// routing.v2.toml
        #[arg(value_name = "FILE", required = true)]
        draft: Vec<PathBuf>,
        /// Print JSON instead of a report
        #[arg(long)]
        json: bool,
    },
}

fn locale(tag: &str) -> Result<Locale, &'static str> {
    Locale::from_tag(tag).ok_or("write kk, ru or en")
}

/// Where a subgraph answers.
#[derive(Clone, Debug)]
pub(crate) struct SubgraphUrl {
    pub(crate) subgraph: String,
    pub(crate) url: String,
}

impl SubgraphUrl {
    fn parse(text: &str) -> Result<SubgraphUrl, &'static str> {
        let (subgraph, url) = text.split_once('=').ok_or("write NAME=URL")?;
        Ok(SubgraphUrl { subgraph: subgraph.to_owned(), url: url.to_owned() })
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Demo {
    /// Load the demo city into an empty database; does nothing when it is loaded already
    Load {
        /// End when standard input ends: `serve` loads in a process of its own, which must not outlive it
        #[arg(long, hide = true)]
        with_stdin: bool,
    },
    /// DELETE EVERYTHING in the database and load the demo city anew; stop the server first
    Reset,
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Cli, Command};

    #[test]
    fn every_subcommand_and_flag_explains_itself() {
        fn check(command: &clap::Command) {
            for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
                assert!(argument.get_help().is_some(), "{}: {}", command.get_name(), argument.get_id());
            }
            for sub in command.get_subcommands() {
                assert!(sub.get_about().is_some(), "{}", sub.get_name());
                check(sub);
            }
        }
        let command = Cli::command();
        command.clone().debug_assert();
        check(&command);
    }

    #[test]
    fn flags_of_the_installation_go_with_every_subcommand() {
        for line in [
            "turkistan migrate --data-dir x",
            "turkistan token citizen --data-dir x",
            "turkistan --data-dir x",
            "turkistan serve --data-dir x",
        ] {
            let cli = Cli::try_parse_from(line.split(' ')).unwrap();
            assert_eq!(cli.installation.data_dir.as_deref(), Some(std::path::Path::new("x")), "{line}");
        }
        assert!(Cli::try_parse_from(["turkistan", "--no-demo"]).unwrap().command.is_none());
        let cli = Cli::try_parse_from(["turkistan", "serve", "--no-demo"]).unwrap();
        assert!(matches!(cli.command, Some(Command::Serve(serving)) if serving.no_demo));
    }
}
