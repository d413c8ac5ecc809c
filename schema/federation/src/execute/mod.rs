//! Carries a plan out: calls the subgraphs and gathers what they answer.

mod entities;
mod represent;
mod rewrite;
mod target;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::{
    FutureExt,
    future::{BoxFuture, join_all},
};
use kernel::{Answer, Call, Code, Data, Fault, Fields, PathSegment, Request};

use crate::{
    merge::merge,
    plan::{Fetch, Node},
    supergraph::Supergraph,
};

/// One run of a plan.
pub(crate) struct Run<'a> {
    supergraph: &'a Supergraph,
    request: &'a Arc<Request>,
    variables: &'a Fields,
    gathered: Mutex<Gathered>,
}

/// What the subgraphs answered so far.
#[derive(Default)]
pub(crate) struct Gathered {
    pub(crate) data: Data,
    /// What subgraphs reported, in the places that they named.
    pub(crate) faults: Vec<Fault>,
    /// The fields that calls which failed as a whole would have brought, those that only the plan asked for among them.
    pub(crate) lost: Vec<Fault>,
    /// Why the first call failed as a whole; what depends on it cannot be asked for.
    failed: Option<Fault>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(supergraph: &'a Supergraph, request: &'a Arc<Request>, variables: &'a Fields) -> Run<'a> {
        Run { supergraph, request, variables, gathered: Mutex::default() }
    }

    /// Runs the plan from the beginning.
    pub(crate) async fn run(self, node: Option<&Node>) -> Gathered {
        if let Some(node) = node {
            self.node(node).await;
        }
        self.gathered.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Completes one event of a subscription with the rest of the plan.
    pub(crate) async fn complete(self, source: &Fetch, event: Answer, rest: Option<&Node>) -> Gathered {
        self.take(source, event);
        self.run(rest).await
    }

    fn node<'s>(&'s self, node: &'s Node) -> BoxFuture<'s, ()> {
        match node {
            Node::Fetch(fetch) => self.fetch(fetch).boxed(),
            Node::Entities(entities) => self.entities(entities).boxed(),
            Node::Sequence(nodes) => async move {
                for node in nodes {
                    self.node(node).await;
                }
            }
            .boxed(),
            Node::Parallel(nodes) => join_all(nodes.iter().map(|node| self.node(node))).map(drop).boxed(),
        }
    }

    async fn fetch(&self, fetch: &Fetch) {
        let variables = self.variables_of(&fetch.variables);
        let call = Call { operation: &fetch.operation, variables, request: self.request };
        let answer = self.supergraph.subgraph(fetch.subgraph).execute(call).await;
        self.take(fetch, answer);
    }

    fn take(&self, fetch: &Fetch, mut answer: Answer) {
        for rewrite in &fetch.rewrites {
            rewrite::rewrite(&mut answer.data, rewrite, &self.supergraph.types);
        }
        let silent = answer.data.is_null() && answer.faults.is_empty();
        let mut gathered = self.gathered();
        let failures = silent.then(|| Fault::general(Code::Internal, self.request.locale)).into_iter().chain(answer.faults);
        for fault in failures {
            if !fault.path.is_empty() {
                gathered.faults.push(fault);
                continue;
            }
            for lost in &fetch.lost {
                gathered.lost.push(Fault { path: vec![PathSegment::Field(lost.key.clone())], ..fault.clone() });
            }
            gathered.failed.get_or_insert(fault);
        }
        merge(&mut gathered.data, answer.data);
    }

    fn variables_of(&self, names: &[String]) -> Fields {
        names.iter().filter_map(|name| Some((name.as_str(), self.variables.get(name)?.clone()))).collect()
    }

    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.gathered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
