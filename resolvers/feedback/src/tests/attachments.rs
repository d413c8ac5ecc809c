//! Photos and documents, from the edge to the erasure of the last byte.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use chrono::TimeDelta;
use futures_util::{StreamExt, stream};
use journal::{JobError, log::Receipt};
use kernel::{Actor, Code, Error, FileDigest, FileStream, Files, OperationKind, PersonId, Personal, Result};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    city::{City, Filed, ORIGIN, category, city, codes, merge, water},
    people::{auditor, citizen, officer, other_officer, person},
};

/// Files that are gone with the test.
#[derive(Default)]
pub(super) struct MemoryFiles {
    kept: Mutex<BTreeMap<FileDigest, Vec<u8>>>,
    away: AtomicBool,
}

impl MemoryFiles {
    fn reach(&self) -> Result<std::sync::MutexGuard<'_, BTreeMap<FileDigest, Vec<u8>>>> {
        if self.away.load(Ordering::Relaxed) {
            return Err(Error::coded(Code::SubgraphUnavailable, "the files are away"));
        }
        Ok(self.kept.lock().unwrap())
    }

    pub(super) fn count(&self) -> usize {
        self.kept.lock().unwrap().len()
    }
}

#[async_trait]
impl Files for MemoryFiles {
    async fn put(&self, digest: FileDigest, bytes: Vec<u8>) -> Result<()> {
        self.reach()?.insert(digest, bytes);
        Ok(())
    }

    async fn get(&self, digest: FileDigest) -> Result<Option<FileStream>> {
        let found = self.reach()?.get(&digest).cloned();
        Ok(found.map(|bytes| stream::iter([Ok(bytes)]).boxed()))
    }

    async fn delete(&self, digest: FileDigest) -> Result<()> {
        self.reach()?.remove(&digest);
        Ok(())
    }
}

fn digest(bytes: &str) -> FileDigest {
    FileDigest::from_bytes(Sha256::digest(bytes).into())
}

/// What the edge announces of a photo.
pub(super) fn photo(bytes: &str) -> Value {
    let thumbnail = digest(&format!("small {bytes}"));
    json!({ "digest": digest(bytes).to_string(), "thumbnail": thumbnail.to_string(), "mediaType": "JPEG", "bytes": 9, "width": 4, "height": 3 })
}

pub(super) fn document(bytes: &str) -> Value {
    json!({ "digest": digest(bytes).to_string(), "mediaType": "PDF", "bytes": 9 })
}

pub(super) fn sent_by(actor: &Actor, mut upload: Value) -> Value {
    upload["uploader"] = json!(actor.person().map(|person| person.id.global()));
    upload
}

impl City {
    async fn announce(&self, upload: Value) -> Value {
        self.act(&Actor::System, "announceUpload", "upload { claim }", upload).await
    }

    /// What the edge does with a file; gives the claim.
    pub(super) async fn upload(&self, upload: Value) -> String {
        let payload = self.announce(upload.clone()).await;
        assert_eq!(codes(&payload), [""; 0]);
        for name in ["digest", "thumbnail"] {
            if let Some(digest) = upload[name].as_str().and_then(FileDigest::parse) {
                self.files.put(digest, name.into()).await.unwrap();
            }
        }
        let claim = payload["upload"]["claim"].as_str().unwrap().to_owned();
        let completed = self.act(&Actor::System, "completeUpload", "upload { claim }", json!({ "claim": claim })).await;
        assert_eq!((codes(&completed), &completed["upload"]["claim"]), (Vec::new(), &json!(claim)));
        claim
    }

    async fn photo(&self, bytes: &str) -> String {
        self.upload(photo(bytes)).await
    }

    /// What a reader sees of a report's attachments.
    async fn attachments(&self, actor: &Actor, filed: &Filed, selection: &str) -> Value {
        let query = format!("{{ feedback(reference: \"{}\") {{ attachments {{ {selection} }} }} }}", filed.reference);
        self.read(actor, &query).await["feedback"]["attachments"].clone()
    }

    /// What the edge is told of an address.
    pub(super) async fn stored(&self, url: &str) -> Value {
        let token = url.strip_prefix("/files/").unwrap();
        self.read(&Actor::System, &format!("{{ storedFile(token: \"{token}\") {{ digest mediaType }} }}")).await["storedFile"].clone()
    }

