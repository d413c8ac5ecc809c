//! What a call asks for at once is read at once.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, dataloader::Loader};
use chrono::{DateTime, Utc};
use journal::{Event, Writer, log::Proof};
use kernel::{Actor, Cursor, Error, Page, PageRequest, Rng};
use uuid::Uuid;
use vocabulary::Batched;

use crate::{
    entity::{attachment, confirmation, extension, feedback::Model, incident, note, question, subtask, template},
    policy::Scope,
    store::{Answered, DeskFilter, Load, Looking, Numbers, Span, Store},
};

/// Reads for one call, with what its actor may see.
pub(crate) struct Reports {
    pub(crate) store: Store,
    pub(crate) writer: Writer,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) actor: Actor,
    pub(crate) scope: Scope,
    pub(crate) now: DateTime<Utc>,
}

impl Reports {
    fn looking(&self) -> Looking {
        Looking { person: self.actor.person().map(|person| person.id.uuid()), now: self.now }
    }
}

/// The key of a report by its number.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ByReference(pub(crate) String);

/// The key of a case that the actor may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct VisibleCase(pub(crate) Uuid);

/// The key of a report's whole history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct HistoryOf(pub(crate) Uuid);

/// The key of the proof that a report was filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ProofOf(pub(crate) Uuid);

/// Which page, of what belongs to one thing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PageOf {
    pub(crate) id: Uuid,
    pub(crate) first: u32,
    pub(crate) after: Option<String>,
}

impl PageOf {
    pub(super) fn of(id: Uuid, request: &PageRequest) -> PageOf {
        PageOf { id, first: request.first, after: request.after.as_ref().map(|after| after.as_str().to_owned()) }
    }

    /// The pages by what is asked for, each time with all things whose page it is. One statement reads each of them; a document rarely has more
    /// than one.
    pub(super) fn by_request<'k>(pages: impl Iterator<Item = &'k PageOf>) -> Vec<(PageRequest, Vec<Uuid>)> {
        let mut by_request: HashMap<(u32, Option<&String>), Vec<Uuid>> = HashMap::new();
        for page in pages {
            by_request.entry((page.first, page.after.as_ref())).or_default().push(page.id);
        }
        let request = |first, after: Option<&String>| PageRequest { first, after: after.cloned().map(Cursor::from_wire) };
        by_request.into_iter().map(|((first, after), ids)| (request(first, after), ids)).collect()
    }
}

/// The key of a page of a service's reports.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct OfService {
    pub(crate) page: PageOf,
    pub(crate) open: Option<bool>,
}

/// The key of a page of a case's notes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NotesOn(pub(crate) PageOf);

/// The key of the questions that a reporter was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct QuestionsOf(pub(crate) Uuid);

/// The key of what confirms the address of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ConfirmationOf(pub(crate) Uuid);

/// The key of the number that an appeal has in the national register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ExternalNumberOf(pub(crate) Uuid);

/// The key of the decisions that made a term longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ExtensionsOf(pub(crate) Uuid);

/// The key of a report's photos and documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct AttachmentsOf(pub(crate) Uuid);

/// The key of the cases that were merged into one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct MergedInto(pub(crate) Uuid);

/// The key of the parts of a case that other parties were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SubtasksOf(pub(crate) Uuid);

/// The key of the parts of a report that went to other bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PartsOf(pub(crate) Uuid);

/// The key of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct IncidentBy(pub(crate) Uuid);

/// The key of the number of reports that come from an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ReportsOfIncident(pub(crate) Uuid);

/// The key of a template that a party keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TemplateOf {
    pub(crate) party: Uuid,
    pub(crate) id: Uuid,
}

/// The key of the number of cases in a queue.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CountOf(pub(crate) DeskFilter);

/// The key of a party's workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LoadOf(pub(crate) Uuid);

/// The key of a district's numbers since a day.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct NumbersOf {
    pub(crate) district: String,
    pub(crate) from: chrono::NaiveDate,
    pub(crate) to: chrono::NaiveDate,
}

/// The call's loader.
pub(crate) fn reports<'a>(ctx: &Context<'a>) -> &'a Batched<Reports> {
    ctx.data_unchecked::<Batched<Reports>>()
}

pub(super) type Loaded<K, V> = Result<HashMap<K, V>, Arc<Error>>;

