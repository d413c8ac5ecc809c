//! What can be done.

use std::sync::Arc;

use async_graphql::{Context, MergedObject, Object, SimpleObject};
use kernel::Personal;
use vocabulary::{Nullable, OrNull, UserError, list_size, refusals, request};

use super::{
    areas::AreaActs,
    attachments::UploadActs,
    bulk::BulkActs,
    calendar::CalendarActs,
    case::Case,
    incidents::IncidentActs,
    inputs::{
        AcceptCaseInput, AnswerQuestionInput, AskReporterInput, AssignCaseInput, ClaimCaseInput, ConfirmContactInput, ContestClosureInput,
        CorrectCategoryInput, EraseFeedbackInput, ExtendDeadlineInput, ForwardCaseInput, JoinFeedbackInput, MergeCasesInput,
        NoteOnCaseInput, RecordExternalNumberInput, ReleaseAttachmentInput, ReleaseCaseInput, ReleaseTextInput, RequestConfirmationInput,
        RespondToCaseInput, SubmitFeedbackInput, UnmergeCaseInput, WithdrawFeedbackInput, claims,
    },
    learning::LearningActs,
    notices::NoticeActs,
    parts::PartActs,
    payloads::{Payload, on_version, payloads},
    queues::QueueActs,
    receipts::Coupon,
    rules::{PublishRulesInput, RuleProposal, SimulateRulesInput},
    subtasks::SubtaskActs,
    templates::TemplateActs,
    types::Feedback,
};
use crate::{
    acts::Decision,
    desk::Desk,
    entity::feedback::Model,
    model::{Submission, act_key},
    outcome::Reply,
    policy::View,
};

payloads! {
    #[graphql(tag = "scoped")] ContestClosurePayload: feedback Feedback = "The report, open again.";
    #[graphql(tag = "scoped")] JoinFeedbackPayload: feedback Feedback = "The report, with one more.";
    #[graphql(tag = "scoped")] ConfirmContactPayload: feedback Feedback = "The report, as you may see it; news of it are mailed from now on.";
    #[graphql(tag = "scoped")] RequestConfirmationPayload: feedback Feedback = "The report, whose new code is on its way.";
    #[graphql(tag = "scoped")] WithdrawFeedbackPayload: feedback Feedback = "The report, taken back.";
    #[graphql(tag = "scoped")] AnswerQuestionPayload: feedback Feedback = "The report, on which work goes on.";
    #[graphql(tag = "scoped")] EraseFeedbackPayload: feedback Feedback = "The report, without what you wrote.";
    #[graphql(tag = "scoped")] ClaimCasePayload: case Case = "The case, now yours.";
    #[graphql(tag = "scoped")] ReleaseCasePayload: case Case = "The case, nobody's again.";
    #[graphql(tag = "scoped")] AskReporterPayload: case Case = "The case, waiting for the reporter.";
    #[graphql(tag = "scoped")] ExtendDeadlinePayload: case Case = "The case, with its new term.";
    #[graphql(tag = "scoped")] MergeCasesPayload: case Case = "The case that was merged into the other.";
    #[graphql(tag = "scoped")] UnmergeCasePayload: case Case = "The case, by itself again.";
    #[graphql(tag = "scoped")] AcceptCasePayload: case Case = "The case.";
    #[graphql(tag = "scoped")] AssignCasePayload: case Case = "The case.";
    #[graphql(tag = "scoped")] NoteOnCasePayload: case Case = "The case.";
    #[graphql(tag = "scoped")] ForwardCasePayload: case Case = "The case, now another body's.";
    #[graphql(tag = "scoped")] RespondToCasePayload: case Case = "The case, answered.";
    #[graphql(tag = "scoped")] CorrectCategoryPayload: case Case = "The case, about to be routed again.";
    #[graphql(tag = "scoped")] RecordExternalNumberPayload: case Case = "The case.";
    #[graphql(tag = "scoped")] ReleaseTextPayload: case Case = "The case.";
    #[graphql(tag = "scoped")] ReleaseAttachmentPayload: case Case = "The case.";
    #[graphql(requires_scopes = "supervisor")] SimulateRulesPayload: proposal RuleProposal = "The proposal, which is tried now.";
    #[graphql(requires_scopes = "supervisor")] PublishRulesPayload: proposal RuleProposal = "The proposal: in force, or wanted by one person more.";
}