    /// Takes a report back and has it erased.
    async fn erase(&self, filed: &Filed) {
        for name in ["withdrawFeedback", "eraseFeedback"] {
            let input = json!({ "reference": filed.reference, "key": filed.key });
            assert_eq!(codes(&self.act(&Actor::Anonymous, name, "feedback { status }", input).await), [""; 0], "{name}");
        }
    }
}

fn with(mut input: Value, claims: &[&str]) -> Value {
    input["attachments"] = json!(claims);
    input
}

const URLS: &str = "id part mediaType bytes width height released url thumbnailUrl";

#[tokio::test]
async fn the_reporter_and_the_office_see_photos_and_the_public_those_that_were_released() {
    let city = city().await;
    let (shown, paper) = (city.photo("a hole").await, city.upload(document("a paper")).await);
    let filed = city.routed(with(water(), &[&shown, &paper])).await;
    let own = city.own(&filed, &format!("attachments {{ {URLS} }}")).await["attachments"].clone();
    assert_eq!(own.as_array().map(Vec::len), Some(2));
    assert_eq!((&own[0]["part"], &own[0]["mediaType"], &own[0]["width"]), (&json!("REPORT"), &json!("image/jpeg"), &json!(4)));
    assert_eq!((&own[1]["mediaType"], &own[1]["thumbnailUrl"]), (&json!("application/pdf"), &Value::Null));
    assert_eq!(city.attachments(&Actor::Anonymous, &filed, URLS).await, json!([]));
    assert_eq!(city.attachments(&other_officer(), &filed, URLS).await, json!([]));
    assert_eq!(city.attachments(&officer(), &filed, "id bytes").await.as_array().map(Vec::len), Some(2));

    let release = |id: &Value| json!({ "attachment": id });
    assert_eq!(city.work(&officer(), "releaseAttachment", &filed, release(&own[1]["id"])).await, ["INVALID input.attachment"]);
    assert_eq!(city.work(&other_officer(), "releaseAttachment", &filed, release(&own[0]["id"])).await, ["NOT_FOUND input.case"]);
    let other = city.routed(with(water(), &[&city.photo("another hole").await])).await;
    assert_eq!(city.work(&officer(), "releaseAttachment", &other, release(&own[0]["id"])).await, ["NOT_FOUND input.attachment"]);
    city.do_work(&officer(), "releaseAttachment", &filed, release(&own[0]["id"])).await;
    let public = city.attachments(&Actor::Anonymous, &filed, URLS).await;
    assert_eq!((public.as_array().map(Vec::len), &public[0]["id"], &public[0]["released"]), (Some(1), &own[0]["id"], &json!(true)));
    let kinds = city.texts("SELECT kind FROM event WHERE kind = 'photo_released'").await;
    assert_eq!(kinds.len(), 1);
}

#[tokio::test]
async fn an_officer_who_is_given_an_address_has_looked() {
    let city = city().await;
    let filed = city.routed(with(water(), &[&city.photo("a hole").await])).await;
    let looks = || async { city.texts("SELECT what FROM access").await };
    city.attachments(&officer(), &filed, "id bytes width").await;
    assert!(looks().await.is_empty(), "that there is one is not personal");
    let seen = city.attachments(&officer(), &filed, URLS).await;
    assert_eq!(looks().await, ["ATTACHMENTS"]);
    let accesses = city.own(&filed, "accesses { nodes { part } }").await;
    assert_eq!(accesses["accesses"]["nodes"], json!([{ "part": "ATTACHMENTS" }]));
    city.own(&filed, &format!("attachments {{ {URLS} }}")).await;
    city.do_work(&officer(), "releaseAttachment", &filed, json!({ "attachment": seen[0]["id"] })).await;
    city.attachments(&officer(), &filed, URLS).await;
    assert_eq!(looks().await.len(), 1, "what everybody sees is no secret");
}

