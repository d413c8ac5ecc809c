//! Carries one leased job from its start to done, to a later try, or to the dead letters.

use std::{collections::HashMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::FutureExt;
use journal::{Abort, Backoff, Handler, Job, JobError};
use kernel::{Clock, Rng, SPANS};
use tracing::{Instrument, field};

use crate::ledger::{Failure, Ledger};

/// A job that so many runners died with is taken for what they died of. A machine that is switched off and on again all day long stays far
/// below it, and its jobs are innocent.
pub(crate) const DEATHS_MAX: i32 = 100;

pub(crate) struct Worker<L: Ledger> {
    pub(crate) ledger: L,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    /// Under which name jobs are leased.
    pub(crate) name: String,
    pub(crate) handlers: HashMap<&'static str, Arc<dyn Handler<L::Commit>>>,
    pub(crate) backoff: Backoff,
    /// How long a handler may take.
    pub(crate) patience: Duration,
}

impl<L: Ledger> Worker<L> {
    pub(crate) async fn carry_out(&self, job: Job) {
        let span = tracing::debug_span!(target: SPANS, "job", job.kind, job.attempt, otel.status_code = field::Empty);
        let outcome = async {
            let commit = self.perform(&job).await?;
            self.keep(&job, commit).await
        };
        if let Err(error) = outcome.instrument(span.clone()).await {
            span.record("otel.status_code", "ERROR");
            self.fail(&job, error).await;
        }
    }

    async fn perform(&self, job: &Job) -> Result<L::Commit, JobError> {
        if job.deaths >= DEATHS_MAX {
            return Err(JobError::Fail("INTERNAL: no try came to an end".to_owned()));
        }
        // While a new version is rolled out, the other servers may know the kind.
        let unknown = || JobError::Retry("INTERNAL: no handler performs this kind".to_owned());
        let handler = self.handlers.get(job.kind.as_str()).ok_or_else(unknown)?;
        match tokio::time::timeout(self.patience, AssertUnwindSafe(handler.perform(job)).catch_unwind()).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(JobError::Retry("INTERNAL: the handler panicked".to_owned())),
            Err(_) => Err(JobError::Retry("TIMEOUT: the handler took too long".to_owned())),
        }
    }

    /// Writes the effects together with the mark that the job is done.
    async fn keep(&self, job: &Job, commit: L::Commit) -> Result<(), JobError> {
        match self.ledger.finish(job.id, &self.name, self.clock.now(), commit).await {
            Ok(true) => Ok(()),
            Ok(false) => {
                tracing::info!(kind = job.kind, key = job.key, "a lease was lost; the other runner's effects stand");
                Ok(())
            }
            Err(Abort::Refused(refusals)) => {
                let reasons: Vec<_> = refusals.into_iter().map(|refusal| refusal.message.en).collect();
                Err(JobError::Fail(format!("REFUSED: {}", reasons.join("; "))))
            }
            Err(Abort::Fault(error)) => Err(error.into()),
        }
    }

    async fn fail(&self, job: &Job, error: JobError) {
        let now = self.clock.now();
        let handler = self.handlers.get(job.kind.as_str());
        let backoff = handler.and_then(|handler| handler.backoff()).unwrap_or(self.backoff);
        let (text, retry_at) = match error {
            JobError::Retry(text) if job.attempt < backoff.attempts_max => {
                (text, Some(now + backoff.delay(job.attempt, self.rng.as_ref())))
            }
            JobError::Retry(text) | JobError::Fail(text) => (text, None),
        };
        let (kind, key, attempt) = (&job.kind, &job.key, job.attempt);
        if retry_at.is_some() {
            tracing::debug!(kind, key, attempt, "a job failed and is tried again");
        } else {
            tracing::warn!(kind, key, attempt, "a job became a dead letter");
        }
        let burial = match retry_at {
            Some(_) => None,
            None => handler.and_then(|handler| handler.bury(job)),
        };
        let failure = Failure { text, retry_at };
        let mut written = self.ledger.fail(job.id, &self.name, now, failure.clone(), burial).await;
        if retry_at.is_none() && written.is_err() {
            // A burial that cannot be written does not keep the job alive.
            written = self.ledger.fail(job.id, &self.name, now, failure, None).await;
        }
        if let Err(abort) = written {
            // The lease runs out, and the job is tried again.
            tracing::error!(kind, key, attempt, ?abort, "the failure of a job was not recorded");
        }
    }
}