/// What became of a submission.
#[derive(SimpleObject)]
#[graphql(tag = "scoped")]
pub(crate) struct SubmitFeedbackPayload {
    /// The report.
    feedback: Option<Feedback>,
    /// What the reporter keeps.
    coupon: Option<Coupon>,
    /// Why it was refused; empty when it was filed.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

pub(super) fn desk<'a>(ctx: &Context<'a>) -> &'a Desk {
    ctx.data_unchecked::<Desk>()
}

fn own(row: Model) -> Feedback {
    Feedback { row: Arc::new(row), view: View::Own }
}

/// What can be done.
#[derive(Default, MergedObject)]
#[graphql(name = "Mutation")]
pub(crate) struct Mutation(
    Acts,
    QueueActs,
    TemplateActs,
    BulkActs,
    SubtaskActs,
    IncidentActs,
    PartActs,
    LearningActs,
    CalendarActs,
    UploadActs,
    NoticeActs,
    AreaActs,
);

#[derive(Default)]
struct Acts;

/// The root of everything that can be done.
#[Object]
impl Acts {
    /// Files a report. It is on disk before the answer, with its deadline and the job that routes it. Whatever the text says, it is accepted;
    /// only an empty or over-long one is refused.
    #[graphql(tag = "public")]
    async fn submit_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The report.")] input: SubmitFeedbackInput,
    ) -> Nullable<SubmitFeedbackPayload> {
        let key = act_key(&input.idempotency_key);
        let submission = Submission::from(input);
        let outcome = match key {
            Ok(key) => desk(ctx).submit(key, &submission, request(ctx)).await,
            Err(refusal) => Err(refusal.into()),
        };
        let payload = match outcome {
            // Signed here, after the commit: the writer waits for no signature.
            Ok(row) => Coupon::of(desk(ctx), &row)
                .map(|coupon| Some(SubmitFeedbackPayload { feedback: Some(own(row)), coupon: Some(coupon), errors: Vec::new() })),
            Err(abort) => abort.into_refusals().map(|refused| {
                let errors = refusals(&refused, request(ctx).locale);
                Some(SubmitFeedbackPayload { feedback: None, coupon: None, errors })
            }),
        };
        payload.or_null(ctx)
    }

    /// Says that an answered report is not fixed: it is opened again and goes to the desk.
    #[graphql(tag = "public")]
    async fn contest_closure(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which report, and why.")] input: ContestClosureInput,
    ) -> Nullable<ContestClosurePayload> {
        let outcome = desk(ctx).contest(input.on_report(), &input.reason, request(ctx)).await;
        ContestClosurePayload::of(ctx, outcome.map(Some), own)
    }

    /// Answers what the office asked; the term runs on.
    #[graphql(tag = "public")]
    async fn answer_question(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which report, and the answer.")] input: AnswerQuestionInput,
    ) -> Nullable<AnswerQuestionPayload> {
        let outcome = desk(ctx).answer_question(input.on_report(), &input.text, &claims(&input.attachments), request(ctx)).await;
        AnswerQuestionPayload::of(ctx, outcome.map(Some), own)
    }

    /// Says “same here”: you are counted, and hear what becomes of it. A person, and a mail address, is counted once. Without an account the
    /// address gets a code first (`confirmContact`); said again after ten minutes, another one.
    #[graphql(tag = "public")]
    async fn join_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which report, and where news come.")] input: JoinFeedbackInput,
    ) -> Nullable<JoinFeedbackPayload> {
        let (key, actor) = (input.idempotency_key.clone(), &request(ctx).actor);
        let joined = desk(ctx).join(&key, input.into(), request(ctx)).await;
        JoinFeedbackPayload::of(ctx, joined.map(Some), |row| Feedback::seen_by(actor, Arc::new(row)))
    }

    /// Confirms a mail address with the code that was sent there: until then no news go to an address that was left without an account, with a
    /// report or with “same here”. A code counts for 72 hours and five tries.
    #[graphql(tag = "public")]
    async fn confirm_contact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which report, and the code.")] input: ConfirmContactInput,
    ) -> Nullable<ConfirmContactPayload> {
        let ConfirmContactInput { idempotency_key, reference, email, code } = input;
        let confirmed = desk(ctx).confirm_contact(&idempotency_key, &reference, email.map(Personal::new), &code, request(ctx)).await;
        let actor = &request(ctx).actor;
        ConfirmContactPayload::of(ctx, confirmed.map(Some), |row| Feedback::seen_by(actor, Arc::new(row)))
    }

    /// Sends a new code to the mail address of your report; the one before counts no more. Five codes at the most, ten minutes apart.
    #[graphql(tag = "public")]
    async fn request_confirmation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which report.")] input: RequestConfirmationInput,
    ) -> Nullable<RequestConfirmationPayload> {
        let outcome = desk(ctx).request_confirmation(input.on_report(), request(ctx)).await;
        RequestConfirmationPayload::of(ctx, outcome.map(Some), own)
    }

    /// Takes a report back.
    #[graphql(tag = "public")]
    async fn withdraw_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which report.")] input: WithdrawFeedbackInput,
    ) -> Nullable<WithdrawFeedbackPayload> {
        let outcome = desk(ctx).withdraw(input.on_report(), request(ctx)).await;
        WithdrawFeedbackPayload::of(ctx, outcome.map(Some), own)
    }

    /// Erases what you wrote in a report, how to reach you, and what was written to you; that it was filed, and when, remains, and its receipt
    /// still proves it. A report is erased once it has come to its end: withdrawn, or answered and no longer contestable.
    #[graphql(tag = "public")]
    async fn erase_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which report.")] input: EraseFeedbackInput,
    ) -> Nullable<EraseFeedbackPayload> {
        EraseFeedbackPayload::of(ctx, desk(ctx).erase(input.on_report(), request(ctx)).await.map(Some), own)
    }

    /// Takes up a case; you become its assignee.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn accept_case(&self, ctx: &Context<'_>, #[graphql(desc = "Which case.")] input: AcceptCaseInput) -> Nullable<AcceptCasePayload> {
        on_version(ctx, &input.case, desk(ctx).accept(input.on_case(), request(ctx)).await).await
    }

    /// Gives a case to a colleague of the same party.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn assign_case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case, and to whom.")] input: AssignCaseInput,
    ) -> Nullable<AssignCasePayload> {
        let outcome = desk(ctx).assign(input.on_case(), input.to.clone().map(|id| id.0), request(ctx)).await;
        on_version(ctx, &input.case, outcome).await
    }

    /// Takes a case that nobody holds; the others see that you have it.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn claim_case(&self, ctx: &Context<'_>, #[graphql(desc = "Which case.")] input: ClaimCaseInput) -> Nullable<ClaimCasePayload> {
        on_version(ctx, &input.case, desk(ctx).claim(input.on_case(), request(ctx)).await).await
    }

    /// Gives back a case that you hold; as a supervisor, whoever holds it.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn release_case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case.")] input: ReleaseCaseInput,
    ) -> Nullable<ReleaseCasePayload> {
        on_version(ctx, &input.case, desk(ctx).release(input.on_case(), request(ctx)).await).await
    }

    /// Asks the reporter. Until the answer the term stands still, where the law lets it; `Case.clocks` shows it.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn ask_reporter(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case, and what to ask.")] input: AskReporterInput,
    ) -> Nullable<AskReporterPayload> {
        on_version(ctx, &input.case, desk(ctx).ask_reporter(input.on_case(), &input.text, request(ctx)).await).await
    }

    /// Makes the term of the answer longer, by a reasoned decision; never beyond two months of arrival (APPC Art. 76). The reporter is told.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn extend_deadline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case, by how much, and by which decision.")] input: ExtendDeadlineInput,
    ) -> Nullable<ExtendDeadlinePayload> {
        let (on, case, decision) = (input.on_case(), input.case.clone(), Decision::from(input));
        on_version(ctx, &case, desk(ctx).extend(on, decision, request(ctx)).await).await
    }

    /// Merges a case into another one of the same party on the same matter: one answer is given to both reporters, and each may contest it.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn merge_cases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case, and into which.")] input: MergeCasesInput,
    ) -> Nullable<MergeCasesPayload> {
        on_version(ctx, &input.case, desk(ctx).merge(input.on_case(), &input.into, request(ctx)).await).await
    }

    /// Takes a case out of the one that it was merged into.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn unmerge_case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case.")] input: UnmergeCaseInput,
    ) -> Nullable<UnmergeCasePayload> {
        on_version(ctx, &input.case, desk(ctx).unmerge(input.on_case(), request(ctx)).await).await
    }

    /// Adds an internal note; in no public field.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn note_on_case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case, and what.")] input: NoteOnCaseInput,
    ) -> Nullable<NoteOnCasePayload> {
        on_version(ctx, &input.case, desk(ctx).note(input.on_case(), &input.text, request(ctx)).await).await
    }

    /// Sends a case to the competent body, with notice to the reporter (APPC Art. 65: within three working days).
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn forward_case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case, to whom, and why.")] input: ForwardCaseInput,
    ) -> Nullable<ForwardCasePayload> {
        let outcome = desk(ctx).forward(input.on_case(), &input.to, &input.reason, request(ctx)).await;
        on_version(ctx, &input.case, outcome).await
    }

    /// Answers the reporter, who is told of the right to contest.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn respond_to_case(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case, how it ended, and the answer.")] input: RespondToCaseInput,
    ) -> Nullable<RespondToCasePayload> {
        let on = input.on_case();
        let reply = Reply { outcome: input.outcome.into(), reason: input.reason, text: input.text };
        let evidence = claims(&input.evidence);
        let outcome = desk(ctx).respond(on, &reply, &evidence, request(ctx)).await;
        on_version(ctx, &input.case, outcome).await
    }

    /// Corrects what a case is about; it is routed again.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn correct_category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case, and what it is about.")] input: CorrectCategoryInput,
    ) -> Nullable<CorrectCategoryPayload> {
        let outcome = desk(ctx).correct_category(input.on_case(), &input.category, request(ctx)).await;
        on_version(ctx, &input.case, outcome).await
    }

    /// Records the number that the national register of appeals (eOtinish) gave a statutory appeal, or corrects it. No two appeals have one.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn record_external_number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case, and its number.")] input: RecordExternalNumberInput,
    ) -> Nullable<RecordExternalNumberPayload> {
        let outcome = desk(ctx).record_external_number(input.on_case(), &input.number, request(ctx)).await;
        on_version(ctx, &input.case, outcome).await
    }

    /// Publishes the text of a report that you have cleared of personal data.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn release_text(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case, and what the public may read.")] input: ReleaseTextInput,
    ) -> Nullable<ReleaseTextPayload> {
        on_version(ctx, &input.case, desk(ctx).release_text(input.on_case(), &input.text, request(ctx)).await).await
    }

    /// Shows the public a photo in which you have found nobody and nothing personal.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn release_attachment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case, and which photo.")] input: ReleaseAttachmentInput,
    ) -> Nullable<ReleaseAttachmentPayload> {
        let outcome = desk(ctx).release_attachment(input.on_case(), &input.attachment, request(ctx)).await;
        on_version(ctx, &input.case, outcome).await
    }

    /// Proposes rules. They are proved at once, and a job tries them on all recorded cases: ask `ruleProposal` for what it finds. Nothing is
    /// changed by that.
    #[graphql(requires_scopes = "supervisor")]
    async fn simulate_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rules.")] input: SimulateRulesInput,
    ) -> Nullable<SimulateRulesPayload> {
        let outcome = desk(ctx).simulate_rules(&input.idempotency_key, input.files(), request(ctx)).await;
        SimulateRulesPayload::of(ctx, outcome.map(Some), RuleProposal)
    }

    /// Publishes rules that were tried, as they were tried. What carries terms of law needs a second person. New cases begin on them; running
    /// ones stay on theirs, but a new calendar counts for all, and a map leads on whom it fits.
    #[graphql(requires_scopes = "supervisor")]
    async fn publish_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which rules, and the digest of their trial.")] input: PublishRulesInput,
    ) -> Nullable<PublishRulesPayload> {
        let outcome = desk(ctx).publish_rules(&input.idempotency_key, input.files(), input.digest.clone(), request(ctx)).await;
        PublishRulesPayload::of(ctx, outcome.map(Some), RuleProposal)
    }
}
