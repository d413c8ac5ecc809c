//! What the public and the reporter see of a report.

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, Object, Result};

use journal::Event;
use kernel::{Cursor, Page, PartyId, ServiceId};
use vocabulary::{Connection, Date, DateTime, Locale, Nullable, OrFault, OrNull, connection, list_size, request};

use super::{
    attachments::Attachment,
    case::Case,
    enums::{CategorySource, FeedbackKind, Outcome, PublicStatus, Track, Urgency},
    identity::ReporterIdentity,
    incidents::Incident,
    intake::{IntakeAnswer, IntakeQuestion},
    loaders::{ConfirmationOf, ExtensionsOf, HistoryOf, PageOf, PartsOf, ProofOf, QuestionsOf, reports},
    neighbours::{District, Party, Service},
    notices::{self, Notice},
    parts::OutcomeReason,
    places::{Place, Point},
    readings::{Access, AccessesTo, PersonalPart, reading},
    reasons::{Deadline, RoutingExplanation},
    receipts::Receipt,
    work::{Extension, Question},
};
use crate::{
    desk::{Desk, parse, word},
    entity::feedback::Model,
    identity::Identity,
    intake::questions_of,
    outcome::find_reason,
    policy::{self, View},
    reference::{self, find_category, find_district},
    routing::Routing,
    timeline,
};

/// A thing that can be fetched again by its id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque, and the same for good."))]
pub(crate) enum Node {
    Category(Category),
    Feedback(Feedback),
    Case(Case),
}

