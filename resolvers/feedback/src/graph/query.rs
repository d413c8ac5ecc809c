//! What can be asked.

use std::sync::Arc;

use async_graphql::{Context, ID, MergedObject, Object, Result};
use chrono::Datelike;
use kernel::{CategoryId, DistrictId, FeedbackId, PartyId, ServiceId};
use vocabulary::{Connection, Date, DateTime, Locale, Nullable, OrFault, OrNull, connection, list_size, request};

use super::{
    appeals::AppealQueries,
    areas::CodeQueries,
    attachments::FileQueries,
    bulk::BulkQueries,
    calendar::CalendarQueries,
    case::Case,
    enums::{FeedbackKind, Track, Urgency},
    incidents::IncidentQueries,
    inputs::PlaceInput,
    learning::LearningQueries,
    loaders::{ByReference, reports},
    neighbours::{District, FeedbackStatistics, Party, Service, Viewer},
    parts::PartQueries,
    payloads::Versioned,
    public::PublicInput,
    queues::DeskQueries,
    reasons::Deadline,
    rules::{RuleProposal, RuleVersion},
    store,
    subtasks::SubtaskQueries,
    suggestions::{CategorySuggestion, EmergencyAdvice, SimilarFeedback},
    templates::TemplateQueries,
    types::{Category, Feedback},
};
use crate::{
    desk::Desk,
    model::TEXT_CHARS_MAX,
    policy::{self, View},
    reference::{categories, find_category_by_id, find_district_by_id},
    rules,
    similar::Draft,
    store::Span,
};

/// What can be asked.
#[derive(Default, MergedObject)]
#[graphql(name = "Query")]
pub(crate) struct Query(
    Reports,
    DeskQueries,
    TemplateQueries,
    BulkQueries,
    SubtaskQueries,
    IncidentQueries,
    PartQueries,
    LearningQueries,
    AppealQueries,
    CalendarQueries,
    FileQueries,
    CodeQueries,
);

#[derive(Default)]
struct Reports;

/// The root of everything that can be asked.
#[Object]
impl Reports {
    /// The subjects of feedback.
    #[graphql(tag = "public", directive = list_size::apply(50))]
    async fn categories(&self) -> Option<Vec<Category>> {
        Some(categories().iter().map(Category).collect())
    }

    /// What a text may be about, best first; empty when the suggester abstains. The text is not stored.
    #[graphql(tag = "public", directive = list_size::apply(5))]
    async fn suggest_categories(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the citizen wrote, in any of the languages, or mixed.")] text: String,
        #[graphql(desc = "The language of the text; the suggester reads all of them, so it may be left out.")] locale: Option<Locale>,
    ) -> Option<Vec<CategorySuggestion>> {
        let _ = locale;
        let text: String = text.chars().take(TEXT_CHARS_MAX).collect();
        let in_force = ctx.data_unchecked::<Desk>().suggester(request(ctx).now).await;
        let suggested = in_force.suggester.suggest(&text).into_iter();
        Some(suggested.map(|suggestion| CategorySuggestion { suggestion, version: in_force.version }).collect())
    }

