//! What was filed, in the one form that its digest is taken over, and the receipt for it.

use base64::{Engine, engine::general_purpose::STANDARD};
use journal::{
    Abort, Txn,
    log::{Content, Erasable, Promise, Proof, Receipt, SALT_BYTES, Signer, digest, digest_text},
};
use kernel::{Error, Personal, Result, Rng};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::Expr,
};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    attachments, codes,
    entity::{confirmation, extension, feedback, joining, note, question, subtask},
};

/// What a report holds that can be erased.
pub(crate) const ERASABLE: Erasable = Erasable {
    table: "feedback",
    salt: "salt",
    emptied: &["text"],
    removed: &[
        "public_text",
        "lat",
        "lon",
        "cell_north",
        "cell_east",
        "address",
        "contact",
        "intake_answers",
        "answer",
        "suggestion",
        "attachments",
    ],
};

/// What was filed, in the order in which it is written. Nothing in it changes later: what officers correct, as the category, is not here.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Filed<'a> {
    track: &'a str,
    kind: &'a str,
    locale: &'a str,
    text: &'a str,
    district: Option<&'a str>,
    lat: Option<f64>,
    lon: Option<f64>,
    address: Option<&'a str>,
    service: Option<Uuid>,
    contact: Option<&'a Value>,
    received_at: String,
    /// What was answered on the subject; absent where nothing was, as in every report of the time before there were questions.
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<&'a Value>,
    /// The SHA-256 of each photo and document as it is kept. Left out where there are none, as in receipts from before there were any.
    #[serde(skip_serializing_if = "Option::is_none")]
    attachments: Option<&'a Value>,
}

impl Filed<'_> {
    fn text(&self) -> Result<Personal<String>> {
        serde_json::to_string(self).map(Personal::new).map_err(Error::internal)
    }
}

/// Salts what is about to be filed and gives back its digest; before the transaction, so that nobody waits for it.
pub(crate) fn salt(row: &mut feedback::ActiveModel, rng: &dyn Rng) -> Result<String> {
    let mut salt = [0; SALT_BYTES];
    rng.fill(&mut salt);
    let (track, kind, locale) = (row.track.clone().unwrap(), row.kind.clone().unwrap(), row.locale.clone().unwrap());
    let (text, district, address) = (row.text.clone().unwrap(), row.district.clone().unwrap(), row.address.clone().unwrap());
    let (contact, answers) = (row.contact.clone().unwrap(), row.intake_answers.clone().unwrap());
    let attachments = row.attachments.clone().unwrap();
    let filed = Filed {
        track: &track,
        kind: &kind,
        locale: &locale,
        text: &text,
        district: district.as_deref(),
        lat: row.lat.clone().unwrap(),
        lon: row.lon.clone().unwrap(),
        address: address.as_deref(),
        service: row.service_id.clone().unwrap(),
        contact: contact.as_ref(),
        received_at: journal::log::instant(row.received_at.clone().unwrap()),
        answers: answers.as_ref(),
        attachments: attachments.as_ref(),
    };
    let digest = digest_text(&digest(&salt, filed.text()?.reveal()));
    row.salt = Set(Some(salt.to_vec()));
    row.digest = Set(Some(digest.clone()));
    Ok(digest)
}

/// What was filed, with its salt; `None` once it is erased.
fn content(row: &feedback::Model) -> Result<Option<Content>> {
    let Some(salt) = &row.salt else { return Ok(None) };
    let filed = Filed {
        track: &row.track,
        kind: &row.kind,
        locale: &row.locale,
        text: &row.text,
        district: row.district.as_deref(),
        lat: row.lat,
        lon: row.lon,
        address: row.address.as_deref(),
        service: row.service_id,
        contact: row.contact.as_ref(),
        received_at: journal::log::instant(row.received_at),
        answers: row.intake_answers.as_ref(),
        attachments: row.attachments.as_ref(),
    };
    Ok(Some(Content { salt: STANDARD.encode(salt), text: filed.text()?.into_inner() }))
}

/// The receipt of a report; `None` for one that was filed before there were receipts.
pub(crate) fn receipt(row: &feedback::Model, proof: Option<Proof>, signer: &Signer) -> Result<Option<Receipt>> {
    let Some(digest) = row.digest.clone() else { return Ok(None) };
    let promise = Promise { reference: row.reference.clone(), at: row.received_at, digest };
    Ok(Some(Receipt::new(promise.sign(signer), content(row)?, proof)))
}

/// Erases what was filed, and tells so in the journal. The receipts say from then on that something was filed, and no longer what.
///
/// # Errors
/// When the database fails.
pub(crate) async fn erase(txn: &Txn, row: &feedback::Model, now: chrono::DateTime<chrono::Utc>) -> Result<feedback::Model, Abort> {
    let payload = serde_json::json!({ "message": "event-content-erased", "internal": false, "facts": {} });
    let event = journal::NewEvent { kind: "content_erased".into(), payload, versions: None };
    let number = journal::append(txn, crate::desk::STREAM, row.id, row.events, now, "system", vec![event]).await?;
    journal::log::erase(txn, &ERASABLE, row.id).await?;
    crate::search::forget(txn, row.id).await?;
    note::Entity::delete_many().filter(note::Column::FeedbackId.eq(row.id)).exec(txn).await?;
    // Nobody confirmed the address for what is left either, such as a part that another body has.
    let address = (confirmation::Column::Address, Expr::value(""));
    let forgotten = confirmation::Entity::update_many().col_expr(address.0, address.1).filter(confirmation::Column::Subject.eq(row.id));
    forgotten.exec(txn).await?;
    question::Entity::delete_many().filter(question::Column::FeedbackId.eq(row.id)).exec(txn).await?;
    forget_joined(txn, row, now).await?;
    subtask::Entity::delete_many().filter(subtask::Column::FeedbackId.eq(row.id)).exec(txn).await?;
    extension::Entity::delete_many().filter(extension::Column::FeedbackId.eq(row.id)).exec(txn).await?;
    attachments::forget(txn, row.id, now).await?;
    let changed = feedback::ActiveModel { id: Unchanged(row.id), version: Set(row.version + 1), events: Set(number), ..Default::default() };
    Ok(feedback::Entity::update(changed).exec(txn).await?)
}

/// Forgets who said “same here”, and has the codes erased that were mailed to them.
async fn forget_joined(txn: &Txn, row: &feedback::Model, now: chrono::DateTime<chrono::Utc>) -> Result<(), Abort> {
    let joined = joining::Entity::find().filter(joining::Column::FeedbackId.eq(row.id)).all(txn).await?;
    let Some(first) = joined.first() else { return Ok(()) };
    let ids = joined.iter().map(|joined| joined.id);
    confirmation::Entity::delete_many().filter(confirmation::Column::Subject.is_in(ids)).exec(txn).await?;
    let about = joined.iter().map(joining::Model::global).collect();
    journal::enqueue(txn, now, vec![codes::erase_about(first.id, about, now)]).await?;
    joining::Entity::delete_many().filter(joining::Column::FeedbackId.eq(row.id)).exec(txn).await?;
    Ok(())
}
