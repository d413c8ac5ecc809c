//! What is asked about a subject, and who reads the answers.

use kernel::Actor;
use serde_json::{Value, json};

use super::{
    city::{City, category, city, codes, merge, water},
    people::{auditor, officer},
};

fn answered(answers: &Value) -> Value {
    let mut input = water();
    merge(&mut input, json!({ "answers": answers }));
    input
}

#[tokio::test]
async fn each_subject_asks_what_its_officers_need() {
    let city = city().await;
    let asked = "{ categories { slug questions { code kind label(locale: KK) choices { code label(locale: RU) } } } }";
    let categories = city.read(&Actor::Anonymous, asked).await["categories"].take();
    let of = |slug: &str| categories.as_array().unwrap().iter().find(|category| category["slug"] == slug).unwrap()["questions"].clone();
    let water = of("water-supply");
    assert_eq!(water[0]["label"], "Су қандай?");
    assert_eq!(water[0]["choices"][1], json!({ "code": "weak", "label": "слабый напор" }));
    assert_eq!((&water[1]["kind"], &water[1]["choices"]), (&json!("DATE"), &json!([])));
    assert_eq!(of("official-conduct"), json!([]));
}

#[tokio::test]
async fn answers_are_read_by_the_reporter_and_by_those_who_work_the_case() {
    let city = city().await;
    let answers = json!([{ "question": "water-fault", "values": ["weak"] }, { "question": "water-since", "values": ["2026-11-20"] }]);
    let filed = city.routed(answered(&answers)).await;
    let selection = "intakeAnswers { question { code } values text(locale: EN) }";
    let expected = json!([
        { "question": { "code": "water-fault" }, "values": ["weak"], "text": "low pressure" },
        { "question": { "code": "water-since" }, "values": ["2026-11-20"], "text": "20.11.2026" },
    ]);
    assert_eq!(city.own(&filed, selection).await["intakeAnswers"], expected);
    let case = format!("{{ case(reference: \"{}\") {{ feedback {{ {selection} }} }} }}", filed.reference);
    assert_eq!(city.read(&officer(), &case).await["case"]["feedback"]["intakeAnswers"], expected);
    let looks = city.own(&filed, "accesses { nodes { part } }").await;
    assert_eq!(looks["accesses"]["nodes"], json!([{ "part": "ANSWERS" }]), "the officer's look was written down");
    let public = format!("{{ feedback(reference: \"{}\") {{ {selection} }} }}", filed.reference);
    assert_eq!(city.read(&Actor::Anonymous, &public).await["feedback"]["intakeAnswers"], Value::Null);

    // The answers keep their sense when the subject is corrected.
    city.do_work(&officer(), "correctCategory", &filed, json!({ "category": category("sewage") })).await;
    assert_eq!(city.own(&filed, selection).await["intakeAnswers"], expected);
    assert!(!city.journal().await.contains("2026-11-20"), "the journal holds none of it");
}

#[tokio::test]
async fn whoever_answers_nothing_files_all_the_same() {
    let city = city().await;
    let filed = city.routed(answered(&json!([]))).await;
    assert_eq!(city.own(&filed, "intakeAnswers { values }").await["intakeAnswers"], json!([]));
    assert_eq!(city.case(&filed, "feedback { intakeAnswers { values } }").await["feedback"]["intakeAnswers"], json!([]));
}

async fn check(city: &City, answers: Value, expected: &[&str]) {
    let before = city.rows().await;
    let payload = city.act(&Actor::Anonymous, "submitFeedback", "coupon { reference }", answered(&answers)).await;
    assert_eq!(codes(&payload), expected, "{answers}");
    assert_eq!(city.rows().await, before, "nothing was written");
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_refused_by_name_and_nothing_is_written() {
    let city = city().await;
    let answer = |question: &str, value: &str| json!({ "question": question, "values": [value] });
    check(&city, json!([answer("water-fault", "purple")]), &["INVALID input.answers.0.values"]).await;
    check(&city, json!([answer("water-fault", "none"), answer("lamp-post", "17")]), &["INVALID input.answers.1.question"]).await;
    let long = "ә".repeat(201);
    let both = [answer("water-since", "yesterday"), answer("water-since", &long)];
    check(&city, json!(both), &["INVALID input.answers.0.values", "INVALID input.answers.1.values"]).await;
}

#[tokio::test]
async fn what_was_answered_is_found_by_and_erased_with_the_report() {
    let city = city().await;
    let mut input = answered(&json!([{ "question": "lamp-post", "values": ["7788"] }]));
    merge(&mut input, json!({ "category": category("street-lighting") }));
    let filed = city.routed(input).await;
    let desk = "{ desk(filter: { query: \"7788\" }) { nodes { reference } } }";
    assert_eq!(city.read(&auditor(), desk).await["desk"]["nodes"], json!([{ "reference": filed.reference }]));
    let own = json!({ "reference": filed.reference, "key": filed.key });
    for act in ["withdrawFeedback", "eraseFeedback"] {
        assert_eq!(codes(&city.act(&Actor::Anonymous, act, "feedback { status }", own.clone()).await), [""; 0]);
    }
    assert_eq!(city.own(&filed, "intakeAnswers { values }").await["intakeAnswers"], json!([]));
    assert_eq!(city.read(&auditor(), desk).await["desk"]["nodes"], json!([]));
}
