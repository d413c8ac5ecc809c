use std::collections::BTreeSet;

use kernel::Locale;

use super::{check, check_at};
use crate::{Library, Status, embedded::FILES, words};

#[test]
fn the_embedded_files_have_no_mistake_in_any_order() {
    let mut files = FILES;
    files.reverse();
    assert!(Library::load(&files).is_ok());
    let library = Library::embedded();
    for id in ["request", "appeal", "rating"] {
        let process = library.latest_process(id).unwrap();
        assert_eq!(process.versions().definition.to_string(), format!("{id}.v1"));
        assert!(process.definition().states().count() >= 6);
    }
    assert_eq!(library.latest_clocks("clocks").unwrap().find("forward-outside-competence").unwrap().law.status, Status::Confirmed);
}

#[test]
fn a_running_case_stays_on_its_version_when_a_new_one_is_loaded() {
    let second = FILES[2].1.replace("version = 1", "version = 2").replace("term = { working_days = 3 }", "term = { working_days = 5 }");
    let files: Vec<(&str, &str)> = FILES.iter().copied().chain([("definitions/clocks.v2.toml", second.as_str())]).collect();
    let library = Library::load(&files).unwrap();
    let old = Library::embedded().latest_process("request").unwrap().versions();
    assert_eq!(library.process(&old).unwrap().clocks().version().version, 1);
    assert_eq!(library.latest_process("request").unwrap().clocks().version().version, 2);
    assert!(library.latest_table("no-such-table").is_err());
}

#[test]
fn a_mistake_in_a_process_names_file_line_and_reason() {
    check("request.v1.toml", "initial = \"submitted\"", "initial = submitted", "string");
    check("request.v1.toml", "initial = ", "begin = ", "unknown field `begin`");
    check("request.v1.toml", "version = 1", "version = 2", "must be named request.v2.toml");
    check("request.v1.toml", "format = \"process\"", "format = \"poem\"", "unknown format `poem`");
    check("request.v1.toml", "to = \"triage\"", "to = \"triag\"", "unknown state `triag`");
    check("request.v1.toml", "initial = \"submitted\"", "initial = \"born\"", "unknown state `born`");
    check("request.v1.toml", "guard = \"triage\"", "guard = \"triag\"", "unknown fact `triag`");
    check("request.v1.toml", "guard = \"triage\"", "guard = \"triage &&\"", "not CEL");
    check("request.v1.toml", "\"send_coupon\"", "\"send_pigeon\"", "send_pigeon");
    check("request.v1.toml", "timers = [\"deadline\"]", "timers = [\"dedline\"]", "unknown timer `dedline`");
    check("request.v1.toml", "clock = \"contest-closure\"", "clock = \"contest\"", "unknown clock `contest`");
    check("request.v1.toml", "raises = \"deadline_passed\"", "raises = \"deadline_past\"", "unknown event `deadline_past`");
    check("request.v1.toml", "clock = \"answer\"", "clock = \"contest-closure\"", "only the clock `answer` runs from arrival");
    check("request.v1.toml", "extension_limit = \"request-extension-limit\"", "extension_limit = \"limit\"", "unknown clock `limit`");
    check_at("request.v1.toml", "extension_limit = \"request-extension-limit\"\n", "", "clock = \"extend\"", "needs an `extension_limit`");
    check("request.v1.toml", "set = [\"forwarded\"]", "set = [\"forwrded\"]", "unknown flag `forwrded`");
    check("request.v1.toml", "who = [\"system\"]", "who = [\"robot\"]", "robot");
    check_at("request.v1.toml", "to = \"merged\"", "to = \"assigned\"", "name = \"merged\"", "state `merged` is never reached");
    check_at(
        "request.v1.toml",
        "name = \"answered\"\npublic = \"ANSWERED\"",
        "name = \"answered\"\npublic = \"ANSWERED\"\nend = true",
        "\"answered\"]",
        "is an end",
    );
    check_at(
        "rating.v1.toml",
        "on = \"repair\"\nfrom = [\"repairing\"]\nto = \"counted\"",
        "on = \"repair\"\nfrom = [\"repairing\"]",
        "name = \"repairing\"",
        "no way leads from state `repairing`",
    );
    check("request.v1.toml", "name = \"routing\"", "name = \"submitted\"", "state `submitted` is there twice");
    check("request.v1.toml", "message = \"event-submitted\"", "message = \"event-born\"", "message `event-born` has no words");
    check_at("request.v1.toml", "triage = \"bool\"", "overdue = \"bool\"", "flags = ", "`overdue` is declared twice");
    check("appeal.v1.toml", "source = \"APPC Art. 62-76, 91\"\n", "", "missing field `source`");
    check("appeal.v1.toml", "source = \"APPC Art. 62-76, 91\"", "source = \" \"", "name the article");
    check("appeal.v1.toml", "status = \"likely\"", "status = \"sure\"", "sure");
}

