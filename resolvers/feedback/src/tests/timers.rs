//! What time does to a case.

use chrono::TimeDelta;
use kernel::Actor;
use serde_json::{Value, json};

use super::{
    city::{City, Filed, appeal, category, city, strings, water},
    people::{officer, other_officer, supervisor},
};

async fn kinds(city: &City, filed: &Filed) -> Vec<String> {
    let case = city.case(filed, "history(first: 100) { nodes { kind } }").await;
    strings(&case["history"]["nodes"], "kind").into_iter().map(str::to_owned).collect()
}

/// Who is told of a broken term: the reporter, the officers, their head, and the akim's office.
const OVERDUE: [&str; 5] = [
    "OVERDUE clerk@akim.kz KK",
    "OVERDUE officer@water.kz KK",
    "OVERDUE supervisor@energy.kz EN",
    "OVERDUE two@water.kz RU",
    "SILENCE aigul@example.kz RU",
];

async fn count(city: &City, filed: &Filed, kind: &str) -> usize {
    kinds(city, filed).await.iter().filter(|other| *other == kind).count()
}

async fn timers(city: &City, name: &str) -> Vec<String> {
    city.texts(&format!("SELECT CAST(state AS TEXT) FROM timer WHERE name = '{name}' ORDER BY id")).await
}

#[tokio::test]
async fn a_passed_deadline_is_told_once_to_everybody_and_shown_to_all() {
    let city = city().await;
    let filed = city.routed(water()).await;
    city.told();
    city.pass(TimeDelta::hours(18)).await;
    assert_eq!(city.settle().await, ["deadline_near", "notify_officers", "notify_supervisor"]);
    assert_eq!(city.told(), ["REMINDER officer@water.kz KK", "REMINDER supervisor@energy.kz EN", "REMINDER two@water.kz RU"]);
    city.pass(TimeDelta::hours(6) - TimeDelta::seconds(1)).await;
    assert_eq!(city.settle().await, [""; 0], "not a second too early");
    city.pass(TimeDelta::seconds(1)).await;
    assert_eq!(city.settle().await, ["deadline_passed", "notify_officers", "notify_supervisor", "notify_akim", "notify_reporter"]);
    assert_eq!(city.told(), OVERDUE);
    city.clock.advance(TimeDelta::minutes(1));
    assert_eq!(city.own(&filed, "status deadline { overdue }").await, json!({ "status": "OVERDUE", "deadline": { "overdue": true } }));
    let overdue = city.read(&supervisor(), "{ desk(filter: { overdue: true }) { nodes { reference workingMinutesLeft } } }").await;
    assert_eq!(overdue["desk"]["nodes"], json!([{ "reference": filed.reference, "workingMinutesLeft": -1 }]));

    assert_eq!(city.pass_days(3).await, ["still_overdue", "notify_supervisor", "notify_akim"], "once more, higher up");
    assert_eq!(city.told(), ["OVERDUE clerk@akim.kz KK", "OVERDUE supervisor@energy.kz EN"]);
    assert_eq!((city.pass_days(90).await, city.told()), (vec![], vec![]), "it is not told again");
    assert_eq!(count(&city, &filed, "deadline_passed").await, 1);
    city.do_work(&officer(), "acceptCase", &filed, json!({})).await;
    assert_eq!(city.own(&filed, "status").await["status"], "OVERDUE", "work does not make it punctual");
}

#[tokio::test]
async fn silence_on_an_appeal_is_recorded_as_a_refusal() {
    let city = city().await;
    let filed = city.routed(appeal()).await;
    city.told();
    let near = ["forward_window_passed", "deadline_near", "notify_officers", "notify_supervisor"];
    assert_eq!(city.pass_days(28).await, near, "20 working days have not passed");
    city.told();
    assert_eq!(city.pass_days(2).await[0], "deadline_passed");
    assert_eq!(count(&city, &filed, "deemed_refused").await, 1);
    assert_eq!(city.told(), OVERDUE);
    let own = city.own(&filed, "status timeline { nodes { text(locale: EN) } }").await;
    assert_eq!(own["status"], "OVERDUE");
    assert!(own["timeline"]["nodes"][2]["text"].as_str().unwrap().contains("This counts as a refusal (APPC Art. 91(2))"), "{own}");
}

