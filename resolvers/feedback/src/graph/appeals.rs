//! The appeals of all bodies, for those who take them elsewhere.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use vocabulary::{Connection, Date, Nullable, OrFault, connection, request};

use super::{case::Case, store};
use crate::policy;

#[derive(Default)]
pub(crate) struct AppealQueries;

/// What auditors ask of all appeals.
#[Object]
impl AppealQueries {
    /// The statutory appeals that were registered in a span of days, the oldest first, whoever has them: for the exchange with the national
    /// register. Each look at what is personal in them is written down, as everywhere.
    #[graphql(requires_scopes = "auditor")]
    async fn appeals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day.")] from: Date,
        #[graphql(desc = "The last day.")] to: Date,
        #[graphql(default = 20, desc = "How many, 1 to 100.")] first: i32,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Nullable<Connection<Case>> {
        let read = async {
            let scope = policy::may_list_appeals(&request(ctx).actor).or_fault(ctx)?;
            let page = vocabulary::page(first, after).or_fault(ctx)?;
            let page = store(ctx).appeals(scope, (from.0, to.0), &page).await.or_fault(ctx)?;
            Ok(Some(connection(page.map(Arc::new), Case)))
        };
        let read: Result<Option<Connection<Case>>> = read.await;
        read.transpose()
    }
}
