//! The room's acts. Everybody may rate, with or without a name.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use journal::{Abort, ActKey, log::SALT_BYTES, secret::Keys};
use kernel::{FeedbackId, GraphHandle, RatingId, Request, Rng, ServiceId};
use vocabulary::{Locale, Nullable, OrNull, UserError, list_size, refusals, request};

use super::types::Rating;
use crate::{
    ask, error,
    model::{self, Mark},
    policy,
    receipt::Salted,
    store::Store,
};

pub(crate) struct Mutation {
    pub(crate) store: Store,
    pub(crate) graph: GraphHandle,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) keys: Keys,
}

/// A mark for a service.
#[derive(InputObject)]
pub(crate) struct RateServiceInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same.
    idempotency_key: String,
    /// The service.
    service: ID,
    /// 1 to 5; 5 is best.
    stars: i32,
    /// What was good or bad, 2,000 characters at most. With 1 or 2 stars it opens a case. It is never public.
    comment: Option<String>,
    /// The language of the comment.
    locale: Locale,
}

/// What became of the mark.
#[derive(SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct RateServicePayload {
    /// The mark; null when it was refused.
    rating: Option<Rating>,
    /// Has the comment erased later (`eraseRatingComment`). It is shown here only, and stored nowhere.
    key: Option<String>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

/// A mark for the answer to a report.
#[derive(InputObject)]
pub(crate) struct RateAnswerInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same.
    idempotency_key: String,
    /// The report's number, e.g. `TK-2026-000123`.
    reference: String,
    /// The coupon's key.
    key: String,
    /// 1 to 5; 5 is best.
    stars: i32,
    /// What was good or bad, 2,000 characters at most. It is never public. To have the case opened again, contest the closure instead.
    comment: Option<String>,
}

/// What became of the mark.
#[derive(SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct RateAnswerPayload {
    /// The mark; null when it was refused.
    rating: Option<Rating>,
    /// Has the comment erased later (`eraseRatingComment`). It is shown here only, and stored nowhere.
    key: Option<String>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

/// A comment that is to be erased.
#[derive(InputObject)]
pub(crate) struct EraseRatingCommentInput {
    /// A UUID that the client makes; sending the same again changes nothing and answers the same.
    idempotency_key: String,
    /// The mark that it was given with.
    rating: ID,
    /// The key that was shown with the mark; may be absent when you are signed in and gave it.
    key: Option<String>,
}

/// What became of the comment.
#[derive(SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct EraseRatingCommentPayload {
    /// The mark, which counts on without its comment; null when it was refused.
    rating: Option<Rating>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

/// Comments that are to be erased with a report.
#[derive(InputObject)]
pub(crate) struct EraseAnswerCommentsInput {
    /// A UUID; erasing the same again changes nothing more.
    idempotency_key: String,
    /// The report whose answers were rated.
    feedback: ID,
}

/// What became of the comments.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "system")]
pub(crate) struct EraseAnswerCommentsPayload {
    /// How many comments there were; null when it was refused.
    erased: Option<i32>,
    /// Why it was refused; empty when it was not.
    #[graphql(directive = list_size::apply(5))]
    errors: Vec<UserError>,
}

#[Object(name = "Mutation")]
impl Mutation {
    /// Rates a service that one received (e-Halyk). Anybody may, without a name too; whoever is signed in rates one service once in 30
    /// days. One or two stars with a comment open a case.
    #[graphql(tag = "public")]
    async fn rate_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The mark.")] input: RateServiceInput,
    ) -> Nullable<RateServicePayload> {
        let outcome = outcome(self.act_on_service(input, request(ctx)).await, ctx);
        outcome.map(|(rating, errors)| Some(RateServicePayload { key: self.key(rating.as_ref()), rating, errors })).or_null(ctx)
    }

    /// Rates the answer to one's own report (e-Halyk), whatever it says. Each answer is rated once: a report that was contested and answered
    /// again may be rated again.
    #[graphql(tag = "public")]
    async fn rate_answer(&self, ctx: &Context<'_>, #[graphql(desc = "The mark.")] input: RateAnswerInput) -> Nullable<RateAnswerPayload> {
        let outcome = outcome(self.act_on_answer(input, request(ctx)).await, ctx);
        outcome.map(|(rating, errors)| Some(RateAnswerPayload { key: self.key(rating.as_ref()), rating, errors })).or_null(ctx)
    }

    /// Erases the comment of a mark for whoever gave it; the mark counts on, and the log proves that there was a comment. A case that it opened
    /// keeps its text: it is a report of its own.
    #[graphql(tag = "public")]
    async fn erase_rating_comment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which comment.")] input: EraseRatingCommentInput,
    ) -> Nullable<EraseRatingCommentPayload> {
        let outcome = outcome(self.erase(input, request(ctx)).await, ctx);
        outcome.map(|(rating, errors)| Some(EraseRatingCommentPayload { rating, errors })).or_null(ctx)
    }

    /// Erases the comments on the answers to a report. Only the house itself does so, for a room whose report was erased.
    #[graphql(requires_scopes = "system")]
    async fn erase_answer_comments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which comments.")] input: EraseAnswerCommentsInput,
    ) -> Nullable<EraseAnswerCommentsPayload> {
        let payload = match self.erase_all(input, request(ctx)).await {
            Ok(erased) => Ok(Some(EraseAnswerCommentsPayload { erased: Some(erased), errors: Vec::new() })),
            Err(abort) => abort
                .into_refusals()
                .map(|refused| Some(EraseAnswerCommentsPayload { erased: None, errors: refusals(&refused, request(ctx).locale) })),
        };
        payload.or_null(ctx)
    }
}

