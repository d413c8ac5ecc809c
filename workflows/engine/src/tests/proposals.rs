//! Changes of the rules on their way, and cases that they reach.

use super::{
    dues::{case, decree},
    versions::{MAP, SECOND},
};
use crate::{CaseState, Cause, Event, Facts, History, Library, Proposal, Recorded, Step, Track, Versions, Who, embedded::FILES, replay};

fn next(name: &str) -> String {
    let text = FILES.iter().find(|(file, _)| file.ends_with(&format!("{name}.v1.toml"))).unwrap().1;
    text.replace("version = 1", "version = 2")
}

fn today() -> Library {
    Library::load(&Library::embedded_files()).unwrap()
}

#[test]
fn a_proposal_has_one_digest_for_the_same_files_among_the_same_rules() {
    let (today, routing) = (today(), next("routing"));
    let digest = |library: &Library, files: &[(&str, &str)]| Proposal::of(library, files).map(|found| found.digest().to_owned()).unwrap();
    let one = digest(&today, &[("routing.v2.toml", &routing)]);
    assert_eq!(one, digest(&today, &[("routing.v2.toml", &routing)]));
    let other = format!("{routing}\n# Something else\n");
    assert_ne!(one, digest(&today, &[("routing.v2.toml", &other)]));
    let later = today.with(&[("rating.v2.toml", &next("rating"))]).unwrap();
    assert_ne!(one, digest(&later, &[("routing.v2.toml", &routing)]), "the rules beside it are others");
    let both = [("routing.v2.toml", &*routing), ("kz.v2.toml", &*decree())];
    assert_eq!(digest(&today, &both), digest(&today, &[both[1], both[0]]), "their order means nothing");
}

#[test]
fn what_carries_terms_of_law_needs_two_persons() {
    let today = today();
    let persons = |files: &[(&str, &str)]| Proposal::of(&today, files).map(|proposal| proposal.persons()).unwrap();
    assert_eq!(persons(&[("routing.v2.toml", &next("routing"))]), 1);
    assert_eq!(persons(&[("kz.v2.toml", &decree())]), 2);
    assert_eq!(persons(&[("routing.v2.toml", &next("routing")), ("appeal.v2.toml", &next("appeal"))]), 2);
}

#[test]
fn a_proposal_adds_next_versions_and_changes_nothing_that_is_there() {
    let check = |files: &[(&str, &str)], expected: &str| {
        let faults = Proposal::of(&today(), files).err().unwrap();
        assert!(faults.iter().any(|fault| fault.to_string().contains(expected)), "{faults:?} (expected {expected})");
    };
    check(&[], "no file was proposed");
    check(&[("routing.v1.toml", FILES[5].1)], "the next version is routing.v2");
    check(&[("routing.v3.toml", &next("routing").replace("version = 2", "version = 3"))], "the next version is routing.v2");
    check(&[("definitions/routing.v2.toml", &next("routing"))], "a file is named as what it holds");
    check(&[("published.toml", "format = \"published\"\n[versions]\n")], "a file is named as what it holds");
    check(&[("routing.v2.toml", &next("routing").replace("hit = \"first\"", "hit = \"worst\""))], "routing.v2.toml:");
    let second = &*SECOND;
    let both = [("request.v2.toml", second.as_str()), ("request.v1-v2.toml", MAP)];
    let proposal = Proposal::of(&today(), &both).unwrap();
    assert_eq!(proposal.migrations().map(crate::Migration::file).collect::<Vec<_>>(), ["request.v1-v2.toml"]);
    let published = today().with(&both).unwrap();
    let faults = Proposal::of(&published, &[("request.v1-v2.toml", MAP)]).err().unwrap();
    assert!(faults[0].reason.starts_with("the next version is request.v3"), "{faults:?}");
}

/// A request that came in and was routed; then one more step.
fn history(library: &Library, versions: Versions, cause: Cause, step: impl FnOnce(&CaseState) -> Step) -> History {
    let process = library.process(&Library::embedded().latest_process("request").unwrap().versions()).unwrap();
    let filed = case(&process, Track::Request, "2026-11-24 10:00", &[]);
    let at = filed.terms.received_at;
    let event = Event::new("route", Who::System);
    let routed = process.step(&filed, &event, at).unwrap();
    let last = step(&routed.state);
    let recorded = |number, versions, cause, records: &str, state: &CaseState| {
        let (records, state) = (records.to_owned(), state.digest());
        Recorded { number, at, versions, cause, records, state }
    };
    let happened = Cause::Happened { event, asked: None };
    let events = vec![
        recorded(1, process.versions(), Cause::Filed { terms: filed.terms, facts: Facts::new() }, "submitted", &filed),
        recorded(2, process.versions(), happened, &routed.records, &routed.state),
        recorded(3, versions, cause, &last.records, &last.state),
    ];
    History { case: "TK-2026-000001".to_owned(), events, state: last.state.digest() }
}

#[test]
fn cases_that_new_rules_reached_are_derived_again() {
    let (map, decree) = (MAP, decree());
    let files = [("request.v2.toml", SECOND.as_str()), ("request.v1-v2.toml", map), ("kz.v2.toml", &*decree)];
    let library = today().with(&files).unwrap();
    let old = today().latest_process("request").unwrap();
    let (pinned, calendar) = (old.versions(), library.latest_calendar("kz").unwrap());

    let by_calendar = old.by_calendar(&calendar).versions();
    let moved = history(&library, by_calendar, Cause::Recalculated, |state| old.recalculate(state, &calendar).unwrap().unwrap().step);
    let migration = library.migration_from(&pinned.definition).unwrap();
    let carried_on = library.carried_on(&pinned, migration.to()).unwrap();
    let new = library.process(&carried_on).unwrap();
    let from = pinned.definition.clone();
    let carried = history(&library, carried_on, Cause::Migrated { from }, |state| migration.carry(state, new.definition()).unwrap());
    for history in [moved, carried] {
        let replayed = replay(&library, &history).unwrap();
        assert_eq!((replayed.difference, replayed.states.len()), (None, 3));
    }
}
