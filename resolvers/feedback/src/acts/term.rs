//! A longer term, by a reasoned decision.

use std::sync::Arc;

use engine::StepError;
use futures_util::FutureExt;
use journal::Abort;
use kernel::{RefusalCode, Request};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::json;

use super::{OnCase, Worked, author};
use crate::{
    desk::{Act, Decided, Desk, write},
    entity::extension,
    model::{checked_text, line},
    policy,
};

/// The longest number of a decision, in characters.
const NUMBER_CHARS_MAX: usize = 60;

/// Why a term is made longer, and by how much.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    pub(crate) number: String,
    pub(crate) reason: String,
    pub(crate) working_days: i32,
}

impl Desk {
    /// Makes the term of the answer longer: an appeal's by a reasoned decision, never beyond two months of its arrival, and the reporter is
    /// told within three working days (APPC Art. 76). It is told at once.
    pub(crate) async fn extend(&self, on: OnCase, decision: Decision, request: &Arc<Request>) -> Worked {
        let number = checked_text(&decision.number, NUMBER_CHARS_MAX, "input.decisionNumber")?;
        let reason = line(&decision.reason, "input.reason")?;
        let days = decision.working_days;
        let body = json!({ "on": on, "number": number, "reason": reason, "days": days });
        let (id, decided_by) = (self.house.rng.uuid_v7(request.now), author(request));
        let (actor, now) = (request.actor.clone(), request.now);
        self.once_on_case(on, "extend", &body, request, move |desk, txn, case| {
            async move {
                let case = desk.raise_due(txn, case, now).await?;
                let mut act = Act::new("extend", policy::offices(&actor, &case));
                act.event = act.event.with("working_days", i64::from(days));
                let process = desk.process(&case)?;
                let step = process.step(&case.state()?, &act.event, now).map_err(|error| match error {
                    // So many days cannot be; anything else is refused of the act itself.
                    StepError::Refused(refusal) if matches!(refusal.code, RefusalCode::Invalid | RefusalCode::TooLate) => {
                        Abort::from(refusal.at("input.workingDays"))
                    }
                    error => error.into(),
                })?;
                let due_on = process.deadline(&step.state)?.due_on;
                let row = extension::ActiveModel {
                    id: Set(id),
                    feedback_id: Set(case.id),
                    decided_by: Set(decided_by),
                    decided_at: Set(now),
                    decision_number: Set(number),
                    reason: Set(reason),
                    working_days: Set(days),
                    due_on: Set(due_on),
                };
                extension::Entity::insert(row).exec_without_returning(txn).await?;
                let facts = json!({ "days": days, "until": due_on.format("%d.%m.%Y").to_string() });
                let cause = act.cause();
                write(txn, case, Decided { process, step, cause, facts, change: act.change }, &actor, now).await
            }
            .boxed()
        })
        .await
    }
}
