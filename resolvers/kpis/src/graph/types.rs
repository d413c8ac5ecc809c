//! Indicators, and the room's fields on others' types.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, Enum, ID, Interface, Object, Result, SimpleObject};
use kernel::{Cursor, DatasetId, DistrictId, KpiId, Page, PageRequest, PartyId, ServiceId, city_day};
use vocabulary::{Connection, Date, Decimal, Locale, Nullable, OrFault, OrNull, UpdatePeriod, connection, page, request};

use super::{
    definition::KpiDefinition,
    loaders::{ObservationsIn, ObservationsOf, TargetsOf, indicators},
    observation::KpiObservation,
};
use crate::{
    error,
    model::{self, Observation},
    store::{ObservationQuery, Place},
};

/// A thing that can be fetched again by its id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque, and the same for good."))]
pub(crate) enum Node {
    Kpi(Kpi),
    KpiObservation(KpiObservation),
}

/// Which way is better.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq, serde::Serialize)]
#[graphql(remote = "model::Direction")]
pub(crate) enum Direction {
    /// More is better.
    HigherIsBetter,
    /// Less is better.
    LowerIsBetter,
}

/// How a value stands to the target of its period.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "model::Status")]
pub(crate) enum TargetStatus {
    /// At least as good as the target.
    Met,
    /// Worse than the target, and within the bound of risk.
    AtRisk,
    /// Worse than the target, and beyond the bound of risk if there is one.
    Missed,
    /// No target holds for the period.
    NoTarget,
    /// There is no value to judge. Missing is never counted as 0.
    NoData,
}

/// A unit of measurement.
pub(crate) struct Unit(String);

/// A unit of measurement.
#[Object(tag = "public")]
impl Unit {
    /// The code for programs, e.g. `percent`.
    async fn code(&self) -> &str {
        &self.0
    }

    /// What to write beside a value.
    async fn name(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> String {
        error::words().text(vocabulary::locale(ctx, locale), &error::unit_key(&self.0), &[])
    }
}

/// What an indicator should be.
pub(crate) struct KpiTarget(model::Target);

/// What an indicator should be.
#[Object(tag = "public")]
impl KpiTarget {
    /// The first day of periods to which it applies; it holds until the next target.
    async fn from(&self) -> Date {
        Date(self.0.from)
    }

    /// The value to reach, in the indicator's unit.
    async fn value(&self) -> Decimal {
        Decimal(self.0.value)
    }

    /// Up to here a value that misses the target is only at risk; null when there is no such bound.
    async fn at_risk(&self) -> Option<Decimal> {
        self.0.at_risk.map(Decimal)
    }

    /// Whether it was invented for the demonstration.
    async fn synthetic(&self) -> bool {
        self.0.synthetic
    }
}

/// An indicator of the city.
pub(crate) struct Kpi(pub(crate) model::Kpi);

/// An indicator of the city.
#[Object(tag = "public")]
impl Kpi {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(self.0.id.global())
    }

    /// The short name in links, e.g. `water-loss`.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// What it is called.
    async fn title(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.title.get(vocabulary::locale(ctx, locale))
    }

    /// What a value is counted in.
    async fn unit(&self) -> Unit {
        Unit(self.0.unit.clone())
    }

    /// Which way is better.
    async fn direction(&self) -> Direction {
        self.0.direction.into()
    }

    /// How long one period is.
    async fn frequency(&self) -> UpdatePeriod {
        self.0.frequency
    }

    /// Who answers for it.
    async fn owner(&self) -> Option<Party> {
        self.0.owner.map(|party| Party { id: ID(party.global()) })
    }

    /// The standard that it follows, e.g. `U4SSC EC: I: WS; ISO 37120 Water`; a subject area without a number is not yet checked against the
    /// standard's text. Null when it follows none.
    async fn standard(&self) -> Option<&str> {
        self.0.standard.as_deref()
    }

    /// How it is computed.
    async fn definition(&self) -> KpiDefinition {
        KpiDefinition(self.0.definition.clone())
    }

