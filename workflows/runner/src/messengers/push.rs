//! Browsers, over their push services (RFC 8030).

use std::sync::Arc;

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use journal::{Courier, Destination, JobError, Landed, Landing, Messenger, Parcel, Ping, Receipt, Subscription};
use kernel::{Clock, Error, Personal, Result, Rng};
use serde_json::json;
use url::Url;

use super::{
    encryption::{Once, Reader, TEXT_BYTES_MAX},
    landing, refused,
    vapid::Vapid,
};

/// How long a push service keeps a message for a browser that is off: a day. What the law wants told is in the mail as well.
const TTL_SECONDS: &str = "86400";
/// How often chance is asked for a key; it hardly ever is asked twice.
const CHANCES: usize = 4;

/// By what push services know the city, and where they write to when something is wrong.
pub struct PushKey {
    vapid: Vapid,
    contact: String,
}

impl PushKey {
    /// The key of an installation, with a contact of its operator: `mailto:…` or `https://…` (RFC 8292 §2.1).
    ///
    /// # Errors
    /// When the contact is neither.
    pub fn derive(secret: &Personal<[u8; 32]>, contact: &str) -> Result<PushKey> {
        let is_contact = contact.strip_prefix("mailto:").or_else(|| contact.strip_prefix("https://")).is_some_and(|rest| !rest.is_empty());
        if !is_contact || contact.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(Error::internal(format!("`{contact}` is no contact for push services: write mailto:… or https://…")));
        }
        Ok(PushKey { vapid: Vapid::derive(secret)?, contact: contact.to_owned() })
    }

    /// The public key in base64url.
    #[must_use]
    pub fn public(&self) -> String {
        self.vapid.public()
    }
}

/// Takes messages to push services, encrypted for their browsers.
pub struct WebPush {
    courier: Arc<dyn Courier>,
    key: PushKey,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
}

impl WebPush {
    /// A messenger whose courier goes only where people may send it.
    #[must_use]
    pub fn new(courier: Arc<dyn Courier>, key: PushKey, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> WebPush {
        WebPush { courier, key, clock, rng }
    }

    fn encrypted(&self, reader: &Reader, text: &[u8]) -> Option<Vec<u8>> {
        (0..CHANCES).find_map(|_| {
            let mut once = Once { private_key: [0; 32], salt: [0; 16] };
            self.rng.fill(&mut once.private_key);
            self.rng.fill(&mut once.salt);
            reader.encrypt(text, &once)
        })
    }

    fn parcel(&self, ping: &Ping, subscription: &Subscription) -> std::result::Result<Parcel, JobError> {
        let reader = Reader::of(subscription).ok_or_else(|| refused("the subscription has no key"))?;
        let body = self.encrypted(&reader, &said(ping)).ok_or_else(|| refused("the message is not encrypted"))?;
        let origin = Url::parse(&subscription.url).map_err(|_| refused("the address is none"))?.origin().ascii_serialization();
        let authorization = self.key.vapid.authorization(&origin, &self.key.contact, self.clock.now())?;
        let header = |name, value: &str| (name, Personal::new(value.to_owned()));
        let headers = vec![
            ("authorization", Personal::new(authorization)),
            header("content-encoding", "aes128gcm"),
            header("content-type", "application/octet-stream"),
            header("ttl", TTL_SECONDS),
            // RFC 8030 §5.3: people wait for it, but no phone need wake for it at once.
            header("urgency", "normal"),
            header("topic", &topic(&ping.id)),
        ];
        Ok(Parcel { url: Personal::new(subscription.url.clone()), headers, body: Personal::new(body) })
    }
}

/// RFC 8030 §5.4: of two messages with the same topic a push service keeps the later one, so a second try is no second message. It has 32
/// characters of base64url at most.
fn topic(id: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest(&SHA256, id.as_bytes()).as_ref()[..24])
}

/// What the city's pages read in their service worker. A text that is too long for one record is cut; the whole is in the city.
fn said(ping: &Ping) -> Vec<u8> {
    let said = |text: &str| {
        let said = json!({ "id": ping.id, "locale": ping.locale.tag(), "title": ping.title.reveal(), "text": text, "link": ping.link });
        said.to_string().into_bytes()
    };
    let text = ping.text.reveal();
    let whole = said(text);
    if whole.len() <= TEXT_BYTES_MAX { whole } else { said("") }
}

#[async_trait]
impl Messenger for WebPush {
    fn accepts(&self, to: &Destination) -> bool {
        let Destination::Browser(subscription) = to else { return false };
        self.courier.accepts(&subscription.url) && Url::parse(&subscription.url).is_ok() && Reader::of(subscription).is_some()
    }

