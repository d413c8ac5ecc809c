//! The reader of a mail address confirms that it is the reporter's; the reporter asks for a new code.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use journal::{Abort, ActKey, Claim, NewEvent, NewJob, Txn};
use kernel::{Actor, Personal, RefusalCode, Request};
use sea_orm::{
    ActiveValue::{Set, Unchanged},
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;
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
/// What is told then: of each kind what happened last.
const TOLD_AGAIN: [&str; 7] = ["answered", "terminated", "question_asked", "forwarded", "extended", "deadline_passed", "deemed_refused"];

impl Desk {
    /// The reader of a mail address gives the code that was sent there: the reporter, or, naming the address, somebody who said “same here”.
    /// Whatever is wrong, the answer is the same: nobody learns which reports wait for a code, and who joined them.
    pub(crate) async fn confirm_contact(
        &self,
        key: &str,
        reference: &str,
        joined_as: Option<Personal<String>>,
        code: &str,
        request: &Arc<Request>,
    ) -> Result<feedback::Model, Abort> {
        let mut body = json!({ "reference": reference, "code": code });
        // Left out where there is none, so that keys of acts from before there were any still fit.
        if let Some(email) = &joined_as {
            body["email"] = json!(self.contacts.address(email));
        }
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
                        let found = feedback::Entity::find().filter(feedback::Column::Reference.eq(&reference)).lock_exclusive();
                        let Some(case) = found.one(txn).await? else { return Ok(None) };
                        let email = joined_as.map(|email| email.into_inner().trim().to_lowercase());
                        let fits = match &email {
                            Some(email) => desk.confirm_joining(txn, &case, email, &code, now).await?,
                            None => desk.takes_code(txn, case.coupon_id().uuid(), &code, now).await?,
                        };
                        if !fits {
                            return Ok(None);
                        }
                        journal::settle(txn, &key, &case.id).await?;
                        if email.is_some() { Ok(Some(case)) } else { confirmed(txn, case, &actor, now).await.map(Some) }
                    }
                }
            }
            .boxed()
        });
        confirmed.await?.ok_or_else(|| refusal(RefusalCode::Invalid, "refusal-code", &[]).at("input.code").into())
    }

    /// Whether this is the code that counts for something, which the transaction holds. A wrong one is counted.
    pub(super) async fn takes_code(&self, txn: &Txn, subject: Uuid, code: &str, now: DateTime<Utc>) -> Result<bool, Abort> {
        let wanted = confirmation::Entity::find_by_id(subject).one(txn).await?;
        let Some(wanted) = wanted.filter(|wanted| wanted.is_open(now)) else { return Ok(false) };
        if self.contacts.fits(&wanted, code) {
            return Ok(true);
        }
        let counted = confirmation::ActiveModel { subject: Unchanged(subject), tries: Set(wanted.tries + 1), ..Default::default() };
        confirmation::Entity::update(counted).exec(txn).await?;
        Ok(false)
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
                if wanted.round >= CODES_MAX && now < wanted.sent_at + TimeDelta::days(1) {
                    return Err(refusal(RefusalCode::LimitReached, "refusal-codes-many", &[("max", CODES_MAX.into())]).into());
                }
                if now < wanted.sent_at + TimeDelta::minutes(AGAIN_MINUTES) {
                    return Err(refusal(RefusalCode::LimitReached, "refusal-codes-soon", &[("minutes", AGAIN_MINUTES.into())]).into());
                }
                let round = next_round(txn, &wanted, now).await?;
                journal::enqueue(txn, now, vec![job("send_coupon", &case, &format!("code{round}"), 1, now)]).await?;
                Ok(case)
            }
            .boxed()
        })
        .await
    }
}

/// A new code counts, and the one before no more.
pub(super) async fn next_round(txn: &Txn, wanted: &confirmation::Model, now: DateTime<Utc>) -> Result<i32, Abort> {
    let (subject, round) = (Unchanged(wanted.subject), wanted.round + 1);
    let row = confirmation::ActiveModel { subject, round: Set(round), sent_at: Set(now), tries: Set(0), ..Default::default() };
    confirmation::Entity::update(row).exec(txn).await?;
    Ok(round)
}

/// The code was given: the address belongs to whoever gave it for this.
pub(super) async fn keep_given(txn: &Txn, subject: Uuid, now: DateTime<Utc>) -> Result<(), Abort> {
    let row = confirmation::ActiveModel { subject: Unchanged(subject), confirmed_at: Set(Some(now)), ..Default::default() };
    confirmation::Entity::update(row).exec(txn).await?;
    Ok(())
}

/// From now on news go there: first the coupon with its key, and what has to be acted on. Officers saw nothing of it, so the version stays.
async fn confirmed(txn: &Txn, case: feedback::Model, actor: &Actor, now: DateTime<Utc>) -> Result<feedback::Model, Abort> {
    let coupon = case.coupon_id().uuid();
    let wanted = confirmation::Entity::find_by_id(coupon).one(txn).await?;
    if wanted.is_some_and(|wanted| wanted.is_confirmed()) {
        return Ok(case);
    }
    keep_given(txn, coupon, now).await?;
    let mut jobs = vec![job("send_coupon", &case, "confirmed", 1, now)];
    // The key is one for the whole and its parts, and so is the address.
    let of_coupon = Condition::any().add(feedback::Column::Id.eq(coupon)).add(feedback::Column::Whole.eq(coupon));
    let cases = feedback::Entity::find().filter(of_coupon).order_by_asc(feedback::Column::Id).all(txn).await?;
    let ids: Vec<Uuid> = cases.iter().map(|case| case.id).collect();
    let history = journal::history_of_many(txn, &ids).await?;
    for case in &cases {
        let of_case = |kind: &&str| history.iter().rev().find(|event| event.stream_id == case.id && event.kind == **kind);
        let last = TOLD_AGAIN.iter().filter_map(of_case);
        let mut told: Vec<i32> = last.map(|event| event.number).collect();
        told.sort_unstable();
        jobs.extend(told.into_iter().map(|number| job(NOTIFY_CONFIRMED, case, &format!("confirmed:{number}"), number, now)));
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
