//! The steps of a plan. Each keeps its subgraph operation, so that a subgraph parses it once.

use std::{collections::HashMap, sync::Arc};

use hive_router_query_planner::{
    ast::{fragment::FragmentDefinition, operation::SubgraphFetchOperation, selection_item::SelectionItem, selection_set::SelectionSet},
    planner::plan_nodes::{
        BatchFetchNode, FetchNode, FetchRewrite, FlattenNode, FlattenNodePath, FlattenNodePathSegment, PlanNode, QueryPlan,
    },
    state::supergraph_state::OperationKind as PlannedKind,
};
use kernel::{Error, Operation, OperationKind, Result};

use super::interface_objects::{entities, stand_in};
use crate::{prepare::PARSED_TIMES, supergraph::Supergraph};

/// The subgraphs' places by name.
pub(crate) type Subgraphs = HashMap<String, usize>;

/// A plan that is ready to run.
#[derive(Default)]
pub(crate) struct Plan {
    /// The event source of a subscription.
    pub(crate) source: Option<Fetch>,
    /// All else, in order.
    pub(crate) node: Option<Node>,
}

pub(crate) enum Node {
    /// Asks for root fields.
    Fetch(Fetch),
    /// Asks for fields of entities that are there already.
    Entities(Entities),
    /// One after another.
    Sequence(Vec<Node>),
    /// All at once.
    Parallel(Vec<Node>),
}

pub(crate) struct Fetch {
    pub(crate) subgraph: usize,
    pub(crate) operation: Arc<Operation>,
    pub(crate) variables: Vec<String>,
    pub(crate) rewrites: Vec<FetchRewrite>,
    /// What is lost when the call fails.
    pub(crate) lost: Vec<Lost>,
}

pub(crate) struct Entities {
    pub(crate) subgraph: usize,
    pub(crate) operation: Arc<Operation>,
    pub(crate) variables: Vec<String>,
    pub(crate) batches: Vec<Batch>,
}

/// Entities of one kind, wherever in the answer they are: one `_entities` field.
pub(crate) struct Batch {
    /// The key of the `_entities` field.
    pub(crate) key: String,
    /// The variable of its representations.
    pub(crate) variable: String,
    pub(crate) paths: Vec<Vec<FlattenNodePathSegment>>,
    /// What of the entity the subgraph must be told.
    pub(crate) requires: SelectionSet,
    pub(crate) input_rewrites: Vec<FetchRewrite>,
    pub(crate) output_rewrites: Vec<FetchRewrite>,
    pub(crate) lost: Vec<Lost>,
}

/// A field that a fetch would have brought.
pub(crate) struct Lost {
    pub(crate) on: Option<String>,
    pub(crate) key: String,
}

impl Plan {
    pub(super) fn of(planned: QueryPlan, supergraph: &Supergraph) -> Result<Plan> {
        let mut plan = Plan::default();
        let reader = Reader { supergraph };
        let nodes = match planned.node {
            Some(PlanNode::Sequence(sequence)) => sequence.nodes,
            Some(node) => vec![node],
            None => Vec::new(),
        };
        let mut rest = Vec::new();
        for node in nodes {
            match node {
                PlanNode::Subscription(subscription) => plan.source = Some(reader.fetch(subscription.primary)?),
                node => rest.push(reader.node(node)?),
            }
        }
        plan.node = if rest.len() > 1 { Some(Node::Sequence(rest)) } else { rest.pop() };
        Ok(plan)
    }

    /// About how much memory it takes once its subgraphs have parsed their operations.
    pub(crate) fn bytes(&self) -> usize {
        let source = self.source.as_ref().map_or(0, |fetch| fetch.operation.text.len());
        (source + self.node.as_ref().map_or(0, Node::text_bytes)) * PARSED_TIMES
    }
}

impl Node {
    fn text_bytes(&self) -> usize {
        match self {
            Node::Fetch(fetch) => fetch.operation.text.len(),
            Node::Entities(entities) => entities.operation.text.len(),
            Node::Sequence(nodes) | Node::Parallel(nodes) => nodes.iter().map(Node::text_bytes).sum(),
        }
    }
}

struct Reader<'a> {
    supergraph: &'a Supergraph,
}

