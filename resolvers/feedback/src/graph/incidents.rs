//! What many reports come from.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result};
use kernel::{CategoryId, DistrictId, IncidentId, PartyId};
use uuid::Uuid;
use vocabulary::{Connection, DateTime, Nullable, OrFault, connection, request};

use super::{
    case::Case,
    enums::Outcome,
    inputs::{case_inputs, claims},
    loaders::{IncidentBy, ReportsOfIncident, reports},
    mutation::desk,
    neighbours::{District, Party},
    payloads::{Payload, Versioned, on_version, payloads},
    store,
    types::Category,
};
use crate::{
    acts::{Description, OnCase, OnIncident},
    entity::incident::Model,
    outcome::Reply,
    reference::{find_category, find_category_by_id, find_district, find_district_by_id},
    store::IncidentFilter,
};

/// What many reports come from.
pub(crate) struct Incident(pub(crate) Arc<Model>);

impl Versioned for Incident {
    type Row = Model;

    fn of(row: Model) -> Incident {
        Incident(Arc::new(row))
    }

    async fn current(ctx: &Context<'_>, id: &ID) -> Result<Option<Incident>> {
        let Some(id) = IncidentId::from_global(id) else { return Ok(None) };
        Incident::find(ctx, id.uuid()).await
    }
}

impl Incident {
    pub(super) async fn find(ctx: &Context<'_>, id: Uuid) -> Result<Option<Incident>> {
        Ok(reports(ctx).load_one(IncidentBy(id)).await.or_fault(ctx)?.map(Incident))
    }
}

/// What many reports come from, as everybody reads of it.
#[Object(tag = "public")]
impl Incident {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(IncidentId::from_uuid(self.0.id).global())
    }

    /// Grows with every act; an act names the version that its officer saw.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// What it is called, in the language in which it was written.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What is known of it, in the language in which it was written.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// What it is about.
    async fn category(&self) -> Option<Category> {
        self.0.category.as_deref().and_then(find_category).map(Category)
    }

    /// The city or district where it is.
    async fn district(&self) -> Option<District> {
        self.0.district.as_deref().and_then(find_district).map(|district| District::of(district.id()))
    }

    /// Who sees to it.
    async fn responsible(&self) -> Party {
        Party::of(PartyId::from_uuid(self.0.party_id))
    }

    /// When it was opened.
    async fn opened_at(&self) -> DateTime {
        DateTime(self.0.opened_at)
    }

    /// When it should be over, as those who see to it expect.
    async fn expected_at(&self) -> Option<DateTime> {
        self.0.expected_at.map(DateTime)
    }

    /// When it was over.
    async fn resolved_at(&self) -> Option<DateTime> {
        self.0.resolved_at.map(DateTime)
    }

    /// How many reports come from it.
    async fn reports(&self, ctx: &Context<'_>) -> Result<i32> {
        let count = reports(ctx).load_one(ReportsOfIncident(self.0.id)).await.or_fault(ctx)?;
        Ok(i32::try_from(count.unwrap_or_default()).unwrap_or(i32::MAX))
    }
}

/// Which incidents are shown.
#[derive(Default, InputObject)]
#[graphql(name = "IncidentFilter")]
pub(crate) struct IncidentInput {
    /// Those that are not over, or those that are; both when absent.
    open: Option<bool>,
    /// Only about this.
    category: Option<ID>,
    /// Only here.
    district: Option<ID>,
}

impl From<IncidentInput> for IncidentFilter {
    /// What names nothing finds nothing.
    fn from(input: IncidentInput) -> IncidentFilter {
        let category = input.category.map(|id| CategoryId::from_global(&id).and_then(find_category_by_id));
        let district = input.district.map(|id| DistrictId::from_global(&id).and_then(find_district_by_id));
        IncidentFilter {
            open: input.open,
            category: category.map(|known| known.map(|known| known.slug.clone()).unwrap_or_default()),
            district: district.map(|known| known.map(|known| known.slug.clone()).unwrap_or_default()),
        }
    }
}

/// Opens an incident.
#[derive(InputObject)]
pub(crate) struct OpenIncidentInput {
    /// A UUID made by the client: the act is carried out once for it.
    idempotency_key: String,
    /// What it is called, 1 to 120 characters, without personal data: everybody reads it.
    title: String,
    /// What is known of it, 1 to 2,000 characters; likewise.
    text: String,
    /// What it is about.
    category: Option<ID>,
    /// Where it is.
    district: Option<ID>,
    /// When it should be over.
    expected_at: Option<DateTime>,
}

/// Changes what is known of an incident.
#[derive(InputObject)]
pub(crate) struct UpdateIncidentInput {
    /// A UUID made by the client: the act is carried out once for it.
    idempotency_key: String,
    /// Which one.
    incident: ID,
    /// The version that you saw.
    version: i32,
    /// What it is called, 1 to 120 characters, without personal data: everybody reads it.
    title: String,
    /// What is known of it, 1 to 2,000 characters; likewise.
    text: String,
    /// What it is about.
    category: Option<ID>,
    /// Where it is.
    district: Option<ID>,
    /// When it should be over.
    expected_at: Option<DateTime>,
}

