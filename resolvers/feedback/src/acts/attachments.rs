//! Photos and documents: the edge hands over what it was sent, and an officer decides what of it the public sees.

use std::sync::Arc;

use futures_util::FutureExt;
use journal::{Abort, ActKey};
use kernel::{AttachmentId, Personal, Refusal, RefusalCode, Request};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    EntityTrait,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{OnCase, Worked, by_office};
use crate::{
    attachments,
    desk::{Desk, Remark},
    entity::attachment,
    error::{key_reused, not_found, refusal},
    model::{ATTACHMENTS_MAX, Upload, act_key},
    policy,
};

impl Desk {
    /// Writes down that the bytes of an upload are about to be put.
    pub(crate) async fn announce_upload(&self, key: &str, upload: Upload, request: &Arc<Request>) -> Result<attachment::Model, Abort> {
        policy::may_take_uploads(&request.actor)?;
        let key = ActKey::new(act_key(key)?, "announce_upload", &request.actor.journal_name(), &upload)?;
        let (id, now) = (self.house.rng.uuid_v7(request.now), request.now);
        let write = self.house.database.writer.write(move |txn| {
            async move {
                match journal::claim_with(txn, &key, now, &id).await?.before(key_reused)? {
                    Some(before) => {
                        let found = attachment::Entity::find_by_id(before).one(txn).await?;
                        found.ok_or_else(|| not_found("input.idempotencyKey").into())
                    }
                    None => attachments::announce(txn, id, upload, now).await,
                }
            }
            .boxed()
        });
        write.await
    }

    /// Writes down that the bytes of an upload are there.
    pub(crate) async fn complete_upload(&self, key: &str, claim: &str, request: &Arc<Request>) -> Result<attachment::Model, Abort> {
        policy::may_take_uploads(&request.actor)?;
        let id = self.file_keys.read_claim(claim).ok_or_else(|| not_found("input.claim"))?;
        let key = ActKey::new(act_key(key)?, "complete_upload", &request.actor.journal_name(), &id)?;
        let now = request.now;
        let write = self.house.database.writer.write(move |txn| {
            async move {
                // What it does a second time changes nothing.
                journal::claim_with(txn, &key, now, &id).await?.before(key_reused)?;
                attachments::arrive(txn, id, now).await?.ok_or_else(|| not_found("input.claim").into())
            }
            .boxed()
        });
        write.await
    }

    /// The uploads that claims are to, in their order.
    ///
    /// # Errors
    /// A refusal when there are too many, one stands there twice, or one is no claim.
    pub(crate) fn claimed(&self, claims: &[Personal<String>], field: &str) -> Result<Vec<Uuid>, Refusal> {
        if claims.len() > ATTACHMENTS_MAX {
            return Err(refusal(RefusalCode::LimitReached, "refusal-attachments-many", &[("max", ATTACHMENTS_MAX.into())]).at(field));
        }
        let mut uploads = Vec::with_capacity(claims.len());
        for (place, claim) in claims.iter().enumerate() {
            let upload = self.file_keys.read_claim(claim.reveal()).filter(|id| !uploads.contains(id));
            uploads.push(upload.ok_or_else(|| attachments::foreign(field, place))?);
        }
        Ok(uploads)
    }

    /// Lets the public see a photo in which an officer has found nothing personal.
    pub(crate) async fn release_attachment(&self, on: OnCase, attachment: &str, request: &Arc<Request>) -> Worked {
        let absent = || not_found("input.attachment");
        let id = AttachmentId::from_global(attachment).ok_or_else(absent)?;
        let body = json!({ "on": on, "attachment": attachment });
        let (actor, now) = (request.actor.clone(), request.now);
        self.once_on_case(on, "release_attachment", &body, request, move |desk, txn, case| {
            async move {
                by_office(&actor, &case)?;
                let found = attachment::Entity::find_by_id(id.uuid()).one(txn).await?;
                let found = found.filter(|row| row.feedback_id == Some(case.id)).ok_or_else(absent)?;
                if !found.is_photo() {
                    return Err(refusal(RefusalCode::Invalid, "refusal-release-document", &[]).at("input.attachment").into());
                }
                if found.released_at.is_some() {
                    return Ok(case);
                }
                let released = attachment::ActiveModel { id: Unchanged(found.id), released_at: Set(Some(now)), ..Default::default() };
                attachment::Entity::update(released).exec(txn).await?;
                let remark = Remark::new("photo_released", "event-photo-released", json!({}));
                desk.remark(txn, &case, remark, &actor, now).await
            }
            .boxed()
        })
        .await
    }
}

/// What an act is told, with claims to uploads. Where there are none nothing is said of them, so that keys of acts from before there were any
/// still fit.
pub(super) fn with_claims(mut body: Value, name: &str, claims: &[Personal<String>]) -> Value {
    if !claims.is_empty() {
        body[name] = json!(claims);
    }
    body
}
