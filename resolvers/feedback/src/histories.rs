//! The room's cases as the journal holds them.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use engine::{CaseState, Cause, History, PartyFacts, Recorded, Versions};
use journal::Event;
use kernel::{Error, Request, Result};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use crate::{desk::Desk, entity::feedback};

/// All cases of the room.
pub(crate) struct Cases(pub(crate) Desk);

#[async_trait]
impl journal::Histories for Cases {
    async fn page(&self, after: Option<Uuid>, limit: u64) -> Result<Option<(Vec<History>, Uuid)>> {
        let page = page(&self.0.house.database.reader, after, limit).await?;
        Ok(page.map(|(cases, last)| (cases.into_iter().map(|case| case.history).collect(), last)))
    }

    async fn parties(&self) -> Result<Vec<PartyFacts>> {
        let request = Arc::new(Request::system("histories", self.0.house.clock.now()));
        Ok(self.0.parties.roster(&self.0.house.graph, &request).await?.facts.clone())
    }
}

/// A case with what the journal holds of it.
pub(crate) struct Case {
    /// What happened to it.
    pub(crate) history: History,
    /// Where it is.
    pub(crate) state: CaseState,
    /// The versions that it is on.
    pub(crate) versions: Versions,
}

/// Up to `limit` cases after one, and the last of them; none when there are no more.
pub(crate) async fn page(db: &impl ConnectionTrait, after: Option<Uuid>, limit: u64) -> Result<Option<(Vec<Case>, Uuid)>> {
    let mut select = feedback::Entity::find()
        .select_only()
        .columns([feedback::Column::Id, feedback::Column::Reference, feedback::Column::CaseState, feedback::Column::Versions])
        .order_by_asc(feedback::Column::Id)
        .limit(limit);
    if let Some(after) = after {
        select = select.filter(feedback::Column::Id.gt(after));
    }
    let rows: Vec<(Uuid, String, Value, Value)> = select.into_tuple().all(db).await.map_err(journal::fault)?;
    let ids: Vec<Uuid> = rows.iter().map(|(id, ..)| *id).collect();
    let Some(last) = ids.last().copied() else { return Ok(None) };
    let mut events: HashMap<Uuid, Vec<Event>> = HashMap::new();
    for event in journal::history_of_many(db, &ids).await? {
        events.entry(event.stream_id).or_default().push(event);
    }
    let cases = rows.into_iter().map(|(id, reference, state, versions)| {
        let state: CaseState = serde_json::from_value(state).map_err(Error::internal)?;
        let history = history(reference, events.remove(&id).unwrap_or_default(), &state)?;
        Ok(Case { history, state, versions: serde_json::from_value(versions).map_err(Error::internal)? })
    });
    Ok(Some((cases.collect::<Result<_>>()?, last)))
}

/// What the engine derives a case from.
pub(crate) fn history(case: String, events: Vec<Event>, state: &CaseState) -> Result<History> {
    let events = events.into_iter().filter_map(|event| recorded(event).transpose()).collect::<Result<_>>()?;
    Ok(History { case, events, state: state.digest() })
}

/// An event of the process; none for what happens beside it, such as the release of a text.
fn recorded(event: Event) -> Result<Option<Recorded>> {
    let Event { number, kind, at, mut payload, versions, .. } = event;
    let (Some(cause), Some(versions)) = (payload.get_mut("cause").map(Value::take), versions) else { return Ok(None) };
    let cause: Cause = serde_json::from_value(cause).map_err(Error::internal)?;
    let state = payload["state"].as_str().unwrap_or_default().to_owned();
    Ok(Some(Recorded { number, at, versions, cause, records: kind, state }))
}
