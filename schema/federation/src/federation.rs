//! The handle by which the house serves its graph.

use std::{
    sync::{Arc, Mutex, OnceLock, PoisonError, RwLock},
    time::Duration,
};

use async_trait::async_trait;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use kernel::{Answer, Call, Code, Document, Fault, Graph, Locale, Operation, OperationKind, Request, Rng, Subgraph};
use serde_json::{Map, Value};
use tracing::{Instrument, Span};

use crate::{
    cache::Cache,
    compose::CompositionError,
    documents::TrustedDocument,
    execute::{Gathered, Run},
    limits::Exceedings,
    merge::Projection,
    plan::Overrides,
    policy::{Gate, Policy},
    prepare::{Prepared, check_trusted, prepare},
    response::{GraphError, GraphRequest, GraphResponse, Stage},
    supergraph::{Supergraph, Tallies},
    validate::{parse, validate},
    watched::Tally,
    words::words,
};

/// One graph over many subgraphs. Clones serve the same graph.
#[derive(Clone)]
pub struct Federation(Arc<Inner>);

struct Inner {
    current: RwLock<Arc<Supergraph>>,
    tallies: Tallies,
    gate: Gate,
    /// What routers in front ask of single subgraphs.
    direct: Cache<String, Arc<Operation>>,
    /// What draws for `@override(label: "percent(…)")`.
    rng: OnceLock<Arc<dyn Rng>>,
}

/// How many operations of routers in front are remembered, and about how much memory they may take.
const DIRECT_MAX: usize = 2_000;
const DIRECT_BYTES_MAX: usize = 16 * 1024 * 1024;

impl Inner {
    fn new(current: RwLock<Arc<Supergraph>>, tallies: Tallies, policy: impl Into<Policy>) -> Inner {
        let direct = Cache::new(DIRECT_MAX, DIRECT_BYTES_MAX);
        Inner { current, tallies, gate: Gate::new(policy.into()), direct, rng: OnceLock::new() }
    }
}

impl Federation {
    /// Composes the subgraphs, with the generated `node` subgraph beside them. Limits alone are a policy, too.
    ///
    /// # Errors
    /// When the subgraphs contradict each other.
    pub fn new(subgraphs: Vec<Arc<dyn Subgraph>>, policy: impl Into<Policy>) -> Result<Federation, CompositionError> {
        let tallies = Mutex::default();
        let current = RwLock::new(Arc::new(Supergraph::of(subgraphs, &tallies)?));
        Ok(Federation(Arc::new(Inner::new(current, tallies, policy))))
    }

    /// Serves a supergraph of join v0.1–v0.5 that was composed elsewhere, over the subgraphs that it names ([`graphs`](crate::graphs)).
    ///
    /// # Errors
    /// When the supergraph cannot be read, or names a subgraph that is not among the given ones.
    pub fn over(supergraph: String, subgraphs: Vec<Arc<dyn Subgraph>>, policy: impl Into<Policy>) -> Result<Federation, CompositionError> {
        let tallies = Mutex::default();
        let current = RwLock::new(Arc::new(Supergraph::composed(supergraph, subgraphs, &tallies)?));
        Ok(Federation(Arc::new(Inner::new(current, tallies, policy))))
    }

    /// Draws for each request whether it is within the percentage of an `@override(label: "percent(…)")`, once and for good. Without
    /// chance such fields stay with the subgraph that had them.
    #[must_use]
    pub fn with_rng(self, rng: Arc<dyn Rng>) -> Federation {
        // The first one stays.
        drop(self.0.rng.set(rng));
        self
    }

    /// Serves another supergraph that was composed elsewhere from now on, as [`swap`](Federation::swap) does.
    ///
    /// # Errors
    /// As [`over`](Federation::over), or when a trusted document does not fit; the old one stays.
    pub fn swap_over(&self, supergraph: String, subgraphs: Vec<Arc<dyn Subgraph>>) -> Result<(), CompositionError> {
        self.replace(Supergraph::composed(supergraph, subgraphs, &self.0.tallies)?)
    }

    /// Serves other subgraphs from now on. What runs already ends as it began; when the new ones do not compose, the old ones stay.
    ///
    /// # Errors
    /// When the subgraphs contradict each other, or a trusted document does not fit them.
    pub fn swap(&self, subgraphs: Vec<Arc<dyn Subgraph>>) -> Result<(), CompositionError> {
        self.replace(Supergraph::of(subgraphs, &self.0.tallies)?)
    }

