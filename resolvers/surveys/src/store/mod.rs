//! The room's queries. Every read begins with [`scoped`].

mod write;

use std::collections::HashMap;

use journal::Database;
use kernel::{Error, LocalizedText, Page, PageRequest, Result, ServiceId, SurveyId};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use crate::{
    answer::{Cell, Tally},
    entity::{subject, survey, tally},
    model::{Anonymity, Status, Survey},
    policy::Scope,
};

pub(crate) use write::{Change, Response};

/// The room's part of the database.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) database: Database,
}

/// Where every read begins.
fn scoped(scope: Scope) -> Select<survey::Entity> {
    match scope {
        Scope::Everything => survey::Entity::find(),
        Scope::Published => survey::Entity::find().filter(survey::Column::Status.ne(Status::Draft.word())),
    }
}

impl Store {
    pub(crate) fn new(database: Database) -> Store {
        Store { database }
    }

    pub(crate) async fn find(&self, scope: Scope, id: SurveyId) -> Result<Option<Survey>> {
        Ok(self.surveys_by_id(scope, &[id]).await?.remove(&id))
    }

    /// One page of surveys, by slug.
    pub(crate) async fn surveys(&self, scope: Scope, status: Option<Status>, page: &PageRequest) -> Result<Page<Survey>> {
        let mut select = scoped(scope).order_by_asc(survey::Column::Slug).limit(page.limit());
        if let Some(status) = status {
            select = select.filter(survey::Column::Status.eq(status.word()));
        }
        if let Some(after) = &page.after {
            select = select.filter(survey::Column::Slug.gt(after.decode::<String>()?));
        }
        let rows = select.all(&self.database.reader).await.map_err(journal::fault)?;
        let surveys = rows.into_iter().map(Survey::try_from).collect::<Result<_>>()?;
        Page::cut(page, surveys, |survey: &Survey| survey.slug.clone())
    }

    pub(crate) async fn surveys_by_id(&self, scope: Scope, ids: &[SurveyId]) -> Result<HashMap<SurveyId, Survey>> {
        let select = scoped(scope).filter(survey::Column::Id.is_in(ids.iter().map(|id| id.uuid())));
        let rows = select.all(&self.database.reader).await.map_err(journal::fault)?;
        rows.into_iter().map(|row| Survey::try_from(row).map(|survey| (survey.id, survey))).collect()
    }

    /// The services that each survey is about.
    pub(crate) async fn services_of(&self, surveys: &[SurveyId]) -> Result<HashMap<SurveyId, Vec<ServiceId>>> {
        let links = self.links(subject::Column::SurveyId, surveys.iter().map(|id| id.uuid())).await?;
        let mut services: HashMap<SurveyId, Vec<ServiceId>> = HashMap::new();
        for (survey, service) in links {
            services.entry(SurveyId::from_uuid(survey)).or_default().push(ServiceId::from_uuid(service));
        }
        Ok(services)
    }

    /// The surveys about each service, by slug: two statements for any number of services.
    pub(crate) async fn surveys_about(&self, scope: Scope, services: &[ServiceId]) -> Result<HashMap<ServiceId, Vec<Survey>>> {
        let links = self.links(subject::Column::ServiceId, services.iter().map(|id| id.uuid())).await?;
        let ids: Vec<SurveyId> = links.iter().map(|(survey, _)| SurveyId::from_uuid(*survey)).collect();
        let surveys = self.surveys_by_id(scope, &ids).await?;
        let mut about: HashMap<ServiceId, Vec<Survey>> = HashMap::new();
        for (survey, service) in links {
            if let Some(survey) = surveys.get(&SurveyId::from_uuid(survey)) {
                about.entry(ServiceId::from_uuid(service)).or_default().push(survey.clone());
            }
        }
        about.values_mut().for_each(|surveys| surveys.sort_by(|a, b| a.slug.cmp(&b.slug)));
        Ok(about)
    }

    async fn links(&self, by: subject::Column, ids: impl Iterator<Item = Uuid>) -> Result<Vec<(Uuid, Uuid)>> {
        subject::Entity::find()
            .select_only()
            .columns([subject::Column::SurveyId, subject::Column::ServiceId])
            .filter(by.is_in(ids))
            .order_by_asc(subject::Column::ServiceId)
            .into_tuple()
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)
    }

    /// The counts of each survey, in one statement. They are true counts: only the gate may read them.
    pub(crate) async fn tallies(&self, surveys: &[SurveyId]) -> Result<HashMap<SurveyId, Tally>> {
        let rows = tally::Entity::find()
            .filter(tally::Column::SurveyId.is_in(surveys.iter().map(|id| id.uuid())))
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        let mut tallies: HashMap<SurveyId, Tally> = surveys.iter().map(|id| (*id, Tally::new())).collect();
        for row in rows {
            let cell = Cell { question: row.question, item: row.item, value: row.value };
            tallies.entry(SurveyId::from_uuid(row.survey_id)).or_default().insert(cell, row.count.unsigned_abs());
        }
        Ok(tallies)
    }
}

impl TryFrom<survey::Model> for Survey {
    type Error = Error;

    fn try_from(row: survey::Model) -> Result<Survey> {
        Ok(Survey {
            id: SurveyId::from_uuid(row.id),
            slug: row.slug,
            title: LocalizedText { kk: row.title_kk, ru: row.title_ru, en: row.title_en },
            anonymity: Anonymity::from_word(&row.anonymity).ok_or_else(|| Error::internal(format!("anonymity {}", row.anonymity)))?,
            status: Status::from_word(&row.status).ok_or_else(|| Error::internal(format!("survey status {}", row.status)))?,
            questions: serde_json::from_value(row.questions).map_err(Error::internal)?,
            version: row.version,
            responses: row.responses.unsigned_abs(),
            opened_at: row.opened_at,
            closed_at: row.closed_at,
            synthetic: row.synthetic,
        })
    }
}
