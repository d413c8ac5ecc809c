//! The decision table of routing: `routing.vN.toml`. Who answers for a case, how urgent it is, and which facts decided that. The hit
//! policies are those of DMN; [`load`] reads a table and [`check`] proves that it has neither gaps nor rows in vain.

mod check;
mod load;

pub(crate) use check::not_proved;

use serde::{Deserialize, Serialize};

use crate::{
    FactValue, Facts, Law, Urgency, VersionRef,
    condition::Condition,
    fact::{Declared, Known},
    route::{Because, Place, PlaceFacts, route},
};

/// What the table must know of a party. Parties are data of the directory room; the caller brings them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyFacts {
    /// The party's slug, e.g. `water-arys`.
    pub slug: String,
    /// Its kind in lower case, e.g. `city_akimat`, `utility`, `building_manager`.
    pub kind: String,
    /// The slugs of the districts that it serves.
    pub territories: Vec<String>,
    /// The slug of the party that supervises it.
    pub supervised_by: Option<String>,
}

/// How a row names a party.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Executor {
    /// One party by its slug.
    Party(String),
    /// The akimat of the place's city or district.
    AkimatOfDistrict,
    /// The utility of the place whose slug begins with the word: `water` finds `water-arys`.
    UtilityOfDistrict(String),
    /// The manager of the house at the address, or the only manager of the district.
    BuildingManagerOfAddress,
    /// The party that provides the service that the report is about.
    ProviderOfService,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Supervisor {
    /// One party by its slug.
    Party(String),
    /// Whoever supervises the executor.
    OfExecutor,
}

/// Which rows of several that fit decide: DMN's hit policies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Hit {
    /// The first row that fits.
    #[default]
    First,
    /// The only row that fits: no two ever fit together.
    Unique,
    /// The row with the highest output that fits: by the list `priority`, or, for an urgency, the more urgent.
    Priority,
    /// Every row that fits: the first answers, the others jointly.
    Collect,
}

pub(crate) struct Row {
    pub(crate) id: String,
    when: Condition,
    pub(crate) executor: Executor,
    pub(crate) otherwise: Option<Executor>,
    pub(crate) without_place: Option<Executor>,
    pub(crate) supervisor: Supervisor,
    pub(crate) triage: bool,
    pub(crate) why: String,
}

pub(crate) struct Level {
    id: String,
    when: Condition,
    level: Urgency,
    clock: Option<String>,
}

/// One version of a decision table. With the hit policy "priority" its rows stand in the order of their priority.
pub struct Table {
    version: VersionRef,
    law: Law,
    hit: Hit,
    triage: String,
    declared: Declared,
    places: PlaceFacts,
    levels: Vec<Level>,
    rows: Vec<Row>,
}

/// One fact that mattered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CitedFact {
    /// The fact's name.
    pub name: String,
    /// Its value.
    pub value: FactValue,
}

/// A party that answers jointly with the responsible one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joint {
    /// The row that named it.
    pub row: String,
    /// The party's slug.
    pub party: String,
}

/// Who answers for a case, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The row that decided who.
    pub row: String,
    /// The row that decided how urgent.
    pub urgency_row: String,
    /// The table's version.
    pub table: VersionRef,
    /// The slug of the party that does the work.
    pub party: String,
    /// The slug of the party that sees it and is escalated to.
    pub supervisor: String,
    /// How urgent.
    pub urgency: Urgency,
    /// The clock of the answer, when the table names one; else it follows from track, kind and urgency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
    /// Nobody knows what it is about: a person of the party decides.
    pub triage: bool,
    /// Which of the row's parties it became.
    pub because: Because,
    /// The message that words the decision; see [`Decision::text`].
    pub why: String,
    /// With the hit policy "collect": who answers jointly, in the order of the rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub jointly: Vec<Joint>,
    /// The facts that mattered: with these alone the decision is the same, and without any one of them it is another.
    pub facts: Vec<CitedFact>,
}

/// What decides: cheaper to compare than the words of a [`Decision`].
struct Outcome<'a> {
    level: usize,
    row: usize,
    party: &'a PartyFacts,
    because: Because,
    jointly: Vec<(usize, &'a PartyFacts)>,
}

impl PartialEq for Outcome<'_> {
    fn eq(&self, other: &Self) -> bool {
        let joint = |outcome: &Self| -> Vec<(usize, *const PartyFacts)> {
            outcome.jointly.iter().map(|(row, party)| (*row, std::ptr::from_ref(*party))).collect()
        };
        (self.level, self.row, self.because) == (other.level, other.row, other.because)
            && std::ptr::eq(self.party, other.party)
            && joint(self) == joint(other)
    }
}

impl Table {
    /// Which version this is.
    #[must_use]
    pub fn version(&self) -> &VersionRef {
        &self.version
    }

    /// Where the table comes from.
    #[must_use]
    pub fn law(&self) -> &Law {
        &self.law
    }

    /// The facts that the table speaks of, and their types.
    pub fn declared(&self) -> impl Iterator<Item = (&str, crate::FactType)> {
        self.declared.iter().map(|(name, of)| (name.as_str(), *of))
    }

