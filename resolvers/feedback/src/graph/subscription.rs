//! What can be listened to. A subscription reads the journal after a cursor, so whoever reconnects with their last cursor misses nothing.

use std::sync::Arc;

use async_graphql::{Context, Result, SimpleObject, Subscription};
use futures_util::Stream;
use journal::{Event, Source, listen};
use kernel::{Actor, Cursor};
use sea_orm::DatabaseConnection;
use uuid::Uuid;
use vocabulary::{OrFault, request};

use super::{
    case::Case,
    store,
    types::{Feedback, FeedbackEvent},
};
use crate::{
    desk::{Desk, STREAM},
    entity::feedback::Model,
    policy::{self, Scope, View},
    store::Store,
    timeline,
};

/// How many events are read at once.
const BATCH: u64 = 100;

/// A change of a case on your desk.
#[derive(SimpleObject)]
#[graphql(requires_scopes = "officer", requires_scopes = "supervisor", requires_scopes = "auditor")]
pub(crate) struct DeskChange {
    /// Resumes the subscription after this change.
    cursor: String,
    /// What happened, e.g. `assigned`.
    kind: String,
    /// The case as it is now.
    case: Case,
}

pub(crate) struct Subscription;

/// The root of everything that can be listened to.
#[Subscription(name = "Subscription")]
impl Subscription {
    /// What happens to a report, from the beginning or after a cursor.
    async fn feedback_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The number, e.g. `TK-2026-000123`.")] reference: String,
        #[graphql(desc = "The coupon's key.")] key: Option<String>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Result<impl Stream<Item = FeedbackEvent> + use<>> {
        let desk = ctx.data_unchecked::<Desk>().clone();
        let after: i32 = after.map(Cursor::from_wire).as_ref().map_or(Ok(0), Cursor::decode).or_fault(ctx)?;
        let absent = || kernel::Error::coded(kernel::Code::NotFound, "no such report");
        let row = store(ctx).find_by_reference(&reference).await.or_fault(ctx)?.ok_or_else(absent).or_fault(ctx)?;
        let without_key = match key {
            Some(key) if desk.keys.fits(row.coupon_id().uuid(), &key) => None,
            Some(_) => return Err(absent()).or_fault(ctx),
            None => Some(request(ctx).actor.clone()),
        };
        let source = OneReport { id: row.id, after, without_key, reader: desk.house.database.reader.clone() };
        Ok(listen(source, desk.house.database.writer.committed()))
    }

    /// What happens on your desk, from now on or after a cursor.
    async fn desk_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Result<impl Stream<Item = DeskChange> + use<>> {
        let desk = ctx.data_unchecked::<Desk>();
        let scope = policy::may_open_desk(&request(ctx).actor).or_fault(ctx)?;
        let reader = desk.house.database.reader.clone();
        let after = journal::position_after(&desk.house.database, after).await.or_fault(ctx)?;
        Ok(listen(OneDesk { scope, after, store: Store(reader) }, desk.house.database.writer.committed()))
    }
}

struct OneReport {
    id: Uuid,
    after: i32,
    /// Who listens without the report's key: what they see of it changes with whoever works it.
    without_key: Option<Actor>,
    reader: DatabaseConnection,
}

impl Source for OneReport {
    type Item = FeedbackEvent;

    async fn next(&mut self) -> kernel::Result<Vec<FeedbackEvent>> {
        let (mut events, mut after): (Vec<Event>, i32) = (Vec::new(), self.after);
        while events.is_empty() {
            events = journal::history(&self.reader, self.id, after, BATCH).await?;
            let Some(last) = events.last() else { break };
            after = last.number;
            events.retain(timeline::is_public);
        }
        let row: Option<Arc<Model>> = Store(self.reader.clone()).find_many(&[self.id]).await?.remove(&self.id).map(Arc::new);
        self.after = after;
        let view = |row: &Model| self.without_key.as_ref().map_or(View::Own, |actor| policy::view(actor, row));
        let shown = |event: Event| FeedbackEvent { event, feedback: row.clone().map(|row| Feedback { view: view(&row), row }) };
        Ok(events.into_iter().map(shown).collect())
    }
}

struct OneDesk {
    scope: Scope,
    after: i64,
    store: Store,
}

impl Source for OneDesk {
    type Item = DeskChange;

    async fn next(&mut self) -> kernel::Result<Vec<DeskChange>> {
        let mut changes = Vec::new();
        while changes.is_empty() {
            let events = journal::stream_after(&self.store.0, STREAM, self.after, BATCH).await?;
            let Some(last) = events.last().map(|last| last.position) else { break };
            let ids: Vec<Uuid> = events.iter().map(|logged| logged.event.stream_id).collect();
            let cases = self.store.cases(self.scope, &ids).await?;
            self.after = last;
            for logged in events {
                if let Some(row) = cases.get(&logged.event.stream_id) {
                    let cursor = logged.cursor()?;
                    changes.push(DeskChange { cursor, kind: logged.event.kind, case: Case(Arc::new(row.clone())) });
                }
            }
        }
        Ok(changes)
    }
}
