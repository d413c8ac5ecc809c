//! Killed at any instant under load, the city loses no acknowledged report, doubles none, and mails nothing that was not committed. It serves
//! again at once, and nothing of its log is torn.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a test that finds no value fails, and a long run tells its figures")]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, future::join_all, stream};
use serde_json::{Value, json};
use tests::{City, Mail, MailServer, Options, Store, Worker, eventually, uuid};
use tokio::sync::Notify;

const SUBMIT: &str = "mutation Submit($input: SubmitFeedbackInput!) {
    submitFeedback(input: $input) { coupon { reference key } errors { code } }
}";
const REPORT: &str =
    "query Report($reference: String!, $key: String) { feedback(reference: $reference, key: $key) { reference responsible { slug } } }";

/// How soon a city serves again.
const RESTART_MAX: Duration = Duration::from_secs(5);
/// How many reporters there are at a time.
const REPORTERS: usize = 4;

/// A number that somebody may say for a longer run, or another one.
fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|number| number.parse().ok()).unwrap_or(default)
}

/// Instants at random, and the same ones for the same seed. The load itself is not repeatable: what must hold, holds at every instant.
struct Chance(u64);

impl Chance {
    /// A number below another one (SplitMix64).
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    fn pause(&mut self, milliseconds_max: u64) -> Duration {
        Duration::from_micros(self.below(milliseconds_max * 1_000))
    }
}

/// What the reporters know.
#[derive(Default)]
struct Ledger {
    /// The keys of all acts that were ever sent.
    sent: Mutex<BTreeSet<String>>,
    /// What was acknowledged: number and key of the report by the key of the act.
    coupons: Mutex<BTreeMap<String, (String, String)>>,
    /// Tells of each.
    acknowledged: Notify,
}

fn address(key: &str) -> String {
    format!("{key}@reporters.example")
}

fn filing(key: &str) -> Value {
    json!({ "input": {
        "idempotencyKey": key, "text": "Бұл сынақ өтініш", "locale": "KK", "contact": { "email": address(key) },
    } })
}

/// Files reports until the city is gone.
async fn report(city: &City, ledger: &Ledger) {
    loop {
        let key = uuid();
        ledger.sent.lock().unwrap().insert(key.clone());
        let Some(answer) = city.try_ask(None, SUBMIT, filing(&key)).await else { return };
        if let Some(coupon) = answer.body.pointer("/data/submitFeedback/coupon").filter(|coupon| coupon.is_object()) {
            let text = |name: &str| coupon[name].as_str().unwrap().to_owned();
            ledger.coupons.lock().unwrap().insert(key, (text("reference"), text("key")));
            ledger.acknowledged.notify_waiters();
        }
    }
}

/// What became of the kills.
#[derive(Default)]
struct Tally {
    /// How long each restart took, from the start of the program until it was ready.
    restarts: Vec<Duration>,
    /// How many workers were killed besides.
    workers: usize,
}

/// Kills the city under load, and beside it its workers, each in every second round.
async fn kill_again_and_again(city: &mut City, workers: usize, kills: u64, ledger: &Ledger) -> Tally {
    let mut chance = Chance(setting("TURKISTAN_TEST_SEED", 1));
    let mut tally = Tally::default();
    let mut workers: Vec<Worker> = (0..workers).map(|_| city.worker()).collect();
    for _ in 0..kills {
        // Every second kill is of a city that has just come up, the others are amid its work.
        let (pause, is_early) = (chance.pause(200), chance.below(2) == 0);
        let instant = async {
            if !is_early {
                tokio::time::timeout(RESTART_MAX, ledger.acknowledged.notified()).await.expect("a report is taken");
            }
            tokio::time::sleep(pause).await;
        };
        tokio::select! {
            _ = join_all((0..REPORTERS).map(|_| report(city, ledger))) => {}
            () = instant => {}
        }
        for worker in workers.iter_mut().filter(|_| chance.below(2) == 0) {
            worker.kill();
            tally.workers += 1;
        }
        city.kill();
        if chance.below(8) == 0 {
            // Power fails while the city comes up, too.
            city.launch();
            tokio::time::sleep(chance.pause(300)).await;
        }
        let began = Instant::now();
        city.restart().await;
        tally.restarts.push(began.elapsed());
        for worker in &mut workers {
            if worker.is_dead() {
                *worker = city.worker();
            }
        }
    }
    tally
}