    /// The rows' names and conditions, in the order in which they are tried.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &str)> {
        self.rows.iter().map(|row| (row.id.as_str(), row.when.text()))
    }

    /// The clocks that the table names, each with the row that does.
    pub(crate) fn clocks(&self) -> impl Iterator<Item = (&str, &str)> {
        self.levels.iter().filter_map(|level| Some((level.id.as_str(), level.clock.as_deref()?)))
    }

    /// Decides. A fact that is not given is not known.
    ///
    /// # Errors
    /// When a fact is not declared, or the directory has not even the party of triage: faults of the caller, never of the report.
    pub fn decide(&self, facts: &Facts, parties: &[PartyFacts]) -> kernel::Result<Decision> {
        let mut known = Known::of(&self.declared, facts)?;
        let outcome = self.outcome(&known, parties)?;
        // An explanation by deletion: a fact that can be forgotten without a change did not matter.
        let given =
            |(place, value): (usize, &Option<_>)| value.is_some_and(|value: crate::fact::Value<'_>| !value.is_unknown()).then_some(place);
        let mut cited: Vec<usize> = known.0.iter().enumerate().filter_map(given).collect();
        loop {
            let before = cited.len();
            cited.retain(|place| {
                let value = known.forget(*place);
                let idle = self.outcome(&known, parties).is_ok_and(|other| other == outcome);
                if !idle {
                    known.0[*place] = value;
                }
                !idle
            });
            if cited.len() == before {
                break;
            }
        }
        let mut decision = self.worded(&outcome);
        let named = self.declared.keys().zip(&known.0).enumerate().filter(|(place, _)| cited.contains(place));
        decision.facts =
            named.filter_map(|(_, (name, value))| Some(CitedFact { name: name.clone(), value: (*value)?.to_fact() })).collect();
        Ok(decision)
    }

    /// Decides without saying which facts mattered.
    pub(crate) fn decide_once(&self, facts: &Facts, parties: &[PartyFacts]) -> kernel::Result<Decision> {
        Ok(self.worded(&self.outcome(&Known::of(&self.declared, facts)?, parties)?))
    }

    /// How urgent a report is: the level, and the row that decided it. Needs no directory, so it is known before the report is routed.
    ///
    /// # Errors
    /// When a fact is not declared.
    pub fn urgency(&self, facts: &Facts) -> kernel::Result<(Urgency, &str)> {
        let level = &self.levels[self.level(&Known::of(&self.declared, facts)?)?];
        Ok((level.level, &level.id))
    }

    /// The clock that the table names for the answer, when it names one.
    ///
    /// # Errors
    /// When a fact is not declared.
    pub fn clock(&self, facts: &Facts) -> kernel::Result<Option<&str>> {
        Ok(self.levels[self.level(&Known::of(&self.declared, facts)?)?].clock.as_deref())
    }

    /// The level that fits. That there is one, and with "unique" no other, was proved when the table was loaded; those of "priority" stand
    /// in their order.
    fn level(&self, known: &Known<'_>) -> kernel::Result<usize> {
        self.levels.iter().position(|level| level.when.holds(known)).ok_or_else(|| kernel::Error::internal("no urgency of the table fits"))
    }

    fn outcome<'a>(&self, known: &Known<'_>, parties: &'a [PartyFacts]) -> kernel::Result<Outcome<'a>> {
        let level = self.level(known)?;
        let place = Place { known, facts: self.places, parties };
        let mut fitting = self.rows.iter().enumerate().filter(|(_, row)| row.when.holds(known));
        let (row, first) = fitting.next().ok_or_else(|| kernel::Error::internal("no row of the table fits"))?;
        let (party, because) = route(first, &self.triage, place)?;
        let mut jointly: Vec<(usize, &PartyFacts)> = Vec::new();
        if self.hit == Hit::Collect {
            for (n, row) in fitting {
                let (other, _) = route(row, &self.triage, place)?;
                if !std::ptr::eq(other, party) && !jointly.iter().any(|(_, known)| std::ptr::eq(*known, other)) {
                    jointly.push((n, other));
                }
            }
        }
        Ok(Outcome { level, row, party, because, jointly })
    }

    fn worded(&self, outcome: &Outcome<'_>) -> Decision {
        let (row, level) = (&self.rows[outcome.row], &self.levels[outcome.level]);
        let supervisor = match &row.supervisor {
            Supervisor::Party(slug) => Some(slug),
            Supervisor::OfExecutor => outcome.party.supervised_by.as_ref(),
        };
        let joint = |(row, party): &(usize, &PartyFacts)| Joint { row: self.rows[*row].id.clone(), party: party.slug.clone() };
        Decision {
            row: row.id.clone(),
            urgency_row: level.id.clone(),
            table: self.version.clone(),
            party: outcome.party.slug.clone(),
            supervisor: supervisor.unwrap_or(&self.triage).clone(),
            urgency: level.level,
            clock: level.clock.clone(),
            triage: row.triage,
            because: outcome.because,
            why: outcome.because.message().unwrap_or(&row.why).to_owned(),
            jointly: outcome.jointly.iter().map(joint).collect(),
            facts: Vec::new(),
        }
    }
}