/// A subject of feedback.
#[derive(Clone, Copy)]
pub(crate) struct Category(pub(crate) &'static reference::Category);

/// A subject of feedback.
#[Object(tag = "public")]
impl Category {
    /// Opaque, and the same for good.
    pub(crate) async fn id(&self) -> ID {
        ID(self.0.id().global())
    }

    /// The short name in links and in the city's data files, e.g. `water-supply`.
    async fn slug(&self) -> &str {
        &self.0.slug
    }

    /// The name that people know.
    async fn name(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> &str {
        self.0.name.get(vocabulary::locale(ctx, locale))
    }

    /// Whether a report on this subject is urgent even when its text does not say so.
    async fn urgent_by_default(&self) -> bool {
        self.0.urgent_by_default
    }

    /// What is asked about it before a report is filed, in this order.
    #[graphql(directive = list_size::apply(3))]
    async fn questions(&self) -> Vec<IntakeQuestion> {
        questions_of(self.0).map(IntakeQuestion).collect()
    }

    /// Whether an answer that says “done” carries a photo of the result.
    async fn evidence_asked(&self) -> bool {
        self.0.evidence_asked
    }
}

/// A report: what the public and the reporter see.
#[derive(Clone)]
pub(crate) struct Feedback {
    pub(crate) row: Arc<Model>,
    pub(crate) view: View,
}

impl Feedback {
    /// A report as the actor sees it without its key.
    pub(crate) fn seen_by(actor: &kernel::Actor, row: Arc<Model>) -> Feedback {
        let view = policy::view(actor, &row);
        Feedback { row, view }
    }

    fn whole(&self) -> bool {
        self.view != View::Public
    }
}

/// A report of a citizen: what the public and the reporter see. Personal parts (the text as written, the exact place) are null to the
/// public.
#[Object(tag = "scoped")]
impl Feedback {
    /// Opaque, and the same for good.
    pub(crate) async fn id(&self) -> ID {
        ID(self.row.feedback_id().global())
    }

    /// The number that people quote, e.g. `TK-2026-000123`.
    async fn reference(&self) -> &str {
        &self.row.reference
    }

    /// Informal request or statutory appeal.
    async fn track(&self, ctx: &Context<'_>) -> Result<Track> {
        parse::<engine::Track>(&self.row.track).map(Into::into).or_fault(ctx)
    }

    /// Which kind of appeal.
    async fn kind(&self, ctx: &Context<'_>) -> Result<FeedbackKind> {
        parse::<engine::Kind>(&self.row.kind).map(Into::into).or_fault(ctx)
    }

    /// How soon it must be answered.
    async fn urgency(&self, ctx: &Context<'_>) -> Result<Urgency> {
        parse::<engine::Urgency>(&self.row.urgency).map(Into::into).or_fault(ctx)
    }

    /// What it is about; null while nobody knows.
    async fn category(&self) -> Option<Category> {
        self.row.category.as_deref().and_then(find_category).map(Category)
    }

    /// Who said so.
    async fn category_source(&self, ctx: &Context<'_>) -> Nullable<CategorySource> {
        let read = async {
            let source = self.row.category_source.as_deref().map(parse::<crate::model::CategorySource>).transpose();
            Ok(source.or_fault(ctx)?.map(Into::into))
        };
        let read: Result<Option<CategorySource>> = read.await;
        read.transpose()
    }

    /// What was written: whole to the reporter and to those who work the case; to the public null, until an officer has released a text
    /// without personal data.
    async fn text(&self, ctx: &Context<'_>) -> Nullable<&str> {
        match self.view {
            View::Public => self.row.public_text.as_deref().map(Ok),
            View::Own => Some(Ok(&self.row.text)),
            View::Whole => reading(ctx, &self.row, PersonalPart::Text).await.map(|()| Some(self.row.text.as_str())).transpose(),
        }
    }

    /// Where it is.
    async fn place(&self, ctx: &Context<'_>) -> Nullable<Place> {
        let row = &self.row;
        let exact = row.lat.is_some() || row.address.is_some();
        if exact
            && self.view == View::Whole
            && wants_exact(ctx)
            && let Err(error) = reading(ctx, row, PersonalPart::Place).await
        {
            return Some(Err(error));
        }
        let place = Place {
            district: row.district.as_deref().and_then(find_district).map(|district| District::of(district.id())),
            point: row.lat.zip(row.lon).filter(|_| self.whole()).map(|(lat, lon)| Point { lat, lon }),
            address: row.address.clone().filter(|_| self.whole()),
            near: row.cell().filter(|_| self.whole() || row.track == word(&engine::Track::Request)).map(|cell| cell.middle().into()),
        };
        (place.district.is_some() || place.near.is_some() || place.address.is_some()).then_some(Ok(place))
    }

    /// Where it stands.
    async fn status(&self, ctx: &Context<'_>) -> Result<PublicStatus> {
        parse::<engine::PublicStatus>(&self.row.status).map(Into::into).or_fault(ctx)
    }

    /// Whether it is without an answer, and not at its end otherwise.
    async fn open(&self) -> bool {
        !self.row.ended
    }

    /// How it ended; null while it is open.
    async fn outcome(&self, ctx: &Context<'_>) -> Nullable<Outcome> {
        let read = async {
            let outcome = self.row.outcome.as_deref().map(parse::<crate::model::Outcome>).transpose();
            Ok(outcome.or_fault(ctx)?.map(Into::into))
        };
        let read: Result<Option<Outcome>> = read.await;
        read.transpose()
    }

    /// Why so, where the outcome asks for a reason.
    async fn outcome_reason(&self) -> Option<OutcomeReason> {
        self.row.outcome_reason.as_deref().and_then(find_reason).map(OutcomeReason)
    }

    /// What it comes from, together with others.
    async fn incident(&self, ctx: &Context<'_>) -> Nullable<Incident> {
        let incident = self.row.incident_id?;
        Incident::find(ctx, incident).await.transpose()
    }

    /// The parts of it that went to other bodies as reports of their own, oldest first: to the reporter and to those who work the case.
    #[graphql(directive = list_size::apply(3))]
    async fn parts(&self, ctx: &Context<'_>) -> Nullable<Vec<Feedback>> {
        if !self.whole() {
            return None;
        }
        let read = async {
            let parts = reports(ctx).load_one(PartsOf(self.row.id)).await.or_fault(ctx)?;
            let part = |row: &Arc<Model>| {
                // Whoever has the key of the whole is the reporter of its parts, too.
                let seen = Feedback::seen_by(&request(ctx).actor, Arc::clone(row));
                if self.view == View::Own { Feedback { view: View::Own, ..seen } } else { seen }
            };
            Ok(Some(parts.iter().flat_map(|parts| parts.iter()).map(part).collect()))
        };
        let read: Result<Option<Vec<Feedback>>> = read.await;
        read.transpose()
    }

    /// The answer: to the reporter and to those who work the case.
    async fn answer(&self) -> Option<&str> {
        self.row.answer.as_deref().filter(|_| self.whole())
    }

    /// Who has it; null until it is routed.
    async fn responsible(&self) -> Option<Party> {
        self.row.party_id.map(|id| Party::of(PartyId::from_uuid(id)))
    }

    /// Why it went there; null until it is routed.
    async fn why(&self, ctx: &Context<'_>) -> Nullable<RoutingExplanation> {
        let read = async { Ok(Routing::of(&self.row).or_fault(ctx)?.map(RoutingExplanation)) };
        let read: Result<Option<RoutingExplanation>> = read.await;
        read.transpose()
    }

    /// When the answer is due, and how that date came to be.
    async fn deadline(&self, ctx: &Context<'_>) -> Nullable<Deadline> {
        let read = async { Deadline::of(&self.row, request(ctx).now).map(Some).or_fault(ctx) };
        let read: Result<Option<Deadline>> = read.await;
        read.transpose()
    }

    /// When it came in.
    async fn received_at(&self) -> DateTime {
        DateTime(self.row.received_at)
    }

    /// The working day on which it was registered (APPC Art. 64).
    async fn registered_on(&self) -> Date {
        Date(self.row.registered_on)
    }

    /// What happened to it, oldest first.
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "How many, 1 to 100.")] first: i32,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Result<Connection<FeedbackEvent>> {
        let page = events(ctx, &self.row, first, after, timeline::is_public).await?;
        Ok(connection(page, |event| FeedbackEvent { event, feedback: Some(self.clone()) }))
    }

    /// The last thing that happened to it, of those in its timeline.
    async fn latest(&self, ctx: &Context<'_>) -> Nullable<FeedbackEvent> {
        let history = reports(ctx).load_one(HistoryOf(self.row.id)).await;
        let last = history.map(|events| events.and_then(|events| events.iter().rev().find(|event| timeline::is_public(event)).cloned()));
        last.map(|event| event.map(|event| FeedbackEvent { event, feedback: Some(self.clone()) })).or_null(ctx)
    }

    /// How many others said “same here”.
    async fn joined(&self) -> i32 {
        self.row.joined
    }

    /// The service that it is about, when it is about one.
    async fn service(&self) -> Option<Service> {
        self.row.service_id.map(|id| Service::of(ServiceId::from_uuid(id)))
    }

    /// What the reporter was asked, oldest first: to the reporter and to those who work the case.
    #[graphql(directive = list_size::apply(3))]
    async fn questions(&self, ctx: &Context<'_>) -> Nullable<Vec<Question>> {
        let read = async {
            let rows = reports(ctx).load_one(QuestionsOf(self.row.id)).await.or_fault(ctx)?;
            if self.view == View::Whole && rows.is_some() {
                reading(ctx, &self.row, PersonalPart::Answers).await?;
            }
            Ok(Some(rows.iter().flat_map(|rows| rows.iter()).map(Question::of).collect()))
        };
        let read: Result<Option<Vec<Question>>> = if self.whole() { read.await } else { Ok(None) };
        read.transpose()
    }

    /// What was answered on the subject when it was filed: to the reporter and to those who work the case.
    #[graphql(directive = list_size::apply(3))]
    async fn intake_answers(&self, ctx: &Context<'_>) -> Nullable<Vec<IntakeAnswer>> {
        if !self.whole() {
            return None;
        }
        let read = async {
            if self.view == View::Whole && self.row.intake_answers.is_some() {
                reading(ctx, &self.row, PersonalPart::Answers).await?;
            }
            IntakeAnswer::all(&self.row).map(Some).or_fault(ctx)
        };
        let read: Result<Option<Vec<IntakeAnswer>>> = read.await;
        read.transpose()
    }

    /// The decisions that made the term longer, oldest first: to the reporter and to those who work the case.
    #[graphql(directive = list_size::apply(3))]
    async fn extensions(&self, ctx: &Context<'_>) -> Nullable<Vec<Extension>> {
        let read = async {
            let rows = reports(ctx).load_one(ExtensionsOf(self.row.id)).await.or_fault(ctx)?;
            Ok(Some(rows.iter().flat_map(|rows| rows.iter()).map(Extension::of).collect()))
        };
        let read: Result<Option<Vec<Extension>>> = if self.whole() { read.await } else { Ok(None) };
        read.transpose()
    }

    /// Who looked at what is personal in it, newest first: to the reporter and to auditors.
    async fn accesses(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "How many, 1 to 100.")] first: i32,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Nullable<Connection<Access>> {
        if self.view != View::Own && !request(ctx).actor.is(kernel::Role::Auditor) {
            return None;
        }
        let read = async {
            let first = vocabulary::page(first, after.clone()).or_fault(ctx)?.first;
            let page = reports(ctx).load_one(AccessesTo(PageOf { id: self.row.id, first, after })).await.or_fault(ctx)?;
            Ok(Some(connection(page.unwrap_or(Page { items: Vec::new(), has_next: false, has_previous: false }), Access)))
        };
        let read: Result<Option<Connection<Access>>> = read.await;
        read.transpose()
    }

    /// By what it is known who filed it: to the reporter and to those who work the case; null for a report from before it was kept.
    async fn identity(&self, ctx: &Context<'_>) -> Nullable<ReporterIdentity> {
        let read = async {
            let known = self.row.identity.as_deref().filter(|_| self.whole());
            Ok(known.map(parse::<Identity>).transpose().or_fault(ctx)?.map(ReporterIdentity))
        };
        let read: Result<Option<ReporterIdentity>> = read.await;
        read.transpose()
    }

    /// Whether news go to the mail address that was left: its reader has confirmed it, or it was left with an account. To the reporter and to
    /// those who work the case; null when there is none.
    async fn contact_confirmed(&self, ctx: &Context<'_>) -> Nullable<bool> {
        let read = async {
            let email = self.row.email().or_fault(ctx)?;
            let wanted = reports(ctx).load_one(ConfirmationOf(self.row.coupon_id().uuid())).await.or_fault(ctx)?;
            Ok(email.map(|_| wanted.is_none_or(|wanted| wanted.is_confirmed())))
        };
        let read: Result<Option<bool>> = if self.whole() { read.await } else { Ok(None) };
        read.transpose()
    }

    /// What the reporter was told of it by mail and whether that arrived, the newest first: to the reporter and to those who work the case.
    #[graphql(directive = list_size::apply(10))]
    async fn notices(&self, ctx: &Context<'_>) -> Nullable<Vec<Notice>> {
        if self.whole() { notices::of(ctx, &self.row.reference).await } else { None }
    }

    /// Photos and documents, in the order in which they were added: all of them to the reporter and to those who work the case; to the public
    /// the photos that an officer has released.
    #[graphql(directive = list_size::apply(5))]
    async fn attachments(&self, ctx: &Context<'_>) -> Nullable<Vec<Attachment>> {
        Attachment::all(ctx, &self.row, self.view).await.map(Some).transpose()
    }

    /// Whether it was invented for the demonstration.
    async fn synthetic(&self) -> bool {
        self.row.synthetic
    }

    /// The proof that it was filed, which holds without the city and without a network: to the reporter.
    async fn receipt(&self, ctx: &Context<'_>) -> Nullable<Receipt> {
        if self.view != View::Own {
            return None;
        }
        let read = async {
            let proof = reports(ctx).load_one(ProofOf(self.row.id)).await.or_fault(ctx)?;
            Receipt::of(ctx.data_unchecked::<Desk>(), &self.row, proof).or_fault(ctx)
        };
        let read: Result<Option<Receipt>> = read.await;
        read.transpose()
    }

    /// The key of its coupon: for the house itself, when it mails the coupon.
    #[graphql(requires_scopes = "system")]
    async fn coupon_key(&self, ctx: &Context<'_>) -> Option<String> {
        let system = request(ctx).actor == kernel::Actor::System;
        system.then(|| ctx.data_unchecked::<Desk>().keys.derive(self.row.coupon_id().uuid()).into_inner())
    }
}

