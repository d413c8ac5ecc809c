//! Brings running cases to new rules: a newer calendar counts for all of them, and where a map leads to another version of a process they
//! follow it. Otherwise a case stays on the rules that it began with.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use engine::{CaseState, Cause, Library, Process, Step, Versions};
use futures_util::FutureExt;
use journal::{Abort, Commit, Job, JobError, NewJob, Txn};
use kernel::{Actor, Error, Result};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{MIGRATE, RECALCULATE, page, payload};
use crate::{
    desk::{Decided, Desk, held, write, write_state},
    entity::feedback,
};

/// How many cases one job looks at: they are written in one transaction.
const CASES: u64 = 100;
/// How many misfits are named.
const NAMED_MAX: usize = 5;

/// What is done to every running case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Walk {
    /// Deadlines are derived by the newest calendars.
    Recalculate,
    /// Cases follow maps to other versions of their process.
    Migrate,
}

impl Walk {
    fn kind(self) -> &'static str {
        match self {
            Walk::Recalculate => RECALCULATE,
            Walk::Migrate => MIGRATE,
        }
    }
}

/// The first jobs of both walks, once for the same rules.
pub(crate) fn begin_walks(library: &Library, now: DateTime<Utc>) -> Vec<NewJob> {
    let mut digest = Sha256::new();
    for (name, file) in library.digests() {
        digest.update(format!("{name} {file}\n"));
    }
    let rules = kernel::hex(&digest.finalize());
    [Walk::Recalculate, Walk::Migrate].map(|walk| page(walk.kind(), &rules, None, now)).into()
}

impl Desk {
    /// Looks at the next cases.
    pub(crate) async fn walk(&self, walk: Walk, job: &Job) -> Result<Commit, JobError> {
        let job = payload(job)?;
        if walk == Walk::Migrate && job.after.is_none() {
            self.check_maps().await?;
        }
        let (library, now) = (self.library(), self.house.clock.now());
        let rows = self.running(job.after).await?;
        let next = rows.last().map(|(id, ..)| page(walk.kind(), &job.of, Some(*id), now));
        let mut ids = Vec::new();
        for (id, _, versions, state) in rows {
            let (versions, state) = (parsed(versions)?, parsed(state)?);
            ids.extend(walk.change(&library, &versions, &state)?.map(|_| id));
        }
        Ok(Box::new(move |txn| {
            async move {
                for id in ids {
                    carry_on(txn, walk, &library, id, now).await?;
                }
                journal::enqueue(txn, now, next.into_iter().collect()).await
            }
            .boxed()
        }))
    }

    /// A map is followed when it fits every running case, and otherwise by none.
    async fn check_maps(&self) -> Result<(), JobError> {
        let library = self.library();
        let (mut after, mut misfits) = (None, Vec::new());
        loop {
            let rows = self.running(after).await?;
            let Some((last, ..)) = rows.last() else { break };
            after = Some(*last);
            for (_, reference, versions, state) in rows {
                let (versions, state): (Versions, CaseState) = (parsed(versions)?, parsed(state)?);
                let Some(map) = library.migration_from(&versions.definition) else { continue };
                if library.process(&versions)?.is_ended(&state) {
                    continue;
                }
                let process = library.process(&library.carried_on(&versions, map.to())?)?;
                misfits.extend(map.carry(&state, process.definition()).err().map(|reason| format!("{reference}: {reason}")));
            }
        }
        if misfits.is_empty() {
            return Ok(());
        }
        let named = misfits.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join("; ");
        Err(JobError::Fail(format!("MISFIT: a map does not fit {} running cases: {named}", misfits.len())))
    }

    /// The next cases that may be running: id, number, versions and state.
    async fn running(&self, after: Option<Uuid>) -> Result<Vec<(Uuid, String, Value, Value)>> {
        let mut select = feedback::Entity::find()
            .select_only()
            .columns([feedback::Column::Id, feedback::Column::Reference, feedback::Column::Versions, feedback::Column::CaseState])
            .order_by_asc(feedback::Column::Id)
            .limit(CASES);
        if let Some(after) = after {
            select = select.filter(feedback::Column::Id.gt(after));
        }
        select.into_tuple().all(&self.house.database.reader).await.map_err(journal::fault)
    }
}

