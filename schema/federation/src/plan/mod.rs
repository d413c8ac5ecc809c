//! How an operation is carried out: the planner's plan, made ready to be run many times.

mod interface_objects;
mod overrides;
mod steps;

use std::{panic::AssertUnwindSafe, time::Duration};

use graphql_tools::static_graphql::query::Document;
use hive_router_query_planner::{ast::normalization::normalize_operation, utils::cancellation::CancellationToken};
use kernel::{Error, Result};

pub(crate) use overrides::Overrides;
pub(crate) use steps::{Batch, Entities, Fetch, Lost, Node, Plan, Subgraphs};

use crate::supergraph::Supergraph;

/// No plan of a document within the limits takes nearly as long.
const PLANNING_MAX: Duration = Duration::from_secs(2);

/// Plans the only operation of a valid document.
pub(crate) fn plan(supergraph: &Supergraph, document: &Document, overrides: &Overrides) -> Result<Plan> {
    let planner = &supergraph.planner;
    // The planner is a library with asserts of its own; a defect in it must cost this request and no other.
    let planned = std::panic::catch_unwind(AssertUnwindSafe(|| {
        let normalized = normalize_operation(&planner.supergraph, document, None).map_err(Error::internal)?;
        let deadline = CancellationToken::with_timeout(PLANNING_MAX);
        planner.plan_from_normalized_operation(&normalized.operation, overrides.context(), &deadline).map_err(Error::internal)
    }));
    let planned = planned.map_err(|_| Error::internal("the planner panicked"))??;
    Plan::of(planned, supergraph)
}