impl Mutation {
    async fn act_on_service(&self, input: RateServiceInput, request: &Arc<Request>) -> Result<model::Rating, Abort> {
        let mark = model::check(&input.idempotency_key, input.stars, input.comment.as_deref())?;
        let id = ServiceId::from_global(&input.service).ok_or_else(error::service_unknown)?;
        let service = ask::find_service(&self.graph, id, request).await?.ok_or_else(error::service_unknown)?;
        let body = (id, input.stars, &input.comment, kernel::Locale::from(input.locale));
        let act = ActKey::new(mark.key, "rate_service", &request.actor.journal_name(), &body)?;
        let rating =
            model::Rating { service: Some(id), party: service.provider, locale: input.locale.into(), ..self.rating(mark, request) };
        self.store_rating(act, rating, request).await
    }

    async fn act_on_answer(&self, input: RateAnswerInput, request: &Arc<Request>) -> Result<model::Rating, Abort> {
        let mark = model::check(&input.idempotency_key, input.stars, input.comment.as_deref())?;
        let report = ask::find_report(&self.graph, &input.reference, &input.key, request).await?.ok_or_else(error::report_unknown)?;
        let rated = report.answer.ok_or_else(error::not_answered)?;
        // Which answer it was is not in the digest: the same sent again after another answer is still the same.
        let body = (rated.feedback, input.stars, &input.comment);
        let act = ActKey::new(mark.key, "rate_answer", &request.actor.journal_name(), &body)?;
        let rating =
            model::Rating { service: report.service, party: report.responsible, answer: Some(rated), ..self.rating(mark, request) };
        self.store_rating(act, rating, request).await
    }

    /// Salts the comment before the transaction, so that nobody waits for it.
    async fn store_rating(&self, act: ActKey, rating: model::Rating, request: &Request) -> Result<model::Rating, Abort> {
        let salted = rating.comment.as_ref().map(|comment| {
            let mut salt = [0; SALT_BYTES];
            self.rng.fill(&mut salt);
            Salted::of(comment, salt)
        });
        self.store.rate(act, rating, salted, request.actor.journal_name()).await
    }

    async fn erase(&self, input: EraseRatingCommentInput, request: &Arc<Request>) -> Result<model::Rating, Abort> {
        let key = model::act_key(&input.idempotency_key)?;
        let id = RatingId::from_global(&input.rating).ok_or_else(error::rating_unknown)?;
        let act = ActKey::new(key, "erase_rating_comment", &request.actor.journal_name(), &id)?;
        let by_key = input.key.is_some_and(|key| self.keys.fits(id.uuid(), &key));
        let actor = request.actor.clone();
        let may = move |rating: &model::Rating| by_key || policy::gave(&actor, rating);
        self.store.erase_comment(act, id, may, (request.actor.journal_name(), request.now)).await
    }

    async fn erase_all(&self, input: EraseAnswerCommentsInput, request: &Arc<Request>) -> Result<i32, Abort> {
        policy::may_erase_for_others(&request.actor)?;
        let key = model::act_key(&input.idempotency_key)?;
        let id = FeedbackId::from_global(&input.feedback).ok_or_else(error::report_unknown)?;
        let act = ActKey::new(key, "erase_answer_comments", &request.actor.journal_name(), &id)?;
        self.store.erase_comments_of(act, id, request.actor.journal_name(), request.now).await
    }

    /// The key of a mark, for whoever has just given it.
    fn key(&self, rating: Option<&Rating>) -> Option<String> {
        rating.map(|rating| self.keys.derive(rating.0.id.uuid()).into_inner())
    }

    fn rating(&self, mark: Mark, request: &Request) -> model::Rating {
        model::Rating {
            id: RatingId::new(request.now, self.rng.as_ref()),
            service: None,
            party: None,
            answer: None,
            person: request.actor.person().map(|person| person.id),
            stars: mark.stars,
            comment: mark.comment,
            locale: request.locale,
            rated_at: request.now,
            case_reference: None,
            synthetic: false,
        }
    }
}

fn outcome(result: Result<model::Rating, Abort>, ctx: &Context<'_>) -> kernel::Result<(Option<Rating>, Vec<UserError>)> {
    match result {
        Ok(rating) => Ok((Some(Rating(rating)), Vec::new())),
        Err(abort) => Ok((None, refusals(&abort.into_refusals()?, request(ctx).locale))),
    }
}
