//! What the suggester learns from officers, and forgets with what is erased.

use chrono::TimeDelta;
use futures_util::FutureExt;
use kernel::{Actor, Clock};
use serde_json::{Value, json};

use super::{
    city::{City, Filed, category, city, codes},
    people::{clerk, supervisor},
};

/// Words that nobody had for these things before.
const NAMED: [(&str, &str); 2] = [("бұфигроз", "street-lighting"), ("жэмөласаз", "stray-animals")];
/// A word of three reports.
const RARE: (&str, &str) = ("гротисүз", "street-lighting");

/// A report that nothing but its word tells of, which an officer then says what it is about.
async fn taught(city: &City, (word, right): (&str, &str), number: usize) -> Filed {
    let said = ["тағы", "бүгін де", "опять", "қашан", "again"][number % 5];
    let filed = city.routed(json!({ "text": format!("{word} {said}"), "locale": "KK" })).await;
    city.do_work(&clerk(), "correctCategory", &filed, json!({ "category": category(right) })).await;
    filed
}

/// The nights go on from the beginning of the process.
async fn begin(city: &City) {
    let (jobs, now) = (city.room.handlers[0].beginning(), city.clock.now());
    city.database.writer.write(move |txn| journal::enqueue(txn, now, jobs).boxed()).await.unwrap();
    city.settle().await;
}

/// The next night: how often was trained.
async fn night(city: &City) -> usize {
    city.clock.advance(TimeDelta::days(1));
    city.settle().await.iter().filter(|kind| *kind == "train_suggester").count()
}

/// What a text is taken for first, and by which version.
async fn first(city: &City, text: &str) -> (Value, Value) {
    let query = format!("{{ suggestCategories(text: {text:?}) {{ category {{ slug }} modelVersion }} }}");
    let suggested = city.read(&Actor::Anonymous, &query).await["suggestCategories"].take();
    (suggested[0]["category"]["slug"].clone(), suggested[0]["modelVersion"].clone())
}

async fn model(city: &City) -> Value {
    let score = "{ texts right misrouted }";
    let training = format!(
        "{{ version builtIn status lessons corrections validation {{ before {score} after {score} }} heldOut {{ before {score} after {score} }} }}"
    );
    let query = format!("{{ suggesterModel {{ version inForce {{ version }} former {{ version }} trainings {training} }} }}");
    city.read(&supervisor(), &query).await["suggesterModel"].take()
}

async fn roll_back(city: &City, key: &str) -> Value {
    let input = json!({ "idempotencyKey": key });
    city.act(&supervisor(), "rollBackSuggester", "model { version inForce { version } trainings { version status } }", input).await
}

/// The numbers and states of the trainings, the newest first.
fn states(trainings: &Value) -> Vec<String> {
    let state = |training: &Value| format!("{} {}", training["version"], training["status"].as_str().unwrap());
    trainings.as_array().unwrap().iter().map(state).collect()
}

async fn erase(city: &City, filed: &Filed) {
    let input = json!({ "reference": filed.reference, "key": filed.key });
    for act in ["withdrawFeedback", "eraseFeedback"] {
        assert_eq!(codes(&city.act(&Actor::Anonymous, act, "feedback { id }", input.clone()).await), [""; 0]);
    }
}