fn parsed<T: serde::de::DeserializeOwned>(stored: Value) -> Result<T> {
    serde_json::from_value(stored).map_err(Error::internal)
}

/// What a walk does to one case.
enum Change {
    /// Other versions count for it, and nothing moves.
    Versions(Process),
    /// It takes a step.
    Step(Box<(Process, Step, Cause, Value)>),
}

impl Walk {
    /// None when the case is on the right rules already, or has ended.
    fn change(self, library: &Library, versions: &Versions, state: &CaseState) -> Result<Option<Change>> {
        let process = library.process(versions)?;
        if process.is_ended(state) {
            return Ok(None);
        }
        match self {
            Walk::Recalculate => recalculated(library, &process, state),
            Walk::Migrate => {
                let Some(map) = library.migration_from(&versions.definition) else { return Ok(None) };
                let process = library.process(&library.carried_on(versions, map.to())?)?;
                let step = match map.carry(state, process.definition()) {
                    Ok(step) => step,
                    // It came to where it is after all were checked.
                    Err(reason) => {
                        tracing::warn!(reason, map = map.file(), "a case stays on its version");
                        return Ok(None);
                    }
                };
                let facts = json!({ "fromVersion": versions.definition.to_string(), "toVersion": map.to().to_string() });
                let cause = Cause::Migrated { from: versions.definition.clone() };
                Ok(Some(Change::Step(Box::new((process, step, cause, facts)))))
            }
        }
    }
}

/// All newer calendars at once, so that a person is told once.
fn recalculated(library: &Library, before: &Process, state: &CaseState) -> Result<Option<Change>> {
    let versions = before.versions();
    let mut newest = before.clone();
    let mut moved = Vec::new();
    for calendar in library.newest_calendars() {
        let version = calendar.version();
        let pinned = [&versions.calendar].into_iter().chain(versions.others.values()).find(|pinned| pinned.id == version.id);
        if pinned.is_none_or(|pinned| pinned.version >= version.version) {
            continue;
        }
        if let Some(found) = newest.recalculate(state, calendar)? {
            moved.extend(
                found.moved.iter().map(|moved| json!({ "clock": moved.clock, "before": moved.before.due_at, "after": moved.after.due_at })),
            );
        }
        newest = newest.by_calendar(calendar);
    }
    if newest.versions() == versions {
        return Ok(None);
    }
    if moved.is_empty() {
        return Ok(Some(Change::Versions(newest)));
    }
    let step = newest.recalculated(state)?;
    let until: NaiveDate = newest.deadline(state)?.due_on;
    let facts = json!({ "moved": moved, "until": until.format("%d.%m.%Y").to_string() });
    Ok(Some(Change::Step(Box::new((newest, step, Cause::Recalculated, facts)))))
}

/// Does to a case what is to be done to it now: it may have changed since it was looked at.
async fn carry_on(txn: &Txn, walk: Walk, library: &Arc<Library>, id: Uuid, now: DateTime<Utc>) -> Result<(), Abort> {
    let Some(case) = held(txn, id).await? else { return Ok(()) };
    let versions = case.pinned()?;
    match walk.change(library, &versions, &case.state()?)? {
        None => Ok(()),
        Some(Change::Versions(process)) => {
            let state = case.state()?;
            let mut row = case.into_active_model();
            write_state(&mut row, &process, &state)?;
            feedback::Entity::update(row).exec(txn).await?;
            Ok(())
        }
        Some(Change::Step(change)) => {
            let (process, step, cause, facts) = *change;
            let decided = Decided { process, step, cause, facts, change: Box::new(|_| ()) };
            write(txn, case, decided, &Actor::System, now).await.map(drop)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_walks_begin_once_for_the_same_rules() {
        let keys = |library: &Library| begin_walks(library, DateTime::UNIX_EPOCH).into_iter().map(|job| job.key).collect::<Vec<_>>();
        let today = Library::embedded();
        assert_eq!(keys(today), keys(today));
        let text = Library::embedded_files()[5].1.replace("version = 1", "version = 2");
        assert_ne!(keys(today), keys(&today.with(&[("routing.v2.toml", &text)]).unwrap()));
    }
}
