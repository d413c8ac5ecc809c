//! DMN's hit policies, and what a table is refused for.

use std::time::{Duration, Instant};

use super::routing::CITY;
use crate::{Facts, Library, Table};

const EVERYBODY: &str = "true";

/// The city's table with other rows: name and condition of each.
fn text(hit: &str, rows: &[(&str, &str)]) -> String {
    let head = include_str!("../../../definitions/routing.v1.toml").split("[[row]]").next().unwrap();
    let party =
        |row: &str| CITY.parties.iter().map(|party| party.slug.as_str()).find(|slug| *slug == row).unwrap_or("akim-office").to_owned();
    let row = |(id, when): &(&str, &str)| {
        let executor = party(id);
        format!(
            "[[row]]\nid = \"{id}\"\nwhen = \"{when}\"\nexecutor = {{ party = \"{executor}\" }}\nsupervisor = \"of_executor\"\nwhy = \"why-subject\"\n"
        )
    };
    head.replace("hit = \"first\"", hit) + &rows.iter().map(row).collect::<String>()
}

fn load(hit: &str, rows: &[(&str, &str)]) -> Result<std::sync::Arc<Table>, Vec<String>> {
    let text = text(hit, rows);
    let files = [("routing.v1.toml", text.as_str())];
    let faults: Vec<String> = Library::check(&files).0.into_iter().map(|fault| fault.reason).collect();
    if faults.is_empty() { Ok(Library::load(&files).unwrap().latest_table("routing").unwrap()) } else { Err(faults) }
}

fn decided(table: &Table, facts: &Facts) -> (String, Vec<String>) {
    let decision = table.decide(facts, &CITY.parties).unwrap();
    let cited: Facts = decision.facts.iter().map(|fact| (fact.name.clone(), fact.value.clone())).collect();
    assert_eq!(table.decide(&cited, &CITY.parties).unwrap(), decision);
    (decision.row, decision.jointly.into_iter().map(|joint| joint.party).collect())
}

#[test]
fn of_several_rows_that_fit_the_hit_policy_says_which_decide() {
    let rows = [("energy-housing", "category == 'heating'"), ("police", "life_in_danger"), ("akim-office", EVERYBODY)];
    let check = |hit: &str, row: &str, jointly: &[&str]| {
        let table = load(hit, &rows).unwrap_or_else(|faults| panic!("{hit}: {faults:?}"));
        let facts = Facts::new().with("category", "heating").with("life_in_danger", true).with("district", "arys");
        assert_eq!(decided(&table, &facts), (row.to_owned(), jointly.iter().map(|party| (*party).to_owned()).collect()), "{hit}");
        assert_eq!(decided(&table, &Facts::new()), ("akim-office".to_owned(), Vec::new()), "{hit}");
    };
    check("hit = \"first\"", "energy-housing", &[]);
    check("hit = \"priority\"\npriority = [\"police\", \"energy-housing\", \"akim-office\"]", "police", &[]);
    check("hit = \"collect\"", "energy-housing", &["police", "akim-office"]);
    let unique =
        [("a", "category == 'heating'"), ("b", "category != 'heating' && urgent_words"), ("c", "category != 'heating' && !urgent_words")];
    let table = load("hit = \"unique\"", &unique).unwrap();
    assert_eq!(decided(&table, &Facts::new().with("category", "sewage").with("urgent_words", true)).0, "b");
}

#[test]
fn a_table_with_a_gap_an_overlap_or_a_row_in_vain_is_refused_with_an_example() {
    let check = |hit: &str, rows: &[(&str, &str)], expected: &[&str]| {
        let faults = load(&format!("hit = \"{hit}\""), rows).err().unwrap_or_default();
        assert_eq!(faults.len(), expected.len(), "{faults:?}");
        for (fault, expected) in faults.iter().zip(expected) {
            assert!(fault.starts_with(expected), "{fault}\nexpected: {expected}");
        }
    };
    let heating = ("heating", "category == 'heating'");
    let arys = ("arys", "district == 'arys'");
    check("first", &[heating, arys], &["no row fits when nothing is known: add a row"]);
    check("first", &[("yes", "urgent_words"), ("no", "category != 'x'")], &["no row fits when category == 'x': add"]);
    check("first", &[("yes", "urgent_words"), ("no", "!urgent_words")], &[]);
    check(
        "first",
        &[heating, ("b", "category in ['heating', 'x']"), ("c", "category == 'x'"), ("d", EVERYBODY)],
        &["row `c` is never reached: `b` before it takes every case"],
    );
    check(
        "first",
        &[("a", "urgent_words"), ("b", "district == 'arys'"), ("c", "!urgent_words"), ("d", "district == 'x'")],
        &["row `d` is never reached: `a`, `c` before it takes every case"],
    );
    check("first", &[("a", "urgent_words && !urgent_words"), ("d", EVERYBODY)], &["row `a` can never fit: "]);
    check(
        "unique",
        &[heating, arys],
        &[
            "rows `heating` and `arys` both fit when category == 'heating', district == 'arys', and hit = \"unique\" allows one",
            "no row fits when nothing is known",
        ],
    );
    check("collect", &[heating, arys], &["no row fits when nothing is known"]);
    check("priority", &[heating], &["with hit = \"priority\" list the rows"]);
    check("first\"\npriority = [\"heating\"]\n#", &[heating], &["only a table with hit = \"priority\""]);
    check("priority\"\npriority = [\"heatin\"]\n#", &[heating], &["unknown row `heatin`"]);
    check("priority\"\npriority = []\n#", &[heating], &["row `heating` has no priority"]);
    check("first\"\nurgency_hit = \"collect\"\n#", &[("d", EVERYBODY)], &["a case has one urgency"]);
    check("first\"\nurgency_hit = \"priority\"\n#", &[("d", EVERYBODY)], &["row `planned` is never reached: `ordinary` before it"]);
    let overlaps = load("hit = \"first\"\nurgency_hit = \"unique\"", &[("d", EVERYBODY)]).err().unwrap();
    assert_eq!(overlaps.len(), 6);
    assert!(overlaps[0].starts_with("rows `emergency` and `urgent` both fit when life_in_danger, urgent_words"), "{overlaps:?}");
}

#[test]
fn a_large_table_is_proved_in_well_under_a_second() {
    let rows: Vec<(String, String)> = (0..300)
        .map(|n| {
            (format!("row-{n}"), format!("category == 'c{}' && district in ['d{}', 'd{}'] && !life_in_danger", n / 5, n % 5, n % 5 + 7))
        })
        .chain([("rest".to_owned(), "true".to_owned())])
        .collect();
    let rows: Vec<(&str, &str)> = rows.iter().map(|(id, when)| (id.as_str(), when.as_str())).collect();
    let started = Instant::now();
    assert!(load("hit = \"first\"", &rows).is_ok());
    // Also in a debug build, which reads the conditions slowly, twice.
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}