#[tokio::test]
async fn each_night_the_suggester_learns_from_corrections_and_forgets_what_was_erased() {
    let city = city().await;
    begin(&city).await;
    for number in 0..24 {
        taught(&city, NAMED[number % 2], number).await;
    }
    assert_eq!((night(&city).await, model(&city).await["trainings"].take()), (1, json!([])), "too few to learn from");
    let mut rare = Vec::new();
    for number in 0..6 {
        taught(&city, NAMED[number % 2], number).await;
        rare.push(taught(&city, RARE, number).await);
    }
    assert_eq!(first(&city, NAMED[0].0).await.1, Value::Null, "the built-in model knows no word of it");
    let before = first(&city, "Көшеде жарық жоқ").await;
    assert_eq!(before, (json!("street-lighting"), json!("2")));

    assert_eq!(night(&city).await, 1);
    for (word, right) in [NAMED[0], NAMED[1], RARE] {
        assert_eq!(first(&city, word).await, (json!(right), json!("2.1")), "{word}");
    }
    assert_eq!(first(&city, "Көшеде жарық жоқ").await.0, before.0);
    let known = model(&city).await;
    let training = &known["trainings"][0];
    assert_eq!((&known["version"], &known["inForce"], &known["former"]), (&json!("2.1"), &json!({ "version": 1 }), &Value::Null));
    assert_eq!((&training["corrections"], &training["lessons"], &training["status"]), (&json!(36), &json!(36), &json!("IN_FORCE")));
    let right = |part: &str, when: &str| training[part][when]["right"].as_i64().unwrap();
    assert!(right("validation", "after") >= right("validation", "before") && right("heldOut", "after") > right("heldOut", "before"));
    // What is filed from now on names it.
    let filed = city.routed(json!({ "text": NAMED[0].0, "locale": "KK" })).await;
    assert_eq!(city.case(&filed, "suggestion { category modelVersion }").await["suggestion"]["modelVersion"], "2.1");
    assert!(city.journal().await.contains("\"suggesterLearnt\":1") || city.journal().await.contains("\"suggesterLearnt\": 1"));

    assert_eq!((night(&city).await, states(&model(&city).await["trainings"])), (1, vec!["1 IN_FORCE".to_owned()]), "nothing new");

    for filed in &rare {
        erase(&city, filed).await;
    }
    assert_eq!(night(&city).await, 1);
    let known = model(&city).await;
    assert_eq!(states(&known["trainings"]), ["2 IN_FORCE", "1 ERASED"]);
    assert_eq!(first(&city, NAMED[0].0).await, (json!(NAMED[0].1), json!("2.2")));
    assert_eq!(first(&city, RARE.0).await.0, Value::Null, "nobody has written this word");
    assert_eq!(city.numbers("SELECT COUNT(*) FROM suggester_training WHERE layer IS NOT NULL OR learnt_from IS NOT NULL").await, [1]);
    for (word, _) in NAMED {
        assert!(!city.journal().await.contains(word));
    }
}

#[tokio::test]
async fn a_supervisor_goes_back_to_the_training_before_and_then_to_the_built_in_model() {
    let city = city().await;
    begin(&city).await;
    for number in 0..36 {
        taught(&city, NAMED[number % 2], number).await;
    }
    night(&city).await;
    for number in 0..20 {
        taught(&city, RARE, number).await;
    }
    night(&city).await;
    assert_eq!(states(&model(&city).await["trainings"]), ["2 IN_FORCE", "1 FORMER"]);
    assert_eq!(first(&city, RARE.0).await, (json!(RARE.1), json!("2.2")));
    let key = city.key();
    let back = roll_back(&city, &key).await;
    assert_eq!(codes(&back), [""; 0]);
    assert_eq!(
        (states(&back["model"]["trainings"]), &back["model"]["version"]),
        (vec!["2 ROLLED_BACK".into(), "1 IN_FORCE".into()], &json!("2.1"))
    );
    assert_eq!(states(&roll_back(&city, &key).await["model"]["trainings"]), ["2 ROLLED_BACK", "1 IN_FORCE"], "once for a key");
    assert_eq!(first(&city, RARE.0).await.0, Value::Null);
    assert_eq!(first(&city, NAMED[0].0).await, (json!(NAMED[0].1), json!("2.1")));
    // It holds while nobody teaches anything new.
    night(&city).await;
    assert_eq!(states(&model(&city).await["trainings"]), ["2 ROLLED_BACK", "1 IN_FORCE"]);
    assert_eq!(roll_back(&city, &city.key()).await["model"]["version"], "2");
    assert_eq!(codes(&roll_back(&city, &city.key()).await), ["WRONG_STATE"]);
    assert_eq!(first(&city, NAMED[0].0).await.0, Value::Null);
}
