//! Tries a proposal on the recorded cases, some at a time.

use std::{collections::HashMap, sync::Arc};

use engine::{CaseState, History, Proposal, Versions};
use futures_util::FutureExt;
use journal::{Commit, Job, JobError, NewJob};
use kernel::{Error, Request, Result};
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::{Misfit, aside, payload};
use crate::{desk::Desk, entity::rule_proposal, histories};

/// How many cases one job tries.
const CASES: u64 = 2_000;
/// How many misfits are kept.
const MISFITS_MAX: usize = 10;

impl Desk {
    pub(crate) async fn try_rules(&self, job: &Job) -> Result<Commit, JobError> {
        let job = payload(job)?;
        let id: Uuid = job.of.parse().map_err(|_| JobError::Fail("a payload that is not ours".to_owned()))?;
        let reader = &self.house.database.reader;
        let row = rule_proposal::Entity::find_by_id(id).one(reader).await.map_err(journal::fault)?;
        let row = row.ok_or_else(|| JobError::Fail(format!("no proposal {id}")))?;
        if row.after != job.after || row.simulated_at.is_some() {
            return Ok(journal::nothing());
        }
        let proposal = self.prove(row.files()?).await?.ok().filter(|proposal| proposal.digest() == row.digest);
        // Somebody published other rules meanwhile: what was found so far says nothing about these.
        let Some(proposal) = proposal else { return Ok(failed(id)) };
        let Some((cases, last)) = histories::page(reader, row.after, CASES).await? else {
            let now = self.house.clock.now();
            return Ok(change(id, move |row| row.simulated_at = Set(Some(now)), None));
        };
        let request = Arc::new(Request::system("simulate_rules", self.house.clock.now()));
        let parties = self.parties.roster(&self.house.graph, &request).await?.facts.clone();
        let (today, until) = (self.library(), row.requested_at);
        let trying = aside(move || {
            let misfits = misfits(&proposal, &cases)?;
            let mut whole: Vec<History> = cases.into_iter().map(|case| case.history).collect();
            whole.retain(History::is_whole);
            Ok::<_, Error>((engine::simulate(&whole, (&today, proposal.library()), &parties, until)?, misfits))
        });
        let (more, misfits) = trying.await??;
        let (mut found, mut all) = (row.found()?, row.misfits()?);
        found.add(more);
        all.extend(misfits);
        all.truncate(MISFITS_MAX);
        let (found, all) = (serde_json::to_value(found).map_err(Error::internal)?, serde_json::to_value(all).map_err(Error::internal)?);
        let next = super::publish::of_trial(&row, Some(last), self.house.clock.now());
        let went_on = move |row: &mut rule_proposal::ActiveModel| {
            row.after = Set(Some(last));
            row.found = Set(found);
            row.misfits = Set(all);
        };
        Ok(change(id, went_on, Some(next)))
    }
}

/// The running cases that a map of the proposal does not fit.
fn misfits(proposal: &Proposal, cases: &[histories::Case]) -> Result<Vec<Misfit>> {
    let mut misfits = Vec::new();
    let mut processes: HashMap<Versions, engine::Process> = HashMap::new();
    for map in proposal.migrations() {
        for case in cases.iter().filter(|case| case.versions.definition == *map.from()) {
            let state: &CaseState = &case.state;
            if proposal.library().process(&case.versions)?.is_ended(state) {
                continue;
            }
            let to = proposal.library().carried_on(&case.versions, map.to())?;
            let process = match processes.get(&to) {
                Some(process) => process,
                None => processes.entry(to.clone()).or_insert(proposal.library().process(&to)?),
            };
            if let Err(reason) = map.carry(state, process.definition()) {
                misfits.push(Misfit { reference: case.history.case.clone(), reason });
            }
        }
    }
    Ok(misfits)
}

/// What becomes of a trial that cannot be made to the end.
pub(super) fn failed(id: Uuid) -> Commit {
    change(id, |row| row.failed = Set(true), None)
}

fn change(id: Uuid, change: impl FnOnce(&mut rule_proposal::ActiveModel) + Send + 'static, next: Option<NewJob>) -> Commit {
    Box::new(move |txn| {
        async move {
            let Some(row) = rule_proposal::Entity::find_by_id(id).one(txn).await? else { return Ok(()) };
            let mut row = row.into_active_model();
            change(&mut row);
            rule_proposal::Entity::update(row).exec(txn).await?;
            match next {
                Some(next) => journal::enqueue(txn, next.run_at, vec![next]).await,
                None => Ok(()),
            }
        }
        .boxed()
    })
}