impl Loader<Uuid> for Reports {
    type Value = Arc<Model>;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[Uuid]) -> Loaded<Uuid, Arc<Model>> {
        let rows = self.store.find_many(ids).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|(id, row)| (id, Arc::new(row))).collect())
    }
}

impl Loader<ByReference> for Reports {
    type Value = Arc<Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ByReference]) -> Loaded<ByReference, Arc<Model>> {
        let references: Vec<String> = keys.iter().map(|key| key.0.clone()).collect();
        let rows = self.store.find_many_by_reference(&references).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|(reference, row)| (ByReference(reference), Arc::new(row))).collect())
    }
}

impl Loader<VisibleCase> for Reports {
    type Value = Arc<Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[VisibleCase]) -> Loaded<VisibleCase, Arc<Model>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rows = self.store.cases(self.scope, &ids).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|(id, row)| (VisibleCase(id), Arc::new(row))).collect())
    }
}

impl Loader<HistoryOf> for Reports {
    type Value = Arc<Vec<Event>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[HistoryOf]) -> Loaded<HistoryOf, Arc<Vec<Event>>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let mut histories: HashMap<Uuid, Vec<Event>> = HashMap::new();
        for event in journal::history_of_many(&self.store.0, &ids).await.map_err(Arc::new)? {
            histories.entry(event.stream_id).or_default().push(event);
        }
        Ok(histories.into_iter().map(|(id, events)| (HistoryOf(id), Arc::new(events))).collect())
    }
}

impl Loader<ProofOf> for Reports {
    type Value = Proof;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ProofOf]) -> Loaded<ProofOf, Proof> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let proofs = journal::log::prove_first(&self.store.0, &ids).await.map_err(Arc::new)?;
        Ok(proofs.into_iter().map(|(id, proof)| (ProofOf(id), proof)).collect())
    }
}

impl Loader<OfService> for Reports {
    type Value = Page<Arc<Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[OfService]) -> Loaded<OfService, Page<Arc<Model>>> {
        let mut loaded = HashMap::new();
        for open in [None, Some(false), Some(true)] {
            let pages = keys.iter().filter(|key| key.open == open).map(|key| &key.page);
            for (request, services) in PageOf::by_request(pages) {
                for (service, page) in self.store.of_services(&services, open, &request).await.map_err(Arc::new)? {
                    loaded.insert(OfService { page: PageOf::of(service, &request), open }, page.map(Arc::new));
                }
            }
        }
        Ok(loaded)
    }
}

impl Loader<NotesOn> for Reports {
    type Value = Page<note::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[NotesOn]) -> Loaded<NotesOn, Page<note::Model>> {
        let mut loaded = HashMap::new();
        for (request, cases) in PageOf::by_request(keys.iter().map(|key| &key.0)) {
            let pages = self.store.notes(&cases, &request).await.map_err(Arc::new)?;
            loaded.extend(pages.into_iter().map(|(case, page)| (NotesOn(PageOf::of(case, &request)), page)));
        }
        Ok(loaded)
    }
}

impl Loader<LoadOf> for Reports {
    type Value = (Load, Vec<Answered>);
    type Error = Arc<Error>;

    async fn load(&self, keys: &[LoadOf]) -> Loaded<LoadOf, (Load, Vec<Answered>)> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let loads = self.store.workloads(&ids, self.now).await.map_err(Arc::new)?;
        let answered = self.store.answered(&ids).await.map_err(Arc::new)?;
        let of = |id: Uuid| answered.iter().filter(|case| case.party_id == Some(id)).copied().collect();
        Ok(keys.iter().map(|key| (*key, (loads.get(&key.0).copied().unwrap_or_default(), of(key.0)))).collect())
    }
}

impl Loader<TemplateOf> for Reports {
    type Value = Arc<template::Model>;
    type Error = Arc<Error>;

    /// One call has one actor, and so one party.
    async fn load(&self, keys: &[TemplateOf]) -> Loaded<TemplateOf, Arc<template::Model>> {
        let Some(TemplateOf { party, .. }) = keys.first().copied() else { return Ok(HashMap::new()) };
        let kept = self.store.templates(party).await.map_err(Arc::new)?;
        Ok(kept.into_iter().map(|row| (TemplateOf { party, id: row.id }, Arc::new(row))).collect())
    }
}

