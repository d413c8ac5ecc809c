//! Mail to a server that has it come again, falls silent, hangs up or refuses it: what may work later is tried until it is taken, as the same
//! mail; what never will is not tried again, and those whom it concerns see it.

#![expect(clippy::unwrap_used, reason = "a test that finds no value fails")]

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Map, Value, json};
use tests::{City, MailServer, Options, Store, eventually, uuid};

const FILE: &str = "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) {
    coupon { reference key } errors { message } } }";
const TOLD: &str = "query($reference: String!, $key: String) { feedback(reference: $reference, key: $key) { notices { state } } }";
const MESSAGES: &str = "query($about: String!) { messages(about: $about, topic: COUPON) { nodes {
    state deliveries { attempt outcome replyCode } } } }";
const DEAD: &str = "{ deadLetters(first: 100) { nodes { kind attempts reason owner message { about } } } }";

/// What the server does with the mails to one reporter, and what has to come of it.
struct Case {
    reporter: &'static str,
    turns: &'static [&'static str],
    /// How each try ended, as the administrator sees it, with the code of the server's reply.
    tries: &'static [(&'static str, Option<u16>)],
    /// What becomes of the message.
    state: &'static str,
    /// How many mails the server keeps.
    kept: usize,
}

const CASES: [Case; 11] = [
    arrives("greylisted", &["RCPT 451 4.7.1 <greylisted@reporters.example> come again"], &[("DEFERRED", Some(451)), ("SENT", None)]),
    arrives("deferred", &["DATA 451 4.3.0 come again"], &[("DEFERRED", Some(451)), ("SENT", None)]),
    arrives("closing", &["DATA 421 4.3.2 closing"], &[("DEFERRED", Some(421)), ("SENT", None)]),
    arrives("full", &["DATA 452 4.2.2 full", "RCPT 450 4.2.1 busy"], &[("DEFERRED", Some(452)), ("DEFERRED", Some(450)), ("SENT", None)]),
    arrives("silent", &["DATA hang"], &[("DEFERRED", None), ("SENT", None)]),
    arrives("silent-at-once", &["RCPT hang"], &[("DEFERRED", None), ("SENT", None)]),
    arrives("cut", &["RCPT cut", "DATA cut"], &[("DEFERRED", None), ("DEFERRED", None), ("SENT", None)]),
    // The city cannot know that it was taken: whoever reads both sees by the Message-ID that they are one.
    Case { kept: 2, ..arrives("lost", &["DATA lose"], &[("DEFERRED", None), ("SENT", None)]) },
    refused("unknown", &["RCPT 550 5.1.1 <unknown@reporters.example> no such user"], &[("REFUSED", Some(550))], "BOUNCED"),
    refused("closed", &["DATA 550 5.2.1 <closed@reporters.example> is closed"], &[("REFUSED", Some(550))], "BOUNCED"),
    refused("policy", &["DATA 554 5.7.1 <policy@reporters.example> may not be written to"], &[("REFUSED", Some(554))], "DEAD"),
];

const fn arrives(reporter: &'static str, turns: &'static [&'static str], tries: &'static [(&'static str, Option<u16>)]) -> Case {
    Case { reporter, turns, tries, state: "SENT", kept: 1 }
}

const fn refused(
    reporter: &'static str,
    turns: &'static [&'static str],
    tries: &'static [(&'static str, Option<u16>)],
    state: &'static str,
) -> Case {
    Case { reporter, turns, tries, state, kept: 0 }
}

impl Case {
    fn address(&self) -> String {
        format!("{}@reporters.example", self.reporter)
    }

    /// The coupon of a report by this reporter.
    async fn file(&self, city: &City) -> Value {
        let contact = json!({ "email": self.address() });
        let input = json!({ "idempotencyKey": uuid(), "text": "Көшеде су ағып жатыр", "locale": "KK", "contact": contact });
        city.ask(None, FILE, json!({ "input": input })).await.data("/submitFeedback/coupon")
    }

    /// The administrator sees each try, and the reporter what came of them.
    async fn is_seen(&self, city: &City, admin: &str, coupon: &Value) {
        let about = json!({ "about": coupon["reference"] });
        let message = eventually(&format!("the mail to {} is {}", self.reporter, self.state), || async {
            let messages = city.ask(Some(admin), MESSAGES, about.clone()).await.data("/messages/nodes");
            (messages[0]["state"] == self.state).then(|| messages[0].clone())
        })
        .await;
        let attempts = (1_u16..).zip(self.tries);
        let tries = attempts.map(|(attempt, (outcome, code))| json!({ "attempt": attempt, "outcome": outcome, "replyCode": code }));
        assert_eq!(message["deliveries"], tries.collect::<Value>(), "{}", self.reporter);
        let told = city.ask(None, TOLD, json!({ "reference": coupon["reference"], "key": coupon["key"] })).await;
        assert_eq!(told.data("/feedback/notices"), json!([{ "state": self.state }]), "{}", self.reporter);
    }

    /// The server was asked once for each turn and once to take it, always for the same mail, and keeps what it took.
    fn is_one_mail(&self, server: &MailServer) {
        let (attempts, mails) = (server.attempts(), server.mails());
        let attempts: Vec<_> = attempts.iter().filter(|attempt| attempt.to == self.address()).collect();
        let turns: Vec<&str> = attempts.iter().map(|attempt| attempt.turn.as_str()).collect();
        let taken = if self.state == "SENT" { vec![""] } else { Vec::new() };
        assert_eq!(turns, [self.turns, &taken].concat(), "{}", self.reporter);
        let kept: Vec<_> = mails.iter().filter(|mail| mail.to == self.address()).map(|mail| &mail.message_id).collect();
        assert_eq!(kept.len(), self.kept, "{}", self.reporter);
        let texts = attempts.iter().filter(|attempt| !attempt.turn.starts_with("RCPT")).map(|attempt| &attempt.message_id);
        let ids: BTreeSet<&String> = texts.chain(kept).collect();
        assert!(ids.len() <= 1 && ids.iter().all(|id| !id.is_empty()), "{}: {ids:?}", self.reporter);
    }
}

async fn check(store: Store) {
    let script: Map<String, Value> = CASES.iter().map(|case| (case.address(), json!(case.turns))).collect();
    let server = MailServer::scripted(&script.into());
    let city = City::start(&store, Options { smtp_url: Some(server.url.clone()), ..Options::default() }).await;
    let admin = city.token("admin");
    let coupons = join_all(CASES.iter().map(|case| case.file(&city))).await;
    for (case, coupon) in CASES.iter().zip(&coupons) {
        case.is_seen(&city, &admin, coupon).await;
    }
    city.idle().await;
    for case in &CASES {
        case.is_one_mail(&server);
    }

    let dead = city.ask(Some(&admin), DEAD, json!({})).await.data("/deadLetters/nodes");
    let given_up = CASES.iter().zip(&coupons).filter(|(case, _)| case.state == "DEAD");
    let letters = given_up.map(|(_, coupon)| {
        let message = json!({ "about": coupon["reference"] });
        json!({ "kind": "deliver_message", "attempts": 1, "reason": "MAIL_REFUSED", "owner": "ADMINISTRATOR", "message": message })
    });
    assert_eq!(dead, letters.collect::<Value>());
    let log = std::fs::read_to_string(city.data.path().join("test.log")).unwrap();
    assert!(log.contains("a job became a dead letter") && !log.contains("@reporters.example"), "{log}");
}

#[tokio::test]
async fn mail_that_is_not_taken_comes_again_as_the_same_and_mail_that_is_refused_is_seen() {
    join_all(Store::all().into_iter().map(check)).await;
}
