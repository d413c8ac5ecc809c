//! A question to the reporter, and the answer. While it is open the term stands still, where the law lets it.

use std::sync::Arc;

use engine::Who;
use futures_util::FutureExt;
use journal::Abort;
use kernel::{Error, Personal, Request};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde_json::json;

use super::{Beside, OnCase, OnReport, Worked, attachments::with_claims, author};
use crate::{
    attachments::{self, Adding},
    desk::{Act, Desk},
    entity::{feedback, question},
    model::{Part, line},
    routing::Routing,
};

impl Desk {
    /// Asks the reporter. What was asked is personal, and the journal holds none of it.
    pub(crate) async fn ask_reporter(&self, on: OnCase, text: &str, request: &Arc<Request>) -> Worked {
        let text = line(text, "input.text")?;
        let body = json!({ "on": on, "text": text });
        let (id, asked_by, now) = (self.house.rng.uuid_v7(request.now), author(request), request.now);
        let ask = move |case: &feedback::Model| {
            let party = Routing::party_of(case)?;
            Ok(Act::new("ask", Vec::new()).fact("party", party))
        };
        let beside: Beside = Box::new(move |txn, case| {
            let row = question::ActiveModel {
                id: Set(id),
                feedback_id: Set(case.id),
                asked_by: Set(asked_by),
                asked_at: Set(now),
                text: Set(text),
                answered_at: Set(None),
                answer: Set(None),
            };
            async move { Ok(question::Entity::insert(row).exec_without_returning(txn).await.map(drop)?) }.boxed()
        });
        self.office_act_beside(on, "ask", &body, request, ask, beside).await
    }

    /// The reporter answers what was asked last.
    pub(crate) async fn answer_question(
        &self,
        on: OnReport,
        text: &str,
        claims: &[Personal<String>],
        request: &Arc<Request>,
    ) -> Result<feedback::Model, Abort> {
        let text = line(text, "input.text")?;
        let uploads = self.claimed(claims, "input.attachments")?;
        let body = with_claims(json!({ "reference": on.reference, "text": text }), "attachments", claims);
        let (by, now) = (request.actor.person().map(|person| person.id.uuid()), request.now);
        self.report_act(on, "answer_question", &body, request, move |desk, txn, case, actor| {
            async move {
                let id = case.id;
                let case = desk.act(txn, case, Act::new("answer_question", vec![Who::Reporter]), actor, now).await?;
                let open = question::Entity::find()
                    .filter(question::Column::FeedbackId.eq(id))
                    .filter(question::Column::AnsweredAt.is_null())
                    .order_by_desc(question::Column::Id)
                    .one(txn)
                    .await?;
                let mut row = open.ok_or_else(|| Abort::from(Error::internal("a case waits for no question")))?.into_active_model();
                row.answered_at = Set(Some(now));
                row.answer = Set(Some(text));
                question::Entity::update(row).exec(txn).await?;
                let adding = Adding { feedback: id, part: Part::Answer, by, now, field: "input.attachments" };
                attachments::attach(txn, &uploads, adding).await?;
                Ok(case)
            }
            .boxed()
        })
        .await
    }
}
