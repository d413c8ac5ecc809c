//! The officers' side of a report.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, ID, Object, Result, SimpleObject};
use engine::{CaseState, Process};
use journal::Event;
use kernel::{CaseId, Error, Page, PartyId, PersonId, TemplateId};
use vocabulary::{Connection, DateTime, Locale, Nullable, OrFault, OrNull, connection, list_size, request};

use super::{
    attachments::Attachment,
    enums::PersonalKind,
    incidents::Incident,
    loaders::{ExternalNumberOf, MergedInto, NotesOn, PageOf, PartsOf, SubtasksOf, TemplateOf, VisibleCase, reports},
    neighbours::{Officer, Party},
    parts::{CaseLink, CaseLinkKind},
    past::{Past, PastState},
    payloads::Versioned,
    readings::{PersonalPart, reading},
    reasons::DeadlineStep,
    subtasks::Subtask,
    types::{Feedback, events},
};
use crate::{
    acts::SubtaskState,
    desk::{Desk, word},
    entity::{feedback::Model, note},
    error::words,
    filing::locale_of,
    learning::Version,
    masking,
    model::Contact,
    policy::{self, View},
    timeline,
};

/// The officers' side of a report.
#[derive(Clone)]
pub(crate) struct Case(pub(crate) Arc<Model>);

impl Versioned for Case {
    type Row = Model;

    fn of(row: Model) -> Case {
        Case(Arc::new(row))
    }

    async fn current(ctx: &Context<'_>, id: &ID) -> Result<Option<Case>> {
        let Some(id) = CaseId::from_global(id) else { return Ok(None) };
        Ok(reports(ctx).load_one(VisibleCase(id.uuid())).await.or_fault(ctx)?.map(Case))
    }
}

/// The officers' side of a report: who works on it, by when, and what may be done now. Officers see their own party's cases, supervisors
/// also those of the parties that theirs supervises, auditors all.
#[Object(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
impl Case {
    /// Opaque, and the same for good.
    pub(crate) async fn id(&self) -> ID {
        ID(CaseId::from_uuid(self.0.id).global())
    }

    /// The number that people quote.
    async fn reference(&self) -> &str {
        &self.0.reference
    }

    /// Grows with every act; an act names the version that its officer saw.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// The report, with all of it that this officer may see.
    async fn feedback(&self, ctx: &Context<'_>) -> Feedback {
        Feedback::seen_by(&request(ctx).actor, Arc::clone(&self.0))
    }

    /// How to reach the reporter; null for a report without contact.
    async fn reporter(&self, ctx: &Context<'_>) -> Nullable<Reporter> {
        let contact: Option<Contact> = match self.0.contact.clone().map(serde_json::from_value).transpose() {
            Ok(contact) => contact,
            Err(error) => return Err(Error::internal(error)).or_null(ctx),
        };
        if contact.is_some()
            && let Err(error) = reading(ctx, &self.0, PersonalPart::Contact).await
        {
            return Some(Err(error));
        }
        let reporter = contact.map(|contact| Reporter {
            name: contact.name.map(kernel::Personal::into_inner),
            email: contact.email.map(kernel::Personal::into_inner),
            phone: contact.phone.map(kernel::Personal::into_inner),
        });
        reporter.map(Ok)
    }

    /// The number that the national register of appeals (eOtinish) gave it, as an officer recorded it; null while none did. Nobody has verified
    /// it there.
    async fn external_number(&self, ctx: &Context<'_>) -> Nullable<String> {
        reports(ctx).load_one(ExternalNumberOf(self.0.id)).await.or_null(ctx)
    }

    /// Who works on it; null while nobody does.
    async fn assignee(&self) -> Option<Officer> {
        self.0.assignee.map(|id| Officer { id: ID(PersonId::from_uuid(id).global()) })
    }

    /// The party whose case it is; null until it is routed.
    async fn party(&self) -> Option<Party> {
        self.0.party_id.map(|id| Party::of(PartyId::from_uuid(id)))
    }

    /// The party that sees it and is escalated to.
    async fn supervisor(&self) -> Option<Party> {
        self.0.supervisor_id.map(|id| Party::of(PartyId::from_uuid(id)))
    }

