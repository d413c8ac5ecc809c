//! The types that the room owns, and what it adds to those of others.

use async_graphql::{Context, Enum, ID, Interface, Object};
use kernel::{DistrictId, PageRequest, PartyId, ServiceId};
use vocabulary::{Connection, DateTime, Locale, Nullable, OrNull, connection, list_size, page, request};

use super::{
    loaders::{ServicesOf, TallyOf, surveys},
    results::SurveyResults,
};
use crate::{model, policy};

/// Where a survey is in its life.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "model::Status")]
pub(crate) enum SurveyStatus {
    /// Being written; only analysts see it.
    Draft,
    /// Takes responses. Its questions do not change any more.
    Open,
    /// Over. Its results are public.
    Closed,
}

/// Whether responses are kept with the respondent.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "model::Anonymity")]
pub(crate) enum Anonymity {
    /// Nothing that is stored links a response to a person; a ballot keeps it to one response each.
    Anonymous,
    /// The house keeps who responded.
    Named,
}

/// What kind of answer a question takes.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "model::QuestionType")]
pub(crate) enum QuestionType {
    /// A mark from 1 to 5; 5 is best. Answered with `mark`.
    #[graphql(name = "RATING_5")]
    Rating,
    /// How much one agrees that it was easy, 1 to 7. Answered with `mark`.
    #[graphql(name = "EFFORT_7")]
    Effort,
    /// Whether one would recommend it, 0 to 10. Answered with `mark`.
    #[graphql(name = "NPS_0_10")]
    Recommendation,
    /// One of the options. Answered with `option`.
    SingleChoice,
    /// Some of the options. Answered with `options`.
    MultiChoice,
    /// Yes or no. Answered with `yes`.
    YesNo,
    /// A whole number. Answered with `number`.
    Number,
    /// A day. Answered with `date`.
    Date,
    /// Words of one's own. Answered with `text`. Never public.
    Text,
    /// All options, the most important first. Answered with `ranking`.
    Ranking,
    /// A mark from 1 to 5 for each row. Answered with `marks`.
    #[graphql(name = "MATRIX_RATING_5")]
    Matrix,
    /// A city or district of the region. Answered with `district`.
    District,
    /// A party, e.g. the directorate that one works for. Answered with `department`.
    Department,
}

/// A figure that results tell of a question.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "model::Metric")]
pub(crate) enum Metric {
    /// Customer satisfaction: the share of 4 and 5 of 5.
    Csat,
    /// Customer effort score: the share of 5 to 7 of 7.
    Ces,
    /// Net promoter score: percent of 9 and 10 minus percent of 0 to 6.
    Nps,
}

/// A thing that can be fetched again by its id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque, and the same for good."))]
pub(crate) enum Node {
    Survey(Survey),
}

/// A questionnaire.
pub(crate) struct Survey(pub(crate) model::Survey);

/// A questionnaire.
#[Object(tag = "scoped")]
impl Survey {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(self.0.id.global())
    }

    /// The short name in links, e.g. `service-quality-after-visit`.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// What it is called.
    async fn title(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.title.get(vocabulary::locale(ctx, locale))
    }

    /// Where it is in its life.
    async fn status(&self) -> SurveyStatus {
        self.0.status.into()
    }

    /// Whether responses are kept with the respondent.
    async fn anonymity(&self) -> Anonymity {
        self.0.anonymity.into()
    }

    /// How often it was changed; `openSurvey`, `closeSurvey` and `saveSurvey` name the version that they change.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was opened.
    async fn opened_at(&self) -> Option<DateTime> {
        self.0.opened_at.map(DateTime)
    }

    /// When it was closed.
    async fn closed_at(&self) -> Option<DateTime> {
        self.0.closed_at.map(DateTime)
    }

    /// The services that it asks about.
    #[graphql(directive = list_size::apply(10))]
    async fn about(&self, ctx: &Context<'_>) -> Nullable<Vec<Option<Service>>> {
        let services = surveys(ctx).load_one(ServicesOf(self.0.id)).await;
        services.map(|ids| Some(ids.unwrap_or_default().into_iter().map(|id| Some(Service(id))).collect())).or_null(ctx)
    }

    /// The questions in the order in which they are asked.
    #[graphql(directive = list_size::apply(20))]
    async fn questions(&self) -> Vec<SurveyQuestion> {
        self.0.questions.iter().cloned().map(SurveyQuestion).collect()
    }

    /// What the responses say. Null while the survey is open, except to analysts: who watches the counts grow could read single responses.
    async fn results(&self, ctx: &Context<'_>) -> Nullable<SurveyResults> {
        if !policy::may_see_results(&request(ctx).actor, &self.0) {
            return None;
        }
        let tally = surveys(ctx).load_one(TallyOf(self.0.id)).await;
        tally.map(|tally| Some(SurveyResults::of(&self.0, &tally.unwrap_or_default()))).or_null(ctx)
    }

    /// Whether its responses were invented for the demonstration.
    async fn synthetic(&self) -> bool {
        self.0.synthetic
    }
}