impl Loader<CountOf> for Reports {
    type Value = i64;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CountOf]) -> Loaded<CountOf, i64> {
        let filters: Vec<DeskFilter> = keys.iter().map(|key| key.0.clone()).collect();
        let counts = self.store.counts(self.scope, &filters, self.looking()).await.map_err(Arc::new)?;
        Ok(counts.into_iter().map(|(filter, count)| (CountOf(filter), count)).collect())
    }
}

impl Loader<NumbersOf> for Reports {
    type Value = Numbers;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[NumbersOf]) -> Loaded<NumbersOf, Numbers> {
        let mut by_span: HashMap<(chrono::NaiveDate, chrono::NaiveDate), Vec<String>> = HashMap::new();
        for key in keys {
            by_span.entry((key.from, key.to)).or_default().push(key.district.clone());
        }
        let mut loaded = HashMap::new();
        for ((from, to), districts) in by_span {
            let span = Span { from, to, party: None, districts: Some(districts) };
            for (district, numbers) in self.store.statistics(&span, self.now).await.map_err(Arc::new)? {
                loaded.extend(district.map(|district| (NumbersOf { district, from, to }, numbers)));
            }
        }
        Ok(loaded)
    }
}

impl Loader<QuestionsOf> for Reports {
    type Value = Arc<Vec<question::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[QuestionsOf]) -> Loaded<QuestionsOf, Arc<Vec<question::Model>>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rows = self.store.questions(&ids).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|(id, rows)| (QuestionsOf(id), Arc::new(rows))).collect())
    }
}

impl Loader<ConfirmationOf> for Reports {
    type Value = Arc<confirmation::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ConfirmationOf]) -> Loaded<ConfirmationOf, Arc<confirmation::Model>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rows = self.store.confirmations(&ids).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|(id, row)| (ConfirmationOf(id), Arc::new(row))).collect())
    }
}

impl Loader<ExternalNumberOf> for Reports {
    type Value = String;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ExternalNumberOf]) -> Loaded<ExternalNumberOf, String> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rows = self.store.external_numbers(&ids).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|(id, number)| (ExternalNumberOf(id), number)).collect())
    }
}

impl Loader<ExtensionsOf> for Reports {
    type Value = Arc<Vec<extension::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ExtensionsOf]) -> Loaded<ExtensionsOf, Arc<Vec<extension::Model>>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rows = self.store.extensions(&ids).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|(id, rows)| (ExtensionsOf(id), Arc::new(rows))).collect())
    }
}

impl Loader<AttachmentsOf> for Reports {
    type Value = Arc<Vec<attachment::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[AttachmentsOf]) -> Loaded<AttachmentsOf, Arc<Vec<attachment::Model>>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rows = self.store.attachments(&ids).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|(id, rows)| (AttachmentsOf(id), Arc::new(rows))).collect())
    }
}

impl Loader<MergedInto> for Reports {
    type Value = Arc<Vec<Arc<Model>>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[MergedInto]) -> Loaded<MergedInto, Arc<Vec<Arc<Model>>>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rows = self.store.merged(self.scope, &ids).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|(id, rows)| (MergedInto(id), Arc::new(rows.into_iter().map(Arc::new).collect()))).collect())
    }
}

impl Loader<SubtasksOf> for Reports {
    type Value = Arc<Vec<subtask::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[SubtasksOf]) -> Loaded<SubtasksOf, Arc<Vec<subtask::Model>>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rows = self.store.subtasks_of(&ids).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|(id, rows)| (SubtasksOf(id), Arc::new(rows))).collect())
    }
}

impl Loader<PartsOf> for Reports {
    type Value = Arc<Vec<Arc<Model>>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PartsOf]) -> Loaded<PartsOf, Arc<Vec<Arc<Model>>>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rows = self.store.parts(&ids).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|(id, rows)| (PartsOf(id), Arc::new(rows.into_iter().map(Arc::new).collect()))).collect())
    }
}

impl Loader<IncidentBy> for Reports {
    type Value = Arc<incident::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[IncidentBy]) -> Loaded<IncidentBy, Arc<incident::Model>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rows = self.store.find_incidents(&ids).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|row| (IncidentBy(row.id), Arc::new(row))).collect())
    }
}

impl Loader<ReportsOfIncident> for Reports {
    type Value = i64;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ReportsOfIncident]) -> Loaded<ReportsOfIncident, i64> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let counts = self.store.reports_of_incidents(&ids).await.map_err(Arc::new)?;
        Ok(counts.into_iter().map(|(id, count)| (ReportsOfIncident(id), count)).collect())
    }
}