    /// The state in the process, e.g. `accepted`.
    async fn state(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.0.state().or_fault(ctx)?.name)
    }

    /// Whether the reporter contested an answer to it.
    async fn contested(&self) -> bool {
        self.0.contested
    }

    /// Working minutes until the answer is due, below zero when that has passed.
    async fn working_minutes_left(&self, ctx: &Context<'_>) -> Result<i32> {
        let desk = ctx.data_unchecked::<Desk>();
        let process = desk.process(&self.0).or_fault(ctx)?;
        let (now, due) = (request(ctx).now, self.0.due_at);
        let minutes = if now <= due {
            process.calendar().working_minutes_between(now, due)
        } else {
            -process.calendar().working_minutes_between(due, now)
        };
        Ok(i32::try_from(minutes).unwrap_or(i32::MAX))
    }

    /// The clocks that run, and what is promised beside, the next one first; each by its own calendar.
    #[graphql(directive = list_size::apply(5))]
    async fn clocks(&self, ctx: &Context<'_>) -> Result<Vec<Clock>> {
        let process = ctx.data_unchecked::<Desk>().process(&self.0).or_fault(ctx)?;
        Clock::all(&process, &self.0.state().or_fault(ctx)?, request(ctx).now).or_fault(ctx)
    }

    /// Every act of the process: whether you may do it now, and if not, why.
    #[graphql(directive = list_size::apply(15))]
    async fn allowed(&self, ctx: &Context<'_>) -> Result<Vec<AllowedAct>> {
        let request = request(ctx);
        let desk = ctx.data_unchecked::<Desk>();
        let by = policy::offices(&request.actor, &self.0);
        let process = desk.process(&self.0).or_fault(ctx)?;
        let acts = process.allowed(&self.0.state().or_fault(ctx)?, &by).or_fault(ctx)?;
        let parts = reports(ctx).load_one(SubtasksOf(self.0.id)).await.or_fault(ctx)?;
        let open = parts.iter().flat_map(|parts| parts.iter()).filter(|part| part.state == word(&SubtaskState::Open)).count();
        let waits = (open > 0).then(|| words().text(request.locale, "refusal-subtasks-open", &[("count", open.into())]));
        let text = |act: engine::AllowedAct| {
            let waits = waits.clone().filter(|_| act.act == "respond");
            let why_not = act.why_not.map(|refusal| refusal.message.get(request.locale).to_owned());
            AllowedAct { possible: act.possible && waits.is_none(), why_not: why_not.or(waits), act: act.act }
        };
        Ok(acts.into_iter().map(text).collect())
    }

    /// The case whose answer this one waits for; null when it goes on by itself, and when it is not yours to see.
    async fn merged_into(&self, ctx: &Context<'_>) -> Nullable<Case> {
        let target = self.0.merged_into?;
        reports(ctx).load_one(VisibleCase(target)).await.map(|found| found.map(Case)).or_fault(ctx).transpose()
    }

    /// The cases that were merged into this one, oldest first: its answer is theirs.
    #[graphql(directive = list_size::apply(10))]
    async fn merged(&self, ctx: &Context<'_>) -> Result<Vec<Case>> {
        let rows = reports(ctx).load_one(MergedInto(self.0.id)).await.or_fault(ctx)?;
        Ok(rows.iter().flat_map(|rows| rows.iter()).map(|row| Case(Arc::clone(row))).collect())
    }

    /// The parts of the work that other parties were asked for, oldest first.
    #[graphql(directive = list_size::apply(5))]
    async fn subtasks(&self, ctx: &Context<'_>) -> Result<Vec<Subtask>> {
        let rows = reports(ctx).load_one(SubtasksOf(self.0.id)).await.or_fault(ctx)?;
        Ok(rows.iter().flat_map(|rows| rows.iter()).cloned().map(Subtask).collect())
    }

    /// The cases that belong to this one: of which it is a part, and the parts of it that went to other bodies, oldest first.
    #[graphql(directive = list_size::apply(5))]
    async fn links(&self, ctx: &Context<'_>) -> Result<Vec<CaseLink>> {
        let mut links = Vec::new();
        if let Some(whole) = self.0.part_of {
            let whole = reports(ctx).load_one(whole).await.or_fault(ctx)?;
            links.extend(whole.iter().map(|whole| CaseLink::new(ctx, CaseLinkKind::PartOf, whole)));
        }
        let parts = reports(ctx).load_one(PartsOf(self.0.id)).await.or_fault(ctx)?;
        links.extend(parts.iter().flat_map(|parts| parts.iter()).map(|part| CaseLink::new(ctx, CaseLinkKind::Part, part)));
        Ok(links)
    }

    /// What it comes from, together with others.
    async fn incident(&self, ctx: &Context<'_>) -> Nullable<Incident> {
        let incident = self.0.incident_id?;
        Incident::find(ctx, incident).await.transpose()
    }

    /// What the suggester read in the text, when the reporter chose no category.
    async fn suggestion(&self) -> Option<StoredSuggestion> {
        let suggestion = self.0.suggestion.as_ref()?;
        Some(StoredSuggestion {
            category: suggestion.get("category")?.as_str()?.to_owned(),
            confidence: suggestion.get("confidence")?.as_f64()?,
            model_version: Version::stored(suggestion)?.to_string(),
            words: suggestion.get("words")?.as_array()?.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect(),
            case: self.clone(),
        })
    }

    /// The text with what seems personal covered, for an officer to read and to publish with `releaseText`.
    async fn text_to_release(&self, ctx: &Context<'_>) -> Nullable<TextToRelease> {
        let read = async {
            reading(ctx, &self.0, PersonalPart::Text).await?;
            let masked = masking::mask(&self.0.text, self.0.name().or_fault(ctx)?.as_deref(), locale_of(&self.0));
            Ok(Some(TextToRelease { text: masked.text, covered: masked.kinds.into_iter().map(Into::into).collect() }))
        };
        let read: Result<Option<TextToRelease>> = read.await;
        read.transpose()
    }

    /// A reply that your party keeps, filled for this case in the language of its reporter; null for one that it does not keep.
    async fn reply(&self, ctx: &Context<'_>, #[graphql(desc = "Which of your `templates`.")] template: ID) -> Nullable<String> {
        let read = async {
            let party = request(ctx).actor.party().map(PartyId::uuid).unwrap_or_default();
            let id = TemplateId::from_global(&template).map(TemplateId::uuid).unwrap_or_default();
            let found = reports(ctx).load_one(TemplateOf { party, id }).await.or_fault(ctx)?;
            Ok(found.map(|template| template.reply(&self.0, locale_of(&self.0))))
        };
        let read: Result<Option<String>> = read.await;
        read.transpose()
    }

    /// Photos and documents of the report, of the reporter's answers and of the result, in the order in which they were added.
    #[graphql(directive = list_size::apply(5))]
    async fn attachments(&self, ctx: &Context<'_>) -> Nullable<Vec<Attachment>> {
        Attachment::all(ctx, &self.0, View::Whole).await.map(Some).transpose()
    }

    /// Internal notes, oldest first; in no public field. They may tell of the reporter, so that looking at them is a look at personal data.
    async fn notes(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "How many, 1 to 100.")] first: i32,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Result<Connection<Note>> {
        let first = vocabulary::page(first, after.clone()).or_fault(ctx)?.first;
        reading(ctx, &self.0, PersonalPart::Notes).await?;
        let page = reports(ctx).load_one(NotesOn(PageOf { id: self.0.id, first, after })).await.or_fault(ctx)?;
        Ok(connection(page.unwrap_or(Page { items: Vec::new(), has_next: false, has_previous: false }), Note::of))
    }

    /// All that happened, oldest first, with what the public does not see.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "How many, 1 to 100.")] first: i32,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Result<Connection<CaseEvent>> {
        let page = events(ctx, &self.0, first, after, |_| true).await?;
        let past = Past::of(&self.0);
        Ok(connection(page, |event| CaseEvent { event, past: Arc::clone(&past) }))
    }
}

