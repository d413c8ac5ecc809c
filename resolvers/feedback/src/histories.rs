//! The room's cases as the journal holds them.

use std::{collections::HashMap, sync::Arc};

use async_trait::async_trait;
use engine::{CaseState, Cause, History, PartyFacts, Recorded};
use journal::Event;
use kernel::{Error, Request, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use crate::{desk::Desk, entity::feedback};

/// All cases of the room.
pub(crate) struct Cases(pub(crate) Desk);

#[async_trait]
impl journal::Histories for Cases {
    async fn page(&self, after: Option<Uuid>, limit: u64) -> Result<Option<(Vec<History>, Uuid)>> {
        let reader = &self.0.house.database.reader;
        let mut select = feedback::Entity::find()
            .select_only()
            .columns([feedback::Column::Id, feedback::Column::Reference, feedback::Column::CaseState])
            .order_by_asc(feedback::Column::Id)
            .limit(limit);
        if let Some(after) = after {
            select = select.filter(feedback::Column::Id.gt(after));
        }
        let rows: Vec<(Uuid, String, Value)> = select.into_tuple().all(reader).await.map_err(journal::fault)?;
        let ids: Vec<Uuid> = rows.iter().map(|(id, _, _)| *id).collect();
        let Some(last) = ids.last().copied() else { return Ok(None) };
        let mut events: HashMap<Uuid, Vec<Event>> = HashMap::new();
        for event in journal::history_of_many(reader, &ids).await? {
            events.entry(event.stream_id).or_default().push(event);
        }
        let histories = rows.into_iter().map(|(id, reference, state)| {
            let state: CaseState = serde_json::from_value(state).map_err(Error::internal)?;
            history(reference, events.remove(&id).unwrap_or_default(), &state)
        });
        Ok(Some((histories.collect::<Result<_>>()?, last)))
    }

    async fn parties(&self) -> Result<Vec<PartyFacts>> {
        let request = Arc::new(Request::system("histories", self.0.house.clock.now()));
        Ok(self.0.parties.roster(&self.0.house.graph, &request).await?.facts.clone())
    }
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
