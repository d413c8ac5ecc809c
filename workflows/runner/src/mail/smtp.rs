//! Mail over SMTP (RFC 5321), with implicit TLS or STARTTLS.

use std::{
    error::Error as _,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use journal::{JobError, Mail, Mailer};
use kernel::{Error, Personal, Result};
use lettre::transport::smtp::{
    self, SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, TlsParameters},
    extension::ClientId,
};
use percent_encoding::percent_decode_str;
use url::Url;

use super::compose::{Composed, Sender, refused, unavailable};

/// How long one mail may take, from the connection to the last reply.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How many idle connections are kept.
const IDLE_MAX: usize = 4;

/// Sends mail over SMTP.
///
/// It keeps connections itself: the library's pool takes a connection back even when the wait for a reply was broken off, and the next
/// mail would then read that reply as its own.
pub struct SmtpMailer {
    sender: Sender,
    server: Server,
    timeout: Duration,
    idle: Mutex<Vec<AsyncSmtpConnection>>,
}

struct Server {
    host: String,
    port: u16,
    tls: Tls,
    credentials: Option<Credentials>,
    hello: ClientId,
}

enum Tls {
    None,
    /// STARTTLS when the server offers it.
    Opportunistic(TlsParameters),
    /// STARTTLS, or nothing is sent.
    Required(TlsParameters),
    /// From the first byte.
    Implicit(TlsParameters),
}

impl SmtpMailer {
    /// A mailer to the server at `url`: `smtps://user:password@host:port` with TLS from the start, or `smtp://…?tls=required` or
    /// `?tls=opportunistic` with STARTTLS, or `smtp://host:port` without encryption, which takes no password. User and password are
    /// percent-encoded.
    ///
    /// # Errors
    /// When the URL is malformed.
    pub fn new(url: &Personal<String>, sender: Sender) -> Result<SmtpMailer> {
        Ok(SmtpMailer { sender, server: Server::parse(url.reveal())?, timeout: TIMEOUT, idle: Mutex::default() })
    }

    #[cfg(test)]
    pub(crate) fn with_timeout(mut self, timeout: Duration) -> SmtpMailer {
        self.timeout = timeout;
        self
    }

    async fn deliver(&self, mail: &Composed) -> std::result::Result<(), JobError> {
        let mut connection = self.connection().await.map_err(|error| unavailable(&cause(&error)))?;
        match connection.send(&mail.envelope, &mail.text).await {
            Ok(_) => {
                let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
                if idle.len() < IDLE_MAX {
                    idle.push(connection);
                }
                Ok(())
            }
            // RFC 4954 §6: the reply is about us, not about the mail.
            Err(error) if matches!(reply(&error), Some(530..=538)) => Err(unavailable(&cause(&error))),
            Err(error) if error.is_permanent() || error.is_client() => Err(refused(&cause(&error))),
            Err(error) => Err(unavailable(&cause(&error))),
        }
    }

    /// An idle connection that still answers, or a new one.
    async fn connection(&self) -> std::result::Result<AsyncSmtpConnection, smtp::Error> {
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match idle {
                Some(mut connection) => {
                    if connection.test_connected().await {
                        return Ok(connection);
                    }
                }
                None => return self.server.connect().await,
            }
        }
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> std::result::Result<(), JobError> {
        let mail = self.sender.compose(mail)?;
        let delivery = tokio::time::timeout(self.timeout, self.deliver(&mail));
        delivery.await.unwrap_or_else(|_| Err(unavailable("the server took too long")))
    }
}

impl Server {
    fn parse(url: &str) -> Result<Server> {
        // The parser's words could quote the password.
        let malformed = |what: &str| Error::internal(format!("the URL of the mail server: {what}"));
        let url = Url::parse(url).map_err(|_| malformed("not a URL"))?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| malformed("no host"))?.to_owned();
        let wish = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let parameters = || TlsParameters::new(host.clone()).map_err(Error::internal);
        let (tls, port) = match (url.scheme(), wish.as_deref()) {
            ("smtps", None) => (Tls::Implicit(parameters()?), SUBMISSIONS_PORT),
            ("smtp", Some("required")) => (Tls::Required(parameters()?), SUBMISSION_PORT),
            ("smtp", Some("opportunistic")) => (Tls::Opportunistic(parameters()?), SUBMISSION_PORT),
            ("smtp", None) => (Tls::None, SMTP_PORT),
            _ => return Err(malformed("neither smtp:// nor smtps://, or an unknown tls")),
        };
        let decode =
            |text| percent_decode_str(text).decode_utf8().map(String::from).map_err(|_| malformed("user or password is not UTF-8"));
        let credentials = match url.password() {
            Some(_) if matches!(tls, Tls::None) => return Err(malformed("a password needs TLS: add ?tls=required")),
            Some(password) => Some(Credentials::new(decode(url.username())?, decode(password)?)),
            None => None,
        };
        Ok(Server { port: url.port().unwrap_or(port), host, tls, credentials, hello: ClientId::default() })
    }

    async fn connect(&self) -> std::result::Result<AsyncSmtpConnection, smtp::Error> {
        let implicit = match &self.tls {
            Tls::Implicit(parameters) => Some(parameters.clone()),
            _ => None,
        };
        let address = (self.host.as_str(), self.port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(address, Some(TIMEOUT), &self.hello, implicit, None).await?;
        match &self.tls {
            Tls::Required(parameters) => connection.starttls(parameters.clone(), &self.hello).await?,
            Tls::Opportunistic(parameters) if connection.can_starttls() => connection.starttls(parameters.clone(), &self.hello).await?,
            _ => {}
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

/// What may be kept of an error: a reply's text quotes addresses, its code and its status do not.
fn cause(error: &smtp::Error) -> String {
    match reply(error) {
        Some(code) => match status(error) {
            Some(status) => format!("smtp {code} {status}"),
            None => format!("smtp {code}"),
        },
        None if error.is_tls() => "TLS failed".to_owned(),
        None if error.is_client() => "the server cannot take it".to_owned(),
        None => "no connection".to_owned(),
    }
}

fn reply(error: &smtp::Error) -> Option<u16> {
    error.status().map(u16::from)
}

/// The enhanced status code that begins a reply's text, e.g. `5.1.1` (RFC 2034 §4).
fn status(error: &smtp::Error) -> Option<String> {
    let text = error.source()?.to_string();
    let first = text.split_whitespace().next()?;
    let numbers: Vec<&str> = first.split('.').collect();
    let is_number = |number: &&str| (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    (numbers.len() == 3 && numbers.iter().all(is_number)).then(|| first.to_owned())
}
