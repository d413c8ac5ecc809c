//! Parts of the work on a case that other parties do.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use kernel::{PartyId, SubtaskId};
use vocabulary::{Connection, Date, DateTime, Nullable, OrFault, connection, request};

use super::{
    case::Case,
    inputs::case_inputs,
    loaders::reports,
    mutation::desk,
    neighbours::Party,
    payloads::{Payload, on_version, payloads},
    store,
    types::Feedback,
};
use crate::{
    acts::{OnCase, Part, SubtaskState as State},
    entity::subtask::Model,
    policy,
};

/// Where a part of the work stands.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "crate::acts::SubtaskState")]
pub(crate) enum SubtaskState {
    /// It is to be done.
    Open,
    /// It was done.
    Done,
    /// The party that was asked will not do it.
    Declined,
    /// It was taken back.
    Cancelled,
}

/// A part of the work on a case.
pub(crate) struct Subtask(pub(crate) Model);

/// A part of the work on a case, asked of another party, with a term of its own. The officers of that party see the part, and of the report
/// what the public sees.
#[Object(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
impl Subtask {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(SubtaskId::from_uuid(self.0.id).global())
    }

    /// Who was asked.
    async fn party(&self) -> Party {
        Party::of(PartyId::from_uuid(self.0.party_id))
    }

    /// What is to be done.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// The report, as far as you see it.
    async fn feedback(&self, ctx: &Context<'_>) -> Nullable<Feedback> {
        let found = reports(ctx).load_one(self.0.feedback_id).await.or_fault(ctx);
        found.map(|found| found.map(|row| Feedback::seen_by(&request(ctx).actor, row))).transpose()
    }

    /// When it was asked for.
    async fn asked_at(&self) -> DateTime {
        DateTime(self.0.asked_at)
    }

    /// When it is due: at the end of a working day.
    async fn due_at(&self) -> DateTime {
        DateTime(self.0.due_at)
    }

    /// The day of that.
    async fn due_on(&self) -> Date {
        Date(self.0.due_on)
    }

    /// Whether it is open past its term.
    async fn overdue(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.state().or_fault(ctx)? == State::Open && self.0.due_at < request(ctx).now)
    }

    /// Where it stands.
    async fn state(&self, ctx: &Context<'_>) -> Result<SubtaskState> {
        self.0.state().map(Into::into).or_fault(ctx)
    }

    /// What the party that was asked answered.
    async fn answer(&self) -> Option<&str> {
        self.0.answer.as_deref()
    }

    /// When it was answered or taken back.
    async fn ended_at(&self) -> Option<DateTime> {
        self.0.answered_at.map(DateTime)
    }
}

case_inputs! {
    /// Asks another party for a part of the work.
    GiveSubtaskInput {
        /// Whom.
        to: ID,
        /// What is to be done, 1 to 2,000 characters. That party does not see what is personal in the report; write here what it needs.
        text: String,
        /// Within how many working days, 1 to 60; before the case itself is due.
        working_days: i32,
    }

    /// Takes a part back that was asked for.
    CancelSubtaskInput {
        /// Which part.
        subtask: ID,
    }
}

/// Answers a part that was asked of your party.
#[derive(InputObject)]
pub(crate) struct AnswerSubtaskInput {
    /// A UUID made by the client: the act is carried out once for it.
    idempotency_key: String,
    /// Which part.
    subtask: ID,
    /// Whether it is done; otherwise your party will not do it.
    done: bool,
    /// What was done, or why not: 1 to 2,000 characters.
    text: String,
}

payloads! {
    #[graphql(tag = "scoped")] GiveSubtaskPayload: case Case = "The case, with its parts.";
    #[graphql(tag = "scoped")] CancelSubtaskPayload: case Case = "The case, with its parts.";
    #[graphql(tag = "scoped")] AnswerSubtaskPayload: subtask Subtask = "The part, answered.";
}

#[derive(Default)]
pub(crate) struct SubtaskQueries;

/// What officers ask.
#[Object]
impl SubtaskQueries {
    /// The parts of the work that your party was asked for, the next to be due first; a supervisor sees those of the parties that theirs
    /// supervises, too.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
    async fn subtasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = true, desc = "Those to be done, or those that are over.")] open: bool,
        #[graphql(default = 20, desc = "How many, 1 to 100.")] first: i32,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Nullable<Connection<Subtask>> {
        let read = async {
            let scope = policy::may_open_desk(&request(ctx).actor).or_fault(ctx)?;
            let page = vocabulary::page(first, after).or_fault(ctx)?;
            let page = store(ctx).subtasks(scope, open, &page).await.or_fault(ctx)?;
            Ok(Some(connection(page, Subtask)))
        };
        let read: Result<Option<Connection<Subtask>>> = read.await;
        read.transpose()
    }
}

#[derive(Default)]
pub(crate) struct SubtaskActs;

/// What officers do to parts of a case.
#[Object]
impl SubtaskActs {
    /// Asks another party for a part of the work on a case. It has a term of its own; the case is answered when all parts are over.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn give_subtask(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case, whom to ask, and for what.")] input: GiveSubtaskInput,
    ) -> Nullable<GiveSubtaskPayload> {
        let on = input.on_case();
        let part = Part { to: input.to.0, text: input.text, working_days: input.working_days };
        let given = desk(ctx).give_subtask(on, part, request(ctx)).await;
        on_version(ctx, &input.case, given).await
    }

    /// Takes a part back that was asked for; the party hears of it.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn cancel_subtask(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case, and which part.")] input: CancelSubtaskInput,
    ) -> Nullable<CancelSubtaskPayload> {
        let cancelled = desk(ctx).cancel_subtask(input.on_case(), &input.subtask, request(ctx)).await;
        on_version(ctx, &input.case, cancelled).await
    }

    /// Answers a part that was asked of your party; those who work the case hear of it.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn answer_subtask(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which part, and what came of it.")] input: AnswerSubtaskInput,
    ) -> Nullable<AnswerSubtaskPayload> {
        let answer = (if input.done { State::Done } else { State::Declined }, input.text.as_str());
        let answered = desk(ctx).answer_subtask(&input.idempotency_key, &input.subtask, answer, request(ctx)).await;
        AnswerSubtaskPayload::of(ctx, answered.map(Some), Subtask)
    }
}