#[tokio::test]
async fn an_upload_that_is_not_there_for_whoever_asks_is_refused_by_name() {
    let city = city().await;
    let [used, expired] = [city.photo("used").await, city.photo("expired").await];
    city.file(&Actor::Anonymous, with(water(), &[&used])).await;
    city.pass(TimeDelta::hours(24)).await;
    let free = city.photo("free").await;
    let unfinished = city.announce(photo("unfinished")).await["upload"]["claim"].as_str().unwrap().to_owned();
    let theirs = city.upload(sent_by(&citizen(), photo("theirs"))).await;
    let rows = city.rows().await;
    let other = person("other", kernel::Role::Citizen, None);
    let foreign = "NOT_FOUND input.attachments.0";
    for (actor, claims, refused) in [
        (Actor::Anonymous, vec![used.as_str()], foreign),
        (Actor::Anonymous, vec![&expired], foreign),
        (Actor::Anonymous, vec![&unfinished], foreign),
        (Actor::Anonymous, vec![&theirs], foreign),
        (other, vec![&theirs], foreign),
        (Actor::Anonymous, vec!["x"], foreign),
        (Actor::Anonymous, vec![&free, &free], "NOT_FOUND input.attachments.1"),
        (Actor::Anonymous, vec![&free, &used], "NOT_FOUND input.attachments.1"),
        (Actor::Anonymous, vec![&free; 6], "LIMIT_REACHED input.attachments"),
    ] {
        let payload = city.act(&actor, "submitFeedback", "feedback { id }", with(water(), &claims)).await;
        assert_eq!(codes(&payload), [refused], "{claims:?}");
    }
    assert_eq!(city.rows().await, rows, "nothing of them was written");
    city.file(&citizen(), with(water(), &[&theirs, &free])).await;
}

#[tokio::test]
async fn the_same_key_gives_the_same_report_although_its_photos_are_used_by_then() {
    let city = city().await;
    let mut input = with(water(), &[&city.photo("a hole").await]);
    input["idempotencyKey"] = json!(city.key());
    let first = city.file(&Actor::Anonymous, input.clone()).await;
    assert_eq!(city.file(&Actor::Anonymous, input.clone()).await, first);
    city.settle().await;
    city.erase(&first).await;
    city.settle().await;
    assert_eq!(city.file(&Actor::Anonymous, input.clone()).await.uuid, first.uuid, "also when they are erased");
    input["attachments"] = json!([]);
    let other = city.act(&Actor::Anonymous, "submitFeedback", "feedback { id }", input).await;
    assert_eq!(codes(&other), ["KEY_REUSED input.idempotencyKey"]);
}

#[tokio::test]
async fn a_receipt_covers_the_photos_and_one_without_photos_is_as_it_always_was() {
    let city = city().await;
    let signer = journal::log::Signer::derive(&Personal::new([7; 32]), ORIGIN).unwrap();
    for (claims, is_covered) in [(vec![city.photo("a hole").await], true), (Vec::new(), false)] {
        let claims: Vec<&str> = claims.iter().map(String::as_str).collect();
        let filed = city.file(&Actor::Anonymous, with(water(), &claims)).await;
        let receipt = city.own(&filed, "receipt { file }").await;
        let file = receipt["receipt"]["file"].as_str().unwrap();
        assert!(Receipt::verify(file, signer.verifier()).unwrap().has_content);
        assert_eq!(file.contains("attachments"), is_covered, "{file}");
        assert_eq!(file.contains(&digest("a hole").to_string()), is_covered);
        if is_covered {
            let forged = file.replace(&digest("a hole").to_string(), &digest("a fence").to_string());
            assert!(Receipt::verify(&forged, signer.verifier()).is_err());
        }
    }
}

