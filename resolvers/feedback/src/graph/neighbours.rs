//! What this room adds to the types of other rooms.

use async_graphql::{ComplexObject, Context, ID, Result, SimpleObject};
use chrono::{Days, NaiveDate};
use kernel::{DistrictId, PartyId, PersonId, ServiceId, city_day};
use rust_decimal::Decimal as Exact;
use vocabulary::{Connection, Date, Decimal, Nullable, OrFault, OrNull, SafeCount, Threshold, connection, list_size, request};

use super::{
    areas::AreaSubscription,
    calendar::CalendarLink,
    loaders::{LoadOf, NumbersOf, OfService, PageOf, reports},
    types::Feedback,
};
use crate::{
    desk::Desk,
    policy,
    reference::find_district_by_id,
    store::{Answered, Load, Numbers},
};

/// Whoever can be responsible.
#[derive(Clone, SimpleObject)]
#[graphql(complex, tag = "public")]
pub(crate) struct Party {
    /// Opaque, and the same for good.
    id: ID,
    #[graphql(skip)]
    party: PartyId,
}

impl Party {
    pub(crate) fn of(party: PartyId) -> Party {
        Party { id: ID(party.global()), party }
    }
}

#[ComplexObject]
impl Party {
    /// What it has on its desk; null when it has none.
    async fn workload(&self, ctx: &Context<'_>) -> Nullable<Workload> {
        let read = async {
            let loaded = reports(ctx).load_one(LoadOf(self.party.uuid())).await.or_fault(ctx)?;
            let (load, answered) = loaded.unwrap_or_default();
            let desk = ctx.data_unchecked::<Desk>();
            let calendar = desk.library().latest_calendar("kz").or_fault(ctx)?;
            let median = median_minutes(&answered, &calendar).map(|minutes| Decimal((Exact::from(minutes) / Exact::from(60)).round_dp(1)));
            Ok((load != Load::default() || median.is_some()).then(|| Workload {
                open: count(load.open),
                overdue: count(load.overdue),
                contested: count(load.contested),
                median_working_hours: median,
            }))
        };
        let read: Result<Option<Workload>> = read.await;
        read.transpose()
    }
}

fn count(n: i64) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

fn median_minutes(answered: &[Answered], calendar: &engine::Calendar) -> Option<i64> {
    let mut minutes: Vec<i64> = answered.iter().map(|case| calendar.working_minutes_between(case.received_at, case.answered_at)).collect();
    minutes.sort_unstable();
    minutes.get(minutes.len() / 2).copied()
}

/// What a party has on its desk.
#[derive(SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct Workload {
    /// Cases without an answer.
    open: i32,
    /// Of these, how many are past their term.
    overdue: i32,
    /// Of these, how many the reporter contested.
    contested: i32,
    /// Half of the last answers took at most so many working hours; null before the first answer.
    median_working_hours: Option<Decimal>,
}

/// A city or district of the region.
#[derive(Clone, SimpleObject)]
#[graphql(complex, tag = "public")]
pub(crate) struct District {
    /// Opaque, and the same for good.
    id: ID,
    #[graphql(skip)]
    district: DistrictId,
}

impl District {
    pub(crate) fn of(district: DistrictId) -> District {
        District { id: ID(district.global()), district }
    }
}

#[ComplexObject]
impl District {
    /// The numbers of reports from here; small groups are suppressed.
    async fn feedback_summary(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Registered on this day or later; by default a year ago.")] since: Option<Date>,
    ) -> Nullable<FeedbackSummary> {
        let read = async {
            let Some(district) = find_district_by_id(self.district) else { return Ok(None) };
            let to = city_day(request(ctx).now) + Days::new(7);
            let from = since.map_or_else(|| to - Days::new(372), |since| since.0);
            let key = NumbersOf { district: district.slug.clone(), from, to };
            let numbers = reports(ctx).load_one(key).await.or_fault(ctx)?.unwrap_or_default();
            Ok(Some(FeedbackSummary::gate(&numbers)))
        };
        let read: Result<Option<FeedbackSummary>> = read.await;
        read.transpose()
    }
}

/// The numbers of reports of a district. What is counted over fewer than 10 reports is suppressed.
#[derive(SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct FeedbackSummary {
    /// Registered.
    received: SafeCount,
    /// Of these, without an answer.
    open: SafeCount,
    /// Of these, past their term.
    overdue: SafeCount,
    /// Of the registered ones, how many were contested.
    contested: SafeCount,
}

impl FeedbackSummary {
    fn gate(numbers: &Numbers) -> FeedbackSummary {
        let k = Threshold::default();
        FeedbackSummary {
            received: SafeCount::gate(numbers.received, k),
            open: SafeCount::gate(numbers.open, k),
            overdue: SafeCount::gate(numbers.overdue, k),
            contested: SafeCount::gate(numbers.contested, k),
        }
    }
}

/// The numbers of reports registered in a span of days. What is counted over fewer than 10 reports is suppressed.
#[derive(SimpleObject)]
#[graphql(tag = "public")]
pub(crate) struct FeedbackStatistics {
    /// Registered.
    received: SafeCount,
    /// Of these, answered.
    answered: SafeCount,
    /// Of these, answered within the term.
    answered_on_time: SafeCount,
    /// Of the registered ones, past their term without an answer.
    overdue: SafeCount,
    /// Of the registered ones, contested.
    contested: SafeCount,
    /// Half of the answers took at most so many working days; null when fewer than 10 were answered.
    median_working_days: Option<Decimal>,
}