#[tokio::test]
async fn a_timer_that_goes_off_twice_or_too_late_changes_nothing() {
    let city = city().await;
    let filed = city.routed(water()).await;
    city.pass(TimeDelta::hours(20)).await;
    city.settle().await;
    city.pass(TimeDelta::days(3)).await;
    let jobs = city.lease().await;
    let [job] = jobs.as_slice() else { panic!("{jobs:?}") };
    let late = city.room.handlers[0].perform(job).await.unwrap();
    city.perform(job).await.unwrap();
    let (rows, version) = (city.rows().await, city.version(&filed).await);
    city.database.writer.write(late).await.unwrap();
    let again = city.room.handlers[0].perform(job).await.unwrap();
    city.database.writer.write(again).await.unwrap();
    assert_eq!((city.rows().await, city.version(&filed).await), (rows, version));

    // Fired, and answered before its job was performed: the answer is late all the same, and nothing is told twice.
    let filed = city.routed(water()).await;
    city.pass(TimeDelta::days(3)).await;
    city.respond(&filed).await;
    city.settle().await;
    assert_eq!(count(&city, &filed, "deadline_passed").await, 1);
    let own = city.own(&filed, "status deadline { overdue }").await;
    assert_eq!(own, json!({ "status": "ANSWERED", "deadline": { "overdue": true } }));
}

#[tokio::test]
async fn what_a_term_forbids_is_forbidden_though_no_worker_has_come_to_it() {
    let city = city().await;
    let filed = city.routed(appeal()).await;
    let three_days = city.routed(appeal()).await;
    city.clock.advance(TimeDelta::days(7));
    let forward = json!({ "to": kernel::PartyId::of_slug("passenger-transport-roads").global(), "reason": "Біздікі емес" });
    assert_eq!(city.work(&officer(), "forwardCase", &three_days, forward.clone()).await, ["WRONG_STATE"]);
    city.clock.advance(TimeDelta::days(30));
    let extend = json!({ "workingDays": 5, "decisionNumber": "1", "reason": "Сараптама" });
    assert_eq!(city.work(&officer(), "extendDeadline", &filed, extend).await, ["WRONG_STATE"]);
    assert_eq!(city.work(&officer(), "respondToCase", &filed, json!({ "outcome": "SATISFIED", "text": "Жөнделді" })).await, [""; 0]);
    let kinds = kinds(&city, &filed).await;
    let silence = kinds.iter().position(|kind| kind == "deemed_refused").unwrap();
    assert_eq!(&kinds[silence..], ["deemed_refused", "answered"], "silence is recorded before the answer that broke it");
    // Who says that it is not fixed starts all terms again, so that the case can be sent on.
    assert_eq!(city.contest(&filed).await, [""; 0]);
    assert_eq!(city.work(&officer(), "forwardCase", &filed, forward).await, [""; 0]);
}

#[tokio::test]
async fn a_case_whose_reporter_was_asked_in_time_is_not_overdue_while_they_think() {
    let city = city().await;
    let input = json!({ "text": "Көшеде шұңқыр бар", "locale": "KK", "category": category("road-damage") });
    let (asked, not_asked) = (city.routed(input.clone()).await, city.routed(input).await);
    assert_eq!(city.work(&other_officer(), "acceptCase", &asked, json!({})).await, [""; 0]);
    assert_eq!(city.work(&other_officer(), "askReporter", &asked, json!({ "text": "Қай көшеде?" })).await, [""; 0]);
    city.clock.advance(TimeDelta::days(25));
    let overdue = async |filed: &Filed| city.own(filed, "deadline { overdue }").await["deadline"]["overdue"].clone();
    assert_eq!((overdue(&asked).await, overdue(&not_asked).await), (json!(false), json!(true)));
    let desk = city.read(&other_officer(), "{ desk(filter: { overdue: true }) { nodes { feedback { reference } } } }").await;
    assert_eq!(desk["desk"]["nodes"], json!([{ "feedback": { "reference": not_asked.reference } }]));
}

#[tokio::test]
async fn a_term_that_has_run_out_has_run_out_though_the_clock_was_set_back_since() {
    let city = city().await;
    let filed = city.routed(water()).await;
    city.pass(TimeDelta::hours(20)).await;
    city.settle().await;
    city.pass(TimeDelta::hours(4)).await;
    let jobs = city.lease().await;
    let [job] = jobs.as_slice() else { panic!("{jobs:?}") };
    city.clock.advance(-TimeDelta::hours(3));
    city.perform(job).await.unwrap();
    assert_eq!(count(&city, &filed, "deadline_passed").await, 1);
}

