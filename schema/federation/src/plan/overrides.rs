//! `@override(label:)`: which of the fields that are on their way from one subgraph to another a request takes from the new one.

use std::collections::BTreeSet;

use hive_router_query_planner::{
    graph::{PERCENTAGE_SCALE_FACTOR, PlannerOverrideContext},
    planner::Planner,
};
use kernel::Rng;

/// What decides for one request. Requests with the same overrides share plans.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Overrides {
    /// The labels that are on, in one order.
    labels: BTreeSet<String>,
    /// The greatest percentage of the supergraph that the request is not within, in hundred-millionths; so all requests between two
    /// percentages are alike.
    beyond: u64,
}

impl Overrides {
    /// Decides for one request. Labels that the supergraph does not know decide nothing; without chance no percentage is on.
    pub(crate) fn decide(planner: &Planner, labels: &[String], rng: Option<&dyn Rng>) -> Overrides {
        let known = &planner.supergraph.progressive_overrides;
        if known.flags.is_empty() && known.percentages.is_empty() {
            return Overrides::default();
        }
        let end = 100 * PERCENTAGE_SCALE_FACTOR;
        let drawn = if known.percentages.is_empty() { end } else { rng.map_or(end, |rng| rng.below(end)) };
        Overrides {
            labels: labels.iter().filter(|label| known.flags.contains(*label)).cloned().collect(),
            beyond: known.percentages.iter().copied().filter(|percentage| *percentage <= drawn).max().unwrap_or_default(),
        }
    }

    pub(super) fn context(&self) -> PlannerOverrideContext {
        PlannerOverrideContext::new(self.labels.iter().cloned().collect(), self.beyond)
    }
}
