//! Operations written out of random bytes, asked of several subgraphs and of one schema over the same world.

use std::{sync::Arc, vec::IntoIter};

use federation::{Federation, GraphRequest, Limits, Stage};
use kernel::{Actor, Data, Request};
use proptest::{prelude::*, test_runner::TestCaseError};
use serde_json::{Map, Value, json};
use tokio::runtime::{Builder, Runtime};

use crate::{rooms::request, view::View};

/// What may stand behind a field.
pub const CONDITIONS: [&str; 7] = ["", "", "", "", "@include(if: $yes) ", "@skip(if: $yes) ", "@include(if: $no) "];

/// Writes a selection.
pub trait Write {
    /// What decides.
    fn bytes(&mut self) -> &mut IntoIter<u8>;

    /// What is written so far.
    fn text(&mut self) -> &mut String;

    /// Writes one item of a selection on a type.
    fn item(&mut self, name: &str, depth: usize);

    /// The next decision.
    fn next(&mut self) -> usize {
        usize::from(self.bytes().next().unwrap_or_default())
    }

    /// Writes a selection on a type.
    fn selection(&mut self, name: &str, depth: usize) {
        self.text().push_str("{ ");
        for _ in 0..=self.next() % 4 {
            self.item(name, depth);
        }
        self.text().push_str("} ");
    }
}

/// No limit is in the way of an operation that only the bytes limit.
pub fn wide() -> Limits {
    Limits { aliases_max: 1_000, fields_max: 10_000, directives_max: 1_000, tokens_max: 100_000, ..Limits::default() }
}

/// Several subgraphs and the one schema.
pub struct Comparison {
    pub federation: Federation,
    pub request: Arc<Request>,
    whole: View,
    runtime: Runtime,
    variables: Map<String, Value>,
}

impl Comparison {
    pub fn new(federation: Federation, whole: View) -> Comparison {
        let variables = Map::from_iter([("yes".to_owned(), json!(true)), ("no".to_owned(), json!(false))]);
        let runtime = Builder::new_current_thread().build().unwrap();
        Comparison { federation, request: request(Actor::Anonymous), whole, runtime, variables }
    }

    /// A selection on the query as a request; it uses both variables.
    pub fn ask(&self, selection: &str) -> GraphRequest {
        let head = "query($yes: Boolean = true, $no: Boolean = false) ";
        let used = "{ ... @include(if: $yes) { __typename } ... @include(if: $no) { __typename } ";
        let query = format!("{head}{}", selection.replacen("{ ", used, 1));
        GraphRequest { query, variables: self.variables.clone(), ..GraphRequest::default() }
    }

    /// Asks both, and gives the data that both answer.
    pub fn check(&self, asked: &GraphRequest, name: &str) -> Result<Data, TestCaseError> {
        let answer = self.runtime.block_on(self.federation.execute(asked.clone(), &self.request));
        prop_assert_eq!(answer.stage, Stage::Execute, "{}: {}: {:?}", name, asked.query, answer.errors);
        prop_assert!(answer.errors.is_empty(), "{}: {}: {:?}", name, asked.query, answer.errors);
        let expected = serde_json::to_string(&self.whole.answer(&asked.query, &self.variables).data).unwrap();
        let data = answer.data.unwrap();
        prop_assert_eq!(serde_json::to_string(&data).unwrap(), expected, "{}: {}", name, asked.query);
        Ok(data)
    }
}

/// How many operations to ask.
pub fn cases(default: u32) -> u32 {
    std::env::var("DIFFERENTIAL_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(default)
}