#[test]
fn a_mistake_in_terms_and_tables_names_file_line_and_reason() {
    check("clocks.v1.toml", "id = \"request-urgent\"", "id = \"request-emergency\"", "clock `request-emergency` repeats");
    check_at(
        "clocks.v1.toml",
        "urgency = \"PLANNED\"",
        "urgency = \"ORDINARY\"",
        "id = \"request-planned\"",
        "clock `request-planned` repeats `request-ordinary`",
    );
    check_at("clocks.v1.toml", "for = { track = \"REQUEST\", urgency = \"PLANNED\" }\n", "", "version = 1", "no clock is for Request");
    check_at(
        "clocks.v1.toml",
        "for = { track = \"REQUEST\", urgency = \"EMERGENCY\" }\npausable = false",
        "for = { track = \"REQUEST\", urgency = \"EMERGENCY\" }\npausable = true",
        "id = \"request-emergency\"",
        "only a term in working days",
    );
    check("clocks.v1.toml", "term = { hours = 2 }", "term = { moons = 2 }", "moons");
    check("clocks.v1.toml", "source = \"APPC Art. 65\"\n", "", "missing field `source`");
    check("routing.v1.toml", "category == 'road-damage'", "categry == 'road-damage'", "unknown fact `categry`");
    check("routing.v1.toml", "category == 'road-damage'", "category == 7", "cannot be used on (text, int)");
    check("routing.v1.toml", "id = \"road-damage\"", "id = \"service\"", "row `service` repeats row `service`");
    check_at("routing.v1.toml", "category == 'road-damage'", "true", "id = \"road-signs-lights\"", "is never reached");
    check_at(
        "routing.v1.toml",
        "category == 'road-signs-lights'",
        "category == 'road-damage'",
        "id = \"road-signs-lights\"",
        "row `road-signs-lights` repeats row `road-damage`",
    );
    check_at(
        "routing.v1.toml",
        "when = \"true\"\nexecutor",
        "when = \"category == ''\"\nexecutor",
        "id = \"unknown\"",
        "the last row must always fit",
    );
    check("routing.v1.toml", "why = \"why-service\"", "why = \"why-not\"", "message `why-not` has no words");
    check("routing.v1.toml", "executor = \"akimat_of_district\"", "executor = \"akimat\"", "akimat");
    check_at("routing.v1.toml", "district = \"text\"", "district = \"bool\"", "hit = ", "the text fact `district` must be declared");
}

#[test]
fn a_mistake_in_a_calendar_names_file_line_and_reason() {
    check(
        "kz.v1.toml",
        "{ day = 2024-01-02, name = \"new-year\" }",
        "{ day = 2024-01-01, name = \"new-year\" }",
        "2024-01-01 is listed twice",
    );
    check(
        "kz.v1.toml",
        "day = 2024-01-01, name = \"new-year\"",
        "day = 2044-01-01, name = \"new-year\"",
        "outside of what the calendar covers",
    );
    check("kz.v1.toml", "day = 2024-01-01, name = \"new-year\"", "day = 2024-01-01, name = \"newyear\"", "day off `newyear` has no name");
    check("kz.v1.toml", "day = 2024-05-04", "day = 2024-05-06", "2024-05-06 is no Saturday or Sunday");
    check("kz.v1.toml", "instead_of = 2024-05-08", "instead_of = 2024-05-06", "which is no day off");
    check("kz.v1.toml", "\"14:30\"", "\"12:30\"", "shifts must follow one another");
    check("kz.v1.toml", "zone = \"Asia/Almaty\"", "zone = \"Asia/Turkistan\"", "no such time zone");
    check("kz.v1.toml", ", ru = \"Новый год\"", "", "missing field `ru`");
}

#[test]
fn every_message_speaks_of_the_same_facts_in_three_languages() {
    for key in words().keys() {
        let facts = Locale::ALL.map(|locale| {
            let text = words().text(locale, key, &[]);
            text.split("{$").skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect::<BTreeSet<_>>()
        });
        assert!(facts[0] == facts[1] && facts[1] == facts[2], "{key}: {facts:?}");
    }
}

#[test]
fn a_file_that_is_too_long_or_loaded_twice_is_refused() {
    let long = format!("# {}\n{}", "x".repeat(600_000), FILES[0].1);
    assert!(Library::load(&[("kz.v1.toml", &long)]).err().unwrap().reason.contains("longer than"));
    assert!(Library::load(&[("kz.v1.toml", FILES[0].1), ("b/kz.v1.toml", FILES[0].1)]).err().unwrap().reason.contains("loaded twice"));
}
