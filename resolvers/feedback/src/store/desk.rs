//! The officers' queues: which cases, in what order, and how many.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use journal::fault;
use kernel::{Error, Page, PageRequest, Result};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, ExprTrait as _, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Store, count_of, overdue, scoped};
use crate::{
    acts::TEMPLATES_MAX,
    entity::{
        feedback::{Column, Model},
        queue, template,
    },
    policy::Scope,
    search::{self, Words},
};

/// Which cases a queue shows: those for which all that is given holds. Kept with a saved queue, so a field may be added and none renamed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct DeskFilter {
    /// Words that the report holds.
    pub(crate) query: Option<String>,
    /// Past the term.
    pub(crate) overdue: Option<bool>,
    /// Due by then, in days from now; what is overdue is, too.
    pub(crate) due_within_days: Option<i32>,
    /// Contested by the reporter.
    pub(crate) contested: Option<bool>,
    /// Held by whoever looks.
    pub(crate) mine: Option<bool>,
    /// Held by nobody.
    pub(crate) unassigned: Option<bool>,
    /// Slug.
    pub(crate) category: Option<String>,
    /// Slug.
    pub(crate) district: Option<String>,
    pub(crate) party: Option<Uuid>,
    pub(crate) track: Option<String>,
    pub(crate) urgency: Option<String>,
    pub(crate) status: Option<String>,
    /// Answered or ended; both when absent.
    pub(crate) ended: Option<bool>,
}

/// Who looks at a queue, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Looking {
    pub(crate) person: Option<Uuid>,
    pub(crate) now: DateTime<Utc>,
}

impl DeskFilter {
    fn condition(&self, looking: Looking, backend: DbBackend) -> Condition {
        let Looking { person, now } = looking;
        let equal = |column: Column, value: &Option<String>| value.as_ref().map(|value| column.eq(value));
        let within = |days: i32| Column::DueAt.lt(now + TimeDelta::days(i64::from(days)));
        let own = |mine: bool| match (person, mine) {
            (Some(person), true) => Condition::all().add(Column::Assignee.eq(person)),
            (Some(person), false) => Condition::any().add(Column::Assignee.is_null()).add(Column::Assignee.ne(person)),
            (None, mine) => Condition::all().add(Expr::value(i32::from(!mine)).eq(1)),
        };
        Condition::all()
            .add_option(self.query.as_ref().map(|query| search::holds(backend, Words::All, query)))
            .add_option(self.overdue.map(|yes| if yes { overdue(now) } else { overdue(now).not() }))
            .add_option(self.due_within_days.map(within))
            .add_option(self.contested.map(|contested| Column::Contested.eq(contested)))
            .add_option(self.mine.map(own))
            .add_option(self.unassigned.map(|yes| if yes { Column::Assignee.is_null() } else { Column::Assignee.is_not_null() }))
            .add_option(equal(Column::Category, &self.category))
            .add_option(equal(Column::District, &self.district))
            .add_option(self.party.map(|party| Column::PartyId.eq(party)))
            .add_option(equal(Column::Track, &self.track))
            .add_option(equal(Column::Urgency, &self.urgency))
            .add_option(equal(Column::Status, &self.status))
            .add_option(self.ended.map(|ended| Column::Ended.eq(ended)))
    }
}

/// The place of a case in a queue.
#[derive(Serialize, Deserialize)]
struct QueueKey(bool, DateTime<Utc>, Uuid);

impl Store {
    /// The queue: what a reporter contested first, then what has least time left. All filters hold.
    pub(crate) async fn desk(&self, scope: Scope, filters: &[DeskFilter], looking: Looking, page: &PageRequest) -> Result<Page<Model>> {
        let mut select = scoped(scope);
        for filter in filters {
            select = select.filter(filter.condition(looking, self.0.get_database_backend()));
        }
        if let Some(after) = &page.after {
            let QueueKey(contested, due_at, id) = after.decode()?;
            let later =
                Condition::any().add(Column::DueAt.gt(due_at)).add(Condition::all().add(Column::DueAt.eq(due_at)).add(Column::Id.gt(id)));
            let beside = Condition::all().add(Column::Contested.eq(contested)).add(later);
            let later = Condition::any().add(beside).add_option(contested.then(|| Column::Contested.eq(false)));
            select = select.filter(later);
        }
        let select = select.order_by_desc(Column::Contested).order_by_asc(Column::DueAt).order_by_asc(Column::Id);
        let rows = select.limit(page.limit()).all(&self.0).await.map_err(fault)?;
        Page::cut(page, rows, |row| QueueKey(row.contested, row.due_at, row.id))
    }

    /// How many cases are in each of many queues, in one statement.
    pub(crate) async fn counts(&self, scope: Scope, filters: &[DeskFilter], looking: Looking) -> Result<HashMap<DeskFilter, i64>> {
        let backend = self.0.get_database_backend();
        let mut select = scoped(scope).select_only();
        for (place, filter) in filters.iter().enumerate() {
            select = select.column_as(count_of(filter.condition(looking, backend).into()), format!("c{place}"));
        }
        // The ended ones outnumber the open ones by far; they are read only where a queue holds them.
        if filters.iter().all(|filter| filter.ended == Some(false)) {
            select = select.filter(Column::Ended.eq(false));
        }
        let row = self.0.query_one_raw(select.build(backend)).await.map_err(fault)?;
        let row = row.ok_or_else(|| Error::internal("no counts"))?;
        let count = |(place, filter): (usize, &DeskFilter)| Ok((filter.clone(), row.try_get("", &format!("c{place}")).map_err(fault)?));
        filters.iter().enumerate().map(count).collect()
    }

    /// The replies that a party keeps, by name.
    pub(crate) async fn templates(&self, party: Uuid) -> Result<Vec<template::Model>> {
        let find = template::Entity::find().filter(template::Column::PartyId.eq(party)).order_by_asc(template::Column::Name);
        find.order_by_asc(template::Column::Id).limit(TEMPLATES_MAX).all(&self.0).await.map_err(fault)
    }

    /// The queues that somebody keeps, and those of their party; by name.
    pub(crate) async fn queues(&self, owner: Uuid, party: Option<Uuid>) -> Result<Vec<queue::Model>> {
        let own = Condition::all().add(queue::Column::Owner.eq(owner)).add(queue::Column::PartyId.is_null());
        let shared = party.map(|party| queue::Column::PartyId.eq(party));
        let find = queue::Entity::find().filter(Condition::any().add(own).add_option(shared));
        find.order_by_asc(queue::Column::Name).order_by_asc(queue::Column::Id).all(&self.0).await.map_err(fault)
    }
}
