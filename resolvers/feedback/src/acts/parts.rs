//! A part of a report that another body is competent for: it goes there as a report of its own, with its own number, term and coupon, and
//! the rest stays (APPC Art. 65: within three working days, and the receiver starts its own procedure).

use std::sync::Arc;

use engine::{Cause, Process, Terms, Track, Who};
use futures_util::FutureExt;
use journal::Abort;
use kernel::{FeedbackId, PartyId, RefusalCode, Request};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::{OnCase, Worked};
use crate::{
    desk::{Desk, Remark, parse, word, write_state},
    entity::feedback,
    error::refusal,
    filing::{NewRow, TableFacts, facts_for_table, file},
    model::line,
    policy,
    process::routed,
    receipt,
    routing::Routing,
};

/// How many parts of a case go to other bodies.
const PARTS_MAX: u64 = 20;

impl Desk {
    /// Sends a part of a case to the competent body.
    pub(crate) async fn forward_part(&self, on: OnCase, to: &str, text: &str, request: &Arc<Request>) -> Worked {
        let text = line(text, "input.text")?;
        let body = json!({ "on": on, "to": to, "text": text });
        let to = self.body(to, request).await?;
        let system = Arc::new(Request::system(request.id.clone(), request.now));
        let roster = self.parties.roster(&self.house.graph, &system).await?;
        let (actor, now) = (request.actor.clone(), request.now);
        self.once_on_case(on, "forward_part", &body, request, move |desk, txn, case| {
            async move {
                let case = desk.raise_due(txn, case, now).await?;
                // Whoever may not send the whole away, now or any more, may not send a part.
                let whole = engine::Event { by: policy::offices(&actor, &case), ..engine::Event::new("forward", Who::Officer) };
                desk.process(&case)?.step(&case.state()?, &whole, now)?;
                if case.party_id == Some(to.id.uuid()) {
                    return Err(refusal(RefusalCode::Invalid, "refusal-forward-to-itself", &[]).at("input.to").into());
                }
                let parts = feedback::Entity::find().filter(feedback::Column::PartOf.eq(case.id)).count(txn).await?;
                if parts >= PARTS_MAX {
                    return Err(refusal(RefusalCode::LimitReached, "refusal-parts-many", &[("max", PARTS_MAX.into())]).into());
                }
                let process = desk.library().latest_process(if case.track == word(&Track::Appeal) { "appeal" } else { "request" })?;
                let (part, facts) = desk.part(&case, text, &process, now)?;
                let part = file(txn, part, &process, &actor.journal_name()).await?;
                // The table says what the part is and how pressing; the officer says whose.
                let routing = Routing::new(process.table().decide(&facts, &roster.facts)?, &roster)?.sent_to(to.name.clone());
                let mut act = routed(&routing, None)?.fact("partySlug", &to.slug);
                act.event = act.event.with("triage", false);
                let stored = serde_json::to_value(&routing).map_err(kernel::Error::internal)?;
                let act = act.change(move |row| {
                    row.party_id = Set(Some(to.id.uuid()));
                    row.supervisor_id = Set(to.supervisor.map(PartyId::uuid));
                    row.routing = Set(Some(stored));
                });
                let part = desk.act(txn, part, act, &kernel::Actor::System, now).await?;
                let facts = json!({ "party": to.name, "part": part.reference });
                let remark = Remark::new("part_forwarded", "event-part-forwarded", facts).telling(&["notify_reporter"]).weighing();
                desk.remark(txn, &case, remark, &actor, now).await
            }
            .boxed()
        })
        .await
    }

    /// The part as a report of its own: by the same reporter, from the same place, received by the other body now.
    fn part(
        &self,
        case: &feedback::Model,
        text: String,
        process: &Process,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<(NewRow, engine::Facts), Abort> {
        let words = suggester::urgency(&text);
        let facts = facts_for_table(&TableFacts {
            track: &case.track,
            kind: &case.kind,
            category: case.category.as_deref(),
            district: case.district.as_deref(),
            provider: None,
            words: &words,
        });
        let terms = Terms {
            track: parse(&case.track)?,
            kind: parse(&case.kind)?,
            urgency: process.table().urgency(&facts)?.0,
            received_at: now,
            registered_on: process.calendar().registration_date(now),
        };
        let step = process.start_on(terms, process.table().clock(&facts)?)?;
        let mut row = feedback::ActiveModel {
            id: Set(FeedbackId::new(now, &*self.house.rng).uuid()),
            text: Set(text),
            public_text: Set(None),
            received_at: Set(now),
            registered_on: Set(terms.registered_on),
            service_id: Set(None),
            service_provider: Set(None),
            suggestion: Set(None),
            intake_answers: Set(None),
            attachments: Set(None),
            assignee: Set(None),
            outcome: Set(None),
            outcome_reason: Set(None),
            answer: Set(None),
            answered_at: Set(None),
            version: Set(1),
            events: Set(1),
            joined: Set(0),
            merged_into: Set(None),
            incident_id: Set(None),
            part_of: Set(Some(case.id)),
            whole: Set(Some(case.coupon_id().uuid())),
            ..case.clone().into_active_model().reset_all()
        };
        write_state(&mut row, process, &step.state)?;
        row.original_due_on = row.due_on.clone();
        let digest = receipt::salt(&mut row, &*self.house.rng)?;
        let cause = Cause::Filed { terms, facts: facts.clone() };
        Ok((NewRow { row, step, cause, digest, confirmation: None }, facts))
    }
}
