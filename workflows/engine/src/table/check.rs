//! That a table decides every case, and that every row can: by proof, with an example for whatever is wrong.

use std::ops::Range;

use crate::{
    LoadError,
    condition::Condition,
    fact::Declared,
    load::Source,
    proof::{Closed, Proof, Space, Wanted},
    table::Hit,
};

/// A row, as far as it is checked, in the order in which rows are tried.
pub(super) struct Checked<'a> {
    pub(super) at: Range<usize>,
    pub(super) id: &'a str,
    pub(super) when: &'a Condition,
}

/// Rows have names of their own.
pub(super) fn names(source: Source<'_>, rows: &[(Range<usize>, String)]) -> Vec<LoadError> {
    let twin = |n: usize, id: &String| rows[..n].iter().any(|(_, other)| other == id);
    let twins = rows.iter().enumerate().filter(|(n, (_, id))| twin(*n, id));
    twins.map(|(_, (at, id))| source.error(at.clone(), format!("row `{id}` repeats row `{id}`: give it another name"))).collect()
}

/// Gaps, overlaps, and rows that never fit.
pub(super) fn prove(source: Source<'_>, declared: &Declared, hit: Hit, rows: &[Checked<'_>]) -> Vec<LoadError> {
    let space = Space::new(declared, &Closed::new(), rows.iter().map(|row| row.when));
    let mut faults: Vec<LoadError> = rows.iter().enumerate().filter_map(|(n, row)| in_vain(source, &space, hit, &rows[..n], row)).collect();
    if hit == Hit::Unique {
        faults.extend(overlaps(source, &space, rows));
    }
    faults.extend(gap(source, &space, rows));
    faults
}

/// A row that never decides: no facts make it fit, or those before it take them all.
fn in_vain(source: Source<'_>, space: &Space<'_>, hit: Hit, before: &[Checked<'_>], row: &Checked<'_>) -> Option<LoadError> {
    let never = |others: &[&Checked<'_>]| {
        let wanted: Vec<Wanted<'_>> = std::iter::once((row.when, true)).chain(others.iter().map(|other| (other.when, false))).collect();
        space.find(&wanted)
    };
    let fault = |reason: String| Some(source.error(row.at.clone(), reason));
    match never(&[]) {
        Proof::Never => return fault(format!("row `{}` can never fit: `{}` contradicts itself", row.id, row.when.text())),
        Proof::NotProved => return fault(not_proved(&format!("that row `{}` can fit", row.id))),
        Proof::Holds(_) => {}
    }
    if !matches!(hit, Hit::First | Hit::Priority) {
        return None;
    }
    let mut covering: Vec<&Checked<'_>> = before.iter().collect();
    match never(&covering) {
        Proof::Holds(_) => return None,
        Proof::NotProved => return fault(not_proved(&format!("that row `{}` is reached", row.id))),
        Proof::Never => {}
    }
    // Those that the proof can do without are not to blame.
    for candidate in before.iter().rev() {
        let fewer: Vec<&Checked<'_>> = covering.iter().copied().filter(|other| other.id != candidate.id).collect();
        if never(&fewer) == Proof::Never {
            covering = fewer;
        }
    }
    let blamed: Vec<String> = covering.iter().map(|other| format!("`{}`", other.id)).collect();
    let twin = covering.first().filter(|other| covering.len() == 1 && other.when.text().trim() == row.when.text().trim());
    fault(match twin {
        Some(twin) => format!("row `{}` repeats row `{}`, so it is never reached: remove one of them", row.id, twin.id),
        None => format!("row `{}` is never reached: {} before it takes every case; put it earlier or remove it", row.id, blamed.join(", ")),
    })
}

/// Two rows of "unique" that fit the same case.
fn overlaps(source: Source<'_>, space: &Space<'_>, rows: &[Checked<'_>]) -> Vec<LoadError> {
    let mut faults = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        for other in &rows[..n] {
            let reason = match space.find(&[(row.when, true), (other.when, true)]) {
                Proof::Never => continue,
                Proof::Holds(facts) => format!(
                    "rows `{}` and `{}` both fit when {facts}, and hit = \"unique\" allows one: make their conditions exclusive",
                    other.id, row.id
                ),
                Proof::NotProved => not_proved(&format!("that rows `{}` and `{}` never fit together", other.id, row.id)),
            };
            faults.push(source.error(row.at.clone(), reason));
        }
    }
    faults
}

/// A case that no row fits.
fn gap(source: Source<'_>, space: &Space<'_>, rows: &[Checked<'_>]) -> Option<LoadError> {
    let wanted: Vec<Wanted<'_>> = rows.iter().map(|row| (row.when, false)).collect();
    let reason = match space.find(&wanted) {
        Proof::Never => return None,
        Proof::Holds(facts) => {
            format!("no row fits when {facts}: add a row for that, or the last row must always fit: when = \"true\"")
        }
        Proof::NotProved => not_proved("that some row always fits"),
    };
    Some(source.error(rows.last().map_or(0..0, |row| row.at.clone()), reason))
}

/// There are too many possibilities, and nobody takes that for a proof.
pub(crate) fn not_proved(what: &str) -> String {
    format!("it is not proved {what}: too many possibilities; compare fewer facts, or facts with values only")
}
