//! A subgraph for whoever only prepares.

use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt, empty};
use kernel::{Answer, Call, Subgraph};

/// A subgraph that is never asked.
pub struct Silent(pub String);

#[async_trait]
impl Subgraph for Silent {
    fn name(&self) -> &str {
        &self.0
    }

    fn sdl(&self) -> &str {
        ""
    }

    async fn execute(&self, _: Call<'_>) -> Answer {
        Answer::default()
    }

    async fn subscribe(&self, _: Call<'_>) -> BoxStream<'static, Answer> {
        empty().boxed()
    }
}
