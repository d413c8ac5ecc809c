//! What a resolver asks of its context.

use std::sync::Arc;

use async_graphql::{Context, ErrorExtensions};
use kernel::{Code, Request};

use crate::Locale;

/// The request that a resolver works for. [`crate::LocalSubgraph`] puts it there.
#[must_use]
pub fn request<'a>(ctx: &Context<'a>) -> &'a Arc<Request> {
    ctx.data_unchecked::<Arc<Request>>()
}

/// The language to answer in: the argument, or the request's.
#[must_use]
pub fn locale(ctx: &Context<'_>, argument: Option<Locale>) -> kernel::Locale {
    argument.map_or_else(|| request(ctx).locale, Into::into)
}

/// Turns a fault into a GraphQL error: the client gets the code and its text, the log gets the rest.
#[must_use]
pub fn fault(ctx: &Context<'_>, error: &kernel::Error) -> async_graphql::Error {
    let request = request(ctx);
    let (code, internal) = (error.code().as_str(), error.internal_text());
    match error.code() {
        Code::Internal => tracing::error!(request_id = %request.id, code, internal, "a resolver failed"),
        Code::SubgraphUnavailable => tracing::warn!(request_id = %request.id, code, internal, "a resolver reaches nobody"),
        _ => tracing::debug!(request_id = %request.id, code, internal, "a resolver refused"),
    }
    async_graphql::Error::new(error.external().get(request.locale)).extend_with(|_, e| e.set("code", error.code().as_str()))
}

/// `?` for resolvers: `store.find(…).await.or_fault(ctx)?`.
pub trait OrFault<T> {
    /// Turns a fault into a GraphQL error.
    ///
    /// # Errors
    /// When `self` is one.
    fn or_fault(self, ctx: &Context<'_>) -> async_graphql::Result<T>;
}

impl<T> OrFault<T> for kernel::Result<T> {
    fn or_fault(self, ctx: &Context<'_>) -> async_graphql::Result<T> {
        self.map_err(|error| fault(ctx, &error))
    }
}

/// What a data loader failed with is told to everyone who waited for it.
impl<T> OrFault<T> for Result<T, Arc<kernel::Error>> {
    fn or_fault(self, ctx: &Context<'_>) -> async_graphql::Result<T> {
        self.map_err(|error| fault(ctx, &error))
    }
}