/// How to reach the reporter.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct Reporter {
    /// As they gave it.
    name: Option<String>,
    /// As they gave it.
    email: Option<String>,
    /// As they gave it.
    phone: Option<String>,
}

/// A text with what seems personal covered. Numbers and addresses of mail are found surely, names and homes not always.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct TextToRelease {
    /// With a word in brackets in the place of each part.
    text: String,
    /// What was covered.
    #[graphql(directive = list_size::apply(6))]
    covered: Vec<PersonalKind>,
}

/// A clock that runs on a case.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct Clock {
    /// Its name in the process, e.g. `deadline`.
    name: String,
    /// When it goes off.
    due_at: DateTime,
    /// Whether that has passed.
    overdue: bool,
    /// How it came to be, step by step; empty for one that an older program set.
    #[graphql(directive = list_size::apply(10))]
    steps: Vec<DeadlineStep>,
}

impl Clock {
    /// The clocks of a case in a state, the next one first.
    pub(crate) fn all(process: &Process, state: &CaseState, now: chrono::DateTime<chrono::Utc>) -> kernel::Result<Vec<Clock>> {
        let clock = |name: String, at, steps: Vec<engine::DeadlineStep>| Clock {
            name,
            due_at: DateTime(at),
            overdue: at < now,
            steps: steps.into_iter().map(DeadlineStep).collect(),
        };
        let dues = process.deadlines(state)?.into_iter();
        let mut clocks: Vec<Clock> = dues.map(|due| clock(due.name, due.derived.due_at, due.derived.steps)).collect();
        let others = state.timers.iter().filter(|(name, _)| !clocks.iter().any(|clock| clock.name == **name) && !process.is_warning(name));
        let others: Vec<Clock> = others.map(|(name, at)| clock(name.clone(), *at, Vec::new())).collect();
        clocks.extend(others);
        clocks.sort_by_key(|clock| clock.due_at.0);
        Ok(clocks)
    }
}

