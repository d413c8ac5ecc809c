//! Endpoints: ways to reach a person beside mail.

use chrono::{DateTime, Utc};
use journal::Destination;
use kernel::{EndpointId, Personal};
use serde::{Deserialize, Serialize};

use super::preference::Channel;
use crate::recipient::Recipient;

/// How many endpoints a person has at most.
pub(crate) const ENDPOINTS_MAX: usize = 10;
/// How long the code that confirms a telephone is good.
pub(crate) const CODE_MINUTES: i64 = 15;
/// How often one may try a code.
pub(crate) const CODE_TRIES_MAX: i32 = 5;
/// How many codes a person, and a telephone, is sent in a day.
pub(crate) const CODES_A_DAY_MAX: u64 = 3;
/// How long the link to the city's bot is good.
pub(crate) const LINK_MINUTES: i64 = 15;

words! {
    /// Whether an endpoint is written to.
    EndpointState {
        /// Not yet: its owner has not proved that it is theirs.
        Waiting = "waiting",
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
        Destination::Chat(_) => Channel::Telegram,
        Destination::Phone(_) => Channel::Sms,
    }
}

/// What of a destination makes it the same as another: a browser that renews its keys is the same browser.
pub(crate) fn address(to: &Destination) -> String {
    match to {
        Destination::Browser(subscription) => subscription.url.clone(),
        Destination::Chat(chat) => chat.to_string(),
        Destination::Phone(number) => number.clone(),
    }
}

/// Enough of a destination for its owner to tell two apart, and too little to send anything there.
pub(crate) fn mask(to: &Destination) -> String {
    match to {
        Destination::Browser(subscription) => host(&subscription.url).to_owned(),
        Destination::Chat(chat) => format!("***{}", last_two(&chat.to_string())),
        Destination::Phone(number) => format!("{}***{}", number.get(..5).unwrap_or_default(), last_two(number)),
    }
}

fn last_two(digits: &str) -> &str {
    digits.get(digits.len().saturating_sub(2)..).unwrap_or_default()
}

/// Why a number is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UnfitNumber {
    /// It is no telephone's.
    Malformed,
    /// It is not one of a mobile telephone of Kazakhstan.
    Foreign,
}

/// A number of a mobile telephone of Kazakhstan as people write it, in the form of E.164: `8 (701) 234-56-78` and `+77012345678` are the same.
pub(crate) fn mobile(number: &str) -> Result<String, UnfitNumber> {
    let fits = number.len() <= 32 && number.chars().all(|c| c.is_ascii_digit() || " +()-.".contains(c));
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let (plus, pluses) = (number.trim_start().starts_with('+'), number.matches('+').count());
    // E.164 §6.2.1: 15 digits at most.
    if !fits || pluses > usize::from(plus) || !(7..=15).contains(&digits.len()) {
        return Err(UnfitNumber::Malformed);
    }
    // At home one dials 8 for long distance, or nothing.
    let national = match digits.as_bytes() {
        [b'7', ..] if digits.len() == 11 => &digits[1..],
        [b'8', ..] if digits.len() == 11 && !plus => &digits[1..],
        [b'7', ..] if digits.len() == 10 && !plus => &digits,
        _ => return Err(UnfitNumber::Foreign),
    };
    // The country shares its code with Russia; its own mobile networks are 70x and 74x to 77x, those on wires 71x and 72x.
    let is_mobile = matches!(national.as_bytes(), [b'7', b'0' | b'4'..=b'7', ..]);
    if is_mobile { Ok(format!("+7{national}")) } else { Err(UnfitNumber::Foreign) }
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

    #[test]
    fn a_chat_and_a_telephone_are_known_by_a_few_digits() {
        assert_eq!(mask(&Destination::Chat(123_456_789)), "***89");
        assert_eq!(mask(&Destination::Phone("+77012345678".to_owned())), "+7701***78");
    }

    #[test]
    fn a_number_is_read_as_people_write_it_and_only_a_mobile_one_of_the_country() {
        for number in ["+77012345678", "87012345678", "8 (701) 234-56-78", "+7 701 234 56 78", "7012345678", "77012345678"] {
            assert_eq!(mobile(number), Ok("+77012345678".to_owned()), "{number}");
        }
        for (number, unfit) in [
            ("+79161234567", UnfitNumber::Foreign),
            ("+77252123456", UnfitNumber::Foreign),
            ("+998901234567", UnfitNumber::Foreign),
            ("+87012345678", UnfitNumber::Foreign),
            ("112", UnfitNumber::Malformed),
            ("", UnfitNumber::Malformed),
            ("+7701234567a", UnfitNumber::Malformed),
            ("++77012345678", UnfitNumber::Malformed),
            ("7+7012345678", UnfitNumber::Malformed),
            ("٧٧٠١٢٣٤٥٦٧٨", UnfitNumber::Malformed),
            ("+770123456781234567", UnfitNumber::Malformed),
        ] {
            assert_eq!(mobile(number), Err(unfit), "{number}");
        }
    }
}
