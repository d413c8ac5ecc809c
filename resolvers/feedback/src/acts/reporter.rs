//! What a reporter does to their own report.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use engine::Who;
use futures_util::FutureExt;
use journal::{Abort, Txn};
use kernel::{RefusalCode, Request};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::{OnReport, subtasks};
use crate::{
    desk::{Act, Desk, effect_job, word},
    entity::feedback,
    error::refusal,
    model::{Outcome, line},
    receipt,
};

impl Desk {
    /// The reporter says that it is not fixed.
    pub(crate) async fn contest(&self, on: OnReport, reason: &str, request: &Arc<Request>) -> Result<feedback::Model, Abort> {
        let reason = line(reason, "input.reason")?;
        let body = json!({ "reference": on.reference, "reason": reason });
        let now = request.now;
        let beside = self.noted(reason, Uuid::nil(), now);
        self.report_act(on, "contest", &body, request, move |desk, txn, case, actor| {
            async move {
                beside(txn, &case).await?;
                desk.act(txn, case, Act::new("contest", vec![Who::Reporter]).change(reopen), actor, now).await
            }
            .boxed()
        })
        .await
    }

    /// The reporter has what they wrote erased, and what was written to them. A report on which work goes on, or whose answer can still be
    /// contested, is kept until that is over: the office needs it to answer, and the reporter to contest.
    pub(crate) async fn erase(&self, on: OnReport, request: &Arc<Request>) -> Result<feedback::Model, Abort> {
        let body = json!({ "reference": on.reference });
        let now = request.now;
        self.report_act(on, "erase", &body, request, move |desk, txn, case, _| {
            async move {
                if !desk.process(&case)?.is_ended(&case.state()?) {
                    return Err(refusal(RefusalCode::WrongState, "refusal-erase-open", &[]).into());
                }
                // Its parts that are over go with it; the same key erases the others when they are.
                let mut of = vec![case.id];
                while let Some(whole) = of.pop() {
                    let parts = feedback::Entity::find().filter(feedback::Column::PartOf.eq(whole)).order_by_asc(feedback::Column::Id);
                    for part in parts.lock_exclusive().all(txn).await? {
                        of.push(part.id);
                        if desk.process(&part)?.is_ended(&part.state()?) {
                            erase(txn, &part, now).await?;
                        }
                    }
                }
                let erased = erase(txn, &case, now).await?;
                Ok(erased)
            }
            .boxed()
        })
        .await
    }

    /// The reporter takes the report back. Others that waited for its answer go on by themselves.
    pub(crate) async fn withdraw(&self, on: OnReport, request: &Arc<Request>) -> Result<feedback::Model, Abort> {
        let body = json!({ "reference": on.reference });
        let now = request.now;
        self.report_act(on, "withdraw", &body, request, move |desk, txn, case, actor| {
            async move {
                let withdrawn = desk.act(txn, case, Act::new("withdraw", vec![Who::Reporter]).change(withdraw), actor, now).await?;
                desk.free_merged(txn, &withdrawn, now).await?;
                subtasks::cancel_all(txn, withdrawn.id, now).await?;
                Ok(withdrawn)
            }
            .boxed()
        })
        .await
    }
}

/// Erases what was filed, and has what was said of it erased where it was said.
async fn erase(txn: &Txn, case: &feedback::Model, now: DateTime<Utc>) -> Result<feedback::Model, Abort> {
    let erased = receipt::erase(txn, case, now).await?;
    journal::enqueue(txn, now, vec![effect_job(ERASE_MESSAGES, case.id, erased.events, now)]).await?;
    Ok(erased)
}

/// The job that has what was said of a report erased where it was said.
pub(crate) const ERASE_MESSAGES: &str = "erase_messages";

/// A contested answer stands no more: the case has no outcome, and counts as one without an answer, until it is answered again; by itself, even
/// when it was answered together with another one.
pub(crate) fn reopen(row: &mut feedback::ActiveModel) {
    row.outcome = Set(None);
    row.outcome_reason = Set(None);
    row.answered_at = Set(None);
    row.merged_into = Set(None);
}

fn withdraw(row: &mut feedback::ActiveModel) {
    row.outcome = Set(Some(word(&Outcome::Withdrawn)));
}
