//! The officers' queues.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use kernel::{CategoryId, DistrictId, PartyId, QueueId};
use vocabulary::{Connection, Locale, Nullable, OrFault, OrNull, connection, list_size, request};

use super::{
    case::Case,
    enums::{PublicStatus, Track, Urgency},
    loaders::{CountOf, reports},
    mutation::desk,
    neighbours::{District, Party},
    payloads::{Payload, payloads},
    store,
    types::Category,
};
use crate::{
    acts::QueueDraft,
    desk::{parse, word},
    entity::queue::Model,
    error::words,
    policy,
    reference::{find_category, find_category_by_id, find_district, find_district_by_id},
    store::{DeskFilter, Looking},
};

/// Which cases a queue shows: those for which all that is given holds.
#[derive(Default, InputObject)]
#[graphql(name = "DeskFilter")]
pub(crate) struct DeskInput {
    /// Words that the report holds, its number, or the reporter's name or phone; spellings and endings do not matter.
    query: Option<String>,
    /// Only those past their term, or only those within it.
    overdue: Option<bool>,
    /// Only those due within so many days; what is overdue is, too.
    due_within_days: Option<i32>,
    /// Only those whose answer was contested, or only the others.
    contested: Option<bool>,
    /// Only those that you work on, or only the others.
    mine: Option<bool>,
    /// Only those that nobody works on, or only the others.
    unassigned: Option<bool>,
    /// Only this category.
    category: Option<ID>,
    /// Only from this city or district.
    district: Option<ID>,
    /// Only those of this party, of the parties that you see.
    party: Option<ID>,
    /// Only requests, or only appeals.
    track: Option<Track>,
    /// Only of this urgency.
    urgency: Option<Urgency>,
    /// Only with this status.
    status: Option<PublicStatus>,
    /// The answered and ended ones instead of the open ones; null for all.
    #[graphql(default_with = "Some(false)")]
    ended: Option<bool>,
}

impl From<DeskInput> for DeskFilter {
    /// What names nothing finds nothing.
    fn from(input: DeskInput) -> DeskFilter {
        let category = input.category.map(|id| CategoryId::from_global(&id).and_then(find_category_by_id));
        let district = input.district.map(|id| DistrictId::from_global(&id).and_then(find_district_by_id));
        DeskFilter {
            query: input.query,
            overdue: input.overdue,
            due_within_days: input.due_within_days,
            contested: input.contested,
            mine: input.mine,
            unassigned: input.unassigned,
            category: category.map(|known| known.map_or_else(String::new, |known| known.slug.clone())),
            district: district.map(|known| known.map_or_else(String::new, |known| known.slug.clone())),
            party: input.party.map(|id| PartyId::from_global(&id).map(PartyId::uuid).unwrap_or_default()),
            track: input.track.map(|track| word(&engine::Track::from(track))),
            urgency: input.urgency.map(|urgency| word(&engine::Urgency::from(urgency))),
            status: input.status.map(|status| word(&engine::PublicStatus::from(status))),
            ended: input.ended,
        }
    }
}

/// What a queue shows, as it was asked for.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct QueueFilter {
    /// Words that the report holds.
    query: Option<String>,
    /// Past the term, or within it.
    overdue: Option<bool>,
    /// Due within so many days.
    due_within_days: Option<i32>,
    /// Contested, or not.
    contested: Option<bool>,
    /// Yours, or not.
    mine: Option<bool>,
    /// Nobody's, or somebody's.
    unassigned: Option<bool>,
    /// Of this category.
    category: Option<Category>,
    /// From this city or district.
    district: Option<District>,
    /// Of this party.
    party: Option<Party>,
    /// Requests, or appeals.
    track: Option<Track>,
    /// Of this urgency.
    urgency: Option<Urgency>,
    /// With this status.
    status: Option<PublicStatus>,
    /// Answered and ended, or open; null for all.
    ended: Option<bool>,
}

