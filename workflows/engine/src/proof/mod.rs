//! Whether conditions can hold together, and whether others can fail at the same time: what the checks of tables and processes ask.
//!
//! Conditions speak of text, yes or no, and whole numbers through comparisons alone, so a few values for each fact stand for all values
//! that there are ([`candidates`]). The search gives one fact after another a value, evaluates every condition as far as it follows, and
//! turns back as soon as one has the wrong answer. What it finds is an example; what it does not find cannot be, provided that the
//! candidates were all and the search came to its end. Otherwise it says so: not proved is never taken for fine.

mod candidates;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::{
    FactValue, Facts,
    condition::{Condition, Term},
    fact::{Declared, Value},
};

/// How many times a search evaluates conditions before it gives up: some ten milliseconds.
const EVALUATIONS_MAX: usize = 200_000;

/// What is known of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// No facts give these answers.
    Never,
    /// These facts do; the others are not known.
    Holds(Facts),
    /// There are too many possibilities to go through.
    NotProved,
}

/// A condition, and the answer that it should give.
pub(crate) type Wanted<'a> = (&'a Condition, bool);

/// The values that facts can have, as far as a file's conditions can tell them apart.
pub(crate) struct Space<'a> {
    declared: &'a Declared,
    candidates: Vec<Vec<FactValue>>,
    complete: bool,
}

/// Facts that have these values and no others.
pub(crate) type Closed = BTreeMap<String, Vec<FactValue>>;

impl<'a> Space<'a> {
    /// The space of all conditions of a file.
    pub(crate) fn new<'c>(declared: &'a Declared, closed: &Closed, conditions: impl IntoIterator<Item = &'c Condition>) -> Space<'a> {
        let (candidates, complete) = candidates::gather(declared, closed, conditions);
        Space { declared, candidates, complete }
    }

    /// The candidates of each fact.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&'a str, &[FactValue])> {
        self.declared.keys().map(String::as_str).zip(self.candidates.iter().map(Vec::as_slice))
    }

    /// Looks for facts with which every condition gives its answer. Conditions that leave little choice come first.
    pub(crate) fn find(&self, wanted: &[Wanted<'_>]) -> Proof {
        let mut search = Search { space: self, wanted, facts: vec![None; self.candidates.len()], left: EVALUATIONS_MAX };
        match search.run() {
            Some(true) => Proof::Holds(search.example()),
            Some(false) if self.complete => Proof::Never,
            Some(false) | None => Proof::NotProved,
        }
    }
}

struct Search<'s, 'w> {
    space: &'s Space<'s>,
    wanted: &'w [Wanted<'w>],
    facts: Vec<Option<Value<'s>>>,
    left: usize,
}

impl Search<'_, '_> {
    /// Whether there is such a case; `None` when the search was given up.
    fn run(&mut self) -> Option<bool> {
        let mut open = None;
        for (condition, answer) in self.wanted {
            self.left = self.left.checked_sub(1)?;
            match condition.answer(&self.facts) {
                Some(given) if given == *answer => {}
                Some(_) => return Some(false),
                None => open = open.or(Some(condition)),
            }
        }
        let Some(place) = open.and_then(|condition| first_open(&condition.term, &self.facts)) else { return Some(true) };
        let space = self.space;
        for value in &space.candidates[place] {
            self.facts[place] = Some(value.into());
            match self.run() {
                Some(false) => {}
                end => return end,
            }
        }
        self.facts[place] = None;
        Some(false)
    }

    /// What was given a value and is not simply "not known".
    fn example(&self) -> Facts {
        let named = self.space.declared.keys().zip(&self.facts);
        named.filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_unknown())?.to_fact()))).collect()
    }
}

/// The first fact of a condition that has no value yet and that the answer waits for.
fn first_open(term: &Term, facts: &[Option<Value<'_>>]) -> Option<usize> {
    match term {
        Term::Fact(place) => facts.get(*place).is_some_and(Option::is_none).then_some(*place),
        Term::Literal(_) => None,
        Term::Call(..) if term.truth(facts).is_some() => None,
        Term::Call(_, parts) => parts.iter().find_map(|part| first_open(part, facts)),
    }
}