    fn replace(&self, next: Supergraph) -> Result<(), CompositionError> {
        // A document that does not fit would fail in the hands of a reader.
        for document in self.documents() {
            check_trusted(&next, document, &self.0.gate).map_err(|refused| {
                let reasons: Vec<_> = refused.errors.into_iter().map(|error| error.message).collect();
                CompositionError::of(None, format!("trusted document {} does not fit: {}", document.id(), reasons.join("; ")))
            })?;
        }
        *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(())
    }

    fn current(&self) -> Arc<Supergraph> {
        Arc::clone(&self.0.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The supergraph's SDL, which any federation v2 router can run.
    #[must_use]
    pub fn supergraph_sdl(&self) -> Arc<str> {
        Arc::clone(&self.current().sdl)
    }

    /// The public SDL.
    #[must_use]
    pub fn api_sdl(&self) -> Arc<str> {
        Arc::clone(&self.current().api_sdl)
    }

    /// A subgraph by its name, the generated one included.
    #[must_use]
    pub fn subgraph(&self, name: &str) -> Option<Arc<dyn Subgraph>> {
        self.current().find_subgraph(name)
    }

    pub(crate) fn direct_operations(&self) -> &Cache<String, Arc<Operation>> {
        &self.0.direct
    }

    /// How many calls each subgraph got since the start.
    #[must_use]
    pub fn calls(&self) -> Vec<(String, u64)> {
        self.tallies(Tally::calls)
    }

    /// How long each subgraph has worked on calls so far, those that failed included.
    #[must_use]
    pub fn busy(&self) -> Vec<(String, Duration)> {
        self.tallies(Tally::busy)
    }

    fn tallies<T>(&self, read: impl Fn(&Tally) -> T) -> Vec<(String, T)> {
        let tallies = self.0.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        tallies.iter().map(|(name, tally)| (name.clone(), read(tally))).collect()
    }

    /// How often each limit was exceeded since the start.
    #[must_use]
    pub fn exceedings(&self) -> Vec<Exceedings> {
        self.0.gate.scale.exceedings()
    }

    /// The documents that clients may ask for by name.
    #[must_use]
    pub fn documents(&self) -> &[Arc<TrustedDocument>] {
        self.0.gate.documents.all()
    }

    /// Which fields of the graph each trusted document asks for, as schema coordinates. A field is asked for as often as its document.
    #[must_use]
    pub fn fields_of_documents(&self) -> Vec<(Arc<TrustedDocument>, Vec<String>)> {
        let current = self.current();
        let fields = current.fields_of(self.documents());
        self.documents().iter().map(Arc::clone).zip(fields.iter().cloned()).collect()
    }

    /// Whether a trusted document fits the graph and the limits, its variables and their part of the cost aside.
    ///
    /// # Errors
    /// Why it does not.
    pub fn check_trusted(&self, document: &TrustedDocument) -> Result<(), Vec<GraphError>> {
        check_trusted(&self.current(), document, &self.0.gate).map_err(|refused| refused.errors)
    }

    /// Prepares a client's request: finds the document that it names, parses, checks limits, rules and variables, cuts it to what the
    /// actor may see, plans it. What it needed once it remembers.
    ///
    /// # Errors
    /// The answer to send instead.
    pub fn prepare(&self, params: GraphRequest, request: &Request) -> Result<Prepared, GraphResponse> {
        self.prepare_with(params, &[], request)
    }

    /// The same with labels of `@override(label:)` switched on, which else are off.
    ///
    /// # Errors
    /// The answer to send instead.
    pub fn prepare_with(&self, params: GraphRequest, labels: &[String], request: &Request) -> Result<Prepared, GraphResponse> {
        let (params, trusted) = self.0.gate.resolve(params, request.locale)?;
        let current = self.current();
        let overrides = self.overrides(&current, labels);
        let prepared = prepare(current, params, Some(&self.0.gate), &overrides, request)?;
        trusted.iter().for_each(|document| document.count_use());
        Ok(prepared.of(trusted))
    }

    fn overrides(&self, current: &Supergraph, labels: &[String]) -> Overrides {
        Overrides::decide(&current.planner, labels, self.0.rng.get().map(|rng| &**rng))
    }

    /// Prepares a document of the program, which no limit holds.
    ///
    /// # Errors
    /// The answer to send instead.
    pub fn prepare_document(
        &self,
        document: &Document,
        variables: Map<String, Value>,
        request: &Request,
    ) -> Result<Prepared, GraphResponse> {
        let params = GraphRequest { query: document.text.to_owned(), variables, ..GraphRequest::default() };
        let current = self.current();
        let overrides = self.overrides(&current, &[]);
        prepare(current, params, None, &overrides, request)
    }

    /// Whether a document of the program fits the graph.
    ///
    /// # Errors
    /// Why it does not.
    pub fn check_document(&self, document: &Document) -> Result<(), Vec<GraphError>> {
        let current = self.current();
        let parsed = parse(document.text, None, &mut Vec::new(), Locale::En).map_err(|refused| refused.errors)?;
        validate(&parsed, &current.schema, &current.rules, Locale::En).map_err(|refused| refused.errors)
    }

    /// Prepares and runs a query or a mutation.
    pub async fn execute(&self, params: GraphRequest, request: &Arc<Request>) -> GraphResponse {
        match self.prepare(params, request) {
            Ok(prepared) => prepared.execute(request).await,
            Err(refused) => refused,
        }
    }

    /// Prepares and starts an operation as a stream: a subscription's events, or the one answer of another operation.
    pub async fn subscribe(&self, params: GraphRequest, request: &Arc<Request>) -> BoxStream<'static, GraphResponse> {
        match self.prepare(params, request) {
            Ok(prepared) => prepared.subscribe(request).await,
            Err(refused) => once(refused),
        }
    }
}

fn once(response: GraphResponse) -> BoxStream<'static, GraphResponse> {
    stream::once(async { response }).boxed()
}