/// One question of a survey.
pub(crate) struct SurveyQuestion(pub(crate) model::Question);

/// One question of a survey.
#[Object(tag = "public")]
impl SurveyQuestion {
    /// Its name in answers and conditions, e.g. `q1`.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// What is asked.
    async fn text(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.text.get(vocabulary::locale(ctx, locale))
    }

    /// What kind of answer it takes.
    #[graphql(name = "type")]
    async fn question_type(&self) -> QuestionType {
        self.0.question_type.into()
    }

    /// Whether whoever is asked it must answer.
    async fn required(&self) -> bool {
        self.0.required
    }

    /// What the ends of the scale mean.
    async fn scale_note(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>,
    ) -> Option<&str> {
        Some(self.0.scale_note.as_ref()?.get(vocabulary::locale(ctx, locale)))
    }

    /// What can be chosen or put in order; empty for other types.
    #[graphql(directive = list_size::apply(10))]
    async fn options(&self) -> Vec<SurveyOption> {
        self.0.options.iter().cloned().map(SurveyOption).collect()
    }

    /// What is marked, each by itself; empty for other types than `MATRIX_RATING_5`.
    #[graphql(directive = list_size::apply(10))]
    async fn rows(&self) -> Vec<SurveyOption> {
        self.0.rows.iter().cloned().map(SurveyOption).collect()
    }

    /// When it is asked: a condition in CEL over earlier answers, e.g. `q1 <= 3` or `'queue' in q6`; null when always. Marks and numbers are
    /// integers, a choice is its option's slug, choices are a list of slugs, yes and no are booleans. A condition over a question that was
    /// not answered does not hold.
    async fn visible_if(&self) -> Option<&str> {
        self.0.visible_if.as_deref()
    }

    /// The figure that results tell of it.
    async fn metric(&self) -> Option<Metric> {
        self.0.metric.map(Into::into)
    }

    /// The smallest number that may be given.
    async fn min(&self) -> Option<i32> {
        self.0.min
    }

    /// The greatest number that may be given.
    async fn max(&self) -> Option<i32> {
        self.0.max
    }

    /// How many options must be chosen at least.
    async fn min_choices(&self) -> Option<u32> {
        self.0.min_choices
    }

    /// How many options may be chosen at most.
    async fn max_choices(&self) -> Option<u32> {
        self.0.max_choices
    }

    /// How many characters the text may have; 2,000 when null.
    async fn max_length(&self) -> Option<u32> {
        self.0.max_length
    }
}

/// Something to choose, or a row to mark.
pub(crate) struct SurveyOption(pub(crate) model::Choice);

/// Something to choose, or a row to mark.
#[Object(tag = "public")]
impl SurveyOption {
    /// Its name in answers and conditions.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// What is shown.
    async fn text(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.text.get(vocabulary::locale(ctx, locale))
    }
}

/// A public service.
pub(crate) struct Service(pub(crate) ServiceId);

/// A public service.
#[Object(tag = "public")]
impl Service {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(self.0.global())
    }

    /// The surveys that ask about it, in the order of short names.
    async fn surveys(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Nullable<Connection<Survey>> {
        let page = match page(first, after) {
            Ok(page) => page,
            Err(error) => return Err(error).or_null(ctx),
        };
        match surveys(ctx).load_one(self.0).await {
            Ok(about) => cut(&page, about.unwrap_or_default()).map(Some).or_null(ctx),
            Err(error) => Err(error).or_null(ctx),
        }
    }
}

/// Cuts a page in memory: few surveys ask about one service.
fn cut(page: &PageRequest, mut about: Vec<model::Survey>) -> kernel::Result<Connection<Survey>> {
    if let Some(after) = &page.after {
        let after: String = after.decode()?;
        about.retain(|survey| survey.slug > after);
    }
    Ok(connection(kernel::Page::cut(page, about, |survey| survey.slug.clone())?, Survey))
}

/// A city or a district of the region.
pub(crate) struct District(pub(crate) DistrictId);

/// A city or a district of the region.
#[Object(tag = "public", unresolvable = "id")]
impl District {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(self.0.global())
    }
}

/// Whoever can be responsible.
pub(crate) struct Party(pub(crate) PartyId);

/// Whoever can be responsible.
#[Object(tag = "public", unresolvable = "id")]
impl Party {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(self.0.global())
    }
}
