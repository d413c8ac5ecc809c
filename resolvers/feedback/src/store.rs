//! Reads of reports. What a person may reach is part of every statement.

mod areas;
mod calendar;
mod desk;
mod parts;
mod public;
mod work;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use engine::PublicStatus;
use journal::fault;
use kernel::{Page, PageRequest, Result};
use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select,
    Statement, Value,
    sea_query::{Expr, Func},
};
use uuid::Uuid;

pub(crate) use self::{
    areas::Fresh,
    desk::{DeskFilter, Looking},
    parts::IncidentFilter,
    public::PublicFilter,
};
use crate::{
    desk::word,
    entity::{
        feedback::{Column, Entity, Model},
        joining,
    },
    policy::Scope,
    reference::Cell,
};

/// Which reports may be on the matter of a draft.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nearby<'a> {
    pub(crate) category: &'a str,
    pub(crate) cell: Option<Cell>,
    pub(crate) squares: i32,
    pub(crate) district: Option<&'a str>,
    pub(crate) since: DateTime<Utc>,
}

/// How many reports are compared with a draft: the newest.
const COMPARED: u64 = 200;

/// Reads reports.
#[derive(Clone)]
pub(crate) struct Store(pub(crate) DatabaseConnection);

fn scoped(scope: Scope) -> Select<Entity> {
    let find = Entity::find();
    match scope {
        Scope::Everything => find,
        Scope::Nothing => find.filter(Expr::value(1).eq(0)),
        Scope::Party(party) => find.filter(Column::PartyId.eq(party.uuid())),
        Scope::Supervised(party) => {
            find.filter(Condition::any().add(Column::PartyId.eq(party.uuid())).add(Column::SupervisorId.eq(party.uuid())))
        }
    }
}

/// The public list holds requests. A statutory appeal is a matter between its author and the state: it is found by its number only.
fn public() -> Select<Entity> {
    Entity::find().filter(Column::Track.eq("REQUEST"))
}

impl Store {
    pub(crate) async fn find_by_reference(&self, reference: &str) -> Result<Option<Model>> {
        Entity::find().filter(Column::Reference.eq(reference)).one(&self.0).await.map_err(fault)
    }

