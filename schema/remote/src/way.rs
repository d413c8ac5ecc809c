//! The way to a subgraph: within its timeout, again when a query was not answered, and not at all while the subgraph is left in peace.

use std::sync::Arc;

use hyper::{Response, StatusCode, body::Bytes, body::Incoming, header::HeaderValue};
use kernel::{Request, Result};
use tokio::time::timeout;

use crate::{
    along::Along,
    breaker::Breaker,
    exchange::{Exchange, Failure, JSON, Target},
    settings::Settings,
};

/// What is needed to call a subgraph, also after the caller went away.
pub(crate) struct Way {
    pub(crate) name: Arc<str>,
    pub(crate) settings: Settings,
    exchange: Exchange,
    breaker: Breaker,
}

impl Way {
    /// # Errors
    /// When the settings hold no address.
    pub(crate) fn new(name: Arc<str>, settings: Settings) -> Result<Way> {
        Ok(Way { name, exchange: Exchange::new(&settings)?, breaker: Breaker::new(settings.breaker), settings })
    }

    /// What goes along with calls of this subgraph.
    pub(crate) fn along(&self, request: &Request) -> Along {
        Along::of(request, &self.settings.headers)
    }

    /// Makes a call and reads its answer; `None` when there is none. `again` is for what changes nothing.
    pub(crate) async fn call<T>(
        &self,
        target: Target,
        along: &Along,
        again: bool,
        read: impl Fn(StatusCode, &Bytes) -> Result<T, Failure>,
    ) -> Option<T> {
        let Some(permit) = self.breaker.permit() else {
            tracing::debug!(subgraph = &*self.name, "not called: it failed too often");
            return None;
        };
        let tries = if again { 1 + self.settings.retries_max } else { 1 };
        match timeout(self.settings.timeout, self.try_often(target, along, tries, read)).await {
            Ok(Ok(answer)) => {
                permit.answered();
                return Some(answer);
            }
            Ok(Err(failure)) => tracing::warn!(subgraph = &*self.name, reason = failure.text(), "a subgraph does not answer"),
            Err(_) => tracing::warn!(subgraph = &*self.name, timeout = ?self.settings.timeout, "a subgraph does not answer in time"),
        }
        permit.failed();
        None
    }

    async fn try_often<T>(
        &self,
        target: Target,
        along: &Along,
        tries: u32,
        read: impl Fn(StatusCode, &Bytes) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut tried = 1;
        loop {
            let answer = async {
                let response = self.exchange.begin(target.clone(), along, JSON).await?;
                let (status, bytes) = self.exchange.read(response).await?;
                read(status, &bytes)
            };
            match answer.await {
                Err(Failure::Passing(reason)) if tried < tries => {
                    tracing::debug!(reason, "a query is sent again");
                    tried += 1;
                }
                outcome => return outcome,
            }
        }
    }

    /// Begins what lasts longer than a call; `None` when nothing begins in time.
    pub(crate) async fn begin(&self, target: Target, along: &Along, accept: HeaderValue) -> Option<Response<Incoming>> {
        match timeout(self.settings.timeout, self.exchange.begin(target, along, accept)).await {
            Ok(Ok(response)) => Some(response),
            outcome => {
                tracing::warn!(subgraph = &*self.name, reason = ?outcome.err(), "a subgraph begins no subscription");
                None
            }
        }
    }
}
