//! A few values for each fact that stand for all values.
//!
//! A number is compared with the numbers of the conditions, so these and their neighbours are enough. A text is compared with literals, so
//! these and one that is none of them are enough; where conditions ask for beginnings, ends and parts, every beginning with every set of
//! parts and every end, joined by a character that no literal has: such a text begins, ends and contains no more than it must, and is equal
//! to no literal. Facts that are compared with each other share their values, and have as many of each sort as there are such facts.

use std::collections::BTreeSet;

use crate::{
    FactType, FactValue,
    condition::{Condition, Sign, Term},
    fact::{Declared, FACT_BYTES_MAX},
    proof::Closed,
};

/// More built texts than this for one fact make a search hopeless.
const BUILT_MAX: usize = 512;

/// What conditions compare a fact with.
#[derive(Clone, Default)]
struct Compared {
    texts: BTreeSet<String>,
    numbers: BTreeSet<i64>,
    beginnings: BTreeSet<String>,
    ends: BTreeSet<String>,
    parts: BTreeSet<String>,
}

struct Gathered {
    /// By fact.
    compared: Vec<Compared>,
    /// By fact, the first fact of those that it is compared with.
    group: Vec<usize>,
    complete: bool,
}

/// The candidates of every fact, the value for "not known" first, and whether they stand for all values.
pub(super) fn gather<'c>(
    declared: &Declared,
    closed: &Closed,
    conditions: impl IntoIterator<Item = &'c Condition>,
) -> (Vec<Vec<FactValue>>, bool) {
    let mut gathered =
        Gathered { compared: vec![Compared::default(); declared.len()], group: (0..declared.len()).collect(), complete: true };
    for condition in conditions {
        gathered.walk(&condition.term);
    }
    let mut candidates = Vec::with_capacity(declared.len());
    for (place, (name, of)) in declared.iter().enumerate() {
        // What it is compared with would have to have its values, too.
        gathered.complete &= !closed.contains_key(name) || gathered.peers(place).count() == 1;
        candidates.push(match (closed.get(name), of) {
            (Some(values), _) => values.clone(),
            (None, FactType::Bool) => vec![false.into(), true.into()],
            (None, FactType::Int) => gathered.numbers(place),
            (None, FactType::Text) => gathered.texts(place),
        });
    }
    (candidates, gathered.complete)
}

impl Gathered {
    fn walk(&mut self, term: &Term) {
        let Term::Call(sign, parts) = term else { return };
        if let (Sign::StartsWith | Sign::EndsWith | Sign::Contains, [left, right]) = (sign, parts.as_slice()) {
            self.note_part(*sign, left, right);
            return;
        }
        let facts: Vec<usize> = parts.iter().filter_map(fact).collect();
        for part in parts {
            match part {
                Term::Literal(FactValue::Text(text)) => {
                    facts.iter().for_each(|fact| self.compared[*fact].texts.extend([text.clone()]));
                }
                Term::Literal(FactValue::Int(number)) => facts.iter().for_each(|fact| self.compared[*fact].numbers.extend([*number])),
                _ => self.walk(part),
            }
        }
        if !matches!(sign, Sign::And | Sign::Or | Sign::Not) {
            facts.windows(2).for_each(|pair| self.join(pair[0], pair[1]));
        }
    }

    fn note_part(&mut self, sign: Sign, left: &Term, right: &Term) {
        match (fact(left), right) {
            (Some(fact), Term::Literal(FactValue::Text(part))) => {
                let compared = &mut self.compared[fact];
                let known = match sign {
                    Sign::StartsWith => &mut compared.beginnings,
                    Sign::EndsWith => &mut compared.ends,
                    _ => &mut compared.parts,
                };
                known.insert(part.clone());
            }
            // A literal within a literal is what it is; a fact within a text is beyond these candidates.
            (None, Term::Literal(_)) => {}
            _ => self.complete = false,
        }
    }

    fn join(&mut self, one: usize, other: usize) {
        let (kept, gone) = (self.group[one], self.group[other]);
        self.group.iter_mut().filter(|group| **group == gone).for_each(|group| *group = kept);
    }

