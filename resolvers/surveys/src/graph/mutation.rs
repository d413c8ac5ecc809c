//! The room's acts: persons respond, analysts keep.

use async_graphql::{Context, Object, SimpleObject};
use journal::Abort;
use kernel::Personal;
use vocabulary::{Nullable, OrNull, UserError, list_size, refusals, request};

use super::{
    input::{CloseSurveyInput, OpenSurveyInput, RequestBallotInput, SaveSurveyInput, SubmitSurveyResponseInput, answers},
    types::Survey,
};
use crate::{
    acts::{Acts, service_ids},
    error,
    model::{self, Draft},
    store::Change,
};

pub(crate) struct Mutation(pub(crate) Acts);

/// The right to respond to a survey, once. Keep it until the response is sent; with an anonymous survey nobody can find it again for you.
#[derive(SimpleObject)]
#[graphql(tag = "scoped")]
pub(crate) struct Ballot {
    /// The survey that it is for.
    survey: Survey,
    /// What `submitSurveyResponse` takes. Whoever holds it can respond.
    token: String,
}

macro_rules! payloads {
    ($($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident: $type:ty };)*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject)]
        #[graphql(tag = "scoped")]
        pub(crate) struct $name {
            $(#[$field_doc])*
            $field: Option<$type>,
            /// Why it was refused; empty when it was not.
            #[graphql(directive = list_size::apply(5))]
            errors: Vec<UserError>,
        }
    )*};
}

payloads! {
    /// What became of the request for a ballot.
    RequestBallotPayload {
        /// The ballot; null when it was refused.
        ballot: Ballot
    };
    /// What became of the response.
    SubmitSurveyResponsePayload {
        /// The survey, when the response was taken.
        survey: Survey
    };
    /// What became of the draft.
    SaveSurveyPayload {
        /// The draft; null when it was refused.
        survey: Survey
    };
    /// What became of the opening.
    OpenSurveyPayload {
        /// The survey; null when it was refused.
        survey: Survey
    };
    /// What became of the closing.
    CloseSurveyPayload {
        /// The survey; null when it was refused.
        survey: Survey
    };
}

#[Object(name = "Mutation")]
impl Mutation {
    /// Asks for one's ballot of a survey: one for each person. Of an anonymous survey the house keeps that one has asked and, apart from it, a
    /// hash of the ballot; nothing that is stored matches the two. Respond without your token, and later, to leave no trace in time either.
    #[graphql(
        requires_scopes = "citizen",
        requires_scopes = "officer",
        requires_scopes = "supervisor",
        requires_scopes = "steward",
        requires_scopes = "analyst",
        requires_scopes = "auditor",
        requires_scopes = "admin"
    )]
    async fn request_ballot(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For which survey.")] input: RequestBallotInput,
    ) -> Nullable<RequestBallotPayload> {
        let given = self.0.request_ballot(&input.idempotency_key, &input.survey, request(ctx)).await;
        let given = given.map(|(survey, token)| Ballot { survey: Survey(survey), token: Personal::into_inner(token) });
        outcome(given, ctx).map(|(ballot, errors)| Some(RequestBallotPayload { ballot, errors })).or_null(ctx)
    }

    /// Responds to a survey with a ballot. An anonymous survey needs no token and is best answered without one.
    #[graphql(tag = "public")]
    async fn submit_survey_response(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The response.")] input: SubmitSurveyResponseInput,
    ) -> Nullable<SubmitSurveyResponsePayload> {
        let answers = answers(input.answers);
        let survey = self.0.respond(&input.idempotency_key, &input.survey, &input.ballot, answers, request(ctx)).await;
        outcome(survey.map(Survey), ctx).map(|(survey, errors)| Some(SubmitSurveyResponsePayload { survey, errors })).or_null(ctx)
    }

    /// Saves a draft. It is checked as a whole: every text in three languages, every condition over earlier questions, no question that no
    /// answers lead to.
    #[graphql(requires_scopes = "analyst")]
    async fn save_survey(&self, ctx: &Context<'_>, #[graphql(desc = "The draft.")] input: SaveSurveyInput) -> Nullable<SaveSurveyPayload> {
        let saved = self.save(ctx, input).await.map(Survey);
        outcome(saved, ctx).map(|(survey, errors)| Some(SaveSurveyPayload { survey, errors })).or_null(ctx)
    }

    /// Opens a draft: from now on it takes responses and its questions do not change.
    #[graphql(requires_scopes = "analyst")]
    async fn open_survey(&self, ctx: &Context<'_>, #[graphql(desc = "Which one.")] input: OpenSurveyInput) -> Nullable<OpenSurveyPayload> {
        let changed = self.0.change(&input.idempotency_key, (&input.survey, input.version), Change::Open, request(ctx)).await.map(Survey);
        outcome(changed, ctx).map(|(survey, errors)| Some(OpenSurveyPayload { survey, errors })).or_null(ctx)
    }

    /// Closes a survey: from now on it takes no responses, and its results are public.
    #[graphql(requires_scopes = "analyst")]
    async fn close_survey(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] input: CloseSurveyInput,
    ) -> Nullable<CloseSurveyPayload> {
        let changed = self.0.change(&input.idempotency_key, (&input.survey, input.version), Change::Close, request(ctx)).await.map(Survey);
        outcome(changed, ctx).map(|(survey, errors)| Some(CloseSurveyPayload { survey, errors })).or_null(ctx)
    }
}

impl Mutation {
    async fn save(&self, ctx: &Context<'_>, input: SaveSurveyInput) -> Result<model::Survey, Abort> {
        let draft = Draft {
            slug: input.slug,
            title: input.title.into(),
            anonymity: input.anonymity.into(),
            about: service_ids(&input.about)?,
            questions: input.questions.into_iter().map(Into::into).collect(),
        };
        let over = match (&input.survey, input.version) {
            (Some(survey), Some(version)) => Some((survey.as_str(), version)),
            (None, None) => None,
            _ => return Err(error::invalid("refusal-version", &[], "input.version").into()),
        };
        self.0.save(&input.idempotency_key, over, draft, request(ctx)).await
    }
}

fn outcome<T>(result: Result<T, Abort>, ctx: &Context<'_>) -> kernel::Result<(Option<T>, Vec<UserError>)> {
    match result {
        Ok(thing) => Ok((Some(thing), Vec::new())),
        Err(abort) => Ok((None, refusals(&abort.into_refusals()?, request(ctx).locale))),
    }
}