impl QueueFilter {
    fn of(filter: &DeskFilter) -> kernel::Result<QueueFilter> {
        Ok(QueueFilter {
            query: filter.query.clone(),
            overdue: filter.overdue,
            due_within_days: filter.due_within_days,
            contested: filter.contested,
            mine: filter.mine,
            unassigned: filter.unassigned,
            category: filter.category.as_deref().and_then(find_category).map(Category),
            district: filter.district.as_deref().and_then(find_district).map(|district| District::of(district.id())),
            party: filter.party.map(|party| Party::of(PartyId::from_uuid(party))),
            track: filter.track.as_deref().map(parse::<engine::Track>).transpose()?.map(Into::into),
            urgency: filter.urgency.as_deref().map(parse::<engine::Urgency>).transpose()?.map(Into::into),
            status: filter.status.as_deref().map(parse::<engine::PublicStatus>).transpose()?.map(Into::into),
            ended: filter.ended,
        })
    }
}

/// A queue of cases.
pub(crate) struct CaseQueue {
    id: QueueId,
    name: QueueName,
    filter: DeskFilter,
    shared: bool,
}

enum QueueName {
    /// A message of this room's words.
    Standing(&'static str),
    /// As somebody called it.
    Kept(String),
}

impl CaseQueue {
    /// The queues that every desk has.
    fn standing() -> Vec<CaseQueue> {
        let open = || DeskFilter { ended: Some(false), ..DeskFilter::default() };
        let waiting = word(&engine::PublicStatus::WaitingForReporter);
        let all = [
            ("queue-mine", DeskFilter { mine: Some(true), ..open() }),
            ("queue-unassigned", DeskFilter { unassigned: Some(true), ..open() }),
            ("queue-contested", DeskFilter { contested: Some(true), ..open() }),
            ("queue-due-soon", DeskFilter { due_within_days: Some(3), overdue: Some(false), ..open() }),
            ("queue-overdue", DeskFilter { overdue: Some(true), ..open() }),
            ("queue-waiting", DeskFilter { status: Some(waiting), ..open() }),
        ];
        let queue = |(name, filter)| CaseQueue { id: QueueId::of_slug(name), name: QueueName::Standing(name), filter, shared: true };
        all.into_iter().map(queue).collect()
    }

    fn of_row(row: Model) -> kernel::Result<CaseQueue> {
        let filter = serde_json::from_value(row.filter).map_err(kernel::Error::internal)?;
        Ok(CaseQueue { id: QueueId::from_uuid(row.id), name: QueueName::Kept(row.name), filter, shared: row.party_id.is_some() })
    }

    /// The queues that the actor has.
    async fn all(ctx: &Context<'_>) -> kernel::Result<Vec<CaseQueue>> {
        let actor = &request(ctx).actor;
        let mut queues = CaseQueue::standing();
        if let Some(person) = actor.person() {
            let kept = store(ctx).queues(person.id.uuid(), actor.party().map(PartyId::uuid)).await?;
            queues.extend(kept.into_iter().map(CaseQueue::of_row).collect::<kernel::Result<Vec<_>>>()?);
        }
        Ok(queues)
    }
}

/// A queue of cases: one that every desk has, or one that somebody keeps.
#[Object(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
impl CaseQueue {
    /// Opaque, and the same for good.
    async fn id(&self) -> ID {
        ID(self.id.global())
    }

    /// What it is called.
    async fn name(&self, ctx: &Context<'_>, #[graphql(desc = "The language; by default the request's.")] locale: Option<Locale>) -> String {
        match &self.name {
            QueueName::Standing(message) => words().text(vocabulary::locale(ctx, locale), message, &[]),
            QueueName::Kept(name) => name.clone(),
        }
    }

    /// Whether others of your party have it, too.
    async fn shared(&self) -> bool {
        self.shared
    }

    /// Whether somebody keeps it, who can change and delete it; every desk has the others.
    async fn kept(&self) -> bool {
        matches!(self.name, QueueName::Kept(_))
    }

    /// What it shows.
    async fn filter(&self, ctx: &Context<'_>) -> Result<QueueFilter> {
        QueueFilter::of(&self.filter).or_fault(ctx)
    }

