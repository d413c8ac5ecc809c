//! One broken definition for each kind of fault that a check finds, and what an official reads about it.

use super::{check, check_at, load_with};
use crate::{Library, embedded::FILES};

const REQUEST: &str = "request.v1.toml";
const RATING: &str = "rating.v1.toml";

#[test]
fn transitions_that_compete_are_refused_with_an_example() {
    check_at(REQUEST, "guard = \"!triage\"\n", "", "on = \"route\"", "two transitions compete for `route` in state `submitted`");
    check_at(REQUEST, "guard = \"!triage\"\n", "", "on = \"route\"", ", when triage: make their guards exclusive");
    check_at(RATING, "guard = \"stars <= 0 || stars > 2\"", "guard = \"stars != 1\"", "on = \"count\"", "when stars == 2");
    check_at(
        "appeal.v1.toml",
        "who = [\"supervisor\"]\nrecords = \"forwarded\"",
        "who = [\"supervisor\", \"officer\"]\nrecords = \"forwarded\"",
        "on = \"forward\"",
        "two transitions compete for `forward` in state `triage`",
    );
    check_at(
        REQUEST,
        "on = \"assign\"\nfrom = [\"contested\"]",
        "on = \"assign\"\nfrom = [\"contested\", \"accepted\"]",
        "on = \"assign\"",
        "this one and the one of line 191, always: make",
    );
}

#[test]
fn a_guard_that_never_holds_and_a_status_that_nobody_sees_are_refused() {
    check(
        REQUEST,
        "guard = \"triage\"",
        "guard = \"triage && state == 'answered'\"",
        "the guard `triage && state == 'answered'` never holds",
    );
    check(REQUEST, "guard = \"!overdue\"", "guard = \"!overdue && track == 'APEAL'\"", "never holds");
    check(
        REQUEST,
        "when = \"forwarded && state == 'assigned'\"",
        "when = \"overdue && state == 'assigned'\"",
        "the public status for `overdue && state == 'assigned'` is never seen",
    );
}

#[test]
fn a_state_that_may_wait_for_good_is_refused() {
    check_at(RATING, "awaits = \"count_rating\"\n", "", "name = \"received\"", "state `received` may wait for good");
    check_at(RATING, "awaits = \"count_rating\"", "awaits = \"open_case\"", "awaits = \"open_case\"", "so the start asks for it");
    check_at(RATING, "effects = [\"open_case\"]\n", "", "on = \"count\"", "state `repairing` awaits `open_case`, and this way into it");
    check(RATING, "awaits = \"count_rating\"", "awaits = \"count_stars\"", "count_stars");
}

#[test]
fn a_timer_in_vain_or_without_consequence_is_refused() {
    check_at(REQUEST, "start = [\"question_open\"]\n", "", "name = \"question_open\"", "timer `question_open` is never started");
    check_at(
        REQUEST,
        "stop = [\"deadline\", \"silence\", \"question_open\"]\n",
        "stop = [\"silence\", \"question_open\"]\n",
        "name = \"deadline\"",
        "timer `deadline` may go off in state `answered`, where nothing follows from `deadline_passed`",
    );
    check_at(
        REQUEST,
        "on = \"contest_window_passed\"\nfrom = [\"answered\"]\nto = \"closed\"\nwho = [\"system\"]",
        "on = \"contest_window_passed\"\nfrom = [\"answered\"]\nto = \"closed\"\nwho = [\"system\"]\nguard = \"!reopened\"",
        "name = \"contest_window\"",
        "may go off in state `answered` when reopened, and then no guard of `contest_window_passed` holds",
    );
}

#[test]
fn a_timer_from_the_deadline_says_its_share_and_no_other_does() {
    let share = "`passed` is the share of the term, 1 to 99";
    check_at(REQUEST, "passed = 75", "passed = 100", "passed = 100", share);
    check_at(REQUEST, "passed = 75", "passed = 0", "passed = 0", share);
    check_at(REQUEST, "raises = \"still_overdue\"", "passed = 75\nraises = \"still_overdue\"", "passed = 75", share);
    let clock = "a timer from the deadline runs on the clock `answer`";
    check_at(REQUEST, "passed = 75\n", "", "clock = \"answer\"", clock);
    let (from, to) = ("clock = \"answer\"\nfrom = \"deadline\"", "clock = \"acknowledge\"\nfrom = \"deadline\"");
    check_at(REQUEST, from, to, "clock = \"acknowledge\"", clock);
}

#[test]
fn what_a_process_names_beside_itself_must_be_there() {
    check(REQUEST, "rules = \"routing\"", "rules = \"routes\"", "there is no table `routes`");
    check(REQUEST, "calendar = \"kz\"", "calendar = \"ru\"", "there is no calendar `ru`");
    check(REQUEST, "clocks = \"clocks\"", "clocks = \"watches\"", "there are no clocks `watches`");
    check_at(REQUEST, "who = [\"reporter\"]", "who = []", "on = \"answer_question\"", "nobody may raise `answer_question`: say who");
    let unknown_clock = load_with("routing.v1.toml", "level = \"EMERGENCY\"", "level = \"EMERGENCY\"\nclock = \"sundial\"").err().unwrap();
    assert!(
        unknown_clock.ends_with("row `emergency` of routing.v1 names the clock `sundial`, which clocks.v1 does not have"),
        "{unknown_clock}"
    );
}

#[test]
fn every_term_of_law_cites_its_article() {
    let clocks = "clocks.v1.toml";
    check(
        "appeal.v1.toml",
        "source = \"APPC Art. 62-76, 91\"",
        "source = \"the Code\"",
        "`the Code` names no article: write e.g. `APPC Art. 76`",
    );
    check(clocks, "source = \"APPC Art. 65\"", "source = \"APPC\"", "`APPC` names no article");
    check(
        clocks,
        "source = \"APPC Art. 99\"\nstatus = \"likely\"",
        "source = \"rule of the city\"\nstatus = \"unverified\"",
        "the term of an appeal is a term of law",
    );
    check("kz.v1.toml", "source = \"Labour Code Art. 84; Law", "source = \"Labour Code; Law", "names no article");
}

#[test]
fn every_mistake_of_a_file_is_named_at_once() {
    let broken = FILES.map(|(name, text)| {
        (name, if name.ends_with(REQUEST) { text.replace("\"contest_window\"", "\"window\"") } else { text.to_owned() })
    });
    let broken: Vec<(&str, &str)> = broken
        .iter()
        .map(|(name, text)| (*name, text.replacen("name = \"window\"", "name = \"contest_window\"", 1)))
        .map(|(name, text)| (name, &*text.leak()))
        .collect();
    let faults = Library::check(&broken).0;
    assert_eq!(faults.len(), 4, "{faults:?}");
    assert!(faults.iter().all(|fault| {
        fault.reason.starts_with("unknown timer `window`: known are contest_window, deadline, question_open, silence, warning")
    }));
}
