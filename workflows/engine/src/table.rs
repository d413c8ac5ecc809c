//! The decision table of routing: `routing.vN.toml`. Who answers for a case, how urgent it is, and which facts decided that.

use cel::Context;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::{
    FactValue, Facts, Law, LoadError, Status, Urgency, VersionRef,
    condition::{Condition, Declared, context},
    load::Source,
    route::{Because, Place, route},
};

/// More rows than this are not one table.
const ROWS_MAX: usize = 1_000;

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

/// Which rows of several that fit decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Hit {
    /// The first row that fits.
    First,
    /// The only row that fits; a second is a mistake of the table.
    Unique,
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

struct Level {
    id: String,
    when: Condition,
    level: Urgency,
}

/// One version of a decision table.
pub struct Table {
    version: VersionRef,
    law: Law,
    hit: Hit,
    triage: String,
    declared: Declared,
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
    /// Nobody knows what it is about: a person of the party decides.
    pub triage: bool,
    /// Which of the row's parties it became.
    pub because: Because,
    /// The message that words the decision; see [`Decision::text`].
    pub why: String,
    /// The facts that mattered: with these alone the decision is the same, and without any one of them it is another.
    pub facts: Vec<CitedFact>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableFile {
    #[serde(rename = "format")]
    _format: String,
    #[serde(rename = "id")]
    _id: String,
    #[serde(rename = "version")]
    _version: u32,
    hit: Spanned<Hit>,
    triage: String,
    source: Spanned<String>,
    status: Status,
    facts: Declared,
    urgency: Vec<LevelFile>,
    row: Vec<RowFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelFile {
    id: Spanned<String>,
    when: Spanned<String>,
    level: Urgency,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowFile {
    id: Spanned<String>,
    when: Spanned<String>,
    executor: Executor,
    otherwise: Option<Executor>,
    without_place: Option<Executor>,
    supervisor: Supervisor,
    #[serde(default)]
    triage: bool,
    why: Spanned<String>,
}

impl Table {
    pub(crate) fn load(source: Source<'_>, version: VersionRef) -> Result<Table, LoadError> {
        let file: TableFile = source.parse()?;
        let hit = *file.hit.get_ref();
        if file.row.len() > ROWS_MAX {
            return Err(source.error(file.hit.span(), format!("a table has at most {ROWS_MAX} rows")));
        }
        for fact in ["district", "service_provider", "building_manager"] {
            if file.facts.get(fact) != Some(&crate::FactType::Text) {
                return Err(source.error(file.hit.span(), format!("the text fact `{fact}` must be declared")));
            }
        }
        check_rows(source, Hit::First, file.urgency.iter().map(|level| (&level.id, &level.when)))?;
        check_rows(source, hit, file.row.iter().map(|row| (&row.id, &row.when)))?;
        let condition =
            |when: &Spanned<String>| Condition::parse(when.get_ref(), &file.facts).map_err(|reason| source.error(when.span(), reason));
        let mut levels = Vec::with_capacity(file.urgency.len());
        for level in &file.urgency {
            levels.push(Level { id: level.id.get_ref().clone(), when: condition(&level.when)?, level: level.level });
        }
        let mut rows = Vec::with_capacity(file.row.len());
        for row in file.row {
            rows.push(Row {
                when: condition(&row.when)?,
                id: row.id.into_inner(),
                executor: row.executor,
                otherwise: row.otherwise,
                without_place: row.without_place,
                supervisor: row.supervisor,
                triage: row.triage,
                why: source.message(&row.why)?,
            });
        }
        let law = source.law(&file.source, file.status)?;
        Ok(Table { version, law, hit, triage: file.triage, declared: file.facts, levels, rows })
    }

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

    /// The rows' names and conditions, in order.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &str)> {
        self.rows.iter().map(|row| (row.id.as_str(), row.when.text()))
    }

    /// Decides. A fact that is not given is not known.
    ///
    /// # Errors
    /// When a fact is not declared, or the directory has not even the party of triage: faults of the caller, never of the report.
    pub fn decide(&self, facts: &Facts, parties: &[PartyFacts]) -> kernel::Result<Decision> {
        let mut decision = self.decide_once(facts, parties)?;
        // An explanation by deletion: a fact that can be forgotten without a change did not matter.
        let mut cited: Facts = facts.iter().filter(|(_, value)| !value.is_unknown()).map(|(name, value)| (name, value.clone())).collect();
        loop {
            let names: Vec<String> = cited.iter().map(|(name, _)| name.to_owned()).collect();
            for name in &names {
                let fewer = cited.clone().without(name);
                if self.decide_once(&fewer, parties).is_ok_and(|other| other == decision) {
                    cited = fewer;
                }
            }
            if cited.iter().count() == names.len() {
                break;
            }
        }
        decision.facts = cited.iter().map(|(name, value)| CitedFact { name: name.to_owned(), value: value.clone() }).collect();
        Ok(decision)
    }

    /// How urgent a report is: the level, and the row that decided it. Needs no directory, so it is known before the report is routed.
    ///
    /// # Errors
    /// When a fact is not declared.
    pub fn urgency(&self, facts: &Facts) -> kernel::Result<(Urgency, &str)> {
        let level = fitting(Hit::First, &self.levels, |level| &level.when, &context(&self.declared, facts)?)?;
        Ok((level.level, &level.id))
    }

    /// Decides without saying which facts mattered.
    pub(crate) fn decide_once(&self, facts: &Facts, parties: &[PartyFacts]) -> kernel::Result<Decision> {
        let context = context(&self.declared, facts)?;
        let level = fitting(Hit::First, &self.levels, |level| &level.when, &context)?;
        let row = fitting(self.hit, &self.rows, |row| &row.when, &context)?;
        let place = Place { facts, parties };
        let (party, because) = route(row, &self.triage, place)?;
        let supervisor = match &row.supervisor {
            Supervisor::Party(slug) => Some(slug),
            Supervisor::OfExecutor => party.supervised_by.as_ref(),
        };
        Ok(Decision {
            row: row.id.clone(),
            urgency_row: level.id.clone(),
            table: self.version.clone(),
            party: party.slug.clone(),
            supervisor: supervisor.unwrap_or(&self.triage).clone(),
            urgency: level.level,
            triage: row.triage,
            because,
            why: because.message().unwrap_or(&row.why).to_owned(),
            facts: Vec::new(),
        })
    }
}

/// The row that fits. That there is one was checked when the table was loaded.
fn fitting<'a, T>(hit: Hit, rows: &'a [T], when: impl Fn(&T) -> &Condition, context: &Context<'_, '_>) -> kernel::Result<&'a T> {
    let mut found = None;
    for row in rows {
        if !when(row).holds(context)? {
            continue;
        }
        match hit {
            Hit::First => return Ok(row),
            Hit::Unique if found.is_some() => {
                return Err(kernel::Error::internal(format!("two rows fit; the second is `{}`", when(row).text())));
            }
            Hit::Unique => found = Some(row),
        }
    }
    found.ok_or_else(|| kernel::Error::internal("no row of the table fits"))
}

/// Rows differ, and with the hit policy "first" exactly the last one always fits.
fn check_rows<'a>(
    source: Source<'_>,
    hit: Hit,
    rows: impl Iterator<Item = (&'a Spanned<String>, &'a Spanned<String>)>,
) -> Result<(), LoadError> {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    let mut last = 0..0;
    for (id, when) in rows {
        let condition = when.get_ref().trim();
        if let Some((twin, _)) = seen.iter().find(|(other, text)| *other == id.get_ref() || *text == condition) {
            return Err(source.error(id.span(), format!("row `{}` repeats row `{twin}`", id.get_ref())));
        }
        if hit == Hit::First && seen.last().is_some_and(|(_, text)| *text == "true") {
            return Err(source.error(id.span(), format!("row `{}` is never reached: the row before it always fits", id.get_ref())));
        }
        seen.push((id.get_ref(), condition));
        last = id.span();
    }
    if hit == Hit::First && seen.last().is_none_or(|(_, text)| *text != "true") {
        return Err(source.error(last, "the last row must always fit: when = \"true\""));
    }
    Ok(())
}