    /// The facts that are compared with this one, itself among them.
    fn peers(&self, place: usize) -> impl Iterator<Item = &Compared> {
        let group = self.group[place];
        self.group.iter().zip(&self.compared).filter(move |(other, _)| **other == group).map(|(_, compared)| compared)
    }

    fn numbers(&self, place: usize) -> Vec<FactValue> {
        let reach = i64::try_from(self.peers(place).count()).unwrap_or(i64::MAX);
        let literals = self.peers(place).flat_map(|compared| compared.numbers.iter().copied()).chain([0]);
        let mut numbers: Vec<i64> = literals
            .flat_map(|literal| (-reach..=reach).map(move |step| literal.saturating_add(step)))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        numbers.sort_by_key(|number| *number != 0);
        numbers.into_iter().map(FactValue::Int).collect()
    }

    fn texts(&mut self, place: usize) -> Vec<FactValue> {
        let peers: Vec<Compared> = self.peers(place).cloned().collect();
        let all = |of: fn(&Compared) -> &BTreeSet<String>| peers.iter().flat_map(of).cloned().collect::<BTreeSet<String>>();
        let (texts, parts) = (all(|compared| &compared.texts), all(|compared| &compared.parts));
        let (beginnings, ends) = (all(|compared| &compared.beginnings), all(|compared| &compared.ends));
        let literals = || texts.iter().chain(&parts).chain(&beginnings).chain(&ends);
        let between = ['·', '|', '~', '¦', '\u{e000}'].into_iter().find(|mark| literals().all(|literal| !literal.contains(*mark)));
        let Some(between) = between else {
            self.complete = false;
            return texts.into_iter().map(FactValue::Text).collect();
        };
        let mut values = vec![String::new()];
        values.extend(texts.iter().filter(|text| !text.is_empty()).cloned());
        let asks_parts = !(parts.is_empty() && beginnings.is_empty() && ends.is_empty());
        // Two texts with the same parts can differ, which the built ones do not show.
        self.complete &= peers.len() == 1 || !asks_parts;
        for n in 0..peers.len() {
            values.push(if n == 0 && !asks_parts { none_of(&texts, between) } else { format!("{between}{n}{between}") });
        }
        if asks_parts {
            values.extend(self.built(&beginnings, &parts, &ends, between));
        }
        let count = values.len();
        values.retain(|value| value.len() <= FACT_BYTES_MAX);
        self.complete &= values.len() == count;
        values.into_iter().map(FactValue::Text).collect()
    }

    fn built(&mut self, beginnings: &BTreeSet<String>, parts: &BTreeSet<String>, ends: &BTreeSet<String>, between: char) -> Vec<String> {
        let none = String::new();
        let sets = u32::try_from(parts.len()).ok().and_then(|parts| 1_usize.checked_shl(parts)).unwrap_or(usize::MAX);
        if (beginnings.len() + 1).saturating_mul(ends.len() + 1).saturating_mul(sets) > BUILT_MAX {
            self.complete = false;
            return beginnings.iter().chain(parts).chain(ends).cloned().collect();
        }
        let mut built = Vec::new();
        for beginning in std::iter::once(&none).chain(beginnings) {
            for end in std::iter::once(&none).chain(ends) {
                for set in 0..sets {
                    let chosen = parts.iter().enumerate().filter(|(n, _)| set >> n & 1 == 1).map(|(_, part)| part.as_str());
                    let middle = chosen.fold(String::from(between), |text, part| format!("{text}{part}{between}"));
                    built.push(format!("{beginning}{middle}{end}"));
                }
            }
        }
        built
    }
}

fn fact(term: &Term) -> Option<usize> {
    match term {
        Term::Fact(place) => Some(*place),
        Term::Literal(_) | Term::Call(..) => None,
    }
}

/// A text that is none of the literals, and that a person recognises as such.
fn none_of(texts: &BTreeSet<String>, between: char) -> String {
    let other = "another";
    if texts.contains(other) { between.to_string() } else { other.to_owned() }
}
