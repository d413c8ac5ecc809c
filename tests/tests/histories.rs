//! Recorded cases, run again by the program itself.

use std::process::{Command, Output};

use serde_json::Value;
use tests::{City, Options, Store, binary};

const ROUTING: &str = include_str!("../../workflows/definitions/routing.v1.toml");

/// Runs `turkistan workflow …` on the data of a city that has stopped.
fn workflow(city: &City, arguments: &[&str]) -> Output {
    let mut command = Command::new(binary());
    command.arg("workflow").args(arguments).arg("--data-dir").arg(city.data.path());
    command.output().expect("turkistan workflow")
}

#[tokio::test]
async fn the_demo_citys_cases_are_derived_again_and_a_draft_is_tried_on_them() {
    let mut city = City::start(&Store::Sqlite, Options::default()).await;
    city.kill();
    let replayed = workflow(&city, &["replay"]);
    let told = String::from_utf8_lossy(&replayed.stdout).into_owned();
    assert!(replayed.status.success() && told.contains(" 0 differences") && !told.contains("cannot be derived"), "{told}");

    let simulated = |text: &str| {
        let draft = city.data.path().join("routing.v2.toml");
        std::fs::write(&draft, text.replacen("version = 1", "version = 2", 1)).expect("a draft");
        let output = workflow(&city, &["simulate", "--json", &draft.display().to_string()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).expect("JSON")
    };
    let same = simulated(ROUTING);
    assert!(same["cases"].as_u64() > Some(400) && same["examples"] == serde_json::json!([]), "{same}");
    let moved = simulated(&ROUTING.replace("executor = { party = \"culture\" }", "executor = { party = \"tourism\" }"));
    assert!(moved["desks_changed"].as_u64() > Some(0) && moved["deadlines_moved"] == 0, "{moved}");
}