#[tokio::test]
async fn an_answer_in_time_stops_the_clock() {
    let city = city().await;
    let filed = city.routed(water()).await;
    assert_eq!(timers(&city, "deadline").await, ["armed"]);
    city.respond(&filed).await;
    assert_eq!(
        (timers(&city, "deadline").await, timers(&city, "contest_window").await),
        (vec!["disarmed".to_owned()], vec!["armed".to_owned()])
    );
    city.settle().await;
    city.pass_days(10).await;
    assert_eq!(kinds(&city, &filed).await, ["submitted", "assigned", "answered"]);
    assert_eq!(city.own(&filed, "deadline { overdue }").await["deadline"]["overdue"], false);
}

#[tokio::test]
async fn the_reporter_contests_within_thirty_days_and_then_it_is_too_late() {
    let city = city().await;
    // Answered on Tuesday, 24 November: the window closes with Thursday, 24 December.
    for (days, expected) in [(0, [""; 0].as_slice()), (30, &[]), (31, &["TOO_LATE"])] {
        let filed = city.routed(water()).await;
        let answered = city.clock.clone();
        city.respond(&filed).await;
        city.settle().await;
        city.pass_days(days).await;
        assert_eq!(city.contest(&filed).await, expected, "after {days} days");
        let (status, open) = if expected.is_empty() { ("CONTESTED", true) } else { ("ANSWERED", false) };
        assert_eq!(city.own(&filed, "status").await["status"], status, "after {days} days");
        let desk = city.read(&officer(), "{ desk(filter: { contested: true }) { nodes { reference } } }").await;
        let shown = strings(&desk["desk"]["nodes"], "reference").contains(&filed.reference.as_str());
        assert_eq!(shown, open, "after {days} days");
        answered.advance(-TimeDelta::days(days));
    }
}

#[tokio::test]
async fn what_was_contested_gets_a_new_term_and_can_be_late_again() {
    let city = city().await;
    let filed = city.routed(water()).await;
    city.pass_days(3).await;
    city.respond(&filed).await;
    city.settle().await;
    city.pass_days(2).await;
    city.told();
    assert_eq!(city.contest(&filed).await, [""; 0]);
    assert_eq!(city.settle().await, ["notify_officers", "notify_supervisor", "notify_reporter"]);
    let told = [
        "ASSIGNMENT officer@water.kz KK",
        "ASSIGNMENT supervisor@energy.kz EN",
        "ASSIGNMENT two@water.kz RU",
        "REMINDER aigul@example.kz RU",
    ];
    assert_eq!(city.told(), told);
    let case = city.case(&filed, "contested feedback { status deadline { dueAt overdue } } clocks { name dueAt overdue }").await;
    let due = "2026-11-30T07:00:00Z";
    assert_eq!(
        case,
        json!({
            "contested": true, "feedback": { "status": "CONTESTED", "deadline": { "dueAt": due, "overdue": false } },
            "clocks": [{ "name": "deadline", "dueAt": due, "overdue": false }],
        })
    );
    city.pass_days(2).await;
    assert_eq!(count(&city, &filed, "deadline_passed").await, 2);
    assert_eq!(city.own(&filed, "status").await["status"], "OVERDUE");
    // Answered again, it closes for good when nobody says otherwise.
    city.respond(&filed).await;
    city.settle().await;
    city.pass_days(40).await;
    assert_eq!(kinds(&city, &filed).await.last().unwrap(), "closed");
    assert_eq!(city.contest(&filed).await, ["TOO_LATE"]);
}

#[tokio::test]
async fn a_report_that_was_taken_back_has_no_clock() {
    let city = city().await;
    let filed = city.routed(appeal()).await;
    let input = json!({ "reference": filed.reference, "key": filed.key });
    let payload = city.act(&Actor::Anonymous, "withdrawFeedback", "feedback { status outcome }", input).await;
    assert_eq!(payload, json!({ "feedback": { "status": "WITHDRAWN", "outcome": "WITHDRAWN" }, "errors": [] }));
    city.settle().await;
    assert_eq!(city.pass_days(90).await, [""; 0]);
    assert_eq!(kinds(&city, &filed).await, ["submitted", "assigned", "withdrawn"]);
    let open: Value = city.read(&officer(), "{ desk { nodes { reference } } }").await;
    assert_eq!(open["desk"]["nodes"], json!([]));
}