/// An act of the process.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct AllowedAct {
    /// Its name in the process, e.g. `accept`.
    act: String,
    /// Whether you may do it now.
    possible: bool,
    /// Why not, in the request's language.
    why_not: Option<String>,
}

/// What the suggester read in a text.
#[derive(SimpleObject)]
#[graphql(complex, requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct StoredSuggestion {
    /// The category's slug.
    category: String,
    /// The calibrated probability that it is right, 0 to 1.
    confidence: f64,
    /// The version of the model that read the text, e.g. `2.7`: the built-in one and, after a point, what it had learnt from officers.
    model_version: String,
    #[graphql(skip)]
    words: Vec<String>,
    #[graphql(skip)]
    case: Case,
}

#[ComplexObject]
impl StoredSuggestion {
    /// The words of the text that spoke for it most. Looking at them is looking at the text.
    #[graphql(directive = list_size::apply(3))]
    async fn words(&self, ctx: &Context<'_>) -> Result<&[String]> {
        reading(ctx, &self.case.0, PersonalPart::Text).await?;
        Ok(&self.words)
    }
}

/// An internal note.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct Note {
    /// When.
    at: DateTime,
    /// By whom; null for what the reporter wrote when contesting.
    author: Option<Officer>,
    /// The text.
    text: String,
}

impl Note {
    fn of(row: note::Model) -> Note {
        let author = (!row.author.is_nil()).then(|| Officer { id: ID(PersonId::from_uuid(row.author).global()) });
        Note { at: DateTime(row.at), author, text: row.text }
    }
}

/// Something that happened to a case.
pub(crate) struct CaseEvent {
    event: Event,
    past: Arc<Past>,
}

/// Something that happened to a case.
#[Object(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
impl CaseEvent {
    /// Its place among the events of the case, from 1.
    async fn number(&self) -> i32 {
        self.event.number
    }

    /// When.
    async fn at(&self) -> DateTime {
        DateTime(self.event.at)
    }

    /// Its kind, e.g. `forwarded`.
    async fn kind(&self) -> &str {
        &self.event.kind
    }

    /// In words.
    async fn text(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> String {
        timeline::text(&self.event, vocabulary::locale(ctx, locale))
    }

    /// Whether the public does not see it.
    async fn internal(&self) -> bool {
        !timeline::is_public(&self.event)
    }

    /// Who did it; null for the house itself and for people without an account.
    async fn actor(&self) -> Option<Officer> {
        let uuid = self.event.actor.strip_prefix("person:")?.parse().ok()?;
        Some(Officer { id: ID(PersonId::from_uuid(uuid).global()) })
    }

    /// The versions of process, rules, terms and calendar that it was judged by, e.g. `request.v1 routing.v1 clocks.v1 kz.v1`.
    async fn versions(&self) -> Option<String> {
        let versions = self.event.versions.as_ref()?;
        Some(format!("{} {} {} {}", versions.definition, versions.rules, versions.clocks, versions.calendar))
    }

    /// The case as it was after it; null where nothing of the process changed.
    #[graphql(requires_scopes = "auditor")]
    async fn state_after(&self, ctx: &Context<'_>) -> Nullable<PastState> {
        if let Err(error) = policy::may_look_back(&request(ctx).actor) {
            return Err(error).or_null(ctx);
        }
        self.past.after(ctx, self.event.number).await
    }
}