#[tokio::test]
async fn erasing_deletes_bytes_that_no_other_report_has() {
    let city = city().await;
    let mut reports = Vec::new();
    for _ in 0..2 {
        reports.push(city.routed(with(water(), &[&city.photo("a hole").await])).await);
    }
    let own = city.own(&reports[0], "attachments { url thumbnailUrl }").await["attachments"][0].clone();
    let urls = [own["url"].as_str().unwrap(), own["thumbnailUrl"].as_str().unwrap()];
    assert_eq!(city.stored(urls[0]).await, json!({ "digest": digest("a hole").to_string(), "mediaType": "image/jpeg" }));
    assert_eq!(city.stored(urls[1]).await["digest"], json!(digest("small a hole").to_string()));
    assert_eq!(city.files.count(), 2, "equal files are kept once");
    city.erase(&reports[0]).await;
    for url in urls {
        assert_eq!(city.stored(url).await, Value::Null, "nobody reaches them any more");
    }
    city.settle().await;
    assert_eq!(city.files.count(), 2);
    city.erase(&reports[1]).await;
    city.settle().await;
    assert_eq!((city.files.count(), city.numbers("SELECT COUNT(*) FROM blob").await), (0, vec![0]));
    let erased = city.own(&reports[1], "attachments { id } receipt { erased }").await;
    assert_eq!(erased, json!({ "attachments": [], "receipt": { "erased": true } }));
}

#[tokio::test]
async fn bytes_whose_deletion_was_cut_off_are_deleted_later_and_meanwhile_nothing_can_refer_to_them() {
    let city = city().await;
    let filed = city.routed(with(water(), &[&city.photo("a hole").await])).await;
    city.erase(&filed).await;
    city.files.away.store(true, Ordering::Relaxed);
    let mut discarding = 0;
    for job in city.lease().await {
        let performed = city.perform(&job).await;
        let is_discard = job.kind == "discard_file";
        discarding += i32::from(is_discard);
        assert_eq!(matches!(performed, Err(JobError::Retry(_))), is_discard, "{}", job.key);
    }
    assert_eq!((discarding, city.files.count()), (2, 2));
    assert_eq!(codes(&city.announce(photo("a hole")).await), ["WRONG_STATE "].map(str::trim));
    city.files.away.store(false, Ordering::Relaxed);
    city.pass(TimeDelta::minutes(2)).await;
    city.settle().await;
    assert_eq!(city.files.count(), 0);
    city.photo("a hole").await;
    assert_eq!(city.files.count(), 2);
}

#[tokio::test]
async fn an_upload_that_nobody_attaches_is_gone_after_a_day() {
    let city = city().await;
    city.photo("a hole").await;
    // One of which nothing came but the word that it would.
    city.announce(photo("cut off")).await;
    city.pass(TimeDelta::hours(23)).await;
    city.settle().await;
    assert_eq!((city.files.count(), city.numbers("SELECT COUNT(*) FROM attachment").await), (2, vec![2]));
    city.pass(TimeDelta::hours(1)).await;
    city.settle().await;
    assert_eq!((city.files.count(), city.numbers("SELECT COUNT(*) FROM attachment").await), (0, vec![0]));
    assert_eq!(city.numbers("SELECT COUNT(*) FROM blob").await, [0]);
}

#[tokio::test]
async fn an_address_is_valid_for_an_hour_and_says_nothing() {
    let city = city().await;
    let filed = city.routed(with(water(), &[&city.photo("a hole").await])).await;
    let own = city.own(&filed, "attachments { url }").await;
    let url = own["attachments"][0]["url"].as_str().unwrap();
    assert!(!url.contains(&filed.reference) && url.len() < 80, "{url}");
    city.pass(TimeDelta::minutes(49)).await;
    assert!(city.stored(url).await.is_object());
    city.pass(TimeDelta::minutes(11)).await;
    assert_eq!(city.stored(url).await, Value::Null);
    assert_eq!(city.stored("/files/x").await, Value::Null);
}

#[tokio::test]
async fn only_the_house_announces_uploads_and_learns_where_files_are() {
    let city = city().await;
    for actor in [Actor::Anonymous, citizen(), officer(), auditor()] {
        assert_eq!(city.fault(&actor, "{ storedFile(token: \"x\") { digest } }").await, Code::Forbidden);
        let mut input = photo("a hole");
        input["idempotencyKey"] = json!(city.key());
        let text = "mutation($i: AnnounceUploadInput!) { announceUpload(input: $i) { upload { claim } } }";
        let answer = city.ask(OperationKind::Mutation, actor, text, json!({ "i": input })).await;
        assert_eq!(answer.faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), [Code::Forbidden]);
    }
    let mut wrong = photo("a hole");
    wrong["digest"] = json!("../../etc/passwd");
    assert_eq!(codes(&city.announce(wrong).await), ["NOT_FOUND input.digest"]);
    let unknown = city.act(&Actor::System, "completeUpload", "upload { claim }", json!({ "claim": "x" })).await;
    assert_eq!(codes(&unknown), ["NOT_FOUND input.claim"]);
    assert!(PersonId::from_global("x").is_none());
}