    pub(crate) async fn find_many(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Model>> {
        let rows = Entity::find().filter(Column::Id.is_in(ids.iter().copied())).all(&self.0).await.map_err(fault)?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }

    pub(crate) async fn find_many_by_reference(&self, references: &[String]) -> Result<HashMap<String, Model>> {
        let rows = Entity::find().filter(Column::Reference.is_in(references)).all(&self.0).await.map_err(fault)?;
        Ok(rows.into_iter().map(|row| (row.reference.clone(), row)).collect())
    }

    pub(crate) async fn case_by_reference(&self, scope: Scope, reference: &str) -> Result<Option<Model>> {
        scoped(scope).filter(Column::Reference.eq(reference)).one(&self.0).await.map_err(fault)
    }

    pub(crate) async fn cases(&self, scope: Scope, ids: &[Uuid]) -> Result<HashMap<Uuid, Model>> {
        let rows = scoped(scope).filter(Column::Id.is_in(ids.iter().copied())).all(&self.0).await.map_err(fault)?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }

    /// The newest open requests on a subject that are some squares away at most, or say no point and are in the district.
    pub(crate) async fn nearby(&self, nearby: &Nearby<'_>) -> Result<Vec<Model>> {
        let in_district = nearby.district.map(|district| Column::District.eq(district));
        let place = match nearby.cell {
            None => Condition::all().add_option(in_district),
            Some(cell) => {
                let around = |middle: i32| (middle - nearby.squares, middle + nearby.squares);
                let ((south, north), (west, east)) = (around(cell.north), around(cell.east));
                let near = Condition::all().add(Column::CellNorth.between(south, north)).add(Column::CellEast.between(west, east));
                Condition::any().add(near).add(Condition::all().add(Column::CellNorth.is_null()).add_option(in_district))
            }
        };
        let select = public().filter(Column::Ended.eq(false)).filter(Column::Category.eq(nearby.category)).filter(place);
        let select = select.filter(Column::ReceivedAt.gte(nearby.since)).order_by_desc(Column::Id).limit(COMPARED);
        select.all(&self.0).await.map_err(fault)
    }

    /// Those who said “same here”, in the order in which they did.
    pub(crate) async fn joined(&self, case: Uuid) -> Result<Vec<joining::Model>> {
        let find = joining::Entity::find().filter(joining::Column::FeedbackId.eq(case)).order_by_asc(joining::Column::Id);
        find.all(&self.0).await.map_err(fault)
    }

    /// What one person filed, newest first.
    pub(crate) async fn filed_by(&self, reporter: Uuid, page: &PageRequest) -> Result<Page<Model>> {
        newest_first(Entity::find().filter(Column::Reporter.eq(reporter)), page, &self.0).await
    }

    /// The newest public reports on each of many services, `page.limit()` for each, in one statement.
    pub(crate) async fn of_services(
        &self,
        services: &[Uuid],
        open: Option<bool>,
        page: &PageRequest,
    ) -> Result<HashMap<Uuid, Page<Model>>> {
        let after: Option<Uuid> = page.after.as_ref().map(kernel::Cursor::decode).transpose()?;
        let mut values: Vec<Value> = Vec::new();
        let mut bind = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        let places: Vec<String> = services.iter().map(|service| bind((*service).into())).collect();
        let open = open.map(|open| format!(" AND ended = {}", bind((!open).into()))).unwrap_or_default();
        let after = after.map(|after| format!(" AND id < {}", bind(after.into()))).unwrap_or_default();
        let limit = bind(i64::try_from(page.limit()).unwrap_or(i64::MAX).into());
        let sql = format!(
            "SELECT * FROM (SELECT feedback.*, ROW_NUMBER() OVER (PARTITION BY service_id ORDER BY id DESC) AS place FROM feedback \
             WHERE track = 'REQUEST' AND service_id IN ({}){open}{after}) AS ranked WHERE place <= {limit} ORDER BY service_id, place",
            places.join(", ")
        );
        let statement = Statement::from_sql_and_values(self.0.get_database_backend(), sql, values);
        let rows = Entity::find().from_raw_sql(statement).all(&self.0).await.map_err(fault)?;
        let mut by_service: HashMap<Uuid, Vec<Model>> = services.iter().map(|service| (*service, Vec::new())).collect();
        for row in rows {
            if let Some(list) = row.service_id.and_then(|service| by_service.get_mut(&service)) {
                list.push(row);
            }
        }
        by_service.into_iter().map(|(service, rows)| Ok((service, Page::cut(page, rows, |row| row.id)?))).collect()
    }

    /// What each party has on its desk.
    pub(crate) async fn workloads(&self, parties: &[Uuid], now: DateTime<Utc>) -> Result<HashMap<Uuid, Load>> {
        let rows: Vec<LoadRow> = Entity::find()
            .select_only()
            .column(Column::PartyId)
            .column_as(Column::Id.count(), "open")
            .column_as(count_of(overdue(now)), "overdue")
            .column_as(count_of(Column::Contested.eq(true)), "contested")
            .filter(Column::PartyId.is_in(parties.iter().copied()))
            .filter(Column::Ended.eq(false))
            .group_by(Column::PartyId)
            .into_model::<LoadRow>()
            .all(&self.0)
            .await
            .map_err(fault)?;
        let loads = rows.into_iter().map(|row| (row.party_id, Load { open: row.open, overdue: row.overdue, contested: row.contested }));
        Ok(loads.collect())
    }

    /// The answered cases of many parties, the newest thousand in all: when each was received and answered.
    pub(crate) async fn answered(&self, parties: &[Uuid]) -> Result<Vec<Answered>> {
        Entity::find()
            .select_only()
            .column(Column::PartyId)
            .column(Column::ReceivedAt)
            .column(Column::AnsweredAt)
            .filter(Column::PartyId.is_in(parties.iter().copied()))
            .filter(Column::AnsweredAt.is_not_null())
            .order_by_desc(Column::AnsweredAt)
            .limit(1000)
            .into_model::<Answered>()
            .all(&self.0)
            .await
            .map_err(fault)
    }

    /// The numbers of reports registered in a span of days, for each of the districts, or for all together with the key `None`.
    pub(crate) async fn statistics(&self, span: &Span, now: DateTime<Utc>) -> Result<HashMap<Option<String>, Numbers>> {
        let mut select = Entity::find().select_only().filter(Column::RegisteredOn.between(span.from, span.to));
        if let Some(party) = span.party {
            select = select.filter(Column::PartyId.eq(party));
        }
        if let Some(districts) = &span.districts {
            select = select.filter(Column::District.is_in(districts)).column(Column::District).group_by(Column::District);
        } else {
            select = select.column_as(Expr::value(Option::<String>::None), "district");
        }
        let rows: Vec<NumbersRow> = select
            .column_as(Column::Id.count(), "received")
            .column_as(count_of(Column::Ended.eq(false)), "open")
            .column_as(count_of(Column::AnsweredAt.is_not_null()), "answered")
            .column_as(count_of(Expr::col(Column::AnsweredAt).lte(Expr::col(Column::DueAt))), "on_time")
            .column_as(count_of(Column::Ended.eq(false).and(overdue(now))), "overdue")
            .column_as(count_of(Column::Contested.eq(true)), "contested")
            .into_model::<NumbersRow>()
            .all(&self.0)
            .await
            .map_err(fault)?;
        Ok(rows.into_iter().map(|row| (row.district.clone(), row.into())).collect())
    }

    /// The received and answered instants of a span, for a median; the newest thousand.
    pub(crate) async fn answered_in(&self, span: &Span) -> Result<Vec<Answered>> {
        let mut select = Entity::find()
            .select_only()
            .column(Column::PartyId)
            .column(Column::ReceivedAt)
            .column(Column::AnsweredAt)
            .filter(Column::RegisteredOn.between(span.from, span.to))
            .filter(Column::AnsweredAt.is_not_null());
        if let Some(party) = span.party {
            select = select.filter(Column::PartyId.eq(party));
        }
        if let Some(districts) = &span.districts {
            select = select.filter(Column::District.is_in(districts));
        }
        select.order_by_desc(Column::AnsweredAt).limit(1000).into_model::<Answered>().all(&self.0).await.map_err(fault)
    }
}

/// Whether the term of an open case is over: while its clock stands still because the reporter was asked, it is not. Who was asked after the
/// term has the status that says so, and a term that no question stops gives it that status as soon as it is over.
pub(crate) fn overdue(now: DateTime<Utc>) -> Expr {
    Column::DueAt.lt(now).and(Column::Status.ne(word(&PublicStatus::WaitingForReporter)))
}

/// How many rows fulfil a condition.
fn count_of(condition: Expr) -> Expr {
    let fulfilled = Expr::case(condition, 1).finally(0);
    Func::coalesce([Func::sum(fulfilled).into(), Expr::value(0)]).into()
}

async fn newest_first(select: Select<Entity>, page: &PageRequest, db: &DatabaseConnection) -> Result<Page<Model>> {
    let mut select = select;
    if let Some(after) = &page.after {
        select = select.filter(Column::Id.lt(after.decode::<Uuid>()?));
    }
    let rows = select.order_by_desc(Column::Id).limit(page.limit()).all(db).await.map_err(fault)?;
    Page::cut(page, rows, |row| row.id)
}

/// Which reports to count.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
    pub(crate) party: Option<Uuid>,
    pub(crate) districts: Option<Vec<String>>,
}

