//! Endpoints: ways to reach a person beside mail.

use chrono::{DateTime, Utc};
use journal::Destination;
use kernel::{EndpointId, Personal};
use serde::{Deserialize, Serialize};

use super::preference::Channel;
use crate::recipient::Recipient;

/// How many endpoints a person has at most.
pub(crate) const ENDPOINTS_MAX: usize = 10;

words! {
    /// Whether an endpoint is written to.
    EndpointState {
        /// It is.
        Active = "active",
        /// Its other side said that nobody is there any more.
        Gone = "gone",
    }
}

words! {
    /// Where a message is on its way to an endpoint.
    PingState {
        /// It waits for its first or its next try.
        Queued = "queued",
        /// The other side has taken it.
        Sent = "sent",
        /// It was given up.
        Dead = "dead",
        /// Its reader does not want it there, or nobody is there any more.
        Unwanted = "unwanted",
    }
}

/// One way to reach a person.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Endpoint {
    pub(crate) id: EndpointId,
    pub(crate) recipient: Recipient,
    pub(crate) to: Personal<Destination>,
    pub(crate) state: EndpointState,
    /// How many tries failed since the last one that did not.
    pub(crate) failures: i32,
    pub(crate) attempted_at: Option<DateTime<Utc>>,
    pub(crate) delivered_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
}

/// The channel that leads to a destination.
pub(crate) fn channel(to: &Destination) -> Channel {
    match to {
        Destination::Browser(_) => Channel::Push,
    }
}

/// What of a destination makes it the same as another: a browser that renews its keys is the same browser.
pub(crate) fn address(to: &Destination) -> &str {
    match to {
        Destination::Browser(subscription) => &subscription.url,
    }
}

/// Enough of a destination for its owner to tell two apart, and too little to send anything there.
pub(crate) fn mask(to: &Destination) -> String {
    match to {
        Destination::Browser(subscription) => host(&subscription.url).to_owned(),
    }
}

/// The host of an address that was accepted before: `https://host:port/…`.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#', ':']).next().unwrap_or_default()
}

/// What is said of a message elsewhere than in a mail: what its subject says, what it is about, and no word of its text.
pub(crate) fn summary(topic: &str, about: Option<&str>, subject: &str) -> String {
    match about.filter(|about| !subject.contains(about)) {
        Some(about) => format!("{topic} · {about}"),
        None => topic.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use journal::Subscription;

    use super::*;

    #[test]
    fn a_browser_is_known_by_its_push_service_alone() {
        for (url, masked) in [
            ("https://push.example.net/secret", "push.example.net"),
            ("https://push.example.net:8443/secret", "push.example.net"),
            ("https://push.example.net?secret", "push.example.net"),
        ] {
            let browser = Destination::Browser(Subscription { url: url.to_owned(), p256dh: String::new(), auth: String::new() });
            assert_eq!(mask(&browser), masked);
        }
    }

    #[test]
    fn a_report_is_named_once() {
        assert_eq!(summary("Answer", Some("TK-2026-000123"), "TK-2026-000123: news"), "Answer");
        assert_eq!(summary("Answer", Some("TK-2026-000123"), "News"), "Answer · TK-2026-000123");
        assert_eq!(summary("Answer", None, "News"), "Answer");
    }
}
