//! The deadlines of an officer, for programs that show calendars.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use kernel::{Actor, GlobalId, PartyId};
use vocabulary::{DateTime, Locale, Nullable, OrFault, OrNull, list_size, request};

use super::{
    mutation::desk,
    payloads::{Payload, payloads},
    store,
    types::Feedback,
};
use crate::{
    acts::CALENDAR_LINK,
    calendar::CalendarKeys,
    desk::Desk,
    entity::{calendar_link::Model, feedback},
};

/// A private address of your calendar of deadlines.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
pub(crate) struct CalendarLink {
    /// Opaque, and the same for good.
    id: ID,
    /// Where the calendar is at the city's address, as `/calendar/….ics`. Whoever has it reads the calendar: give it to your own programs only.
    path: String,
    /// When it was made.
    created_at: DateTime,
}

impl CalendarLink {
    pub(super) fn of(desk: &Desk, row: &Model) -> CalendarLink {
        let token = CalendarKeys(&desk.house.secret).derive(row.id).into_inner();
        let id = ID(GlobalId::encode(CALENDAR_LINK, row.id));
        CalendarLink { id, path: format!("/calendar/{token}.ics"), created_at: DateTime(row.created_at) }
    }
}

/// The deadlines of an officer.
pub(crate) struct DeadlineCalendar(Model);

/// The deadlines of an officer: of the open cases that they work on, as everybody may see them.
#[Object(tag = "scoped")]
impl DeadlineCalendar {
    /// The language in which its owner made it.
    async fn locale(&self) -> Locale {
        kernel::Locale::from_tag(&self.0.locale).unwrap_or_default().into()
    }

    /// The next ones, 200 at the most.
    #[graphql(directive = list_size::apply(200))]
    async fn entries(&self, ctx: &Context<'_>) -> Nullable<Vec<DeadlineEntry>> {
        let rows = store(ctx).deadlines(PartyId::from_uuid(self.0.party_id), self.0.owner).await;
        rows.map(|rows| Some(rows.into_iter().map(DeadlineEntry::of).collect())).or_null(ctx)
    }
}

/// A deadline in a calendar.
#[derive(SimpleObject)]
#[graphql(tag = "scoped")]
pub(crate) struct DeadlineEntry {
    /// Whose deadline it is, as everybody may see it.
    feedback: Feedback,
    /// Rises with everything that happens to it.
    revision: i32,
}

impl DeadlineEntry {
    fn of(row: feedback::Model) -> DeadlineEntry {
        let revision = row.events;
        DeadlineEntry { feedback: Feedback::seen_by(&Actor::Anonymous, Arc::new(row)), revision }
    }
}

#[derive(Default)]
pub(crate) struct CalendarQueries;

/// What programs that show calendars ask.
#[Object]
impl CalendarQueries {
    /// A calendar of deadlines by the token in its address; null for one that was ended, or never was.
    #[graphql(tag = "scoped")]
    async fn deadline_calendar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What stands in the address before `.ics`.")] token: String,
    ) -> Nullable<DeadlineCalendar> {
        let read = async {
            let Some(link) = CalendarKeys(&desk(ctx).house.secret).read(&token) else { return Ok(None) };
            Ok(store(ctx).calendar_link(link).await.or_fault(ctx)?.map(DeadlineCalendar))
        };
        let read: Result<Option<DeadlineCalendar>> = read.await;
        read.transpose()
    }
}

/// Makes an address of your calendar.
#[derive(InputObject)]
pub(crate) struct CreateCalendarLinkInput {
    /// A UUID made by the client: the act is carried out once for it.
    idempotency_key: String,
}

/// Ends an address of your calendar.
#[derive(InputObject)]
pub(crate) struct EndCalendarLinkInput {
    /// A UUID made by the client: the act is carried out once for it.
    idempotency_key: String,
    /// Which one.
    link: ID,
}

payloads! {
    #[graphql(tag = "scoped")] CreateCalendarLinkPayload: link CalendarLink = "The address.";
    #[graphql(tag = "scoped")] EndCalendarLinkPayload: ended ID = "The address that opens nothing any more.";
}

#[derive(Default)]
pub(crate) struct CalendarActs;

/// What officers do with their calendars.
#[Object]
impl CalendarActs {
    /// Makes a private address of the calendar of your deadlines, for one program that shows calendars. Its language is the request's.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn create_calendar_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The act.")] input: CreateCalendarLinkInput,
    ) -> Nullable<CreateCalendarLinkPayload> {
        let made = desk(ctx).create_calendar_link(&input.idempotency_key, request(ctx)).await;
        CreateCalendarLinkPayload::of(ctx, made.map(Some), |row| CalendarLink::of(desk(ctx), &row))
    }

    /// Ends an address of your calendar: it opens nothing any more.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn end_calendar_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which address.")] input: EndCalendarLinkInput,
    ) -> Nullable<EndCalendarLinkPayload> {
        let ended = desk(ctx).end_calendar_link(&input.idempotency_key, &input.link, request(ctx)).await;
        EndCalendarLinkPayload::of(ctx, ended.map(Some), |id| ID(GlobalId::encode(CALENDAR_LINK, id)))
    }
}