impl Reader<'_> {
    fn node(&self, node: PlanNode) -> Result<Node> {
        match node {
            PlanNode::Fetch(fetch) => self.fetch(fetch).map(Node::Fetch),
            PlanNode::BatchFetch(batch) => self.batches(batch).map(Node::Entities),
            PlanNode::Flatten(flatten) => self.flatten(flatten),
            PlanNode::Sequence(sequence) => self.nodes(sequence.nodes).map(Node::Sequence),
            PlanNode::Parallel(parallel) => self.nodes(parallel.nodes).map(Node::Parallel),
            // Conditions are decided before planning, and nothing is deferred.
            PlanNode::Condition(_) | PlanNode::Subscription(_) | PlanNode::Defer(_) => {
                Err(Error::internal("the plan holds a step in a place where it cannot be"))
            }
        }
    }

    fn nodes(&self, nodes: Vec<PlanNode>) -> Result<Vec<Node>> {
        nodes.into_iter().map(|node| self.node(node)).collect()
    }

    fn subgraph(&self, name: &str) -> Result<usize> {
        self.supergraph.names.get(name).copied().ok_or_else(|| Error::internal(format!("the plan names an unknown subgraph {name}")))
    }

    fn fetch(&self, fetch: FetchNode) -> Result<Fetch> {
        Ok(Fetch {
            subgraph: self.subgraph(&fetch.service_name)?,
            lost: lost(&fetch.operation.document.operation.selection_set, None, &fetch.operation.document.fragments),
            operation: operation(fetch.operation, fetch.operation_kind.as_ref()),
            variables: fetch.variable_usages.into_iter().flatten().collect(),
            rewrites: fetch.output_rewrites.unwrap_or_default(),
        })
    }

    fn flatten(&self, flatten: FlattenNode) -> Result<Node> {
        let fetch = match *flatten.node {
            PlanNode::Fetch(fetch) => fetch,
            _ => return Err(Error::internal("the plan flattens what is not a fetch")),
        };
        let mut batch = Batch {
            key: "_entities".to_owned(),
            variable: "representations".to_owned(),
            paths: vec![path(&flatten.path)],
            lost: lost_of_entities(&fetch.operation, "_entities"),
            requires: fetch.requires.unwrap_or_default(),
            input_rewrites: fetch.input_rewrites.unwrap_or_default(),
            output_rewrites: fetch.output_rewrites.unwrap_or_default(),
        };
        stand_in(&mut batch, &fetch.service_name, &fetch.operation, self.supergraph);
        Ok(Node::Entities(Entities {
            subgraph: self.subgraph(&fetch.service_name)?,
            operation: operation(fetch.operation, None),
            variables: fetch.variable_usages.into_iter().flatten().collect(),
            batches: vec![batch],
        }))
    }

    fn batches(&self, node: BatchFetchNode) -> Result<Entities> {
        let subgraph = self.subgraph(&node.service_name)?;
        let batches = node.entity_batch.aliases.into_iter().map(|alias| {
            let mut batch = Batch {
                lost: lost_of_entities(&node.operation, &alias.alias),
                key: alias.alias,
                variable: alias.representations_variable_name,
                paths: alias.merge_paths.iter().map(path).collect(),
                requires: alias.requires,
                input_rewrites: alias.input_rewrites.unwrap_or_default(),
                output_rewrites: alias.output_rewrites.unwrap_or_default(),
            };
            stand_in(&mut batch, &node.service_name, &node.operation, self.supergraph);
            batch
        });
        let batches = batches.collect();
        let variables = node.variable_usages.into_iter().flatten().collect();
        Ok(Entities { subgraph, operation: operation(node.operation, None), variables, batches })
    }
}

fn path(path: &FlattenNodePath) -> Vec<FlattenNodePathSegment> {
    path.as_slice().to_vec()
}

fn operation(operation: SubgraphFetchOperation, kind: Option<&PlannedKind>) -> Arc<Operation> {
    let kind = match kind {
        Some(PlannedKind::Mutation) => OperationKind::Mutation,
        Some(PlannedKind::Subscription) => OperationKind::Subscription,
        Some(PlannedKind::Query) | None => OperationKind::Query,
    };
    Arc::new(Operation::new(kind, operation.document_str))
}

fn lost_of_entities(operation: &SubgraphFetchOperation, key: &str) -> Vec<Lost> {
    entities(operation, key).map(|entities| lost(entities, None, &operation.document.fragments)).unwrap_or_default()
}

fn lost(selection: &SelectionSet, on: Option<&str>, fragments: &[FragmentDefinition]) -> Vec<Lost> {
    let mut found = Vec::new();
    for item in &selection.items {
        match item {
            SelectionItem::Field(field) if field.name == "__typename" => {}
            SelectionItem::Field(field) => {
                found.push(Lost { on: on.map(str::to_owned), key: field.selection_identifier().to_owned() });
            }
            SelectionItem::InlineFragment(fragment) => found.extend(lost(&fragment.selections, Some(&fragment.type_condition), fragments)),
            SelectionItem::FragmentSpread(name) => {
                let fragment = fragments.iter().find(|fragment| fragment.name == *name);
                found.extend(
                    fragment.into_iter().flat_map(|fragment| lost(&fragment.selection_set, Some(&fragment.type_condition), fragments)),
                );
            }
        }
    }
    found
}
