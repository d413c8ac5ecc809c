//! Observations of many indicators or districts at once, each list a page, in one statement.

use std::collections::HashMap;

use chrono::NaiveDate;
use kernel::{DistrictId, KpiId, ObservationId, Result};
use sea_orm::{
    ColumnTrait, ExprTrait, FromQueryResult, QueryFilter, QueryTrait,
    sea_query::{
        Alias, Asterisk, Cond, Condition, Expr, Func, FunctionCall, Order, OverStatement, Query, SelectStatement, WindowStatement,
    },
};

use super::{Store, rows::place, scoped};
use crate::{
    entity::kpi_observation::{self, Column},
    model::{Observation, Span},
    policy,
};

/// Where in a list of observations, newest period first, a page begins. Within a period, indicators and then revisions, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct Place {
    pub(crate) to: NaiveDate,
    pub(crate) from: NaiveDate,
    pub(crate) kpi: KpiId,
    pub(crate) revision: i32,
}

impl Place {
    pub(crate) fn of(observation: &Observation) -> Place {
        let Span { from, to } = observation.draft.span;
        Place { to, from, kpi: observation.kpi, revision: observation.revision }
    }
}

/// Which observations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ObservationQuery {
    /// Periods that end on this day or later.
    pub(crate) from: Option<NaiveDate>,
    /// Periods that begin on this day or earlier.
    pub(crate) to: Option<NaiveDate>,
    /// Earlier revisions too.
    pub(crate) revisions: bool,
    pub(crate) after: Option<Place>,
    pub(crate) limit: u64,
}

impl ObservationQuery {
    /// The newest observation alone.
    pub(crate) const LATEST: ObservationQuery = ObservationQuery { from: None, to: None, revisions: false, after: None, limit: 1 };
}

impl Store {
    pub(crate) async fn observations_by_id(&self, ids: &[ObservationId]) -> Result<HashMap<ObservationId, Observation>> {
        let rows = scoped::<kpi_observation::Entity>(policy::indicators())
            .filter(Column::Id.is_in(ids.iter().map(|id| id.uuid())))
            .all(self.reader())
            .await
            .map_err(journal::fault)?;
        rows.into_iter().map(|row| Observation::try_from(row).map(|observation| (observation.id, observation))).collect()
    }

    /// A page of each indicator's observations in each of the places; `None` is the whole region.
    pub(crate) async fn observations(
        &self,
        kpis: &[KpiId],
        places: &[Option<DistrictId>],
        query: &ObservationQuery,
    ) -> Result<Vec<Observation>> {
        let of = Cond::all()
            .add(Column::KpiId.is_in(kpis.iter().map(|id| id.uuid())))
            .add(Column::DistrictId.is_in(places.iter().map(|district| place(*district))));
        self.page(of, &[Column::KpiId, Column::DistrictId], query).await
    }

    /// A page of an indicator's observations in each place where it has some.
    pub(crate) async fn observations_everywhere(&self, kpi: KpiId, query: &ObservationQuery) -> Result<Vec<Observation>> {
        self.page(Cond::all().add(Column::KpiId.eq(kpi.uuid())), &[Column::KpiId, Column::DistrictId], query).await
    }

    /// A page of each district's observations of all indicators.
    pub(crate) async fn observations_of_districts(&self, districts: &[DistrictId], query: &ObservationQuery) -> Result<Vec<Observation>> {
        let of = Cond::all().add(Column::DistrictId.is_in(districts.iter().map(|id| id.uuid())));
        self.page(of, &[Column::DistrictId], query).await
    }

    async fn page(&self, of: Condition, each: &[Column], query: &ObservationQuery) -> Result<Vec<Observation>> {
        let mut numbered = scoped::<kpi_observation::Entity>(policy::indicators()).filter(of);
        if let Some(from) = query.from {
            numbered = numbered.filter(Column::PeriodTo.gte(from));
        }
        if let Some(to) = query.to {
            numbered = numbered.filter(Column::PeriodFrom.lte(to));
        }
        let mut newest_revision = WindowStatement::partition_by(Column::KpiId);
        for column in [Column::DistrictId, Column::PeriodTo, Column::PeriodFrom] {
            newest_revision.add_partition_by(Expr::col(column));
        }
        newest_revision.order_by(Column::Revision, Order::Desc);
        let mut numbered = numbered.into_query();
        numbered.expr_window_as(row_number(), newest_revision, Alias::new("age"));

        let mut newest_first = WindowStatement::new();
        for column in each {
            newest_first.add_partition_by(Expr::col(*column));
        }
        for (column, order) in ORDER {
            newest_first.order_by(column, order);
        }
        let mut placed = Query::select();
        placed.column(Asterisk).from_subquery(numbered, "numbered").expr_window_as(row_number(), newest_first, Alias::new("place"));
        if !query.revisions {
            placed.and_where(Expr::col("age").eq(1));
        }
        if let Some(after) = &query.after {
            placed.cond_where(beyond(after));
        }
        let mut select = Query::select();
        select.column(Asterisk).from_subquery(placed, "placed").and_where(Expr::col("place").lte(query.limit));
        for (column, order) in ORDER {
            select.order_by(column, order);
        }
        self.all(&select).await
    }

    async fn all(&self, select: &SelectStatement) -> Result<Vec<Observation>> {
        let statement = self.reader().get_database_backend().build(select);
        let rows = kpi_observation::Model::find_by_statement(statement).all(self.reader()).await.map_err(journal::fault)?;
        rows.into_iter().map(Observation::try_from).collect()
    }
}

const ORDER: [(Column, Order); 4] =
    [(Column::PeriodTo, Order::Desc), (Column::PeriodFrom, Order::Desc), (Column::KpiId, Order::Asc), (Column::Revision, Order::Desc)];

fn row_number() -> FunctionCall {
    Func::cust("ROW_NUMBER")
}

/// What comes after a place in [`ORDER`].
fn beyond(after: &Place) -> Condition {
    let to = || Expr::col(Column::PeriodTo);
    let from = || Expr::col(Column::PeriodFrom);
    let kpi = || Expr::col(Column::KpiId);
    let same_period = to().eq(after.to).and(from().eq(after.from));
    Cond::any()
        .add(to().lt(after.to))
        .add(to().eq(after.to).and(from().lt(after.from)))
        .add(same_period.clone().and(kpi().gt(after.kpi.uuid())))
        .add(same_period.and(kpi().eq(after.kpi.uuid())).and(Expr::col(Column::Revision).lt(after.revision)))
}