/// Whether more is asked for of a place than its district, which everybody may see.
fn wants_exact(ctx: &Context<'_>) -> bool {
    ctx.field().selection_set().any(|field| ["point", "address"].contains(&field.name()))
}

/// A page of a report's history, cut from what one statement read for all reports of the call.
pub(crate) async fn events(
    ctx: &Context<'_>,
    row: &Model,
    first: i32,
    after: Option<String>,
    shown: impl Fn(&Event) -> bool,
) -> Result<Page<Event>> {
    let page = vocabulary::page(first, after).or_fault(ctx)?;
    let after: i32 = page.after.as_ref().map_or(Ok(0), Cursor::decode).or_fault(ctx)?;
    let history = reports(ctx).load_one(HistoryOf(row.id)).await.or_fault(ctx)?.unwrap_or_default();
    let limit = usize::try_from(page.limit()).unwrap_or(usize::MAX);
    let events: Vec<Event> = history.iter().filter(|event| event.number > after && shown(event)).take(limit).cloned().collect();
    Page::cut(&page, events, |event| event.number).or_fault(ctx)
}

/// Something that happened to a report.
pub(crate) struct FeedbackEvent {
    pub(crate) event: Event,
    pub(crate) feedback: Option<Feedback>,
}

/// Something that happened to a report. Names of officers are withheld.
#[Object(tag = "scoped")]
impl FeedbackEvent {
    /// Resumes a subscription or a page after this event.
    async fn cursor(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(Cursor::encode(&self.event.number).or_fault(ctx)?.as_str().to_owned())
    }

    /// When.
    async fn at(&self) -> DateTime {
        DateTime(self.event.at)
    }

    /// Its kind, e.g. `assigned`.
    async fn kind(&self) -> &str {
        &self.event.kind
    }

    /// In words.
    async fn text(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> String {
        timeline::text(&self.event, vocabulary::locale(ctx, locale))
    }

    /// The report.
    async fn feedback(&self) -> Option<Feedback> {
        self.feedback.clone()
    }
}