impl FeedbackStatistics {
    pub(crate) fn gate(numbers: &Numbers, answered: &[Answered], calendar: &engine::Calendar) -> FeedbackStatistics {
        let k = Threshold::default();
        let enough = !SafeCount::gate(numbers.answered, k).is_suppressed() && numbers.answered > 0;
        FeedbackStatistics {
            received: SafeCount::gate(numbers.received, k),
            answered: SafeCount::gate(numbers.answered, k),
            answered_on_time: SafeCount::gate(numbers.on_time, k),
            overdue: SafeCount::gate(numbers.overdue, k),
            contested: SafeCount::gate(numbers.contested, k),
            median_working_days: median_days(answered, calendar).filter(|_| enough).map(|days| Decimal(Exact::from(days))),
        }
    }
}

fn median_days(answered: &[Answered], calendar: &engine::Calendar) -> Option<u32> {
    let day = |at| -> NaiveDate { city_day(at) };
    let mut days: Vec<u32> =
        answered.iter().map(|case| calendar.working_days_between(day(case.received_at), day(case.answered_at))).collect();
    days.sort_unstable();
    days.get(days.len() / 2).copied()
}

/// A public service.
#[derive(Clone, SimpleObject)]
#[graphql(complex, tag = "public")]
pub(crate) struct Service {
    /// Opaque, and the same for good.
    id: ID,
    #[graphql(skip)]
    service: ServiceId,
}

impl Service {
    pub(crate) fn of(service: ServiceId) -> Service {
        Service { id: ID(service.global()), service }
    }
}

#[ComplexObject]
impl Service {
    /// Requests about this service, newest first, as the public sees them.
    async fn feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those without an answer, or only those with one.")] open: Option<bool>,
        #[graphql(default = 20, desc = "How many, 1 to 100.")] first: i32,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Nullable<Connection<Feedback>> {
        let read = async {
            let page = vocabulary::page(first, after.clone()).or_fault(ctx)?;
            let key = OfService { page: PageOf { id: self.service.uuid(), first: page.first, after }, open };
            let actor = &request(ctx).actor;
            let page = reports(ctx).load_one(key).await.or_fault(ctx)?;
            Ok(page.map(|page| connection(page, |row| Feedback::seen_by(actor, row))))
        };
        let read: Result<Option<Connection<Feedback>>> = read.await;
        read.transpose()
    }
}

/// Whoever asks.
#[derive(SimpleObject)]
#[graphql(complex, tag = "scoped")]
pub(crate) struct Viewer {
    /// Opaque, and the same for good.
    id: ID,
    #[graphql(skip)]
    person: PersonId,
}

impl Viewer {
    /// The viewer of an id, when it is the actor: nobody looks through another's eyes.
    pub(crate) fn of(id: &ID, actor: &kernel::Actor) -> Option<Viewer> {
        Some(Viewer { id: id.clone(), person: actor.viewer(id)? })
    }
}

#[ComplexObject]
impl Viewer {
    /// What they filed while signed in, newest first.
    async fn feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 20, desc = "How many, 1 to 100.")] first: i32,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Nullable<Connection<Feedback>> {
        let read = async {
            let page = vocabulary::page(first, after).or_fault(ctx)?;
            let actor = &request(ctx).actor;
            let page = super::store(ctx).filed_by(self.person.uuid(), &page).await.or_fault(ctx)?;
            Ok(Some(connection(page.map(std::sync::Arc::new), |row| Feedback::seen_by(actor, row))))
        };
        let read: Result<Option<Connection<Feedback>>> = read.await;
        read.transpose()
    }

    /// The areas that they subscribed to while signed in, oldest first.
    #[graphql(directive = list_size::apply(20))]
    async fn area_subscriptions(&self, ctx: &Context<'_>) -> Nullable<Vec<AreaSubscription>> {
        let rows = super::store(ctx).areas_of_person(self.person.uuid()).await;
        rows.map(|rows| Some(rows.into_iter().map(AreaSubscription::from).collect())).or_null(ctx)
    }

    /// The private addresses of the calendar of their deadlines, oldest first.
    #[graphql(directive = list_size::apply(5), requires_scopes = "officer", requires_scopes = "supervisor")]
    async fn calendar_links(&self, ctx: &Context<'_>) -> Nullable<Vec<CalendarLink>> {
        if let Err(error) = policy::may_work(&request(ctx).actor) {
            return Err(error).or_null(ctx);
        }
        let rows = super::store(ctx).calendar_links(self.person.uuid()).await;
        let desk = ctx.data_unchecked::<Desk>();
        rows.map(|rows| Some(rows.iter().map(|row| CalendarLink::of(desk, row)).collect())).or_null(ctx)
    }
}

/// Somebody who works for a party.
#[derive(SimpleObject)]
#[graphql(unresolvable = "id", requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct Officer {
    /// Opaque, and the same for good.
    pub(crate) id: ID,
}