    /// Open requests that may be on the same matter, the likeliest first: say “same here” with `joinFeedback` instead of filing one more. The
    /// text is not stored.
    #[graphql(tag = "public", directive = list_size::apply(3))]
    async fn similar_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the citizen wrote.")] text: String,
        #[graphql(desc = "What it is about; by default what the suggester reads in the text.")] category: Option<ID>,
        #[graphql(desc = "Where it is.")] place: Option<PlaceInput>,
    ) -> Nullable<Vec<SimilarFeedback>> {
        let text: String = text.chars().take(TEXT_CHARS_MAX).collect();
        let (district, point) = place.unwrap_or_default().found();
        let category = match category.and_then(|id| CategoryId::from_global(&id)).and_then(find_category_by_id) {
            Some(chosen) => Some(chosen.slug.as_str()),
            None => {
                let suggester = ctx.data_unchecked::<Desk>().suggester(request(ctx).now).await.suggester;
                suggester.suggest(&text).into_iter().next().map(|suggestion| suggestion.category)
            }
        };
        let draft = Draft { text: &text, category, district: district.map(|district| district.slug.as_str()), point };
        let actor = &request(ctx).actor;
        let similar = store(ctx).similar(&draft, actor, request(ctx).now).await;
        similar.map(|similar| Some(similar.into_iter().map(|similar| SimilarFeedback::of(actor, similar)).collect())).or_null(ctx)
    }

    /// Whom to call before writing; null when the text tells of no danger to life. It says so rather once too often. The text is not stored.
    #[graphql(tag = "public")]
    async fn emergency_advice(
        &self,
        #[graphql(desc = "What the citizen wrote, in any of the languages, or mixed.")] text: String,
    ) -> Option<EmergencyAdvice> {
        let text: String = text.chars().take(TEXT_CHARS_MAX).collect();
        let read = suggester::urgency(&text);
        read.call_first.then_some(EmergencyAdvice(read))
    }

    /// When an answer would be due, and why, for any instant of arrival: so that anybody can check it.
    #[graphql(tag = "public")]
    async fn derive_deadline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Request or appeal.")] track: Track,
        #[graphql(desc = "The kind; it sets the term of an appeal.")] kind: FeedbackKind,
        #[graphql(desc = "The urgency; it sets the term of a request.")] urgency: Urgency,
        #[graphql(desc = "When it came in.")] received_at: DateTime,
    ) -> Nullable<Deadline> {
        // Terms reach some months ahead; chrono's own range is far wider than any calendar.
        if !(1900..=9000).contains(&received_at.0.year()) {
            return Err(kernel::Error::bad_input(kernel::Code::BadUserInput.text())).or_null(ctx);
        }
        let desk = ctx.data_unchecked::<Desk>();
        let derived = desk.library().deadline(track.into(), kind.into(), urgency.into(), received_at.0);
        let overdue = |due| due < request(ctx).now;
        derived.map(|derived| Some(Deadline { original_due_on: derived.due_on, overdue: overdue(derived.due_at), derived })).or_null(ctx)
    }

    /// A report by its number: the public view, or the reporter's own with the coupon's key. A wrong key answers as no report.
    #[graphql(tag = "scoped")]
    async fn feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The number, e.g. `TK-2026-000123`.")] reference: String,
        #[graphql(desc = "The coupon's key.")] key: Option<String>,
    ) -> Nullable<Feedback> {
        let found = reports(ctx).load_one(ByReference(reference)).await;
        let keys = &ctx.data_unchecked::<Desk>().keys;
        let opened = found.map(|row| match (row, key) {
            (Some(row), Some(key)) => keys.fits(row.coupon_id().uuid(), &key).then_some(Feedback { row, view: View::Own }),
            (Some(row), None) => Some(Feedback::seen_by(&request(ctx).actor, row)),
            (None, _) => None,
        });
        opened.or_null(ctx)
    }

    /// Requests, newest first, as the public sees them. Appeals are found by their number only.
    #[graphql(tag = "public")]
    async fn public_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] filter: Option<PublicInput>,
        #[graphql(default = 20, desc = "How many, 1 to 100.")] first: i32,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Nullable<Connection<Feedback>> {
        let read = async {
            let page = vocabulary::page(first, after).or_fault(ctx)?;
            let page = store(ctx).published(filter.unwrap_or_default().into(), &page).await.or_fault(ctx)?;
            let actor = &request(ctx).actor;
            Ok(Some(connection(page.map(Arc::new), |row| Feedback::seen_by(actor, row))))
        };
        let read: Result<Option<Connection<Feedback>>> = read.await;
        read.transpose()
    }

    /// The numbers of reports registered in a span of days.
    #[graphql(tag = "public")]
    async fn feedback_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day.")] from: Date,
        #[graphql(desc = "The last day.")] to: Date,
        #[graphql(desc = "Only the cases of this party.")] party: Option<ID>,
        #[graphql(desc = "Only from this city or district.")] district: Option<ID>,
    ) -> Nullable<FeedbackStatistics> {
        let read = async {
            let district = district.map(|id| DistrictId::from_global(&id).and_then(find_district_by_id));
            let span = Span {
                from: from.0,
                to: to.0,
                party: party.map(|id| PartyId::from_global(&id).map(PartyId::uuid).unwrap_or_default()),
                districts: district.map(|known| known.map(|known| known.slug.clone()).into_iter().collect()),
            };
            let numbers = store(ctx).statistics(&span, request(ctx).now).await.or_fault(ctx)?.into_values().next().unwrap_or_default();
            let answered = store(ctx).answered_in(&span).await.or_fault(ctx)?;
            let calendar = ctx.data_unchecked::<Desk>().library().latest_calendar("kz").or_fault(ctx)?;
            Ok(Some(FeedbackStatistics::gate(&numbers, &answered, &calendar)))
        };
        let read: Result<Option<FeedbackStatistics>> = read.await;
        read.transpose()
    }

    /// A case by its number; null for one that you may not see.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
    async fn case(&self, ctx: &Context<'_>, #[graphql(desc = "The number, e.g. `TK-2026-000123`.")] reference: String) -> Nullable<Case> {
        let scope = policy::scope(&request(ctx).actor);
        let found = store(ctx).case_by_reference(scope, &reference).await;
        found.map(|row| row.map(|row| Case(Arc::new(row)))).or_null(ctx)
    }

    /// The rules in force: all versions that cases may be on, each with the digest of its file.
    #[graphql(tag = "public", directive = list_size::apply(50))]
    async fn rules(&self, ctx: &Context<'_>) -> Option<Vec<RuleVersion>> {
        Some(RuleVersion::all(ctx.data_unchecked::<Desk>()))
    }

    /// Rules that somebody proposed, by their digest.
    #[graphql(requires_scopes = "supervisor", requires_scopes = "auditor")]
    async fn rule_proposal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The digest that `simulateRules` gave.")] digest: String,
    ) -> Nullable<RuleProposal> {
        let found = rules::find(&ctx.data_unchecked::<Desk>().house.database.reader, &digest).await;
        found.map(|row| row.map(RuleProposal)).or_null(ctx)
    }

    #[graphql(entity)]
    async fn find_feedback_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Feedback>> {
        let Some(id) = FeedbackId::from_global(&id) else { return Ok(None) };
        let row = reports(ctx).load_one(id.uuid()).await.or_fault(ctx)?;
        Ok(row.map(|row| Feedback::seen_by(&request(ctx).actor, row)))
    }

    #[graphql(entity)]
    async fn find_feedback_by_reference(&self, ctx: &Context<'_>, reference: String) -> Result<Option<Feedback>> {
        let row = reports(ctx).load_one(ByReference(reference)).await.or_fault(ctx)?;
        Ok(row.map(|row| Feedback::seen_by(&request(ctx).actor, row)))
    }

    #[graphql(entity)]
    async fn find_case_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Case>> {
        Case::current(ctx, &id).await
    }

    #[graphql(entity)]
    async fn find_category_by_id(&self, id: ID) -> Option<Category> {
        CategoryId::from_global(&id).and_then(find_category_by_id).map(Category)
    }

    #[graphql(entity)]
    async fn find_party_by_id(&self, id: ID) -> Option<Party> {
        PartyId::from_global(&id).map(Party::of)
    }

    #[graphql(entity)]
    async fn find_district_by_id(&self, id: ID) -> Option<District> {
        DistrictId::from_global(&id).map(District::of)
    }

    #[graphql(entity)]
    async fn find_service_by_id(&self, id: ID) -> Option<Service> {
        ServiceId::from_global(&id).map(Service::of)
    }

    #[graphql(entity)]
    async fn find_viewer_by_id(&self, ctx: &Context<'_>, id: ID) -> Option<Viewer> {
        Viewer::of(&id, &request(ctx).actor)
    }
}
