//! Reads of what the work on a case left: notes, looks at it, questions, extensions, and the cases that wait for its answer.

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};
use engine::Track;
use journal::fault;
use kernel::{Cursor, Page, PageRequest, Result};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Statement, Value};
use uuid::Uuid;

use super::{Store, scoped};
use crate::{
    desk::word,
    entity::{
        access, attachment, confirmation, extension, external_number,
        feedback::{Column, Model},
        note, question,
    },
    policy::Scope,
};

impl Store {
    /// The internal notes of many cases, oldest first, `page.limit()` for each, in one statement.
    pub(crate) async fn notes(&self, cases: &[Uuid], page: &PageRequest) -> Result<HashMap<Uuid, Page<note::Model>>> {
        let after: Uuid = page.after.as_ref().map(Cursor::decode).transpose()?.unwrap_or_default();
        let rows = self.ranked::<note::Entity>("note", "id > $1", "id", after, cases, page).await?;
        cut(cases, rows, page, |row| row.feedback_id, |row| row.id)
    }

    /// The looks at many cases, newest first, `page.limit()` for each, in one statement.
    pub(crate) async fn accesses(&self, cases: &[Uuid], page: &PageRequest) -> Result<HashMap<Uuid, Page<access::Model>>> {
        let after: Uuid = page.after.as_ref().map(Cursor::decode).transpose()?.unwrap_or(Uuid::max());
        let rows = self.ranked::<access::Entity>("access", "id < $1", "id DESC", after, cases, page).await?;
        cut(cases, rows, page, |row| row.feedback_id, |row| row.id)
    }

    /// The first rows of a table for each of many cases.
    async fn ranked<E: EntityTrait>(
        &self,
        table: &str,
        later: &str,
        order: &str,
        after: Uuid,
        cases: &[Uuid],
        page: &PageRequest,
    ) -> Result<Vec<E::Model>> {
        let limit = i64::try_from(page.limit()).unwrap_or(i64::MAX);
        let values = [after.into(), limit.into()].into_iter().chain(cases.iter().map(|case| Value::from(*case)));
        let places: Vec<String> = (0..cases.len()).map(|place| format!("${}", place + 3)).collect();
        let sql = format!(
            "SELECT * FROM (SELECT {table}.*, ROW_NUMBER() OVER (PARTITION BY feedback_id ORDER BY {order}) AS place FROM {table} \
             WHERE {later} AND feedback_id IN ({})) AS ranked WHERE place <= $2 ORDER BY feedback_id, place",
            places.join(", ")
        );
        let statement = Statement::from_sql_and_values(self.0.get_database_backend(), sql, values);
        E::find().from_raw_sql(statement).all(&self.0).await.map_err(fault)
    }

    /// Whether the address that was given for something, such as a report, waits for its confirmation.
    pub(crate) async fn confirmation(&self, subject: Uuid) -> Result<Option<confirmation::Model>> {
        confirmation::Entity::find_by_id(subject).one(&self.0).await.map_err(fault)
    }

    /// The same of many reports.
    pub(crate) async fn confirmations(&self, subjects: &[Uuid]) -> Result<HashMap<Uuid, confirmation::Model>> {
        let find = confirmation::Entity::find().filter(confirmation::Column::Subject.is_in(subjects.iter().copied()));
        let rows = find.all(&self.0).await.map_err(fault)?;
        Ok(rows.into_iter().map(|row| (row.subject, row)).collect())
    }

    /// How many other codes were sent to the same address in the day before, and not given.
    pub(crate) async fn unconfirmed_beside(&self, wanted: &confirmation::Model) -> Result<u64> {
        use confirmation::Column;
        confirmation::Entity::find()
            .filter(Column::Address.eq(&wanted.address))
            .filter(Column::SentAt.between(wanted.sent_at - TimeDelta::days(1), wanted.sent_at))
            .filter(Column::ConfirmedAt.is_null())
            .filter(Column::Subject.ne(wanted.subject))
            .count(&self.0)
            .await
            .map_err(fault)
    }

    /// The numbers of many appeals in the national register.
    pub(crate) async fn external_numbers(&self, cases: &[Uuid]) -> Result<HashMap<Uuid, String>> {
        let find = external_number::Entity::find().filter(external_number::Column::FeedbackId.is_in(cases.iter().copied()));
        let rows = find.all(&self.0).await.map_err(fault)?;
        Ok(rows.into_iter().map(|row| (row.feedback_id, row.number)).collect())
    }

    /// Appeals that were registered in a span of days, as far as the scope reaches, the oldest first.
    pub(crate) async fn appeals(&self, scope: Scope, (from, to): (NaiveDate, NaiveDate), page: &PageRequest) -> Result<Page<Model>> {
        let appeals = Column::Track.eq(word(&Track::Appeal));
        let mut select = scoped(scope).filter(appeals).filter(Column::RegisteredOn.between(from, to));
        if let Some(after) = &page.after {
            select = select.filter(Column::Id.gt(after.decode::<Uuid>()?));
        }
        let rows = select.order_by_asc(Column::Id).limit(page.limit()).all(&self.0).await.map_err(fault)?;
        Page::cut(page, rows, |row| row.id)
    }

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

    /// The photos and documents of many reports, in the order in which they were added.
    pub(crate) async fn attachments(&self, cases: &[Uuid]) -> Result<HashMap<Uuid, Vec<attachment::Model>>> {
        use attachment::Column;
        let rows = attachment::Entity::find().filter(Column::FeedbackId.is_in(cases.iter().copied()));
        let rows = rows.order_by_asc(Column::AttachedAt).order_by_asc(Column::Place).order_by_asc(Column::Id);
        Ok(by_case(rows.all(&self.0).await.map_err(fault)?, |row| row.feedback_id.unwrap_or_default()))
    }

    /// The cases within the scope that were merged into many cases, oldest first.
    pub(crate) async fn merged(&self, scope: Scope, cases: &[Uuid]) -> Result<HashMap<Uuid, Vec<Model>>> {
        let rows = scoped(scope).filter(Column::MergedInto.is_in(cases.iter().copied()));
        let rows = rows.order_by_asc(Column::Id).all(&self.0).await.map_err(fault)?;
        Ok(by_case(rows, |row| row.merged_into.unwrap_or_default()))
    }
}

/// A page for each case, also for one without rows.
fn cut<T>(cases: &[Uuid], rows: Vec<T>, page: &PageRequest, case: fn(&T) -> Uuid, id: fn(&T) -> Uuid) -> Result<HashMap<Uuid, Page<T>>> {
    let mut grouped = by_case(rows, case);
    cases.iter().map(|case| Ok((*case, Page::cut(page, grouped.remove(case).unwrap_or_default(), id)?))).collect()
}

pub(super) fn by_case<T>(rows: Vec<T>, case: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Vec<T>> {
    let mut grouped: HashMap<Uuid, Vec<T>> = HashMap::new();
    for row in rows {
        grouped.entry(case(&row)).or_default().push(row);
    }
    grouped
}
