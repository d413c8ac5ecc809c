//! The types that the room owns, and what it adds to those of others.

use async_graphql::{Context, ID, Interface, Object, SimpleObject};
use kernel::{PartyId, ServiceId};
use vocabulary::{DateTime, Decimal, Locale, Nullable, OrNull, SafeCount, SafeShare, Threshold, list_size, request};

use super::loaders::ratings;
use crate::{
    error::words,
    model::{self, Summary, Tally},
    policy,
};

/// A thing that can be fetched again by its id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque, and the same for good."))]
pub(crate) enum Node {
    Rating(Rating),
}

/// One mark. Whoever gave it while signed in sees it again; so do auditors, without the comment. Nobody else does.
pub(crate) struct Rating(pub(crate) model::Rating);

/// One mark. Whoever gave it while signed in sees it again; so do auditors, without the comment. Nobody else does.
#[Object(tag = "scoped")]
impl Rating {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(self.0.id.global())
    }

    /// The service that was rated, or that the answered report was about; null when the report named none.
    async fn service(&self) -> Option<Service> {
        self.0.service.map(Service)
    }

    /// Who provides the service, or who was responsible for the answer.
    async fn party(&self) -> Option<Party> {
        self.0.party.map(Party)
    }

    /// 1 to 5; 5 is best.
    async fn stars(&self) -> i32 {
        i32::from(self.0.stars.get())
    }

    /// What the rater wrote; for the rater alone.
    async fn comment(&self, ctx: &Context<'_>) -> Option<&str> {
        let comment = self.0.comment.as_ref().filter(|_| policy::may_read_comment(&request(ctx).actor, &self.0))?;
        Some(comment.reveal())
    }

    /// When it was given.
    async fn rated_at(&self) -> DateTime {
        DateTime(self.0.rated_at)
    }

    /// Whether the rater is known to have dealt with the city: they held the key of an answered report.
    async fn verified(&self) -> bool {
        self.0.is_verified()
    }

    /// Whether the mark opens a case: 1 or 2 stars for a service, with a comment.
    async fn opens_case(&self) -> bool {
        self.0.opens_case()
    }

    /// The reference of the case that it opened; null until it is open.
    async fn case_reference(&self) -> Option<&str> {
        self.0.case_reference.as_deref()
    }

    /// Whether it was invented for the demonstration.
    async fn synthetic(&self) -> bool {
        self.0.synthetic
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

    /// How people rate the service, and the answers to reports about it.
    async fn rating(&self, ctx: &Context<'_>) -> Nullable<RatingSummary> {
        ratings(ctx).load_one(self.0).await.map(summary).or_null(ctx)
    }
}

/// Whoever can be responsible.
pub(crate) struct Party(pub(crate) PartyId);

/// Whoever can be responsible.
#[Object(tag = "public")]
impl Party {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(self.0.global())
    }

    /// How people rate all the services that it provided when they were rated, and the answers that it was responsible for.
    async fn rating(&self, ctx: &Context<'_>) -> Nullable<RatingSummary> {
        ratings(ctx).load_one(self.0).await.map(summary).or_null(ctx)
    }
}

fn summary(tally: Option<Tally>) -> Option<RatingSummary> {
    Some(RatingSummary(Summary::of(&tally.unwrap_or_default(), Threshold::default())))
}

/// What people think, in numbers that name nobody: groups of fewer than 10 are not shown. There is no bare mean.
pub(crate) struct RatingSummary(Summary);

/// What people think, in numbers that name nobody: groups of fewer than 10 are not shown. There is no bare mean.
#[Object(tag = "public")]
impl RatingSummary {
    /// How many marks there are. A report that was answered again after it was contested has one for each answer that was rated.
    async fn count(&self) -> SafeCount {
        self.0.count
    }

    /// How many marks there are with 1, 2, 3, 4 and 5 stars, in this order. When one of the five is too small to be shown, a second is
    /// hidden with it, so that it cannot be found by subtraction.
    #[graphql(directive = list_size::apply(5))]
    async fn distribution(&self) -> &[SafeCount] {
        &self.0.distribution
    }

    /// The share of 1 and 2 stars; null when nobody has rated.
    async fn worst_share(&self) -> Option<SafeShare> {
        self.0.worst_share
    }

    /// The mean with its uncertainty; null for fewer than 10 marks.
    async fn estimate(&self) -> Option<Estimate> {
        self.0.estimate.map(Into::into)
    }

    /// In a word: very good (the whole interval is 4.2 or more), good (3.5 or more), poor (2.5 or less), else mixed. Null for fewer than 10
    /// marks.
    async fn band(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>,
    ) -> Option<String> {
        let band = self.0.estimate?.band();
        Some(words().text(vocabulary::locale(ctx, locale), band.message(), &[]))
    }

    /// How many marks come from people who are known to have dealt with the city: they held the key of an answered report.
    async fn verified(&self) -> SafeCount {
        self.0.verified
    }
}

/// A mean of stars with its uncertainty, to one decimal. It starts from ten imagined marks, two for each star, so that a few marks move it
/// little (the mean of a Dirichlet posterior); in 95 of 100 such cases the mean of all who could rate lies between `low` and `high`.
#[derive(SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct Estimate {
    /// The mean, 1 to 5.
    value: Decimal,
    /// The lower end of the interval.
    low: Decimal,
    /// The upper end of the interval.
    high: Decimal,
}

impl From<model::Estimate> for Estimate {
    fn from(estimate: model::Estimate) -> Estimate {
        Estimate { value: Decimal(estimate.value), low: Decimal(estimate.low), high: Decimal(estimate.high) }
    }
}
