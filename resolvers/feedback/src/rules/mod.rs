//! New rules: proposed, tried on the recorded cases, published by as many persons as it takes, and brought to the running cases.

mod publish;
mod succession;
mod trial;

use chrono::{DateTime, Utc};
use engine::{LoadError, Proposal, Simulation};
use journal::{Abort, Commit, Job, JobError, NewJob, Priority};
use kernel::{Error, PersonId, RefusalCode, Result};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) use publish::Files;
pub(crate) use succession::{Walk, begin_walks};

use crate::{desk::Desk, entity::rule_proposal, error::refusal};

/// The kinds of the jobs of this module.
pub(crate) const SIMULATE: &str = "simulate_rules";
pub(crate) const RECALCULATE: &str = "recalculate_deadlines";
pub(crate) const MIGRATE: &str = "migrate_cases";

/// How many mistakes one refusal tells.
const FAULTS_MAX: usize = 5;

/// A running case that a map does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Misfit {
    /// Its number.
    pub(crate) reference: String,
    /// Why, for the official who writes the map.
    pub(crate) reason: String,
}

/// Somebody who published a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Approval {
    pub(crate) person: PersonId,
    pub(crate) at: DateTime<Utc>,
}

impl rule_proposal::Model {
    pub(crate) fn found(&self) -> Result<Simulation> {
        parsed(&self.found)
    }

    pub(crate) fn misfits(&self) -> Result<Vec<Misfit>> {
        parsed(&self.misfits)
    }

    pub(crate) fn approvals(&self) -> Result<Vec<Approval>> {
        parsed(&self.approvals)
    }

    pub(crate) fn files(&self) -> Result<Files> {
        parsed(&self.files)
    }
}

fn parsed<T: DeserializeOwned>(stored: &Value) -> Result<T> {
    serde_json::from_value(stored.clone()).map_err(Error::internal)
}

/// A proposal by its digest.
pub(crate) async fn find(db: &impl ConnectionTrait, digest: &str) -> Result<Option<rule_proposal::Model>> {
    rule_proposal::Entity::find().filter(rule_proposal::Column::Digest.eq(digest)).one(db).await.map_err(journal::fault)
}

impl Desk {
    /// Proves files among the rules in force.
    async fn prove(&self, files: Files) -> Result<std::result::Result<Proposal, Vec<LoadError>>> {
        let today = self.library();
        aside(move || {
            let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            Proposal::of(&today, &files)
        })
        .await
    }

    /// The same for somebody who is told of the mistakes.
    async fn proposal(&self, files: Files) -> Result<Proposal, Abort> {
        let mistake = |fault: LoadError| {
            let place = [
                ("file", fault.file.into()),
                ("line", i64::try_from(fault.line).unwrap_or(i64::MAX).into()),
                ("reason", fault.reason.into()),
            ];
            refusal(RefusalCode::Invalid, "refusal-rules-mistake", &place).at("input.files")
        };
        let proved = self.prove(files).await?;
        proved.map_err(|faults| Abort::Refused(faults.into_iter().take(FAULTS_MAX).map(mistake).collect()))
    }
}

/// Does what takes a processor for a while on a thread of its own.
pub(crate) async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Ok(done),
        Err(error) => Err(Error::internal(error)),
    }
}

/// A job that goes on until all cases were looked at, a page a job.
fn page(kind: &str, of: &str, after: Option<Uuid>, now: DateTime<Utc>) -> NewJob {
    NewJob::new(kind, format_args!("{of}:{}", after.unwrap_or_default()), json!({ "of": of, "after": after }), now).ranked(Priority::Bulk)
}

/// The payload of such a job.
#[derive(Deserialize)]
struct PageJob {
    of: String,
    after: Option<Uuid>,
}

/// What becomes of a proposal whose trial became a dead letter.
pub(crate) fn give_up(job: &Job) -> Option<Commit> {
    payload(job).ok().and_then(|job| job.of.parse().ok()).map(trial::failed)
}

fn payload(job: &Job) -> Result<PageJob, JobError> {
    serde_json::from_value(job.payload.clone()).map_err(|error| JobError::Fail(format!("a payload that is not ours: {error}")))
}
