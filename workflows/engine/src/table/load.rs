//! How a table is read from its file.

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::{
    FactType, LoadError, Status, Urgency, VersionRef,
    condition::Condition,
    fact::{Declared, place_of},
    load::Source,
    route::PlaceFacts,
    table::{Executor, Hit, Level, Row, Supervisor, Table, check},
};

/// More rows than this are not one table.
const ROWS_MAX: usize = 1_000;

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
    urgency_hit: Option<Spanned<Hit>>,
    priority: Option<Spanned<Vec<Spanned<String>>>>,
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
    clock: Option<String>,
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
    /// Loads a table and proves it.
    ///
    /// # Errors
    /// Every mistake that was found, each with its line.
    pub(crate) fn load(source: Source<'_>, version: VersionRef) -> Result<Table, Vec<LoadError>> {
        let file: TableFile = source.parse()?;
        let (hit, hit_at) = (*file.hit.get_ref(), file.hit.span());
        if file.row.len() > ROWS_MAX {
            return Err(source.error(hit_at, format!("a table has at most {ROWS_MAX} rows: divide it")).into());
        }
        let places = places(source, &file)?;
        let law = source.law(&file.source, file.status)?;
        let condition =
            |when: &Spanned<String>| Condition::parse(when.get_ref(), &file.facts).map_err(|reason| source.error(when.span(), reason));
        let mut levels = Vec::with_capacity(file.urgency.len());
        for level in file.urgency {
            let when = condition(&level.when)?;
            levels.push((level.id.span(), Level { id: level.id.into_inner(), when, level: level.level, clock: level.clock }));
        }
        let mut rows = Vec::with_capacity(file.row.len());
        for row in file.row {
            let read = Row {
                when: condition(&row.when)?,
                id: row.id.get_ref().clone(),
                executor: row.executor,
                otherwise: row.otherwise,
                without_place: row.without_place,
                supervisor: row.supervisor,
                triage: row.triage,
                why: source.message(&row.why)?,
            };
            rows.push((row.id.span(), read));
        }
        let levels_hit = file.urgency_hit.as_ref().map_or(Hit::First, |hit| *hit.get_ref());
        if levels_hit == Hit::Collect {
            let at = file.urgency_hit.map_or(0..0, |hit| hit.span());
            return Err(source.error(at, "a case has one urgency: urgency_hit is first, unique or priority").into());
        }
        if levels_hit == Hit::Priority {
            levels.sort_by_key(|(_, level)| Urgency::ALL.iter().position(|other| *other == level.level));
        }
        order(source, hit, hit_at.clone(), file.priority, &mut rows)?;
        let seen = |rows: &[(Range<usize>, Level)]| rows.iter().map(|(at, level)| (at.clone(), level.id.clone())).collect::<Vec<_>>();
        let mut faults = check::names(source, &seen(&levels));
        faults.extend(check::names(source, &rows.iter().map(|(at, row)| (at.clone(), row.id.clone())).collect::<Vec<_>>()));
        if faults.is_empty() {
            let checked = |at: &Range<usize>, id, when| check::Checked { at: at.clone(), id, when };
            let levels: Vec<_> = levels.iter().map(|(at, level)| checked(at, level.id.as_str(), &level.when)).collect();
            let rows: Vec<_> = rows.iter().map(|(at, row)| checked(at, row.id.as_str(), &row.when)).collect();
            faults.extend(check::prove(source, &file.facts, levels_hit, &levels));
            faults.extend(check::prove(source, &file.facts, hit, &rows));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let levels = levels.into_iter().map(|(_, level)| level).collect();
        let rows = rows.into_iter().map(|(_, row)| row).collect();
        Ok(Table { version, law, hit, triage: file.triage, declared: file.facts, places, levels, rows })
    }
}

/// What every table must be able to ask, because its parties are found by it.
fn places(source: Source<'_>, file: &TableFile) -> Result<PlaceFacts, LoadError> {
    let place = |fact: &str| {
        let declared = place_of(&file.facts, fact).filter(|_| file.facts.get(fact) == Some(&FactType::Text));
        declared.ok_or_else(|| source.error(file.hit.span(), format!("the text fact `{fact}` must be declared")))
    };
    Ok(PlaceFacts {
        district: place("district")?,
        service_provider: place("service_provider")?,
        building_manager: place("building_manager")?,
    })
}

/// DMN's "priority" has an ordered list of outputs; here every row is an output of its own. A table in that order is one of "first".
fn order(
    source: Source<'_>,
    hit: Hit,
    hit_at: Range<usize>,
    priority: Option<Spanned<Vec<Spanned<String>>>>,
    rows: &mut [(Range<usize>, Row)],
) -> Result<(), LoadError> {
    let listed = match (hit, priority) {
        (Hit::Priority, Some(listed)) => listed.into_inner(),
        (Hit::Priority, None) => {
            return Err(source.error(hit_at, "with hit = \"priority\" list the rows from the highest: priority = [\"…\"]"));
        }
        (_, Some(listed)) => return Err(source.error(listed.span(), "only a table with hit = \"priority\" has a list `priority`")),
        (_, None) => return Ok(()),
    };
    if let Some(unknown) = listed.iter().find(|id| !rows.iter().any(|(_, row)| row.id == *id.get_ref())) {
        return Err(source.error(unknown.span(), format!("unknown row `{}`", unknown.get_ref())));
    }
    let rank = |row: &Row| listed.iter().position(|id| *id.get_ref() == row.id);
    if let Some((at, row)) = rows.iter().find(|(_, row)| rank(row).is_none()) {
        return Err(source.error(at.clone(), format!("row `{}` has no priority: name it in the list `priority`", row.id)));
    }
    rows.sort_by_key(|(_, row)| rank(row));
    Ok(())
}
