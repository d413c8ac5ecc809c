//! Receipts: promises, proofs, and what is left after an erasure.

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::FutureExt;
use kernel::Rng;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use uuid::Uuid;

use super::{Bench, benches, morning};
use crate::{
    NewEvent, append,
    log::{Content, Erasable, Flaw, Promise, Receipt, SALT_BYTES, Signer, digest, digest_text, erase, prove_consistency, prove_first},
};

/// Something that was filed.
struct Filed {
    id: Uuid,
    promise: Promise,
    content: Content,
}

const FILINGS: Erasable = Erasable { table: "filing", salt: "salt", emptied: &["text"], removed: &["contact"] };

impl Bench {
    async fn filings(&self) {
        let bytes = if self.is_postgres() { "BYTEA" } else { "BLOB" };
        let uuid = if self.is_postgres() { "UUID" } else { "BLOB" };
        let create = format!("CREATE TABLE filing (id {uuid} PRIMARY KEY, salt {bytes}, text TEXT NOT NULL, contact TEXT)");
        self.database.owner.execute_unprepared(&create).await.unwrap();
    }

    /// Files something as a room does: its event has a digest, its row the rest.
    async fn file_one(&self, number: usize) -> Filed {
        let (id, reference) = (self.rng.uuid_v7(morning()), format!("TK-2026-{number:06}"));
        let mut salt = [0; SALT_BYTES];
        self.rng.fill(&mut salt);
        let text = format!("{{\"text\":\"Көшеде су ағып жатыр {number}\"}}");
        let digest = digest_text(&digest(&salt, &text));
        let payload = json!({ "facts": { "reference": reference, "digest": digest } });
        let (stored, backend) = (text.clone(), self.database.reader.get_database_backend());
        let write = self.database.writer.write(move |txn| {
            async move {
                let insert = "INSERT INTO filing (id, salt, text, contact) VALUES ($1, $2, $3, 'aigul@example.kz')";
                let values = [id.into(), salt.to_vec().into(), stored.into()];
                txn.execute_raw(Statement::from_sql_and_values(backend, insert, values)).await?;
                let event = NewEvent { kind: "submitted".into(), payload, versions: None };
                append(txn, "feedback", id, 0, morning(), "anonymous", vec![event]).await.map(drop)
            }
            .boxed()
        });
        write.await.unwrap();
        let promise = Promise { reference, at: morning(), digest };
        Filed { id, promise, content: Content { salt: STANDARD.encode(salt), text } }
    }

    async fn receipt(&self, filed: &Filed) -> Receipt {
        let proof = prove_first(&self.database.reader, &[filed.id]).await.unwrap().remove(&filed.id);
        Receipt::new(filed.promise.sign(&self.signer), Some(filed.content.clone()), proof)
    }
}

#[tokio::test]
async fn a_promise_is_kept_by_the_next_checkpoint() {
    for bench in benches().await {
        bench.filings().await;
        let mut filed = Vec::new();
        for number in 0..9 {
            filed.push(bench.file_one(number).await);
        }
        let before = bench.receipt(&filed[4]).await.file().unwrap();
        let verified = Receipt::verify(&before, bench.signer.verifier()).unwrap();
        assert_eq!((verified.has_content, verified.place), (true, None), "{before}");
        bench.checkpoint().await.unwrap();
        bench.grow(5).await;
        bench.checkpoint().await.unwrap();
        for (number, one) in filed.iter().enumerate() {
            let receipt = bench.receipt(one).await;
            for (text, has_content) in [(receipt.file().unwrap(), true), (receipt.brief().unwrap(), false)] {
                let verified = Receipt::verify(&text, bench.signer.verifier()).unwrap();
                assert_eq!(verified.promise, one.promise);
                let place = verified.place.unwrap();
                assert_eq!((verified.has_content, place.1), (has_content, 9), "the first checkpoint that covers it");
                assert!(bench.is_postgres() || place.0 == number as u64 + 1);
            }
        }
        let all: Vec<Uuid> = filed.iter().map(|filed| filed.id).collect();
        assert_eq!(prove_first(&bench.database.reader, &all).await.unwrap().len(), 9);
        assert_eq!(prove_consistency(&bench.database.reader, 9, 14).await.unwrap().len(), 5);
    }
}

