//! New rules from door to door: tried on the demo city's cases, published, and in force in every process.

use serde_json::{Value, json};
use tests::{City, Options, Store, eventually, uuid};

const ROUTING: &str = include_str!("../../workflows/definitions/routing.v1.toml");
const SIMULATE: &str = "mutation Simulate($input: SimulateRulesInput!) {
    simulateRules(input: $input) { proposal { digest } errors { code message } }
}";
const FOUND: &str = "query Found($digest: String!) {
    ruleProposal(digest: $digest) { status simulation { cases desksChanged load { party { slug } today proposed } examples { reference } } }
}";
const PUBLISH: &str = "mutation Publish($input: PublishRulesInput!) {
    publishRules(input: $input) { proposal { status } errors { code message } }
}";
const SUBMIT: &str = "mutation Submit($input: SubmitFeedbackInput!) {
    submitFeedback(input: $input) { coupon { reference } errors { code message } }
}";
const CASE: &str = "query Case($reference: String!) {
    case(reference: $reference) { party { slug } history(first: 10) { nodes { kind versions } } }
}";

/// What one asks the department of culture today, that of tourism answers.
fn files() -> Value {
    let text = ROUTING
        .replacen("version = 1", "version = 2", 1)
        .replace("executor = { party = \"culture\" }", "executor = { party = \"tourism\" }");
    json!([{ "name": "routing.v2.toml", "text": text }])
}

async fn publish(city: &City, supervisor: &str) {
    let input = json!({ "input": { "idempotencyKey": uuid(), "files": files() } });
    let proposed = city.ask(Some(supervisor), SIMULATE, input).await.data("/simulateRules");
    assert_eq!(proposed["errors"], json!([]), "{proposed}");
    let digest = &proposed["proposal"]["digest"];
    let found = eventually("the rules are tried", || async {
        let found = city.ask(Some(supervisor), FOUND, json!({ "digest": digest })).await.data("/ruleProposal");
        (found["status"] == "SIMULATED").then_some(found)
    })
    .await;
    let simulation = &found["simulation"];
    assert!(simulation["cases"].as_u64() > Some(400) && simulation["desksChanged"].as_u64() > Some(0), "{found}");
    let load = simulation["load"].as_array().map(|load| load.iter().filter_map(|load| load["party"]["slug"].as_str()).collect::<Vec<_>>());
    assert_eq!(load, Some(vec!["culture", "tourism"]), "{found}");
    let input = json!({ "input": { "idempotencyKey": uuid(), "files": files(), "digest": digest } });
    let published = city.ask(Some(supervisor), PUBLISH, input).await.data("/publishRules");
    assert_eq!(published, json!({ "proposal": { "status": "PUBLISHED" }, "errors": [] }));
}

/// A report to the department of culture, by the rules that are in force when it is filed and when it is routed.
async fn check_in_force(city: &City, auditor: &str) {
    let category = city.ask(None, "{ categories { id slug } }", json!({})).await.data("/categories");
    let category =
        category.as_array().and_then(|known| known.iter().find(|known| known["slug"] == "culture-events")).map(|known| known["id"].clone());
    let input = json!({ "idempotencyKey": uuid(), "text": "Концерт қашан болады", "locale": "KK", "category": category });
    let filed = city.ask(None, SUBMIT, json!({ "input": input })).await.data("/submitFeedback");
    assert_eq!(filed["errors"], json!([]), "{filed}");
    let case = eventually("the report is routed", || async {
        let case = city.ask(Some(auditor), CASE, json!({ "reference": filed["coupon"]["reference"] })).await.data("/case");
        (!case["party"].is_null()).then_some(case)
    })
    .await;
    assert_eq!(case["party"]["slug"], "tourism", "{case}");
    let versions =
        case["history"]["nodes"].as_array().map(|events| events.iter().map(|event| event["versions"].clone()).collect::<Vec<_>>());
    assert_eq!(versions, Some(vec![json!("request.v1 routing.v2 clocks.v1 kz.v1"); 2]), "{case}");
}

#[tokio::test]
async fn what_supervisors_publish_is_in_force_in_every_process_and_after_a_restart() {
    for store in Store::all() {
        // On a shared database a worker beside the server routes, by what the server published.
        let apart = store != Store::Sqlite;
        let arguments = if apart { vec!["--no-worker".to_owned()] } else { Vec::new() };
        let mut city = City::start(&store, Options { arguments, ..Options::default() }).await;
        let worker = apart.then(|| city.worker());
        let (supervisor, auditor) = (city.token("supervisor"), city.token("auditor"));
        publish(&city, &supervisor).await;
        check_in_force(&city, &auditor).await;
        city.restart().await;
        check_in_force(&city, &auditor).await;
        drop(worker);
        let rules = city.ask(None, "{ rules { name } }", json!({})).await.data("/rules");
        assert!(rules.as_array().is_some_and(|rules| rules.contains(&json!({ "name": "routing.v2" }))), "{rules}");
    }
}
