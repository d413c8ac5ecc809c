//! What a reporter keeps: the coupon, and the receipt that proves without the city that the report was filed.

use async_graphql::SimpleObject;
use journal::log::Proof;
use qrcode::{EcLevel, QrCode, render::svg};
use vocabulary::{Date, DateTime, list_size};

use super::neighbours::Party;
use crate::{desk::Desk, entity::feedback::Model, receipt};

/// What the reporter keeps. Whoever holds number and key is the reporter.
#[derive(SimpleObject)]
#[graphql(tag = "scoped")]
pub(crate) struct Coupon {
    /// The number, e.g. `TK-2026-000123`.
    pub(crate) reference: String,
    /// The key, 160 bits; shown here and in the mail, and stored nowhere.
    pub(crate) key: String,
    /// The working day on which it was registered (APPC Art. 64).
    pub(crate) registered_on: Date,
    /// When it came in.
    pub(crate) received_at: DateTime,
    /// Who accepted it.
    pub(crate) accepted_by: Option<Party>,
    /// When the answer is due.
    pub(crate) due_on: Option<Date>,
    /// The city's signed promise (a C2SP signed note): this number, this instant, and the digest of what was filed are in its log.
    pub(crate) promise: Option<String>,
    /// The receipt as a file, so far with the promise only; `Feedback.receipt` adds the proof after the next checkpoint.
    pub(crate) file: Option<String>,
}

impl Coupon {
    pub(crate) fn of(desk: &Desk, row: &Model) -> kernel::Result<Coupon> {
        let receipt = receipt::receipt(row, None, &desk.signer)?;
        Ok(Coupon {
            reference: row.reference.clone(),
            key: desk.keys.derive(row.coupon_id().uuid()).into_inner(),
            registered_on: Date(row.registered_on),
            received_at: DateTime(row.received_at),
            accepted_by: Some(Party::of(crate::filing::registrar())),
            due_on: Some(Date(row.original_due_on)),
            file: receipt.as_ref().map(journal::log::Receipt::file).transpose()?,
            promise: receipt.map(|receipt| receipt.promise),
        })
    }
}

/// The proof that a report was filed: who has it, and the log's public key, needs neither the city nor a network to verify it
/// (`turkistan verify receipt`, or the page `/verify`).
#[derive(SimpleObject)]
#[graphql(tag = "scoped")]
pub(crate) struct Receipt {
    /// The city's signed promise (a C2SP signed note).
    promise: String,
    /// Whether what was filed has been erased; the proof holds on.
    erased: bool,
    /// The place in the log, from 1; null until the next checkpoint is signed.
    position: Option<i32>,
    /// The nodes from the entry to the root, in base64 (RFC 6962 §2.1.1); null until then.
    #[graphql(directive = list_size::apply(64))]
    path: Option<Vec<String>>,
    /// The signed checkpoint (C2SP tlog-checkpoint) that has the root; null until then.
    checkpoint: Option<String>,
    /// All of it as one JSON file, with what was filed unless that was erased.
    file: String,
    /// All of it but what was filed, as a QR code in SVG; null when it is too long for one.
    qr_code: Option<String>,
}

impl Receipt {
    pub(crate) fn of(desk: &Desk, row: &Model, proof: Option<Proof>) -> kernel::Result<Option<Receipt>> {
        let Some(receipt) = receipt::receipt(row, proof, &desk.signer)? else { return Ok(None) };
        let (file, brief) = (receipt.file()?, receipt.brief()?);
        let qr_code = QrCode::with_error_correction_level(brief, EcLevel::L).ok();
        let proof = receipt.proof;
        Ok(Some(Receipt {
            promise: receipt.promise,
            erased: receipt.content.is_none(),
            position: proof.as_ref().and_then(|proof| i32::try_from(proof.index + 1).ok()),
            path: proof.as_ref().map(|proof| proof.path.clone()),
            checkpoint: proof.map(|proof| proof.checkpoint),
            file,
            qr_code: qr_code.map(|code| code.render::<svg::Color<'_>>().min_dimensions(512, 512).build()),
        }))
    }
}