#[tokio::test]
async fn an_answer_to_a_question_takes_photos_along() {
    let city = city().await;
    let filed = city.routed(water()).await;
    city.do_work(&officer(), "acceptCase", &filed, json!({})).await;
    city.do_work(&officer(), "askReporter", &filed, json!({ "text": "Қай жерде?" })).await;
    let claim = city.photo("here").await;
    let answer = |claims: Value| json!({ "reference": filed.reference, "key": filed.key, "text": "Мұнда", "attachments": claims });
    let refused = city.act(&Actor::Anonymous, "answerQuestion", "feedback { status }", answer(json!(["x"]))).await;
    assert_eq!(codes(&refused), ["NOT_FOUND input.attachments.0"]);
    let answered = city.act(&Actor::Anonymous, "answerQuestion", "feedback { attachments { part } }", answer(json!([claim]))).await;
    assert_eq!((codes(&answered), &answered["feedback"]["attachments"]), (Vec::new(), &json!([{ "part": "ANSWER" }])));
}

/// A hole in the road, which the officer of the water utility has for want of roads.
pub(super) fn road() -> Value {
    let mut input = water();
    merge(&mut input, json!({ "category": category("road-damage") }));
    input
}

#[tokio::test]
async fn done_is_shown_where_the_subject_asks_for_it() {
    let city = city().await;
    let roads = other_officer();
    let filed = city.routed(road()).await;
    let [photo, paper] = [photo("mended"), document("a paper")].map(|upload| sent_by(&roads, upload));
    let (photo, paper) = (city.upload(photo).await, city.upload(paper).await);
    for (outcome, evidence, refused) in [
        ("SATISFIED", vec![], vec!["INVALID input.evidence"]),
        ("SATISFIED", vec![&paper], vec!["INVALID input.evidence"]),
        ("SATISFIED", vec![&photo, &photo], vec!["NOT_FOUND input.evidence.1"]),
        ("SATISFIED", vec![&photo], vec![]),
    ] {
        let more = json!({ "outcome": outcome, "text": "Жөнделді", "evidence": evidence });
        assert_eq!(city.work(&roads, "respondToCase", &filed, more).await, refused, "{evidence:?}");
    }
    assert_eq!(city.own(&filed, "attachments { part }").await["attachments"], json!([{ "part": "EVIDENCE" }]));
    city.attachments(&roads, &filed, URLS).await;
    assert!(city.texts("SELECT what FROM access").await.is_empty(), "what the office itself shows is not the reporter's");
    for (outcome, reason) in [("EXPLAINED", Value::Null), ("PARTLY_SATISFIED", json!("rest-is-planned"))] {
        let other = city.routed(road()).await;
        let more = json!({ "outcome": outcome, "reason": reason, "text": "Көктемде жөнделеді" });
        city.do_work(&roads, "respondToCase", &other, more).await;
    }
}

#[tokio::test]
async fn those_who_wait_for_the_same_answer_see_its_photos_and_the_bytes_are_kept_once() {
    let city = city().await;
    let (target, merged) = (city.routed(water()).await, city.routed(water()).await);
    city.do_work(&officer(), "mergeCases", &merged, json!({ "into": target.case() })).await;
    let claim = city.upload(sent_by(&officer(), photo("mended"))).await;
    let more = json!({ "outcome": "SATISFIED", "text": "Жөнделді", "evidence": [claim] });
    city.do_work(&officer(), "respondToCase", &target, more).await;
    city.settle().await;
    for filed in [&target, &merged] {
        let own = city.own(filed, "status attachments { part url }").await;
        assert_eq!((&own["status"], &own["attachments"][0]["part"]), (&json!("ANSWERED"), &json!("EVIDENCE")));
        assert!(city.stored(own["attachments"][0]["url"].as_str().unwrap()).await.is_object());
    }
    assert_eq!(city.files.count(), 2);
}
