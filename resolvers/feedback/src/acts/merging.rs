//! Cases on one matter: one is worked, and its answer is the answer to those that were merged into it. Each keeps its own reporter, its own
//! term, and its own right to contest.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use engine::Who;
use futures_util::FutureExt;
use journal::{Abort, Txn};
use kernel::{Actor, CaseId, RefusalCode, Request};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use serde_json::json;

use super::{OnCase, Worked, subtasks};
use crate::{
    attachments,
    desk::{Act, Desk, held},
    entity::{
        attachment,
        feedback::{self, Column, Entity},
    },
    error::{not_found, refusal},
    model::Outcome,
    policy,
    routing::Routing,
    search,
};

/// The state of a case that waits for another one's answer.
const MERGED: &str = "merged";

impl Desk {
    /// Merges a case into another one of the same party. What was merged into it before follows.
    pub(crate) async fn merge(&self, on: OnCase, into: &str, request: &Arc<Request>) -> Worked {
        let body = json!({ "on": on, "into": into });
        let into = CaseId::from_global(into).ok_or_else(|| not_found("input.into"))?;
        let (actor, now) = (request.actor.clone(), request.now);
        self.once_on_case_and(Some(into.uuid()), on, "merge", &body, request, move |desk, txn, case| {
            async move {
                let target = held(txn, into.uuid()).await?.filter(|target| policy::scope(&actor).reaches(target));
                let target = target.ok_or_else(|| not_found("input.into"))?;
                // An appeal is answered as an appeal, with its own ways to complain (APPC Art. 62-76).
                let alike = target.party_id == case.party_id && target.track == case.track;
                if target.id == case.id || !alike || target.ended || target.state()?.name == MERGED {
                    return Err(refusal(RefusalCode::NotAllowed, "refusal-merge-unfit", &[]).at("input.into").into());
                }
                let (id, party) = (case.id, Routing::party_of(&case)?);
                let act = Act::new("merge", policy::offices(&actor, &case)).fact("party", party).fact("into", &target.reference);
                let merged = desk.act(txn, case, act.change(move |row| row.merged_into = Set(Some(target.id))), &actor, now).await?;
                let follow = Entity::update_many().col_expr(Column::MergedInto, Expr::value(target.id));
                follow.filter(Column::MergedInto.eq(id)).exec(txn).await?;
                Ok(merged)
            }
            .boxed()
        })
        .await
    }

    /// Takes a case out of the one that it was merged into; it goes on by itself.
    pub(crate) async fn unmerge(&self, on: OnCase, request: &Arc<Request>) -> Worked {
        let body = json!({ "on": on });
        self.office_act(on, "unmerge", &body, request, |_| Ok(apart(Act::new("unmerge", Vec::new())))).await
    }

    /// Gives the answer of a case to those that waited for it, with the photos of the result.
    pub(super) async fn answer_merged(
        &self,
        txn: &Txn,
        waiting: Vec<feedback::Model>,
        answered: &feedback::Model,
        evidence: &[attachment::Model],
        now: DateTime<Utc>,
    ) -> Result<(), Abort> {
        for case in waiting {
            let party = Routing::party_of(&case)?;
            let (outcome, reason, answer) = (answered.outcome.clone(), answered.outcome_reason.clone(), answered.answer.clone());
            subtasks::cancel_all(txn, case.id, now).await?;
            let act =
                Act::new("respond_to_merged", vec![Who::System]).fact("party", party).fact("outcome", &outcome).fact("reason", &reason);
            let act = act.change(move |row| {
                row.outcome = Set(outcome);
                row.outcome_reason = Set(reason);
                row.answer = Set(answer);
                row.answered_at = Set(Some(now));
            });
            let answered = self.act(txn, case, act, &Actor::System, now).await?;
            let ids: Vec<_> = evidence.iter().map(|_| self.house.rng.uuid_v7(now)).collect();
            attachments::copy(txn, evidence, &ids, answered.id).await?;
            search::index(txn, &answered).await?;
        }
        Ok(())
    }

    /// Gives back to the desk what was merged into a case that nobody will answer. The house does here what the office may do.
    pub(super) async fn free_merged(&self, txn: &Txn, withdrawn: &feedback::Model, now: DateTime<Utc>) -> Result<(), Abort> {
        for case in merged_into(txn, withdrawn).await? {
            self.act(txn, case, apart(Act::new("unmerge", vec![Who::Officer])), &Actor::System, now).await?;
        }
        Ok(())
    }
}

fn apart(act: Act) -> Act {
    act.change(|row| row.merged_into = Set(None))
}

/// Whether an answer shows less than is asked for by the subject of its case, or of one that waits for it: each reporter sees what their own asks.
pub(super) fn lack_evidence(case: &feedback::Model, waiting: &[feedback::Model], outcome: Outcome, shown: &[attachment::Model]) -> bool {
    waiting.iter().chain([case]).any(|case| attachments::lack_evidence(case, outcome, shown))
}

/// The cases that wait for the answer to this one, held.
pub(super) async fn merged_into(txn: &Txn, case: &feedback::Model) -> Result<Vec<feedback::Model>, Abort> {
    let rows = Entity::find().filter(Column::MergedInto.eq(case.id)).order_by_asc(Column::Id).lock_exclusive().all(txn).await?;
    let mut waiting = Vec::with_capacity(rows.len());
    for row in rows {
        if row.state()?.name == MERGED {
            waiting.push(row);
        }
    }
    Ok(waiting)
}