impl Prepared {
    /// Runs a query or a mutation.
    pub async fn execute(&self, request: &Arc<Request>) -> GraphResponse {
        if self.kind() == OperationKind::Subscription {
            let message = words().text(request.locale, "operation-kind", &[]);
            return GraphResponse::refused(Stage::Validate, vec![GraphError::new(Code::GraphqlValidationFailed, message)]);
        }
        let gathered = Run::new(&self.supergraph, request, &self.variables).run(self.ready.plan.node.as_ref()).await;
        self.respond(gathered, request)
    }

    /// Starts a subscription: each event is completed from the other subgraphs. Another operation gives its one answer.
    pub async fn subscribe(self, request: &Arc<Request>) -> BoxStream<'static, GraphResponse> {
        let Some(source) = &self.ready.plan.source else {
            let gathered = Run::new(&self.supergraph, request, &self.variables).run(self.ready.plan.node.as_ref()).await;
            return once(self.respond(gathered, request));
        };
        let variables = source.variables.iter().filter_map(|name| Some((name.as_str(), self.variables.get(name)?.clone()))).collect();
        let call = Call { operation: &source.operation, variables, request };
        let events = self.supergraph.subgraph(source.subgraph).subscribe(call).await;
        // What completes an event belongs to the trace of whoever subscribed.
        let (prepared, request, span) = (Arc::new(self), Arc::clone(request), Span::current());
        let complete = move |event: Answer| {
            let (prepared, request) = (Arc::clone(&prepared), Arc::clone(&request));
            async move { prepared.complete(event, &request).await }.instrument(span.clone())
        };
        // One event at a time, so that they arrive in the order in which they happened.
        events.then(complete).boxed()
    }

    async fn complete(&self, event: Answer, request: &Arc<Request>) -> GraphResponse {
        let run = Run::new(&self.supergraph, request, &self.variables);
        let plan = &self.ready.plan;
        let gathered = match &plan.source {
            Some(source) => run.complete(source, event, plan.node.as_ref()).await,
            None => Gathered::default(),
        };
        self.respond(gathered, request)
    }

    fn respond(&self, gathered: Gathered, request: &Request) -> GraphResponse {
        let mut projection = Projection { lens: self.lens(), variables: &self.variables, request, faults: Vec::new() };
        let data = projection.answer(&self.ready.shape, gathered);
        let errors = projection.faults.into_iter().map(GraphError::from).collect();
        GraphResponse { data: Some(data), errors, stage: Stage::Execute }
    }
}

#[async_trait]
impl Graph for Federation {
    async fn execute(&self, document: &'static Document, variables: Map<String, Value>, request: &Arc<Request>) -> Answer {
        let response = match self.prepare_document(document, variables, request) {
            Ok(prepared) => prepared.execute(request).await,
            Err(refused) => refused,
        };
        let faults = response.errors.into_iter().map(|error| Fault { message: error.message, code: error.code, path: error.path });
        Answer { data: response.data.unwrap_or_default(), faults: faults.collect() }
    }
}