    /// Its values, newest period first; of each period the newest revision.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a GraphQL field")]
    async fn observations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In this district; by default of the whole region.")] district: Option<ID>,
        #[graphql(desc = "Periods that end on this day or later.")] from: Option<Date>,
        #[graphql(desc = "Periods that begin on this day or earlier.")] to: Option<Date>,
        #[graphql(default = false, desc = "Earlier revisions too, so that restatements are seen.")] revisions: bool,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Result<Connection<KpiObservation>> {
        let page = page(first, after).or_fault(ctx)?;
        let Some(district) = place(district) else { return Ok(Connection::new(false, false)) };
        let query = ObservationQuery {
            from: from.map(|day| day.0),
            to: to.map(|day| day.0),
            revisions,
            after: page.after.as_ref().map(Cursor::decode).transpose().or_fault(ctx)?,
            limit: page.limit(),
        };
        let key = ObservationsOf { kpi: self.0.id, district, query };
        let observations = indicators(ctx).load_one(key).await.or_fault(ctx)?.unwrap_or_default();
        page_of_observations(&page, observations).or_fault(ctx)
    }

    /// Its newest value; null when there is none.
    async fn latest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In this district; by default of the whole region.")] district: Option<ID>,
    ) -> Nullable<KpiObservation> {
        self.newest(ctx, place(district)?).await.map(|newest| newest.map(KpiObservation::from)).transpose()
    }

    /// How its newest value stands to the target; NO_DATA when there is no value.
    async fn status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In this district; by default of the whole region.")] district: Option<ID>,
    ) -> Result<TargetStatus> {
        let newest = match place(district) {
            Some(district) => self.newest(ctx, district).await?,
            None => None,
        };
        match newest {
            Some(observation) => status(ctx, &observation).await,
            None => Ok(TargetStatus::NoData),
        }
    }

    /// The target that holds on a day; null when there is none.
    async fn target(&self, ctx: &Context<'_>, #[graphql(desc = "By default today.")] on: Option<Date>) -> Nullable<KpiTarget> {
        let day = on.map_or_else(|| city_day(request(ctx).now), |day| day.0);
        let targets = indicators(ctx).load_one(TargetsOf(self.0.id)).await;
        targets.map(|targets| model::Target::on(&targets.unwrap_or_default(), day).cloned().map(KpiTarget)).or_null(ctx)
    }
}

impl Kpi {
    async fn newest(&self, ctx: &Context<'_>, district: Option<DistrictId>) -> Result<Option<Observation>> {
        let key = ObservationsOf { kpi: self.0.id, district, query: ObservationQuery::LATEST };
        Ok(indicators(ctx).load_one(key).await.or_fault(ctx)?.unwrap_or_default().into_iter().next())
    }
}

/// The district of an argument; nothing when the id is of no district, which has no values.
fn place(district: Option<ID>) -> Option<Option<DistrictId>> {
    match district {
        None => Some(None),
        Some(id) => DistrictId::from_global(&id).map(Some),
    }
}

/// How a value stands to the target that held at the end of its period.
pub(super) async fn status(ctx: &Context<'_>, observation: &Observation) -> Result<TargetStatus> {
    let Some(kpi) = indicators(ctx).load_one(observation.kpi).await.or_fault(ctx)? else { return Ok(TargetStatus::NoTarget) };
    let targets = indicators(ctx).load_one(TargetsOf(kpi.id)).await.or_fault(ctx)?.unwrap_or_default();
    let target = model::Target::on(&targets, observation.draft.span.to);
    Ok(model::Status::of(kpi.direction, observation.draft.value, target).into())
}

fn page_of_observations(page: &PageRequest, observations: Vec<Observation>) -> kernel::Result<Connection<KpiObservation>> {
    Page::cut(page, observations, Place::of).map(|page| connection(page, KpiObservation::from))
}

/// Whoever can be responsible.
#[derive(SimpleObject)]
#[graphql(complex, tag = "public")]
pub(crate) struct Party {
    /// Opaque, and the same for good.
    pub(crate) id: ID,
}

/// A city or a district of the region.
#[derive(SimpleObject)]
#[graphql(complex, tag = "public")]
pub(crate) struct District {
    /// Opaque, and the same for good.
    pub(crate) id: ID,
}

