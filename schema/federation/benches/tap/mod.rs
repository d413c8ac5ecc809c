//! Subgraphs for benches.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use kernel::{Answer, Call, Fields, Operation, Subgraph};

/// A call that was made: of whom, what, with which variables.
pub type Made = (Arc<dyn Subgraph>, Arc<Operation>, Fields);

/// Keeps the calls that it passes on.
pub struct Tap {
    inner: Arc<dyn Subgraph>,
    calls: Mutex<Vec<Made>>,
}

impl Tap {
    pub fn new(inner: Arc<dyn Subgraph>) -> Arc<Tap> {
        Arc::new(Tap { inner, calls: Mutex::default() })
    }

    pub fn calls(&self) -> Vec<Made> {
        std::mem::take(&mut self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Subgraph for Tap {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn sdl(&self) -> &str {
        self.inner.sdl()
    }

    async fn execute(&self, call: Call<'_>) -> Answer {
        let made = (Arc::clone(&self.inner), Arc::clone(call.operation), call.variables.clone());
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(made);
        self.inner.execute(call).await
    }

    async fn subscribe(&self, call: Call<'_>) -> BoxStream<'static, Answer> {
        self.inner.subscribe(call).await
    }
}
