//! Asks a subgraph for fields of entities, all of a step in one call.

use hive_router_query_planner::planner::plan_nodes::FlattenNodePathSegment as Segment;
use kernel::{Answer, Call, Code, Data, Fault, Fields, PathSegment};

use super::{
    Gathered, Run,
    represent::{Representations, Told},
    rewrite::rewrite,
    target::{Targets, client_path, place_mut},
};
use crate::{
    merge::merge,
    plan::{Batch, Entities, Lost},
};

/// The places that one batch fills, in the order of its paths: for each the representation that stands for it.
struct Places {
    targets: Vec<Targets>,
    told: Vec<usize>,
    /// How many places each representation fills.
    uses: Vec<usize>,
}

impl Places {
    /// Each place: its path in the plan, the indexes on the way, its representation.
    fn iter<'p>(&'p self, batch: &'p Batch) -> impl Iterator<Item = (&'p [Segment], &'p [usize], usize)> {
        let places = batch.paths.iter().zip(&self.targets).flat_map(|(path, targets)| targets.iter().map(move |at| (path.as_slice(), at)));
        places.zip(&self.told).map(|((path, at), told)| (path, at, *told))
    }
}

impl Run<'_> {
    pub(super) async fn entities(&self, step: &Entities) {
        let mut variables = self.variables_of(&step.variables);
        let places: Vec<Places> = {
            let mut gathered = self.gathered();
            step.batches.iter().map(|batch| self.gather(batch, &mut gathered, &mut variables)).collect()
        };
        if places.iter().all(|places| places.told.is_empty()) {
            return;
        }
        let call = Call { operation: &step.operation, variables, request: self.request };
        let Answer { mut data, faults } = self.supergraph.subgraph(step.subgraph).execute(call).await;
        let mut gathered = self.gathered();
        for (batch, places) in step.batches.iter().zip(&places) {
            let entities = match data.get_mut(&batch.key).map(Data::take) {
                Some(Data::List(entities)) if entities.len() == places.uses.len() => Some(entities),
                _ => None,
            };
            let elsewhere = |fault: &&Fault| step.batches.iter().any(|other| other.key != batch.key && is_of(fault, &other.key));
            let here: Vec<&Fault> = faults.iter().filter(|fault| !elsewhere(fault)).collect();
            self.locate(batch, places, &here, entities.as_deref(), &mut gathered);
            if let Some(entities) = entities {
                self.fill(batch, places, entities, &mut gathered.data);
            }
        }
    }

    /// Finds the entities of a batch and puts their representations into the variables.
    fn gather(&self, batch: &Batch, gathered: &mut Gathered, variables: &mut Fields) -> Places {
        let mut representations = Representations::new(&self.supergraph.types, &batch.requires, &batch.input_rewrites);
        let (mut told, mut uses, mut targets) = (Vec::new(), Vec::new(), Vec::with_capacity(batch.paths.len()));
        let mut incomplete = false;
        for path in &batch.paths {
            targets.push(Targets::find(&gathered.data, path, &self.supergraph.types, &mut |entity| match representations.tell(entity) {
                Told::As(place) => {
                    told.push(place);
                    if place == uses.len() {
                        uses.push(0);
                    }
                    uses[place] += 1;
                    true
                }
                Told::Nothing => false,
                Told::Incomplete => {
                    incomplete = true;
                    false
                }
            }));
        }
        variables.insert(batch.variable.as_str(), Data::List(representations.into_list()));
        if incomplete {
            self.mourn(batch, gathered);
        }
        Places { targets, told, uses }
    }

    /// What cannot be asked for because an earlier call failed is lost for the same reason.
    fn mourn(&self, batch: &Batch, gathered: &mut Gathered) {
        let Some(cause) = gathered.failed.clone() else { return };
        for path in &batch.paths {
            let mut representations = Representations::new(&self.supergraph.types, &batch.requires, &batch.input_rewrites);
            let incomplete = Targets::find(&gathered.data, path, &self.supergraph.types, &mut |entity| {
                matches!(representations.tell(entity), Told::Incomplete)
            });
            for at in incomplete.iter() {
                let (place, entity) = client_path(&gathered.data, path, at);
                self.lose(batch, &place, entity, &cause, &mut gathered.lost);
            }
        }
    }

    /// Merges the entities into their places; the last place takes the value, the others a copy.
    fn fill(&self, batch: &Batch, places: &Places, mut entities: Vec<Data>, data: &mut Data) {
        for entity in &mut entities {
            for each in &batch.output_rewrites {
                rewrite(entity, each, &self.supergraph.types);
            }
        }
        let mut left = places.uses.clone();
        for (path, at, told) in places.iter(batch) {
            left[told] -= 1;
            let entity = if left[told] == 0 { entities[told].take() } else { entities[told].clone() };
            if let Some(place) = place_mut(data, path, at) {
                merge(place, entity);
            }
        }
    }

    /// Tells of the subgraph's faults in the places of the client's answer.
    fn locate(&self, batch: &Batch, places: &Places, faults: &[&Fault], entities: Option<&[Data]>, gathered: &mut Gathered) {
        let mut whole = None;
        let mut spread: Vec<&Fault> = Vec::new();
        for &fault in faults {
            match fault.path.as_slice() {
                [PathSegment::Field(key), PathSegment::Index(index), rest @ ..] if *key == batch.key => {
                    self.report(batch, places, gathered, fault, rest, &|told| told == *index);
                }
                // Not every library says which entity failed; it is known by what it lacks.
                [PathSegment::Field(key), rest @ ..] if *key == batch.key && !rest.is_empty() && entities.is_some() => {
                    if !spread.contains(&fault) {
                        spread.push(fault);
                        let lacks = |told: usize| entities.is_some_and(|entities| lacks(&entities[told], rest));
                        self.report(batch, places, gathered, fault, rest, &lacks);
                    }
                }
                _ => whole = whole.or(Some(fault)),
            }
        }
        if entities.is_none() {
            let cause = whole.or(faults.first().copied()).cloned().unwrap_or_else(|| Fault::general(Code::Internal, self.request.locale));
            self.report(batch, places, gathered, &cause, &[], &|_| true);
            gathered.failed.get_or_insert(cause);
        }
    }

    /// Reports a fault in all places that some representations fill: at `rest` in them, or at all that is lost there.
    fn report(
        &self,
        batch: &Batch,
        places: &Places,
        gathered: &mut Gathered,
        fault: &Fault,
        rest: &[PathSegment],
        of: &dyn Fn(usize) -> bool,
    ) {
        for (path, at, _) in places.iter(batch).filter(|(_, _, told)| of(*told)) {
            let (mut place, entity) = client_path(&gathered.data, path, at);
            if rest.is_empty() {
                self.lose(batch, &place, entity, fault, &mut gathered.lost);
            } else {
                place.extend_from_slice(rest);
                gathered.faults.push(Fault { path: place, ..fault.clone() });
            }
        }
    }

    /// A fault at each field that the batch would have brought to the place.
    fn lose(&self, batch: &Batch, place: &[PathSegment], entity: &Data, cause: &Fault, losses: &mut Vec<Fault>) {
        let Some(entity) = entity.as_object() else { return };
        let applies = |lost: &&Lost| lost.on.as_ref().is_none_or(|on| self.supergraph.types.matches(entity, on));
        for lost in batch.lost.iter().filter(applies) {
            let mut path = place.to_vec();
            path.push(PathSegment::Field(lost.key.clone()));
            losses.push(Fault { path, ..cause.clone() });
        }
    }
}

/// Whether a fault lies in the field.
fn is_of(fault: &Fault, key: &str) -> bool {
    matches!(fault.path.first(), Some(PathSegment::Field(first)) if first == key)
}

/// Whether there is nothing at the path.
fn lacks(mut value: &Data, path: &[PathSegment]) -> bool {
    for segment in path {
        let below = match segment {
            PathSegment::Field(key) => value.get(key),
            PathSegment::Index(index) => value.item(*index),
        };
        match below {
            Some(below) if !below.is_null() => value = below,
            _ => return true,
        }
    }
    false
}
