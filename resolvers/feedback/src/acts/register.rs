//! The number of an appeal in the national register of appeals (eOtinish), which an officer copies from there.

use std::sync::Arc;

use engine::Track;
use futures_util::FutureExt;
use kernel::{RefusalCode, Request};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::OnConflict};
use serde_json::json;

use super::{OnCase, Worked, author, by_office};
use crate::{
    desk::{Desk, Remark, word},
    entity::external_number::{ActiveModel, Column, Entity},
    error::refusal,
    model::external_number,
};

impl Desk {
    /// Records the number under which the register knows an appeal, or corrects it. No two appeals have one.
    pub(crate) async fn record_external_number(&self, on: OnCase, number: &str, request: &Arc<Request>) -> Worked {
        let number = external_number(number, "input.number")?;
        let body = json!({ "on": on, "number": number });
        let (actor, now, officer) = (request.actor.clone(), request.now, author(request));
        self.once_on_case(on, "record_external_number", &body, request, move |desk, txn, case| {
            async move {
                by_office(&actor, &case)?;
                if case.track != word(&Track::Appeal) {
                    return Err(refusal(RefusalCode::WrongState, "refusal-external-request", &[]).into());
                }
                Entity::delete_many().filter(Column::FeedbackId.eq(case.id)).exec(txn).await?;
                let row = ActiveModel {
                    number: Set(number.clone()),
                    feedback_id: Set(case.id),
                    recorded_by: Set(officer),
                    recorded_at: Set(now),
                };
                let free = OnConflict::column(Column::Number).do_nothing().to_owned();
                if Entity::insert(row).on_conflict(free).exec_without_returning(txn).await? == 0 {
                    return Err(refusal(RefusalCode::Invalid, "refusal-external-taken", &[]).at("input.number").into());
                }
                let facts = json!({ "number": number });
                let remark = Remark::new("external_number_recorded", "event-external-number", facts).internal().weighing();
                desk.remark(txn, &case, remark, &actor, now).await
            }
            .boxed()
        })
        .await
    }
}
