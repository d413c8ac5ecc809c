use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc, Weekday};
use kernel::Locale;
use proptest::prelude::*;

use crate::{Calendar, Kind, Library, Pause, StepKind, Term, Track, Urgency, derive, extend};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A wall-clock time in the city, as `2026-03-20 19:00`.
fn at(local: &str) -> DateTime<Utc> {
    kernel::city_instant(chrono::NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").unwrap())
}

fn kz() -> std::sync::Arc<Calendar> {
    Library::embedded().latest_calendar("kz").unwrap()
}

#[test]
fn days_are_worked_as_the_decrees_say() {
    for (day, worked) in [
        ("2024-05-03", true),  // Friday
        ("2024-05-04", true),  // Saturday worked for 8 May
        ("2024-05-05", false), // Sunday
        ("2024-05-08", false), // moved
        ("2025-01-03", false), // moved
        ("2025-01-05", true),  // Sunday worked for 3 January
        ("2025-01-03", false), // a Friday off for that Sunday
        ("2025-10-27", false), // Republic Day on a Saturday, observed
        ("2026-03-24", false), // Nauryz on a Saturday and a Sunday, observed
        ("2026-03-25", false), // both days are
        ("2026-03-26", true),
        ("2026-05-11", false), // Victory Day on a Saturday
        ("2026-08-31", true),  // no Constitution Day any more
        ("2027-03-15", false), // the new one
        ("2026-11-24", true),
    ] {
        assert_eq!(kz().is_working_day(date(day)), worked, "{day}");
    }
}

#[test]
fn an_appeal_is_registered_on_the_day_or_the_next_working_day() {
    for (received, registered) in [
        ("2026-11-24 00:10", "2026-11-24"), // before hours: the same day
        ("2026-11-24 18:30", "2026-11-24"),
        ("2026-11-24 18:31", "2026-11-25"),
        ("2026-11-27 19:00", "2026-11-30"), // Friday evening
        ("2026-11-28 12:00", "2026-11-30"), // Saturday
        ("2024-05-03 19:00", "2024-05-04"), // Friday evening, and the Saturday is worked
        ("2026-12-31 18:00", "2026-12-31"),
        ("2026-12-31 20:00", "2027-01-05"), // New Year, a Saturday observed on Monday
        ("2026-03-20 19:00", "2026-03-26"), // Nauryz
    ] {
        assert_eq!(kz().registration_date(at(received)), date(registered), "{received}");
    }
}

#[test]
fn deadlines_are_derived_from_arrival() {
    use {Kind::*, Track::*, Urgency::*};
    let check = |track, kind, urgency, received: &str, due: &str| {
        let derived = Library::embedded().deadline(track, kind, urgency, at(received)).unwrap();
        assert_eq!(derived.due_at, at(due), "{track:?} {kind:?} {urgency:?} {received}");
        assert_eq!(derived.due_on, kz().day_of(at(due)));
    };
    check(Request, Message, Emergency, "2026-11-27 23:10", "2026-11-28 01:10");
    check(Request, Message, Urgent, "2026-12-31 23:10", "2027-01-01 23:10");
    check(Request, Message, Ordinary, "2026-11-24 10:00", "2026-11-27 18:30");
    check(Request, Message, Ordinary, "2026-11-27 19:00", "2026-12-03 18:30");
    check(Request, Message, Ordinary, "2024-05-03 10:00", "2024-05-10 18:30"); // 4 and 6 worked; 7, 8, 9 off
    check(Request, Message, Ordinary, "2026-12-31 10:00", "2027-01-08 18:30"); // 5, 6, 8: 7 January is Christmas
    check(Request, Message, Planned, "2026-11-24 10:00", "2026-12-15 18:30");
    check(Appeal, Message, Emergency, "2026-11-24 10:00", "2026-12-15 18:30");
    check(Appeal, Application, Ordinary, "2026-03-19 10:00", "2026-04-14 18:30"); // over Nauryz: 20 March is day 1
    check(Appeal, Complaint, Ordinary, "2026-03-19 10:00", "2026-04-21 18:30");
    check(Appeal, InfoRequest, Ordinary, "2026-11-24 10:00", "2026-12-15 18:30");
}

#[test]
fn a_derivation_can_be_read_in_three_languages() {
    let derived = Library::embedded().deadline(Track::Appeal, Kind::Complaint, Urgency::Ordinary, at("2026-03-20 19:00")).unwrap();
    let text = |locale| derived.steps.iter().map(|step| step.text(locale)).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(Locale::ALL.map(text).join("\n\n"));
}

#[test]
fn terms_within_a_case_end_on_working_days() {
    let clocks = Library::embedded().latest_clocks("clocks").unwrap();
    for (rule, received, due) in [
        ("forward-outside-competence", "2026-11-24 10:00", "2026-11-27 18:30"),
        ("extension-notice", "2026-11-24 10:00", "2026-11-27 18:30"),
        ("extension-limit", "2026-11-24 10:00", "2027-01-22 18:30"), // 24 January is a Sunday: earlier
        ("extension-limit", "2026-12-31 10:00", "2027-02-26 18:30"), // the end of February, a Sunday: earlier
        ("contest-closure", "2026-11-24 10:00", "2026-12-24 23:59"),
        ("contest-closure", "2026-11-27 10:00", "2026-12-28 23:59"), // 27 December is a Sunday: later
    ] {
        let received_at = at(received);
        let derived = derive(clocks.find(rule).unwrap(), received_at, kz().registration_date(received_at), &kz(), &[]);
        assert_eq!(derived.due_at - TimeDelta::seconds(derived.due_at.timestamp() % 60), at(due), "{rule} {received}");
    }
}

#[test]
fn a_pause_moves_a_request_and_never_an_appeal() {
    let (calendar, clocks) = (kz(), Library::embedded().latest_clocks("clocks").unwrap());
    let received = at("2026-11-24 10:00");
    let due = |track, pauses: &[Pause]| {
        let rule = clocks.get_deadline(track, Kind::Message, Urgency::Ordinary).unwrap();
        derive(rule, received, calendar.registration_date(received), &calendar, pauses)
    };
    let pause = |from: &str, to: Option<&str>| Pause { from: at(from), to: to.map(at) };
    let week = pause("2026-11-25 12:00", Some("2026-12-02 09:00"));
    assert_eq!(due(Track::Request, &[]).due_on, date("2026-11-27"));
    assert_eq!(due(Track::Request, &[week]).due_on, date("2026-12-04"));
    assert_eq!(due(Track::Request, &[week, pause("2026-12-03 10:00", Some("2026-12-04 10:00"))]).due_on, date("2026-12-07"));
    assert_eq!(due(Track::Request, &[pause("2026-11-25 12:00", None)]).due_on, date("2026-11-27"));
    assert_eq!(due(Track::Request, &[pause("2026-11-25 12:00", Some("2026-11-25 17:00"))]).due_on, date("2026-11-27"));
    // Asked on the last day and answered on a day off: there is the next working day to work on it.
    assert_eq!(due(Track::Request, &[pause("2026-11-27 10:00", Some("2026-11-28 12:00"))]).due_on, date("2026-11-30"));
    assert_eq!(due(Track::Appeal, &[week]).due_on, due(Track::Appeal, &[]).due_on);
    let step = due(Track::Request, &[week]).steps.pop().unwrap();
    assert_eq!((step.kind, step.amount, step.pause), (StepKind::Pause, 5, Some(week)));
}

#[test]
fn an_extension_is_a_step_of_the_derivation() {
    let (calendar, clocks) = (kz(), Library::embedded().latest_clocks("clocks").unwrap());
    let derived = Library::embedded().deadline(Track::Appeal, Kind::Message, Urgency::Ordinary, at("2026-11-24 10:00")).unwrap();
    let extended = extend(&derived, clocks.find("extension-limit").unwrap(), 10, &calendar);
    assert_eq!(extended.due_at, at("2026-12-30 18:30")); // without 16 December
    assert_eq!(extended.steps.len(), derived.steps.len() + 1);
}

#[test]
fn outside_of_the_calendar_only_weekends_are_left_out_and_the_step_says_so() {
    let covered = |received: &str| {
        let derived = Library::embedded().deadline(Track::Request, Kind::Message, Urgency::Ordinary, at(received)).unwrap();
        (derived.due_on, derived.steps.iter().all(|step| step.covered))
    };
    assert_eq!(covered("2040-12-24 10:00"), (date("2040-12-27"), true));
    assert_eq!(covered("2040-12-28 10:00"), (date("2041-01-02"), false));
    assert_eq!(covered("2041-01-01 10:00"), (date("2041-01-04"), false));
}

#[test]
fn working_minutes_leave_out_lunch_nights_and_days_off() {
    for (from, to, minutes) in [
        ("2026-11-24 09:00", "2026-11-24 18:30", 480),
        ("2026-11-24 12:30", "2026-11-24 15:00", 60),
        ("2026-11-24 13:10", "2026-11-24 14:20", 0),
        ("2026-11-27 18:00", "2026-11-30 09:30", 60),
        ("2026-11-28 00:00", "2026-11-29 23:59", 0),
        ("2026-11-24 00:00", "2026-12-01 00:00", 5 * 480),
        ("2026-11-24 15:00", "2026-11-24 12:30", -60),
        ("2024-05-04 08:00", "2024-05-04 20:00", 480),
    ] {
        assert_eq!(kz().working_minutes_between(at(from), at(to)), minutes, "{from} {to}");
    }
}

/// Every day of the years until 2030, at noon and after hours, on every clock: the due day is worked, and counting the days one by one,
/// from the files' own lists, gives the same day.
#[test]
fn every_day_on_every_clock_agrees_with_a_naive_count() {
    let (calendar, clocks) = (kz(), Library::embedded().latest_clocks("clocks").unwrap());
    let text = include_str!("../../../calendars/kz.v1.toml");
    let listed = |day: NaiveDate| text.contains(&format!("{{ day = {day}, name"));
    let decreed = |day: NaiveDate| text.contains(&format!("{{ day = {day}, instead_of"));
    let mut worked = std::collections::HashMap::new();
    let mut works = |day: NaiveDate| {
        *worked.entry(day).or_insert_with(|| decreed(day) || !(listed(day) || matches!(day.weekday(), Weekday::Sat | Weekday::Sun)))
    };
    let mut checked = 0;
    for day in date("2024-01-01").iter_days().take_while(|day| day.year() < 2030 || day.month() < 11) {
        for (time, late) in [("12:00", false), ("19:00", true)] {
            let received = at(&format!("{day} {time}"));
            let mut registered = day;
            while !works(registered) || (late && registered == day) {
                registered = registered.succ_opt().unwrap();
            }
            for rule in clocks.rules() {
                let derived = derive(rule, received, calendar.registration_date(received), &calendar, &[]);
                checked += 1;
                if let Term::Hours(hours) = rule.term {
                    assert_eq!(derived.due_at, received + TimeDelta::hours(i64::from(hours)));
                    continue;
                }
                assert!(works(derived.due_on), "{} from {day}: {} is a day off", rule.id, derived.due_on);
                if let Term::WorkingDays(days) = rule.term {
                    let (mut due, mut left) = (registered, days);
                    while left > 0 {
                        due = due.succ_opt().unwrap();
                        left -= u32::from(works(due));
                    }
                    assert_eq!(derived.due_on, due, "{} from {day} {time}", rule.id);
                }
            }
        }
    }
    assert!(checked > 60_000, "{checked}");
}

proptest! {
    #[test]
    fn later_registration_or_more_days_never_end_earlier(offset in 0u64..3_000, n in 0u32..60, more in 0u32..60, later in 0u64..60) {
        let calendar = kz();
        let day = date("2023-06-01") + Days::new(offset);
        let due = calendar.add_working_days(day, n);
        prop_assert!(calendar.is_working_day(due));
        prop_assert!(due <= calendar.add_working_days(day, n + more));
        prop_assert!(due <= calendar.add_working_days(day + Days::new(later), n));
        prop_assert!(n == 0 || calendar.working_days_between(day, due) == n);
    }

    #[test]
    fn working_time_adds_up(start in 0i64..3_000_000, first in 0i64..20_000, second in 0i64..20_000) {
        let calendar = kz();
        let a = at("2024-01-01 00:00") + TimeDelta::minutes(start);
        let (b, c) = (a + TimeDelta::minutes(first), a + TimeDelta::minutes(first + second));
        let minutes = |from, to| calendar.working_minutes_between(from, to);
        prop_assert_eq!(minutes(a, b) + minutes(b, c), minutes(a, c));
    }
}
