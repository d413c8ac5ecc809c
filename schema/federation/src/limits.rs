//! What a document may ask for: the limits, and what happens to a document that exceeds one.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU64, Ordering},
};

use kernel::{Code, Fact, Locale};
use serde::Deserialize;

use crate::words::words;

/// A limit that only counts still refuses what exceeds its number this many times: what it lets pass has to be validated, which takes time
/// that grows with the square.
const MEASURED_TIMES_MAX: usize = 4;

/// One of the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Lexical tokens of the document.
    Tokens,
    /// Levels of the selection.
    Depth,
    /// Levels of the selection in introspection.
    IntrospectionDepth,
    /// Lists of types nested in introspection.
    IntrospectionLists,
    /// Aliases.
    Aliases,
    /// Root fields.
    RootFields,
    /// Fields.
    Fields,
    /// Spreads of fragments.
    FragmentSpreads,
    /// Directives.
    Directives,
    /// Items of one list in the variables.
    ListItems,
    /// The estimated cost of an operation.
    Cost,
}

impl Limit {
    /// All limits.
    pub const ALL: [Limit; 11] = [
        Limit::Tokens,
        Limit::Depth,
        Limit::IntrospectionDepth,
        Limit::IntrospectionLists,
        Limit::Aliases,
        Limit::RootFields,
        Limit::Fields,
        Limit::FragmentSpreads,
        Limit::Directives,
        Limit::ListItems,
        Limit::Cost,
    ];

    /// The name in configuration and metrics.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Limit::Tokens => "tokens",
            Limit::Depth => "depth",
            Limit::IntrospectionDepth => "introspection_depth",
            Limit::IntrospectionLists => "introspection_lists",
            Limit::Aliases => "aliases",
            Limit::RootFields => "root_fields",
            Limit::Fields => "fields",
            Limit::FragmentSpreads => "fragment_spreads",
            Limit::Directives => "directives",
            Limit::ListItems => "list_items",
            Limit::Cost => "cost",
        }
    }

    fn code(self) -> Code {
        match self {
            Limit::Fields | Limit::Cost => Code::CostEstimatedTooExpensive,
            Limit::ListItems => Code::BadUserInput,
            _ => Code::GraphqlValidationFailed,
        }
    }

    fn key(self) -> &'static str {
        match self {
            Limit::Tokens => "limit-tokens",
            Limit::Depth | Limit::IntrospectionDepth => "limit-depth",
            Limit::IntrospectionLists => "limit-introspection",
            Limit::Aliases => "limit-aliases",
            Limit::RootFields => "limit-root-fields",
            Limit::Fields => "limit-fields",
            Limit::FragmentSpreads => "limit-fragment-spreads",
            Limit::Directives => "limit-directives",
            Limit::ListItems => "variable-list",
            Limit::Cost => "limit-cost",
        }
    }
}

/// The limits' numbers. The defaults are those of the city's public graph.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Lexical tokens of the document.
    #[serde(rename = "tokens")]
    pub tokens_max: usize,
    /// Levels of the selection. Connections spend two each.
    #[serde(rename = "depth")]
    pub depth_max: usize,
    /// Levels of the selection under `__schema` and `__type`.
    #[serde(rename = "introspection_depth")]
    pub introspection_depth_max: usize,
    /// Lists of types nested in introspection: `fields`, `interfaces`, `possibleTypes`, `inputFields`.
    #[serde(rename = "introspection_lists")]
    pub introspection_lists_max: usize,
    /// Aliases after fragments are put in.
    #[serde(rename = "aliases")]
    pub aliases_max: usize,
    /// Root fields after fragments are put in.
    #[serde(rename = "root_fields")]
    pub root_fields_max: usize,
    /// Fields after fragments are put in.
    #[serde(rename = "fields")]
    pub fields_max: usize,
    /// Spreads of fragments after fragments are put in.
    #[serde(rename = "fragment_spreads")]
    pub fragment_spreads_max: usize,
    /// Directives after fragments are put in.
    #[serde(rename = "directives")]
    pub directives_max: usize,
    /// Items of one list in the variables.
    #[serde(rename = "list_items")]
    pub list_items_max: usize,
    /// The cost of one operation, as `@cost` and `@listSize` estimate it.
    #[serde(rename = "cost")]
    pub cost_max: usize,
    /// Limits that only count what exceeds them. Four times their number is refused all the same.
    pub measure: BTreeSet<Limit>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            tokens_max: 2_000,
            depth_max: 20,
            introspection_depth_max: 20,
            introspection_lists_max: 2,
            aliases_max: 15,
            root_fields_max: 20,
            fields_max: 500,
            fragment_spreads_max: 200,
            directives_max: 50,
            list_items_max: 250,
            cost_max: 5_000,
            measure: BTreeSet::new(),
        }
    }
}

