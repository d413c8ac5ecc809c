//! The room's acts. Everybody may rate, with or without a name.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use journal::{Abort, ActKey};
use kernel::{GraphHandle, RatingId, Request, Rng, ServiceId};
use vocabulary::{Locale, Nullable, OrNull, UserError, list_size, refusals, request};

use super::types::Rating;
use crate::{
    ask, error,
    model::{self, Mark},
    store::Store,
};

pub(crate) struct Mutation {
    pub(crate) store: Store,
    pub(crate) graph: GraphHandle,
    pub(crate) rng: Arc<dyn Rng>,
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
        outcome.map(|(rating, errors)| Some(RateServicePayload { rating, errors })).or_null(ctx)
    }

    /// Rates the answer to one's own report (e-Halyk), once.
    #[graphql(tag = "public")]
    async fn rate_answer(&self, ctx: &Context<'_>, #[graphql(desc = "The mark.")] input: RateAnswerInput) -> Nullable<RateAnswerPayload> {
        let outcome = outcome(self.act_on_answer(input, request(ctx)).await, ctx);
        outcome.map(|(rating, errors)| Some(RateAnswerPayload { rating, errors })).or_null(ctx)
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
        self.store.rate(act, rating, request.actor.journal_name()).await
    }

    async fn act_on_answer(&self, input: RateAnswerInput, request: &Arc<Request>) -> Result<model::Rating, Abort> {
        let mark = model::check(&input.idempotency_key, input.stars, input.comment.as_deref())?;
        let answer = ask::find_answer(&self.graph, &input.reference, &input.key, request).await?.ok_or_else(error::report_unknown)?;
        if !answer.answered {
            return Err(error::not_answered().into());
        }
        let body = (answer.feedback, input.stars, &input.comment);
        let act = ActKey::new(mark.key, "rate_answer", &request.actor.journal_name(), &body)?;
        let rating = model::Rating {
            service: answer.service,
            party: answer.responsible,
            feedback: Some(answer.feedback),
            ..self.rating(mark, request)
        };
        self.store.rate(act, rating, request.actor.journal_name()).await
    }

    fn rating(&self, mark: Mark, request: &Request) -> model::Rating {
        model::Rating {
            id: RatingId::new(request.now, self.rng.as_ref()),
            service: None,
            party: None,
            feedback: None,
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
