//! Reads of what the work on a case left: questions, extensions, and the cases that wait for its answer.

use std::collections::HashMap;

use journal::fault;
use kernel::Result;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{Store, scoped};
use crate::{
    entity::{
        extension,
        feedback::{Column, Model},
        question,
    },
    policy::Scope,
};

impl Store {
    /// What the reporters of many cases were asked, oldest first.
    pub(crate) async fn questions(&self, cases: &[Uuid]) -> Result<HashMap<Uuid, Vec<question::Model>>> {
        let rows = question::Entity::find().filter(question::Column::FeedbackId.is_in(cases.iter().copied()));
        let rows = rows.order_by_asc(question::Column::Id).all(&self.0).await.map_err(fault)?;
        Ok(by_case(rows, |row| row.feedback_id))
    }

    /// By what decisions the terms of many cases were made longer, oldest first.
    pub(crate) async fn extensions(&self, cases: &[Uuid]) -> Result<HashMap<Uuid, Vec<extension::Model>>> {
        let rows = extension::Entity::find().filter(extension::Column::FeedbackId.is_in(cases.iter().copied()));
        let rows = rows.order_by_asc(extension::Column::Id).all(&self.0).await.map_err(fault)?;
        Ok(by_case(rows, |row| row.feedback_id))
    }

    /// The cases within the scope that were merged into many cases, oldest first.
    pub(crate) async fn merged(&self, scope: Scope, cases: &[Uuid]) -> Result<HashMap<Uuid, Vec<Model>>> {
        let rows = scoped(scope).filter(Column::MergedInto.is_in(cases.iter().copied()));
        let rows = rows.order_by_asc(Column::Id).all(&self.0).await.map_err(fault)?;
        Ok(by_case(rows, |row| row.merged_into.unwrap_or_default()))
    }
}

fn by_case<T>(rows: Vec<T>, case: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Vec<T>> {
    let mut grouped: HashMap<Uuid, Vec<T>> = HashMap::new();
    for row in rows {
        grouped.entry(case(&row)).or_default().push(row);
    }
    grouped
}
