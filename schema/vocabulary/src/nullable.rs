//! Fields that may be null.

use std::sync::Arc;

use async_graphql::Context;

use crate::fault;

/// The value of a nullable field. A fault stays in the field, which is then null with an error beside it. A resolver that returned
/// `Result<Option<T>>` would let the fault climb to the nearest nullable parent and erase what stands beside it; on a root field, everything.
pub type Nullable<T> = Option<async_graphql::Result<T>>;

/// The last word of a resolver whose field may be null: `store.find(…).await.or_null(ctx)`.
pub trait OrNull<T> {
    /// Turns a fault into an error of this field alone.
    fn or_null(self, ctx: &Context<'_>) -> Nullable<T>;
}

impl<T> OrNull<T> for kernel::Result<Option<T>> {
    fn or_null(self, ctx: &Context<'_>) -> Nullable<T> {
        self.map_err(|error| fault(ctx, &error)).transpose()
    }
}

/// From a data loader, which tells its fault to everyone who waited.
impl<T> OrNull<T> for Result<Option<T>, Arc<kernel::Error>> {
    fn or_null(self, ctx: &Context<'_>) -> Nullable<T> {
        self.map_err(|error| fault(ctx, &error)).transpose()
    }
}