async fn check(store: &Store, workers: usize, kills: u64) {
    let mail = MailServer::start();
    let mut city = City::start(store, Options { smtp_url: Some(mail.url.clone()), ..Options::default() }).await;
    let ledger = Ledger::default();
    let mut tally = kill_again_and_again(&mut city, workers, kills, &ledger).await;

    let coupons = ledger.coupons.into_inner().unwrap();
    assert!(!coupons.is_empty());
    let references: BTreeSet<&String> = coupons.values().map(|(reference, _)| reference).collect();
    assert_eq!(references.len(), coupons.len(), "two coupons with one number");
    let checks = stream::iter(coupons.values()).map(|(reference, key)| is_routed(&city, reference, key));
    checks.buffer_unordered(REPORTERS).collect::<()>().await;
    check_mail(&city, &mail, &coupons, &ledger.sent.into_inner().unwrap()).await;
    let audit = city.audit();
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));

    tally.restarts.sort();
    let (median, max) = (tally.restarts[tally.restarts.len() / 2], tally.restarts[tally.restarts.len() - 1]);
    println!(
        "{} kills, and {} of workers: {} coupons, none lost, none doubled; serving again after {:.1?} (median), {:.1?} at the most",
        tally.restarts.len(),
        tally.workers,
        coupons.len(),
        median,
        max,
    );
    assert!(max < RESTART_MAX, "{max:?} until the city served again");
}

/// An acknowledged report is there, and somebody is responsible for it.
async fn is_routed(city: &City, reference: &str, key: &str) {
    eventually(&format!("{reference} is there and routed"), || async {
        let answer = city.ask(None, REPORT, json!({ "reference": reference, "key": key })).await.data("/feedback");
        assert_eq!(answer["reference"], *reference, "an acknowledged report is lost");
        (!answer["responsible"].is_null()).then_some(())
    })
    .await;
}

/// Every acknowledged reporter got one coupon, whoever got one has a report, and nothing was told twice. A mail that was sent twice is known by
/// its Message-ID.
async fn check_mail(city: &City, mail: &MailServer, coupons: &BTreeMap<String, (String, String)>, sent: &BTreeSet<String>) {
    let mails = eventually("every acknowledged coupon is mailed", || async {
        let mails = mail.mails();
        let mailed: BTreeSet<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
        coupons.keys().all(|key| mailed.contains(address(key).as_str())).then_some(mails)
    })
    .await;
    let mut by_id: BTreeMap<&str, &Mail> = BTreeMap::new();
    for mail in &mails {
        let same = by_id.entry(&mail.message_id).or_insert(mail);
        assert_eq!((&same.to, &same.subject, &same.text), (&mail.to, &mail.subject, &mail.text), "one Message-ID, two mails");
    }
    let mut told: BTreeMap<(&str, &str), &Mail> = BTreeMap::new();
    for mail in by_id.into_values() {
        if let Some(key) = mail.to.strip_suffix("@reporters.example").filter(|key| sent.contains(*key)) {
            let before = told.insert((key, &mail.subject), mail);
            assert!(before.is_none(), "two mails are called {}", mail.subject);
        }
    }
    // The same act again: a report that was mailed was committed, so this gives the coupon that was mailed.
    let checks = stream::iter(told).map(|((key, _), mail)| async move {
        let reference = city.ask(None, SUBMIT, filing(key)).await.data("/submitFeedback/coupon/reference");
        let reference = reference.as_str().unwrap();
        assert!(mail.subject.contains(reference), "{} was mailed for a report that was not committed", mail.subject);
        assert!(coupons.get(key).is_none_or(|(acknowledged, _)| acknowledged == reference), "{reference} is the second of one act");
    });
    checks.buffer_unordered(REPORTERS).collect::<()>().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_report_is_lost_or_doubled_by_a_kill() {
    check(&Store::Sqlite, 0, setting("TURKISTAN_TEST_KILLS", 50)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nor_by_kills_of_servers_and_workers_on_a_shared_database() {
    for store in Store::all().into_iter().filter(|store| *store != Store::Sqlite) {
        check(&store, 2, setting("TURKISTAN_TEST_KILLS", 20)).await;
    }
}