/// A public service.
#[derive(SimpleObject)]
#[graphql(complex, tag = "public")]
pub(crate) struct Service {
    /// Opaque, and the same for good.
    pub(crate) id: ID,
}

/// A published table: open data of the city.
#[derive(SimpleObject)]
#[graphql(complex, tag = "public")]
pub(crate) struct Dataset {
    /// Opaque, and the same for good.
    pub(crate) id: ID,
}

/// One immutable edition of a dataset.
#[derive(SimpleObject)]
#[graphql(unresolvable = "id", tag = "public")]
pub(crate) struct DatasetVersion {
    /// Opaque, and the same for good.
    pub(crate) id: ID,
}

#[ComplexObject]
impl Party {
    /// The indicators that it answers for, by code.
    async fn kpis(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Nullable<Connection<Kpi>> {
        Some(match PartyId::from_global(&self.id) {
            Some(id) => page_of_kpis(ctx, page(first, after), indicators(ctx).load_one(id).await),
            None => Ok(Connection::new(false, false)),
        })
    }
}

#[ComplexObject]
impl Service {
    /// The indicators about this service, by code.
    async fn kpis(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Nullable<Connection<Kpi>> {
        Some(match ServiceId::from_global(&self.id) {
            Some(id) => page_of_kpis(ctx, page(first, after), indicators(ctx).load_one(id).await),
            None => Ok(Connection::new(false, false)),
        })
    }
}

#[ComplexObject]
impl Dataset {
    /// The indicators that count on these rows, by code.
    async fn kpis(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Nullable<Connection<Kpi>> {
        Some(match DatasetId::from_global(&self.id) {
            Some(id) => page_of_kpis(ctx, page(first, after), indicators(ctx).load_one(id).await),
            None => Ok(Connection::new(false, false)),
        })
    }
}

#[ComplexObject]
impl District {
    /// The values of all indicators in this district, newest period first; of each period the newest revision.
    async fn kpi_observations(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "How many at most, 1 to 100.")] first: i32,
        #[graphql(desc = "The cursor after which to go on.")] after: Option<String>,
    ) -> Nullable<Connection<KpiObservation>> {
        Some(self.page_of_observations(ctx, page(first, after)).await)
    }
}

impl District {
    async fn page_of_observations(&self, ctx: &Context<'_>, page: kernel::Result<PageRequest>) -> Result<Connection<KpiObservation>> {
        let page = page.or_fault(ctx)?;
        let Some(district) = DistrictId::from_global(&self.id) else { return Ok(Connection::new(false, false)) };
        let after = page.after.as_ref().map(Cursor::decode).transpose().or_fault(ctx)?;
        let query = ObservationQuery { after, limit: page.limit(), ..ObservationQuery::LATEST };
        let observations = indicators(ctx).load_one(ObservationsIn { district, query }).await.or_fault(ctx)?.unwrap_or_default();
        page_of_observations(&page, observations).or_fault(ctx)
    }
}

/// A page of the few indicators that another type has.
fn page_of_kpis(
    ctx: &Context<'_>,
    page: kernel::Result<PageRequest>,
    kpis: Result<Option<Vec<model::Kpi>>, Arc<kernel::Error>>,
) -> Result<Connection<Kpi>> {
    let page = page.or_fault(ctx)?;
    let after: Option<String> = page.after.as_ref().map(Cursor::decode).transpose().or_fault(ctx)?;
    let kpis = kpis.or_fault(ctx)?.unwrap_or_default();
    let rest = kpis.into_iter().filter(|kpi| after.as_ref().is_none_or(|after| kpi.code > *after)).collect();
    let page = Page::cut(&page, rest, |kpi: &model::Kpi| kpi.code.clone()).or_fault(ctx)?;
    Ok(connection(page, Kpi))
}

/// An indicator by its id; null when it is absent.
pub(super) async fn kpi(ctx: &Context<'_>, id: KpiId) -> Nullable<Kpi> {
    indicators(ctx).load_one(id).await.map(|found| found.map(Kpi)).or_null(ctx)
}
