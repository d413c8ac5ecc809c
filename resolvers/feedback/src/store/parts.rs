//! Reads of what ties cases together: parts, incidents, acts on many.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use journal::fault;
use kernel::{Page, PageRequest, Result};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait as _, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Store;
use crate::{
    acts::SubtaskState,
    desk::word,
    entity::{
        bulk_act,
        feedback::{Column, Entity, Model},
        incident, subtask,
    },
    policy::Scope,
};

/// How many acts on many cases are shown.
const BULK_ACTS: u64 = 20;

/// Which incidents are shown: those for which all that is given holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct IncidentFilter {
    pub(crate) open: Option<bool>,
    /// Slug.
    pub(crate) category: Option<String>,
    /// Slug.
    pub(crate) district: Option<String>,
}

/// The place of a part in the list of what is to be done.
#[derive(Serialize, Deserialize)]
struct DueKey(DateTime<Utc>, Uuid);

#[derive(FromQueryResult)]
struct CountRow {
    incident_id: Uuid,
    reports: i64,
}

impl Store {
    /// The parts of many cases that other parties were asked for, oldest first.
    pub(crate) async fn subtasks_of(&self, cases: &[Uuid]) -> Result<HashMap<Uuid, Vec<subtask::Model>>> {
        let rows = subtask::Entity::find().filter(subtask::Column::FeedbackId.is_in(cases.iter().copied()));
        let rows = rows.order_by_asc(subtask::Column::Id).all(&self.0).await.map_err(fault)?;
        Ok(super::work::by_case(rows, |row| row.feedback_id))
    }

    /// What the parties within the scope were asked for, the next to be due first.
    pub(crate) async fn subtasks(&self, scope: Scope, open: bool, page: &PageRequest) -> Result<Page<subtask::Model>> {
        use subtask::Column::{DueAt, Id, PartyId, State, SupervisorId};
        let whose = match scope {
            Scope::Everything => Condition::all(),
            Scope::Nothing => Condition::all().add(Expr::value(1).eq(0)),
            Scope::Party(party) => Condition::all().add(PartyId.eq(party.uuid())),
            Scope::Supervised(party) => Condition::any().add(PartyId.eq(party.uuid())).add(SupervisorId.eq(party.uuid())),
        };
        let state = word(&SubtaskState::Open);
        let mut select = subtask::Entity::find().filter(whose).filter(if open { State.eq(state) } else { State.ne(state) });
        if let Some(after) = &page.after {
            let DueKey(due_at, id) = after.decode()?;
            let later = Condition::all().add(DueAt.eq(due_at)).add(Id.gt(id));
            select = select.filter(Condition::any().add(DueAt.gt(due_at)).add(later));
        }
        let rows = select.order_by_asc(DueAt).order_by_asc(Id).limit(page.limit()).all(&self.0).await.map_err(fault)?;
        Page::cut(page, rows, |row| DueKey(row.due_at, row.id))
    }

    /// A part that another party was asked for.
    pub(crate) async fn find_subtask(&self, id: Uuid) -> Result<Option<subtask::Model>> {
        subtask::Entity::find_by_id(id).one(&self.0).await.map_err(fault)
    }

    /// The parts of many reports that went to other bodies, oldest first.
    pub(crate) async fn parts(&self, reports: &[Uuid]) -> Result<HashMap<Uuid, Vec<Model>>> {
        let rows = Entity::find().filter(Column::PartOf.is_in(reports.iter().copied()));
        let rows = rows.order_by_asc(Column::Id).all(&self.0).await.map_err(fault)?;
        Ok(super::work::by_case(rows, |row| row.part_of.unwrap_or_default()))
    }

    /// Incidents by their ids.
    pub(crate) async fn find_incidents(&self, ids: &[Uuid]) -> Result<Vec<incident::Model>> {
        incident::Entity::find().filter(incident::Column::Id.is_in(ids.iter().copied())).all(&self.0).await.map_err(fault)
    }

    /// Incidents, the newest first.
    pub(crate) async fn incidents(&self, filter: &IncidentFilter, page: &PageRequest) -> Result<Page<incident::Model>> {
        use incident::Column::{Category, District, Id, ResolvedAt};
        let mut select = incident::Entity::find();
        if let Some(open) = filter.open {
            select = select.filter(if open { ResolvedAt.is_null() } else { ResolvedAt.is_not_null() });
        }
        if let Some(category) = &filter.category {
            select = select.filter(Category.eq(category));
        }
        if let Some(district) = &filter.district {
            select = select.filter(District.eq(district));
        }
        if let Some(after) = &page.after {
            select = select.filter(Id.lt(after.decode::<Uuid>()?));
        }
        let rows = select.order_by_desc(Id).limit(page.limit()).all(&self.0).await.map_err(fault)?;
        Page::cut(page, rows, |row| row.id)
    }

    /// How many reports come from each of many incidents.
    pub(crate) async fn reports_of_incidents(&self, incidents: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
        let rows: Vec<CountRow> = Entity::find()
            .select_only()
            .column(Column::IncidentId)
            .column_as(Column::Id.count(), "reports")
            .filter(Column::IncidentId.is_in(incidents.iter().copied()))
            .group_by(Column::IncidentId)
            .into_model::<CountRow>()
            .all(&self.0)
            .await
            .map_err(fault)?;
        Ok(rows.into_iter().map(|row| (row.incident_id, row.reports)).collect())
    }

    /// Somebody's last acts on many cases, the newest first.
    pub(crate) async fn bulk_acts(&self, person: Uuid) -> Result<Vec<bulk_act::Model>> {
        let find = bulk_act::Entity::find().filter(bulk_act::Column::Person.eq(person)).order_by_desc(bulk_act::Column::Id);
        find.limit(BULK_ACTS).all(&self.0).await.map_err(fault)
    }
}
