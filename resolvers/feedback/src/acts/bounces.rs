//! A message to the reporter came back.

use std::sync::Arc;

use futures_util::FutureExt;
use journal::{Abort, ActKey};
use kernel::Request;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::json;

use crate::{
    desk::{Desk, Remark},
    entity::feedback,
    error::{key_reused, not_found},
    model::act_key,
    policy,
};

impl Desk {
    /// Tells those who work the case, while somebody does.
    pub(crate) async fn note_bounce(&self, key: &str, reference: &str, request: &Arc<Request>) -> Result<feedback::Model, Abort> {
        policy::may_note_bounces(&request.actor)?;
        let key = ActKey::new(act_key(key)?, "note_bounce", &request.actor.journal_name(), &json!({ "reference": reference }))?;
        let (desk, actor, now, reference) = (self.clone(), request.actor.clone(), request.now, reference.to_owned());
        let write = self.house.database.writer.write(move |txn| {
            async move {
                let found = feedback::Entity::find().filter(feedback::Column::Reference.eq(&reference)).lock_exclusive().one(txn).await?;
                let case = found.ok_or_else(|| not_found("input.reference"))?;
                if journal::claim_with(txn, &key, now, &case.id).await?.before(key_reused)?.is_some() {
                    return Ok(case);
                }
                let remark = Remark::new("mail_returned", "event-mail-returned", json!({})).internal();
                let remark = if case.ended { remark } else { remark.telling(&["notify_officers"]) };
                desk.remark(txn, &case, remark, &actor, now).await
            }
            .boxed()
        });
        write.await
    }
}
