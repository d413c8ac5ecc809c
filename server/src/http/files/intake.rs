//! How many files the city takes: from one sender, and at once.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

use axum::http::{StatusCode, request::Parts};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::{Actor, Code, city_day};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use crate::http::rejection::Rejection;

/// How many files a person may send in a day.
const PERSON_MAX: u32 = 200;
/// How many may come from an address in a day. Behind one address of a telephone company are many people.
const ADDRESS_MAX: u32 = 500;
/// How many may be under way from one sender.
const AT_ONCE_MAX: u32 = 4;
/// How many senders of a day are told apart; all others count as one.
const SENDERS_MAX: usize = 100_000;

/// The other end of a connection.
#[derive(Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// Who sends. It is counted in memory for a day, and stands in no table and no log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Sender {
    Person(Uuid),
    Address(IpAddr),
    Others,
}

/// Who has sent how much, and what is under way.
pub(crate) struct Intake {
    proxies: Vec<IpAddr>,
    book: Mutex<Book>,
    cleaner: Arc<Semaphore>,
}

#[derive(Default)]
struct Book {
    day: NaiveDate,
    sent: HashMap<Sender, u32>,
    under_way: HashMap<Sender, u32>,
}

/// The right to send one file; it ends when it is dropped.
pub(super) struct Turn<'a> {
    book: &'a Mutex<Book>,
    sender: Sender,
}

impl Intake {
    /// Takes files, also through proxies that tell who sends them.
    pub(crate) fn new(proxies: Vec<IpAddr>) -> Intake {
        Intake { proxies, book: Mutex::default(), cleaner: Arc::new(Semaphore::new(1)) }
    }

    /// Lets a sender send one file more.
    pub(super) fn turn(&self, actor: &Actor, parts: &Parts, now: DateTime<Utc>) -> Result<Turn<'_>, Rejection> {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let today = city_day(now);
        if book.day != today {
            book.day = today;
            book.sent.clear();
        }
        let mut sender = self.sender(actor, parts);
        if book.sent.len() >= SENDERS_MAX && !book.sent.contains_key(&sender) {
            sender = Sender::Others;
        }
        let sent = book.sent.get(&sender).copied().unwrap_or_default();
        let under_way = book.under_way.get(&sender).copied().unwrap_or_default();
        let max = if matches!(sender, Sender::Person(_)) { PERSON_MAX } else { ADDRESS_MAX };
        if sent >= max {
            return Err(Rejection::new(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, "file-day", &[]));
        }
        if under_way >= AT_ONCE_MAX {
            return Err(Rejection::new(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, "file-at-once", &[("max", AT_ONCE_MAX.into())]));
        }
        book.sent.insert(sender, sent + 1);
        book.under_way.insert(sender, under_way + 1);
        Ok(Turn { book: &self.book, sender })
    }

    /// Waits for the turn to clean a file: the pixels of one are all that is in memory.
    pub(super) async fn cleaner(&self) -> Result<OwnedSemaphorePermit, Rejection> {
        let turn = Arc::clone(&self.cleaner).acquire_owned().await;
        turn.map_err(|_| Rejection::general(StatusCode::SERVICE_UNAVAILABLE, Code::RateLimited))
    }

    /// The person with an account; else the address, and behind a proxy of ours the one that the proxy saw.
    fn sender(&self, actor: &Actor, parts: &Parts) -> Sender {
        if let Some(person) = actor.person() {
            return Sender::Person(person.id.uuid());
        }
        let Some(Peer(peer)) = parts.extensions.get::<Peer>().copied() else { return Sender::Others };
        let told = parts.headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let told: Vec<&str> = told.flat_map(|value| value.split(',')).map(str::trim).collect();
        // Each proxy adds whom it saw at the end; what stands before the first that is not ours anybody can write.
        let mut seen = std::iter::once(Some(peer)).chain(told.iter().rev().map(|text| text.parse().ok()));
        let outside = seen.find(|address| address.is_none_or(|address| !self.proxies.contains(&address)));
        Sender::Address(network(outside.flatten().unwrap_or(peer)))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let left = book.under_way.get(&self.sender).map_or(0, |count| count.saturating_sub(1));
        if left == 0 {
            book.under_way.remove(&self.sender);
        } else {
            book.under_way.insert(self.sender, left);
        }
    }
}

/// A house has a whole network of IPv6 addresses, /64 (RFC 6177), and counts as one.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(Ipv4Addr::from_bits(address.to_bits())),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use chrono::TimeDelta;

    use super::*;

    fn parts(peer: &str, forwarded: &str) -> Parts {
        let mut request = Request::builder();
        if !forwarded.is_empty() {
            request = request.header("x-forwarded-for", forwarded);
        }
        let mut parts = request.body(()).unwrap().into_parts().0;
        parts.extensions.insert(Peer(peer.parse().unwrap()));
        parts
    }

    #[test]
    fn a_sender_is_known_by_an_address_that_nobody_can_invent() {
        let intake = Intake::new(vec!["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()]);
        for (peer, forwarded, expected) in [
            ("203.0.113.7", "", "203.0.113.7"),
            ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
            ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
            ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
            ("10.0.0.1", "", "10.0.0.1"),
            ("10.0.0.1", "nonsense", "10.0.0.1"),
            ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::"),
            ("::ffff:203.0.113.7", "", "203.0.113.7"),
        ] {
            let sender = intake.sender(&Actor::Anonymous, &parts(peer, forwarded));
            assert_eq!(sender, Sender::Address(expected.parse().unwrap()), "{peer} {forwarded}");
        }
    }

    #[test]
    fn one_sender_sends_so_many_at_once_and_so_many_in_a_day() {
        let (intake, now) = (Intake::new(Vec::new()), DateTime::UNIX_EPOCH);
        let (mine, other) = (parts("203.0.113.7", ""), parts("203.0.113.8", ""));
        let code = |turn: Result<Turn<'_>, Rejection>| turn.err().map(|rejection| rejection.status.as_u16());
        let turns: Vec<_> = (0..AT_ONCE_MAX).map(|_| intake.turn(&Actor::Anonymous, &mine, now).unwrap_or_else(|_| panic!())).collect();
        assert_eq!(code(intake.turn(&Actor::Anonymous, &mine, now)), Some(429));
        assert_eq!(code(intake.turn(&Actor::Anonymous, &other, now)), None);
        drop(turns);
        for _ in AT_ONCE_MAX..ADDRESS_MAX {
            assert_eq!(code(intake.turn(&Actor::Anonymous, &mine, now)), None);
        }
        assert_eq!(code(intake.turn(&Actor::Anonymous, &mine, now)), Some(429));
        assert_eq!(code(intake.turn(&Actor::Anonymous, &mine, now + TimeDelta::days(1))), None, "another day");
    }
}