    async fn send(&self, ping: &Ping) -> std::result::Result<Landing, JobError> {
        let Destination::Browser(subscription) = ping.to.reveal() else { return Err(refused("it is no browser")) };
        let receipt = self.courier.hand_over(self.parcel(ping, subscription)?).await?;
        read(&receipt)
    }
}

/// RFC 8030 §7.3: a subscription that has expired, or that its browser ended, is not found.
fn read(receipt: &Receipt) -> std::result::Result<Landing, JobError> {
    match receipt.status {
        404 => Ok(Landing { landed: Landed::Gone, status: Some(404) }),
        _ => landing(receipt),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use kernel::{Locale, ManualClock, SeededRng};

    use super::{super::encryption::tests::reader, *};

    /// Answers 201, and keeps what it was given.
    #[derive(Default)]
    struct Service(Mutex<Vec<Parcel>>);

    #[async_trait]
    impl Courier for Service {
        fn accepts(&self, url: &str) -> bool {
            url.starts_with("https://")
        }

        async fn hand_over(&self, parcel: Parcel) -> std::result::Result<Receipt, JobError> {
            self.0.lock().unwrap().push(parcel);
            Ok(Receipt { status: 201, retry_after_seconds: None, body: Vec::new() })
        }
    }

    fn messenger(service: &Arc<Service>) -> WebPush {
        let key = PushKey::derive(&Personal::new([7; 32]), "mailto:it@city.example").unwrap();
        let clock = Arc::new(ManualClock::new(chrono::DateTime::UNIX_EPOCH));
        WebPush::new(Arc::clone(service) as Arc<dyn Courier>, key, clock, Arc::new(SeededRng::new(7)))
    }

    fn ping(text: &str) -> Ping {
        let personal = |text: &str| Personal::new(text.to_owned());
        let to = Personal::new(Destination::Browser(reader()));
        Ping { id: "m:e".to_owned(), to, locale: Locale::Kk, title: personal("Тақырып"), text: personal(text), link: None }
    }

    #[tokio::test]
    async fn two_tries_are_one_message_and_no_two_bodies_alike() {
        let service = Arc::new(Service::default());
        let messenger = messenger(&service);
        for _ in 0..2 {
            assert_eq!(messenger.send(&ping("Мәтін")).await, Ok(Landing { landed: Landed::Taken, status: Some(201) }));
        }
        let parcels = service.0.lock().unwrap();
        let header = |at: usize, name: &str| parcels[at].headers.iter().find(|(known, _)| *known == name).unwrap().1.reveal().clone();
        assert_eq!((header(0, "topic").len(), header(0, "topic")), (32, header(1, "topic")));
        assert_eq!((header(0, "ttl"), header(0, "content-encoding")), ("86400".to_owned(), "aes128gcm".to_owned()));
        assert_ne!(parcels[0].body, parcels[1].body);
    }

    #[tokio::test]
    async fn a_text_that_is_too_long_is_left_to_the_city() {
        let service = Arc::new(Service::default());
        messenger(&service).send(&ping(&"а".repeat(5_000))).await.unwrap();
        assert!(service.0.lock().unwrap()[0].body.reveal().len() < 400);
    }

    #[test]
    fn only_a_subscription_with_an_address_and_keys_is_taken() {
        let messenger = messenger(&Arc::default());
        let browser = |url: &str, auth: &str| Destination::Browser(Subscription { url: url.to_owned(), auth: auth.to_owned(), ..reader() });
        let auth = reader().auth;
        assert!(messenger.accepts(&browser("https://push.example.net/a", &auth)));
        assert!(!messenger.accepts(&browser("http://push.example.net/a", &auth)));
        assert!(!messenger.accepts(&browser("https://push.example.net/a", "x")));
    }

    #[test]
    fn a_subscription_that_is_not_found_is_gone() {
        let receipt = |status| Receipt { status, retry_after_seconds: None, body: Vec::new() };
        for status in [404, 410] {
            assert_eq!(read(&receipt(status)), Ok(Landing { landed: Landed::Gone, status: Some(status) }));
        }
        assert_eq!(read(&receipt(403)), Err(refused("http 403")));
    }

    #[test]
    fn a_contact_is_an_address_that_a_push_service_can_write_to() {
        for (contact, fits) in [
            ("mailto:it@city.example", true),
            ("https://city.example", true),
            ("it@city.example", false),
            ("mailto:", false),
            ("mailto:a b", false),
        ] {
            assert_eq!(PushKey::derive(&Personal::new([7; 32]), contact).is_ok(), fits, "{contact}");
        }
    }
}