    /// How many cases are in it now.
    async fn count(&self, ctx: &Context<'_>) -> Result<i32> {
        let count = reports(ctx).load_one(CountOf(self.filter.clone())).await.or_fault(ctx)?;
        Ok(i32::try_from(count.unwrap_or_default()).unwrap_or(i32::MAX))
    }
}

#[derive(Default)]
pub(crate) struct DeskQueries;

/// What officers ask.
#[Object]
impl DeskQueries {
    /// The queue of your party: what a reporter contested first, then what has least time left; for a supervisor also the queues of the
    /// parties that theirs supervises.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
    async fn desk(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only the cases of this one of your `queues`.")] queue: Option<ID>,
        #[graphql(desc = "Which ones; without it and without a queue, the open ones.")] filter: Option<DeskInput>,
        #[graphql(default = 20, desc = "How many, 1 to 100.")] first: i32,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Nullable<Connection<Case>> {
        let read = async {
            let request = request(ctx);
            let scope = policy::may_open_desk(&request.actor).or_fault(ctx)?;
            let page = vocabulary::page(first, after).or_fault(ctx)?;
            let mut filters: Vec<DeskFilter> = Vec::new();
            if let Some(id) = queue {
                let queues = CaseQueue::all(ctx).await.or_fault(ctx)?;
                let found = queues.into_iter().find(|queue| queue.id.global() == id.0);
                // A queue that is not there, or not yours, holds nothing.
                filters
                    .push(found.map_or_else(|| DeskFilter { query: Some(String::new()), ..DeskFilter::default() }, |queue| queue.filter));
            }
            if filter.is_some() || filters.is_empty() {
                let filter = filter.unwrap_or_else(|| DeskInput { ended: Some(false), ..DeskInput::default() });
                filters.push(filter.into());
            }
            let looking = Looking { person: request.actor.person().map(|person| person.id.uuid()), now: request.now };
            let page = store(ctx).desk(scope, &filters, looking, &page).await.or_fault(ctx)?;
            Ok(Some(connection(page.map(Arc::new), Case)))
        };
        let read: Result<Option<Connection<Case>>> = read.await;
        read.transpose()
    }

    /// Your queues: those that every desk has, those that your party shares, and those that you keep, each with its number of cases.
    #[graphql(
        requires_scopes = "officer",
        requires_scopes = "supervisor",
        requires_scopes = "auditor",
        directive = list_size::apply(46)
    )]
    async fn queues(&self, ctx: &Context<'_>) -> Nullable<Vec<CaseQueue>> {
        if let Err(error) = policy::may_open_desk(&request(ctx).actor) {
            return Err(error).or_null(ctx);
        }
        CaseQueue::all(ctx).await.map(Some).or_null(ctx)
    }
}

/// Keeps a queue.
#[derive(InputObject)]
pub(crate) struct SaveQueueInput {
    /// A UUID made by the client: the act is carried out once for it.
    idempotency_key: String,
    /// The queue to change; a new one when absent.
    queue: Option<ID>,
    /// What it is called, 1 to 80 characters.
    name: String,
    /// What it shows.
    filter: DeskInput,
    /// Whether all of your party have it; supervisors only.
    #[graphql(default)]
    shared: bool,
}

/// Keeps a queue no longer.
#[derive(InputObject)]
pub(crate) struct DeleteQueueInput {
    /// A UUID made by the client: the act is carried out once for it.
    idempotency_key: String,
    /// Which one.
    queue: ID,
}

payloads! {
    #[graphql(tag = "scoped")] SaveQueuePayload: queue CaseQueue = "The queue.";
    #[graphql(tag = "scoped")] DeleteQueuePayload: deleted ID = "The queue that is no more.";
}

#[derive(Default)]
pub(crate) struct QueueActs;

/// What officers do to their queues.
#[Object]
impl QueueActs {
    /// Keeps a queue, or changes one that is kept.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
    async fn save_queue(&self, ctx: &Context<'_>, #[graphql(desc = "Which queue.")] input: SaveQueueInput) -> Nullable<SaveQueuePayload> {
        let draft = QueueDraft { queue: input.queue.map(|id| id.0), name: input.name, filter: input.filter.into(), shared: input.shared };
        let saved = desk(ctx).save_queue(&input.idempotency_key, draft, request(ctx)).await;
        let saved = saved.and_then(|row| Ok(Some(CaseQueue::of_row(row)?)));
        SaveQueuePayload::of(ctx, saved, |queue| queue)
    }

    /// Keeps a queue no longer; the cases stay where they are.
    #[graphql(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
    async fn delete_queue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which queue.")] input: DeleteQueueInput,
    ) -> Nullable<DeleteQueuePayload> {
        let deleted = desk(ctx).delete_queue(&input.idempotency_key, &input.queue, request(ctx)).await;
        DeleteQueuePayload::of(ctx, deleted.map(Some), |id| ID(id.global()))
    }
}
