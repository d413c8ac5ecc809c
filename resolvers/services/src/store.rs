//! The room's queries. Every read begins with [`scoped`].

use std::collections::HashMap;

use journal::{Database, holding};
use kernel::{Error, LocalizedText, Page, PageRequest, PartyId, Result, ServiceId, SourceSystemId};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Alias, Expr, Query},
};

use crate::{
    entity::{required_document, service, service_channel, source_system},
    model::{Channel, Confidence, Filter, RequiredDocument, Service, SourceHealth, SourceStatus, SourceSystem},
    policy::{self, Scope},
};

/// The room's part of the database.
#[derive(Clone)]
pub(crate) struct Store {
    pub(crate) database: Database,
}

/// Where every read begins.
fn scoped<E: EntityTrait>(scope: Scope) -> Select<E> {
    match scope {
        Scope::Public => E::find(),
    }
}

impl Store {
    pub(crate) fn new(database: Database) -> Store {
        Store { database }
    }

    /// One page of services, by code.
    pub(crate) async fn services(&self, filter: &Filter, page: &PageRequest) -> Result<Page<Service>> {
        let mut select = scoped::<service::Entity>(policy::catalogue()).order_by_asc(service::Column::Code).limit(page.limit());
        for word in &filter.words {
            select = select.filter(service::Column::Folded.like(holding(word)));
        }
        if let Some(provider) = filter.provider {
            select = select.filter(service::Column::ProviderId.eq(provider.uuid()));
        }
        if let Some(source) = filter.source {
            select = select.filter(service::Column::SourceId.eq(source.uuid()));
        }
        if let Some(channel) = filter.channel {
            let mut offered = Query::select();
            offered.column(service_channel::Column::ServiceId).from(service_channel::Entity);
            offered.and_where(service_channel::Column::Channel.eq(channel.word()));
            select = select.filter(service::Column::Id.in_subquery(offered));
        }
        if let Some(after) = &page.after {
            select = select.filter(service::Column::Code.gt(after.decode::<String>()?));
        }
        let rows = select.all(&self.database.reader).await.map_err(journal::fault)?;
        cut(page, rows)
    }

    /// One page of the services of each provider, by code, in one statement; a provider without services is there with an empty page.
    pub(crate) async fn services_of(&self, providers: &[PartyId], page: &PageRequest) -> Result<HashMap<PartyId, Page<Service>>> {
        let (ranked, place) = (Alias::new("ranked"), Alias::new("place"));
        let mut places = Query::select();
        places.column(service::Column::Id).from(service::Entity);
        places.expr_as(Expr::cust("ROW_NUMBER() OVER (PARTITION BY provider_id ORDER BY code)"), place.clone());
        places.and_where(service::Column::ProviderId.is_in(providers.iter().map(|id| id.uuid())));
        if let Some(after) = &page.after {
            places.and_where(service::Column::Code.gt(after.decode::<String>()?));
        }
        let mut first = Query::select();
        first.column(service::Column::Id).from_subquery(places, ranked).and_where(Expr::col(place).lte(page.limit()));
        let rows = scoped::<service::Entity>(policy::catalogue())
            .filter(service::Column::Id.in_subquery(first))
            .order_by_asc(service::Column::Code)
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        let mut by_provider: HashMap<PartyId, Vec<service::Model>> = providers.iter().map(|id| (*id, Vec::new())).collect();
        for row in rows {
            by_provider.entry(PartyId::from_uuid(row.provider_id)).or_default().push(row);
        }
        by_provider.into_iter().map(|(provider, rows)| Ok((provider, cut(page, rows)?))).collect()
    }

    pub(crate) async fn services_by_id(&self, ids: &[ServiceId]) -> Result<HashMap<ServiceId, Service>> {
        let rows = scoped::<service::Entity>(policy::catalogue())
            .filter(service::Column::Id.is_in(ids.iter().map(|id| id.uuid())))
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        rows.into_iter().map(|row| Service::try_from(row).map(|service| (service.id, service))).collect()
    }