/// Every byte of a receipt is changed, in every bit.
#[tokio::test]
async fn a_receipt_with_any_changed_bit_is_refused() {
    for bench in benches().await {
        bench.filings().await;
        bench.grow(6).await;
        let filed = bench.file_one(1).await;
        bench.grow(2).await;
        bench.checkpoint().await.unwrap();
        let receipt = bench.receipt(&filed).await;
        for text in [receipt.file().unwrap(), receipt.brief().unwrap()] {
            assert!(Receipt::verify(&text, bench.signer.verifier()).is_ok());
            for place in 0..text.len() {
                for bit in 0..8 {
                    let mut bytes = text.clone().into_bytes();
                    bytes[place] ^= 1 << bit;
                    let Ok(changed) = String::from_utf8(bytes) else { continue };
                    assert!(Receipt::verify(&changed, bench.signer.verifier()).is_err(), "byte {place}, bit {bit}: {changed}");
                }
            }
            for end in 0..text.len() {
                let cut = text.get(..end).is_some_and(|cut| Receipt::verify(cut, bench.signer.verifier()).is_ok());
                assert!(!cut, "cut at {end}");
            }
        }
    }
}

#[tokio::test]
async fn parts_of_different_receipts_make_no_receipt() {
    for bench in benches().await {
        bench.filings().await;
        let (one, other) = (bench.file_one(1).await, bench.file_one(2).await);
        bench.grow(1).await;
        bench.checkpoint().await.unwrap();
        let (first, second) = (bench.receipt(&one).await, bench.receipt(&other).await);
        let foreign = Signer::derive(&kernel::Personal::new([8; 32]), "turkistan.test/journal").unwrap();
        let mut moved = first.proof.clone().unwrap();
        moved.index = second.proof.as_ref().unwrap().index;
        let mut signed_elsewhere = first.proof.clone().unwrap();
        signed_elsewhere.checkpoint = foreign.sign("turkistan.test/journal\n3\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
        let checks = [
            ("another's content", Receipt::new(first.promise.clone(), second.content.clone(), first.proof.clone()), Flaw::Content),
            ("another's entry", Receipt::new(first.promise.clone(), first.content.clone(), second.proof.clone()), Flaw::Entry),
            ("another's promise", Receipt::new(second.promise.clone(), None, first.proof.clone()), Flaw::Entry),
            ("another's place", Receipt::new(first.promise.clone(), None, Some(moved)), Flaw::Path),
            ("another's checkpoint", Receipt::new(first.promise.clone(), None, Some(signed_elsewhere)), Flaw::Checkpoint),
            ("another's key", Receipt::new(one.promise.sign(&foreign), None, None), Flaw::Promise),
            ("a checkpoint as a promise", Receipt::new(first.proof.clone().unwrap().checkpoint, None, None), Flaw::Promise),
        ];
        for (what, receipt, flaw) in checks {
            assert_eq!(Receipt::verify(&receipt.file().unwrap(), bench.signer.verifier()), Err(flaw), "{what}");
        }
    }
}

#[tokio::test]
async fn erased_content_breaks_no_proof() {
    for bench in benches().await {
        bench.filings().await;
        let mut filed = Vec::new();
        for number in 0..10 {
            filed.push(bench.file_one(number).await);
        }
        bench.checkpoint().await.unwrap();
        let old = bench.receipt(&filed[3]).await;
        let id = filed[3].id;
        let erased = bench.database.writer.write(move |txn| {
            async move {
                let event = NewEvent { kind: "content_erased".into(), payload: json!({}), versions: None };
                append(txn, "feedback", id, 1, morning(), "system", vec![event]).await?;
                erase(txn, &FILINGS, id).await
            }
            .boxed()
        });
        assert!(erased.await.unwrap());
        bench.database.writer.sequence().await.unwrap();
        let rows = "SELECT COUNT(*) FROM filing WHERE salt IS NULL AND text = '' AND contact IS NULL";
        assert_eq!(bench.number(rows).await, 1, "that row, and no other");
        let audit = bench.audit().await;
        assert_eq!((audit.size, audit.bad), (11, None));
        bench.checkpoint().await.unwrap();

        // What the city can still show: it existed, its content is erased.
        let mut shown = bench.receipt(&filed[3]).await;
        shown.content = None;
        let verified = Receipt::verify(&shown.file().unwrap(), bench.signer.verifier()).unwrap();
        assert_eq!((verified.promise, verified.has_content, verified.place), (filed[3].promise.clone(), false, Some((4, 10))));
        // What the reporter kept still holds.
        assert!(Receipt::verify(&old.file().unwrap(), bench.signer.verifier()).unwrap().has_content);
        assert!(Receipt::verify(&bench.receipt(&filed[2]).await.file().unwrap(), bench.signer.verifier()).unwrap().has_content);
    }
}
