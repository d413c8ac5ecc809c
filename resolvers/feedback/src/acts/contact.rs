//! The reader of a mail address confirms that it is the reporter's; the reporter asks for a new code.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Claim, NewEvent, NewJob, Txn};
use kernel::{Actor, RefusalCode, Request};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::OnReport;
use crate::{
    contact::{AGAIN_MINUTES, CODES_MAX},
    desk::{Desk, STREAM, held},
    entity::{confirmation, feedback},
    error::{key_reused, refusal},
    model::act_key,
};

/// The job that tells of an event what could not be told before an address was confirmed.
pub(crate) const NOTIFY_CONFIRMED: &str = "notify_confirmed";
/// What is told then, when it was the last that happened.
const TOLD_AGAIN: [&str; 7] = ["answered", "terminated", "question_asked", "forwarded", "extended", "deadline_passed", "deemed_refused"];

impl Desk {
    /// The reader of a mail address gives the code that was sent there. Whatever is wrong, the answer is the same: nobody learns which reports
    /// wait for a code.
    pub(crate) async fn confirm_contact(
        &self,
        key: &str,
        reference: &str,
        code: &str,
        request: &Arc<Request>,
    ) -> Result<feedback::Model, Abort> {
        let body = json!({ "reference": reference, "code": code });
        let key = ActKey::new(act_key(key)?, "confirm_contact", &request.actor.journal_name(), &body)?;
        let (desk, actor, now) = (self.clone(), request.actor.clone(), request.now);
        let (reference, code) = (reference.to_owned(), code.to_owned());
        let confirmed = self.house.database.writer.write(move |txn| {
            async move {
                // A wrong code is no refusal in here, for that would undo that it was counted.
                match journal::claim::<Option<Uuid>>(txn, &key, now).await? {
                    Claim::Reused => Err(key_reused().into()),
                    Claim::Same(Some(id)) => Ok(held(txn, id).await?),
                    Claim::Same(None) => Ok(None),
                    Claim::New => {
                        let Some(case) = desk.code_fits(txn, &reference, &code, now).await? else { return Ok(None) };
                        journal::settle(txn, &key, &case.id).await?;
                        confirmed(txn, case, &actor, now).await.map(Some)
                    }
                }
            }
            .boxed()
        });
        confirmed.await?.ok_or_else(|| refusal(RefusalCode::Invalid, "refusal-code", &[]).at("input.code").into())
    }

    /// The report whose code this is. A wrong code is counted.
    async fn code_fits(&self, txn: &Txn, reference: &str, code: &str, now: DateTime<Utc>) -> Result<Option<feedback::Model>, Abort> {
        let found = feedback::Entity::find().filter(feedback::Column::Reference.eq(reference)).lock_exclusive().one(txn).await?;
        let Some(case) = found else { return Ok(None) };
        let wanted = confirmation::Entity::find_by_id(case.coupon_id().uuid()).one(txn).await?;
        let Some(wanted) = wanted.filter(|wanted| wanted.is_open(now)) else { return Ok(None) };
        if self.contacts.fits(&wanted, code) {
            return Ok(Some(case));
        }
        let counted = confirmation::ActiveModel {
            feedback_id: Unchanged(case.coupon_id().uuid()),
            tries: Set(wanted.tries + 1),
            ..Default::default()
        };
        confirmation::Entity::update(counted).exec(txn).await?;
        Ok(None)
    }

    /// The reporter asks for a new code; the one before counts no more.
    pub(crate) async fn request_confirmation(&self, on: OnReport, request: &Arc<Request>) -> Result<feedback::Model, Abort> {
        let body = json!({ "reference": on.reference });
        let now = request.now;
        self.report_act(on, "request_confirmation", &body, request, move |_, txn, case, _| {
            async move {
                let wanted = confirmation::Entity::find_by_id(case.coupon_id().uuid()).one(txn).await?;
                let nothing = || Abort::from(refusal(RefusalCode::WrongState, "refusal-nothing-to-confirm", &[]));
                let wanted = wanted.filter(|wanted| !wanted.is_confirmed()).ok_or_else(nothing)?;
                if wanted.round >= CODES_MAX {
                    return Err(refusal(RefusalCode::LimitReached, "refusal-codes-many", &[("max", CODES_MAX.into())]).into());
                }
                if now < wanted.sent_at + TimeDelta::minutes(AGAIN_MINUTES) {
                    return Err(refusal(RefusalCode::LimitReached, "refusal-codes-soon", &[("minutes", AGAIN_MINUTES.into())]).into());
                }
                let round = wanted.round + 1;
                let row = confirmation::ActiveModel {
                    feedback_id: Unchanged(case.coupon_id().uuid()),
                    round: Set(round),
                    sent_at: Set(now),
                    tries: Set(0),
                    ..Default::default()
                };
                confirmation::Entity::update(row).exec(txn).await?;
                journal::enqueue(txn, now, vec![job("send_coupon", &case, &format!("code{round}"), 1, now)]).await?;
                Ok(case)
            }
            .boxed()
        })
        .await
    }
}

/// From now on news go there: first the coupon with its key, and what has to be acted on. Officers saw nothing of it, so the version stays.
async fn confirmed(txn: &Txn, case: feedback::Model, actor: &Actor, now: DateTime<Utc>) -> Result<feedback::Model, Abort> {
    let wanted = confirmation::Entity::find_by_id(case.coupon_id().uuid()).one(txn).await?;
    if wanted.is_some_and(|wanted| wanted.is_confirmed()) {
        return Ok(case);
    }
    let row =
        confirmation::ActiveModel { feedback_id: Unchanged(case.coupon_id().uuid()), confirmed_at: Set(Some(now)), ..Default::default() };
    confirmation::Entity::update(row).exec(txn).await?;
    let mut jobs = vec![job("send_coupon", &case, "confirmed", 1, now)];
    let history = journal::history_of_many(txn, &[case.id]).await?;
    let last = history.iter().rev().find(|event| event.payload["internal"] != Value::Bool(true));
    if let Some(told) = last.filter(|event| TOLD_AGAIN.contains(&event.kind.as_str())) {
        jobs.push(job(NOTIFY_CONFIRMED, &case, "confirmed", told.number, now));
    }
    journal::enqueue(txn, now, jobs).await?;
    let payload = json!({ "message": "event-contact-confirmed", "internal": true, "facts": {} });
    let event = NewEvent { kind: "contact_confirmed".into(), payload, versions: None };
    let number = journal::append(txn, STREAM, case.id, case.events, now, &actor.journal_name(), vec![event]).await?;
    let changed = feedback::ActiveModel { id: Unchanged(case.id), events: Set(number), ..Default::default() };
    Ok(feedback::Entity::update(changed).exec(txn).await?)
}

/// A job that tells the reporter of an event, once for this occasion.
fn job(kind: &str, case: &feedback::Model, occasion: &str, event: i32, now: DateTime<Utc>) -> NewJob {
    NewJob::new(kind, format_args!("{}:{occasion}", case.id), json!({ "feedback": case.id, "event": event }), now)
}