    /// The channels of each service, in the order of the closed list.
    pub(crate) async fn channels(&self, services: &[ServiceId]) -> Result<HashMap<ServiceId, Vec<Channel>>> {
        let rows = scoped::<service_channel::Entity>(policy::catalogue())
            .filter(service_channel::Column::ServiceId.is_in(services.iter().map(|id| id.uuid())))
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        let mut channels: HashMap<ServiceId, Vec<Channel>> = HashMap::new();
        for row in rows {
            let channel = Channel::from_word(&row.channel).ok_or_else(|| unknown("channel", &row.channel))?;
            channels.entry(ServiceId::from_uuid(row.service_id)).or_default().push(channel);
        }
        channels.values_mut().for_each(|list| list.sort_unstable());
        Ok(channels)
    }

    /// What each service asks for, in the order of its list.
    pub(crate) async fn documents(&self, services: &[ServiceId]) -> Result<HashMap<ServiceId, Vec<RequiredDocument>>> {
        let rows = scoped::<required_document::Entity>(policy::catalogue())
            .filter(required_document::Column::ServiceId.is_in(services.iter().map(|id| id.uuid())))
            .order_by_asc(required_document::Column::Position)
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        let mut documents: HashMap<ServiceId, Vec<RequiredDocument>> = HashMap::new();
        for row in rows {
            let name = LocalizedText { kk: row.name_kk, ru: row.name_ru, en: row.name_en };
            let document = RequiredDocument { name, confidence: confidence(&row.confidence)? };
            documents.entry(ServiceId::from_uuid(row.service_id)).or_default().push(document);
        }
        Ok(documents)
    }

    /// All source systems, by slug: a city has some dozens.
    pub(crate) async fn sources(&self) -> Result<Vec<SourceSystem>> {
        let rows = scoped::<source_system::Entity>(policy::catalogue())
            .order_by_asc(source_system::Column::Slug)
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        rows.into_iter().map(SourceSystem::try_from).collect()
    }

    pub(crate) async fn sources_by_id(&self, ids: &[SourceSystemId]) -> Result<HashMap<SourceSystemId, SourceSystem>> {
        let rows = scoped::<source_system::Entity>(policy::catalogue())
            .filter(source_system::Column::Id.is_in(ids.iter().map(|id| id.uuid())))
            .all(&self.database.reader)
            .await
            .map_err(journal::fault)?;
        rows.into_iter().map(|row| SourceSystem::try_from(row).map(|source| (source.id, source))).collect()
    }
}

fn cut(page: &PageRequest, rows: Vec<service::Model>) -> Result<Page<Service>> {
    let services = rows.into_iter().map(Service::try_from).collect::<Result<_>>()?;
    Page::cut(page, services, |service: &Service| service.code.clone())
}

fn unknown(what: &str, word: &str) -> Error {
    Error::internal(format!("unknown {what} {word}"))
}

fn confidence(word: &str) -> Result<Confidence> {
    Confidence::from_word(word).ok_or_else(|| unknown("confidence", word))
}

impl TryFrom<service::Model> for Service {
    type Error = Error;

    fn try_from(row: service::Model) -> Result<Service> {
        Ok(Service {
            id: ServiceId::from_uuid(row.id),
            code: row.code,
            title: LocalizedText { kk: row.title_kk, ru: row.title_ru, en: row.title_en },
            summary: LocalizedText { kk: row.summary_kk, ru: row.summary_ru, en: row.summary_en },
            source: SourceSystemId::from_uuid(row.source_id),
            provider: PartyId::from_uuid(row.provider_id),
            term: row.term.map(serde_json::from_value).transpose().map_err(Error::internal)?,
            fee: serde_json::from_value(row.fee).map_err(Error::internal)?,
            confidence: confidence(&row.confidence)?,
        })
    }
}

impl TryFrom<source_system::Model> for SourceSystem {
    type Error = Error;

    fn try_from(row: source_system::Model) -> Result<SourceSystem> {
        let status = SourceStatus::from_word(&row.status).ok_or_else(|| unknown("status", &row.status))?;
        Ok(SourceSystem {
            id: SourceSystemId::from_uuid(row.id),
            slug: row.slug,
            name: LocalizedText { kk: row.name_kk, ru: row.name_ru, en: row.name_en },
            confidence: confidence(&row.confidence)?,
            health: SourceHealth { status, checked_at: row.checked_at },
        })
    }
}