impl Limits {
    /// The number of a limit.
    #[must_use]
    pub fn max(&self, limit: Limit) -> usize {
        match limit {
            Limit::Tokens => self.tokens_max,
            Limit::Depth => self.depth_max,
            Limit::IntrospectionDepth => self.introspection_depth_max,
            Limit::IntrospectionLists => self.introspection_lists_max,
            Limit::Aliases => self.aliases_max,
            Limit::RootFields => self.root_fields_max,
            Limit::Fields => self.fields_max,
            Limit::FragmentSpreads => self.fragment_spreads_max,
            Limit::Directives => self.directives_max,
            Limit::ListItems => self.list_items_max,
            Limit::Cost => self.cost_max,
        }
    }

    /// What is refused whatever the mode.
    pub(crate) fn ceiling(&self, limit: Limit) -> usize {
        let times = if self.measure.contains(&limit) { MEASURED_TIMES_MAX } else { 1 };
        self.max(limit).saturating_mul(times)
    }
}

/// A limit that is exceeded, and so the request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exceeded {
    pub(crate) limit: Limit,
    found: usize,
    max: usize,
}

impl Exceeded {
    pub(crate) fn code(self) -> Code {
        self.limit.code()
    }

    pub(crate) fn message(self, locale: Locale) -> String {
        let facts: [Fact<'_>; 2] = [("found", self.found.into()), ("max", self.max.into())];
        words().text(locale, self.limit.key(), &facts)
    }
}

/// How often a limit was exceeded since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceedings {
    /// Which.
    pub limit: Limit,
    /// Requests that were refused for it.
    pub refused: u64,
    /// Requests that passed, because the limit only counts.
    pub measured: u64,
}

/// The limits at work: they weigh, and count what exceeds them.
#[derive(Default)]
pub(crate) struct Scale {
    limits: Limits,
    refused: [AtomicU64; Limit::ALL.len()],
    measured: [AtomicU64; Limit::ALL.len()],
}

impl Scale {
    pub(crate) fn new(limits: Limits) -> Scale {
        Scale { limits, ..Scale::default() }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether `found` exceeds a limit that only counts; an error when it exceeds one that holds.
    pub(crate) fn weigh(&self, limit: Limit, found: usize) -> Result<bool, Exceeded> {
        let max = self.limits.max(limit);
        if found > self.limits.ceiling(limit) { Err(Exceeded { limit, found, max }) } else { Ok(found > max) }
    }

    pub(crate) fn count_refused(&self, limit: Limit) {
        self.refused[limit as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_measured(&self, limits: &[Limit]) {
        for limit in limits {
            self.measured[*limit as usize].fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn exceedings(&self) -> Vec<Exceedings> {
        let read = |counters: &[AtomicU64], limit: Limit| counters[limit as usize].load(Ordering::Relaxed);
        let of = |limit| Exceedings { limit, refused: read(&self.refused, limit), measured: read(&self.measured, limit) };
        Limit::ALL.into_iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_only_counts_has_a_ceiling() {
        let limits = Limits { depth_max: 20, measure: BTreeSet::from([Limit::Depth]), ..Limits::default() };
        let scale = Scale::new(limits);
        for (limit, found, expected) in [
            (Limit::Depth, 20, Some(false)),
            (Limit::Depth, 21, Some(true)),
            (Limit::Depth, 80, Some(true)),
            (Limit::Depth, 81, None),
            (Limit::Aliases, 15, Some(false)),
            (Limit::Aliases, 16, None),
        ] {
            assert_eq!(scale.weigh(limit, found).ok(), expected, "{limit:?} {found}");
        }
    }

    #[test]
    fn names_in_configuration_are_those_in_metrics() {
        for limit in Limit::ALL {
            let name = format!("\"{}\"", limit.as_str());
            assert_eq!(serde_json::from_str::<Limit>(&name).ok(), Some(limit));
            let limits = serde_json::from_str::<Limits>(&format!("{{{name}: 7}}")).unwrap();
            assert_eq!(limits.max(limit), 7, "{name}");
        }
        assert!(serde_json::from_str::<Limits>("{\"dept\": 7}").is_err());
    }
}