/// What a party has on its desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) open: i64,
    pub(crate) overdue: i64,
    pub(crate) contested: i64,
}

#[derive(FromQueryResult)]
struct LoadRow {
    party_id: Uuid,
    open: i64,
    overdue: i64,
    contested: i64,
}

/// When a case came in and when it was answered.
#[derive(Clone, Copy, Debug, FromQueryResult)]
pub(crate) struct Answered {
    pub(crate) party_id: Option<Uuid>,
    pub(crate) received_at: DateTime<Utc>,
    pub(crate) answered_at: DateTime<Utc>,
}

/// Numbers of reports, before they pass the suppression gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) received: u64,
    pub(crate) open: u64,
    pub(crate) answered: u64,
    pub(crate) on_time: u64,
    pub(crate) overdue: u64,
    pub(crate) contested: u64,
}

#[derive(FromQueryResult)]
struct NumbersRow {
    district: Option<String>,
    received: i64,
    open: i64,
    answered: i64,
    on_time: i64,
    overdue: i64,
    contested: i64,
}

impl From<NumbersRow> for Numbers {
    fn from(row: NumbersRow) -> Self {
        let count = |n: i64| u64::try_from(n).unwrap_or_default();
        Numbers {
            received: count(row.received),
            open: count(row.open),
            answered: count(row.answered),
            on_time: count(row.on_time),
            overdue: count(row.overdue),
            contested: count(row.contested),
        }
    }
}
