//! Whatever a client writes, preparing it – parse, limits, rules, plan – neither panics, nor fails, nor takes long.
//!
//! Documents of the corpus are changed again and again; those that get as far as planning, and of them those that take longest, are
//! changed further. `FUZZ_SECONDS` says for how long, `FUZZ_SEED` what decides. What is found is put into the corpus, which is
//! `corpus/GRAPH/*.graphql`, and is asked first from then on.

mod mutate;
mod write;

use std::{
    cell::Cell,
    env, fs,
    panic::{self, AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use federation::{Federation, GraphRequest, GraphResponse, Limits, graphs, resolve};
use graphql_tools::{
    parser::parse_query,
    static_graphql::query::{Definition, OperationDefinition},
};
use kernel::{Actor, Code, Fields, Request, Role, Subgraph};
use proptest::test_runner::{RngAlgorithm, TestRng};
use serde_json::{Map, Value};

use self::{
    mutate::mutate,
    write::{Chance, Types},
};
use crate::{
    cases::Case,
    rooms::{person, request},
    silent::Silent,
    world::schema,
};

const BUILT_IN: &str = include_str!("../../../src/schema/built_in.graphql");
const INTROSPECTION: &str = include_str!("../introspection.graphql");

/// Cases whose supergraphs are hard to plan over.
const CASES: [&str; 6] = ["interface-keys", "interface-object", "keys-several", "requires-fragments", "shareable-partial", "union-partial"];

/// No document may take more of a processor to prepare; a build for tests is many times slower, and only what runs away is found in it.
const PREPARING_MAX: Duration = Duration::from_millis(if cfg!(debug_assertions) { 2_000 } else { 50 });

/// How often one that seems the slowest so far is prepared again: the least counts, for a busy machine adds to processor time, too.
const REPEATS: usize = 9;

/// How many documents of one graph are kept to be changed further.
const POOL_MAX: usize = 400;

thread_local! { static PANICKED: Cell<Option<String>> = const { Cell::new(None) }; }

/// A document, and how long it took.
struct Known {
    text: String,
    took: Duration,
}

/// One graph and what is asked of it.
struct Hunt {
    name: String,
    supergraph: String,
    federation: Federation,
    types: Types,
    names: Vec<String>,
    pool: Vec<Known>,
    actors: [Arc<Request>; 2],
    asked: u64,
    planned: u64,
    slowest: Duration,
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/federation/fuzz/corpus")
}

/// The explorer's examples, which are documents of the city.
fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../playground/src/examples")
}

/// The kept documents of a graph, in order.
fn kept(name: &str) -> Vec<String> {
    let folders = [Some(corpus().join(name)), (name == "city").then(examples)];
    let files = folders.into_iter().flatten().filter_map(|folder| fs::read_dir(folder).ok()).flatten();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

impl Hunt {
    fn new(name: &str, supergraph: String, chance: &mut Chance) -> Hunt {
        let federation = serve(&supergraph);
        let types = Types::of(&schema(&format!("{}\n{BUILT_IN}", federation.api_sdl())));
        let actors = [Actor::Anonymous, person(&Role::ALL)].map(request);
        let (names, pool) = (types.names(), Vec::new());
        let (asked, planned, slowest) = (0, 0, Duration::ZERO);
        let mut hunt = Hunt { name: name.to_owned(), supergraph, federation, types, names, pool, actors, asked, planned, slowest };
        let mut texts = kept(name);
        texts.push(INTROSPECTION.to_owned());
        texts.extend((0..20).map(|_| hunt.types.write_selection(&hunt.types.query, 6, chance).to_string()));
        for text in texts {
            // A document that was kept is asked as everybody may ask it.
            hunt.ask(&text, 0, chance);
            hunt.ask(&text, 1, chance);
            hunt.pool.push(Known { text, took: Duration::ZERO });
        }
        hunt
    }

    /// Changes one document and asks it.
    fn step(&mut self, chance: &mut Chance) {
        let (one, two) = (chance.below(self.pool.len()), chance.below(self.pool.len()));
        // Every other time the slower one of two.
        let parent = if chance.one_in(2) && self.pool[two].took > self.pool[one].took { two } else { one };
        let text = mutate(&self.pool[parent].text, &self.pool[two].text, &self.types, &self.names, chance);
        let actor = chance.below(self.actors.len());
        let Some(took) = self.ask(&text, actor, chance) else { return };
        if self.pool.len() < POOL_MAX {
            self.pool.push(Known { text, took });
        } else if took > self.pool[one].took {
            self.pool[one] = Known { text, took };
        }
    }

    /// Asks a document; how long planning took, when it got so far.
    fn ask(&mut self, text: &str, actor: usize, chance: &mut Chance) -> Option<Duration> {
        let params = GraphRequest { query: text.to_owned(), variables: self.variables(text, chance), ..GraphRequest::default() };
        // A stack that overflows ends the process: what was asked last can be read here.
        fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("asked-last.graphql"), text).unwrap();
        self.asked += 1;
        let (mut took, outcome) = self.prepare(&params, actor);
        if let Err(fault) = &outcome {
            self.found(text, fault);
        }
        for _ in 0..REPEATS {
            if took <= self.slowest || cfg!(debug_assertions) {
                break;
            }
            // Nothing is remembered by another supergraph.
            self.federation = serve(&self.supergraph);
            took = took.min(self.prepare(&params, actor).0);
        }
        if took > PREPARING_MAX && !cfg!(debug_assertions) {
            self.found(text, &format!("it takes {took:?} to prepare"));
        }
        self.slowest = self.slowest.max(took);
        let planned = outcome.is_ok_and(|planned| planned);
        self.planned += u64::from(planned);
        planned.then_some(took)
    }

    /// How long preparing takes, and whether it is planned; what must not be is an error.
    fn prepare(&self, params: &GraphRequest, actor: usize) -> (Duration, Result<bool, String>) {
        let params = params.clone();
        let begun = busy();
        let prepared = catch_unwind(AssertUnwindSafe(|| self.federation.prepare(params, &self.actors[actor])));
        let took = busy() - begun;
        if let Some(panicked) = PANICKED.take() {
            return (took, Err(format!("something panicked {panicked}")));
        }
        let outcome = match prepared {
            Ok(Ok(_)) => Ok(true),
            Ok(Err(GraphResponse { errors, .. })) if errors.iter().any(|error| error.code == Code::Internal) => {
                Err("it cannot be planned".to_owned())
            }
            Ok(Err(_)) => Ok(false),
            Err(_) => Err("something panicked".to_owned()),
        };
        (took, outcome)
    }

    /// A value for each variable.
    fn variables(&self, text: &str, chance: &mut Chance) -> Map<String, Value> {
        let Ok(document) = parse_query::<String>(text) else { return Map::new() };
        let document = document.into_static();
        let operations = document.definitions.iter().filter_map(|definition| match definition {
            Definition::Operation(operation) => Some(operation),
            Definition::Fragment(_) => None,
        });
        let defined = operations.flat_map(OperationDefinition::variable_definitions);
        defined
            .map(|variable| (variable.name.clone(), resolve(&self.types.write_value(&variable.var_type, 3, chance), &Fields::new()).into()))
            .collect()
    }

    fn found(&self, text: &str, fault: &str) -> ! {
        let folder = corpus().join(&self.name);
        fs::create_dir_all(&folder).unwrap();
        let path = (0..).map(|number| folder.join(format!("found-{number}.graphql"))).find(|path| !path.exists()).unwrap();
        fs::write(&path, text).unwrap();
        panic!("{fault}: {}\n{text}", path.display())
    }
}

/// How long this thread has worked so far; the kernel counts in ticks of up to four milliseconds.
fn busy() -> Duration {
    let spent = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(spent.split(' ').next().unwrap().parse().unwrap())
}

fn serve(supergraph: &str) -> Federation {
    let subgraphs = graphs(supergraph).unwrap().into_iter().map(|graph| Arc::new(Silent(graph.name)) as Arc<dyn Subgraph>);
    Federation::over(supergraph.to_owned(), subgraphs.collect(), Limits::default()).unwrap()
}

fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

#[test]
fn whatever_is_written_is_prepared_or_refused_at_once() {
    let budget = Duration::from_secs(number("FUZZ_SECONDS", 2));
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number("FUZZ_SEED", 1).to_le_bytes());
    let mut chance = Chance(TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    // A panic that the engine catches is one all the same.
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |information| {
        PANICKED.set(information.location().map(|place| format!("at {place}")));
        tell(information);
    }));
    let city = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../supergraph.graphql")).unwrap();
    let mut hunts = vec![Hunt::new("city", city, &mut chance)];
    for name in CASES {
        let case = Case::read(name);
        let supergraph = case.supergraph(name, &case.views(&Arc::default()).1).unwrap();
        hunts.push(Hunt::new(name, supergraph, &mut chance));
    }
    let started = Instant::now();
    while started.elapsed() < budget {
        // Every other document is the city's.
        let other = chance.below(hunts.len());
        let hunt = if chance.one_in(2) { 0 } else { other };
        hunts[hunt].step(&mut chance);
    }
    for hunt in &hunts {
        println!("{}: {} documents, {} planned, the slowest in {:?}", hunt.name, hunt.asked, hunt.planned, hunt.slowest);
    }
}