/// Ends an incident.
#[derive(InputObject)]
pub(crate) struct ResolveIncidentInput {
    /// A UUID made by the client: the act is carried out once for it.
    idempotency_key: String,
    /// Which one.
    incident: ID,
    /// The version that you saw.
    version: i32,
    /// How it ended for its reports.
    outcome: Outcome,
    /// Why so: one of `outcomeReasons`, where the outcome asks for one.
    reason: Option<String>,
    /// The answer to its reporters, 1 to 2,000 characters.
    text: String,
    /// Claims to photos and documents that show what was done: they count for every report, 5 at most.
    evidence: Option<Vec<ID>>,
}

case_inputs! {
    /// Says that a report comes from an incident.
    AddToIncidentInput {
        /// The incident, of your party.
        incident: ID,
    }

    /// Says that a report does not come from the incident that it was added to.
    RemoveFromIncidentInput {}
}

payloads! {
    #[graphql(tag = "scoped")] OpenIncidentPayload: incident Incident = "The incident.";
    #[graphql(tag = "scoped")] UpdateIncidentPayload: incident Incident = "The incident.";
    #[graphql(tag = "scoped")] ResolveIncidentPayload: incident Incident = "The incident, which is over.";
    #[graphql(tag = "scoped")] AddToIncidentPayload: case Case = "The case.";
    #[graphql(tag = "scoped")] RemoveFromIncidentPayload: case Case = "The case.";
}

#[derive(Default)]
pub(crate) struct IncidentQueries;

/// What everybody asks.
#[Object]
impl IncidentQueries {
    /// What many reports come from, the newest first.
    #[graphql(tag = "public")]
    async fn incidents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all when absent.")] filter: Option<IncidentInput>,
        #[graphql(default = 20, desc = "How many, 1 to 100.")] first: i32,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Nullable<Connection<Incident>> {
        let read = async {
            let page = vocabulary::page(first, after).or_fault(ctx)?;
            let page = store(ctx).incidents(&filter.unwrap_or_default().into(), &page).await.or_fault(ctx)?;
            Ok(Some(connection(page.map(Arc::new), Incident)))
        };
        let read: Result<Option<Connection<Incident>>> = read.await;
        read.transpose()
    }
}

#[derive(Default)]
pub(crate) struct IncidentActs;

/// What officers do to incidents.
#[Object]
impl IncidentActs {
    /// Opens an incident of your party. Reports are added to it one by one, or many at once.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn open_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which incident.")] input: OpenIncidentInput,
    ) -> Nullable<OpenIncidentPayload> {
        let OpenIncidentInput { idempotency_key, title, text, category, district, expected_at } = input;
        let (category, district) = (category.map(|id| id.0), district.map(|id| id.0));
        let description = Description { title, text, category, district, expected_at: expected_at.map(|at| at.0) };
        let opened = desk(ctx).open_incident(&idempotency_key, description, request(ctx)).await;
        OpenIncidentPayload::of(ctx, opened.map(Some), |row| Incident(Arc::new(row)))
    }

    /// Changes what is known of an incident; the reporters of all its open reports are told.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn update_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which incident, and what is known.")] input: UpdateIncidentInput,
    ) -> Nullable<UpdateIncidentPayload> {
        let UpdateIncidentInput { idempotency_key, incident, version, title, text, category, district, expected_at } = input;
        let on = OnIncident { key: idempotency_key, incident: incident.0.clone(), version };
        let (category, district) = (category.map(|id| id.0), district.map(|id| id.0));
        let description = Description { title, text, category, district, expected_at: expected_at.map(|at| at.0) };
        let updated = desk(ctx).update_incident(on, description, request(ctx)).await;
        on_version(ctx, &incident, updated.map(Some)).await
    }

    /// Ends an incident: all its open reports are answered, and each reporter may contest the answer.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn resolve_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which incident, and the answer.")] input: ResolveIncidentInput,
    ) -> Nullable<ResolveIncidentPayload> {
        let incident = input.incident;
        let on = OnIncident { key: input.idempotency_key, incident: incident.0.clone(), version: input.version };
        let reply = Reply { outcome: input.outcome.into(), reason: input.reason, text: input.text };
        let resolved = desk(ctx).resolve_incident(on, &reply, &claims(&input.evidence), request(ctx)).await;
        on_version(ctx, &incident, resolved.map(Some)).await
    }

    /// Says that a report comes from an incident; its reporter is told.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn add_to_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case, and which incident.")] input: AddToIncidentInput,
    ) -> Nullable<AddToIncidentPayload> {
        let added = desk(ctx).add_to_incident(input.on_case(), &input.incident, request(ctx)).await;
        on_version(ctx, &input.case, added).await
    }

    /// Says that a report does not come from the incident that it was added to; its reporter is told.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn remove_from_incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case.")] input: RemoveFromIncidentInput,
    ) -> Nullable<RemoveFromIncidentPayload> {
        let removed = desk(ctx).remove_from_incident(input.on_case(), request(ctx)).await;
        on_version(ctx, &input.case, removed).await
    }
}
