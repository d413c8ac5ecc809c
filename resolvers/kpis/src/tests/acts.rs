//! What analysts do, and what others cannot.

use kernel::{Actor, Code, DatasetId, DistrictId, Role};
use serde_json::{Value, json};

use super::{City, city, indicator, key, person, recorded, visits};

fn told(payload: &Value) -> String {
    let line = |error: &Value| {
        let path: Vec<&str> = error["path"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        format!("{} at {}: {}", error["code"].as_str().unwrap(), path.join("."), error["message"].as_str().unwrap())
    };
    payload["errors"].as_array().unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn an_indicator_that_cannot_be_is_refused_with_everything_that_is_wrong() {
    let city = city().await;
    city.publish_visits("2026-09-01,arys,10,true\n").await;
    let mut bad = indicator("Bad Code", "RATIO", "100 * a + x", &[("a", recorded())]);
    bad["title"]["ru"] = json!("");
    bad["unit"] = json!("apples");
    bad["owner"] = json!("nobody");
    bad["decimals"] = json!(7);
    let mut lines = vec![told(&city.act("defineKpi", "kpi { id }", bad).await)];
    let inputs = [
        ("a", visits("SUM", Some("good"), None)),
        ("b", visits("SUM", Some("nothing"), None)),
        ("c", json!({ "dataset": { "dataset": "absent", "measure": "COUNT", "date": "day", "covers": "DAILY" } })),
    ];
    lines.push(told(&city.act("defineKpi", "kpi { id }", indicator("bad-sources", "RATIO", "a / (b + c)", &inputs)).await));
    let inputs = [("a", visits("SUM", None, None)), ("b", visits("COUNT", None, Some(json!([]))))];
    lines.push(told(&city.act("defineKpi", "kpi { id }", indicator("bad-filter", "RATIO", "a / b", &inputs)).await));
    let inputs = [("a", json!({ "kpi": "absent" })), ("b", json!({ "kpi": "absent" }))];
    lines.push(told(&city.act("defineKpi", "kpi { id }", indicator("bad-kpi", "DERIVED", "a / b", &inputs)).await));
    insta::assert_snapshot!(lines.join("\n--\n"), @r"
    INVALID at input.code: A code has 2 to 60 lower-case Latin letters, digits and hyphens, and begins with a letter.
    INVALID at input.title: The text must be there in Kazakh, Russian and English.
    INVALID at input.unit: The unit is one of: count, count_per_customer, ha_per_100k, hours_per_customer, km_per_100k, per_100_inhabitants, per_100k, percent, stars_1_5, ug_m3, working_days.
    INVALID at input.owner: This is not an id of the right kind.
    INVALID at input.decimals: A value has 6 decimals at most.
    INVALID at input.formula: The formula names “x”, which is not an input.
    --
    INVALID at input.inputs.0.source.dataset: The day is in a DATE column, the district in a TEXT column, and what is measured is a number.
    INVALID at input.inputs.1.source.dataset: The dataset has no column with this name.
    INVALID at input.inputs.2.source.dataset: There is no such dataset.
    --
    INVALID at input.inputs.1.source.dataset.where: The filter is the JSON object that Dataset.rows takes as “where”.
    --
    INVALID at input.inputs.0.source.kpi: There is no indicator with this code.
    INVALID at input.inputs.1.source.kpi: There is no indicator with this code.
    ");
    assert_eq!(city.read("{ kpis { nodes { code } } }").await["kpis"]["nodes"], json!([]));
}

async fn growth(city: &City) -> String {
    let mut input = indicator("growth", "RATIO", "100 * part / whole", &[("part", recorded()), ("whole", recorded())]);
    input["services"] = json!([kernel::ServiceId::of_slug("water-connection").global()]);
    city.define(input).await
}

fn october(kpi: &str, part: &str, whole: &str) -> Value {
    json!({
        "kpi": kpi, "from": "2026-10-01", "to": "2026-10-31",
        "inputs": [{ "name": "part", "value": part }, { "name": "whole", "value": whole }],
    })
}

#[tokio::test]
async fn a_recorded_value_is_what_the_formula_makes_of_its_inputs() {
    let city = city().await;
    let kpi = growth(&city).await;
    let selection =
        "observation { id value numerator denominator revision status synthetic period { from to } trace { inputs { name value } } }";
    let first = city.act("recordKpiObservation", selection, october(&kpi, "12.5", "50")).await;
    assert_eq!(
        first["observation"],
        json!({
            "id": first["observation"]["id"], "value": "25.0", "numerator": "12.5", "denominator": "50", "revision": 1,
            "status": "NO_TARGET", "synthetic": false, "period": { "from": "2026-10-01", "to": "2026-10-31" },
            "trace": { "inputs": [{ "name": "part", "value": "12.5" }, { "name": "whole", "value": "50" }] },
        })
    );
    let again = city.act("recordKpiObservation", selection, october(&kpi, "12.50", "50")).await;
    assert_eq!(again["observation"]["id"], first["observation"]["id"]);
    let corrected = city.act("recordKpiObservation", selection, october(&kpi, "13", "50")).await;
    assert_eq!(corrected["observation"]["revision"], json!(2));
    let mut district = october(&kpi, "1", "4");
    district["district"] = json!(DistrictId::of_slug("arys").global());
    assert_eq!(city.act("recordKpiObservation", selection, district).await["observation"]["revision"], json!(1));
    assert_eq!(city.values("growth").await, ["2026-10-01 26.0 2", "2026-10-01 25.0 1"]);
}

#[tokio::test]
async fn a_value_that_cannot_be_recorded_is_refused() {
    let city = city().await;
    let kpi = growth(&city).await;
    city.publish_visits("2026-09-01,arys,10,true\n").await;
    let computed = city.define(indicator("computed", "SIMPLE", "a", &[("a", visits("COUNT", None, None))])).await;
    let changed = |field: &str, value: &str| {
        let mut input = october(&kpi, "1", "2");
        input[field] = json!(value);
        input
    };
    let mut one = october(&kpi, "1", "2");
    one["inputs"].as_array_mut().unwrap().pop();
    let mut lines = Vec::new();
    for input in [
        october("nothing", "1", "2"),
        october(&computed, "1", "2"),
        changed("from", "2026-10-02"),
        json!({ "kpi": kpi, "from": "2026-11-01", "to": "2026-11-30", "inputs": [] }),
        changed("district", "nowhere"),
        one,
        october(&kpi, "1", "0"),
        changed("idempotencyKey", "1"),
    ] {
        lines.push(told(&city.act("recordKpiObservation", "observation { id }", input).await));
    }
    insta::assert_snapshot!(lines.join("\n"), @r"
    NOT_FOUND at input.kpi: There is no such indicator.
    NOT_ALLOWED at input.kpi: This indicator is computed by the house; it cannot be recorded by hand.
    INVALID at input.from: The days must be one whole period of the indicator’s frequency.
    NOT_ALLOWED at input.to: The period is not over yet.
    INVALID at input.district: This is not an id of the right kind.
    INVALID at input.inputs: Give exactly these inputs, each once: part, whole.
    INVALID at input.inputs: The formula gives no value with these inputs: it divides by zero, or the number is too large.
    INVALID at input.idempotencyKey: The idempotency key must be a UUID made by the client.
    ");
}

#[tokio::test]
async fn a_target_holds_from_its_day_and_judges_values() {
    let city = city().await;
    let kpi = growth(&city).await;
    city.act("recordKpiObservation", "observation { id }", october(&kpi, "1", "4")).await;
    let set = |from: &str, value: &str, at_risk: Option<&str>| json!({ "kpi": kpi, "from": from, "value": value, "atRisk": at_risk });
    let selection = "kpi { status target { from value atRisk synthetic } }";
    let payload = city.act("setKpiTarget", selection, set("2026-01-01", "30", Some("20"))).await;
    assert_eq!(
        payload["kpi"],
        json!({ "status": "AT_RISK", "target": { "from": "2026-01-01", "value": "30", "atRisk": "20", "synthetic": false } })
    );
    assert_eq!(city.act("setKpiTarget", selection, set("2026-01-01", "25", None)).await["kpi"]["status"], json!("MET"));
    assert_eq!(city.act("setKpiTarget", selection, set("2026-10-15", "26", None)).await["kpi"]["status"], json!("MISSED"));
    assert_eq!(city.act("setKpiTarget", selection, set("2026-11-01", "1", None)).await["kpi"]["status"], json!("MISSED"));
    let refused = city.act("setKpiTarget", selection, set("2026-11-01", "30", Some("31"))).await;
    assert_eq!(refused["errors"][0]["path"], json!(["input", "atRisk"]));
    let data =
        city.read("{ kpi(code: \"growth\") { target(on: \"2026-05-01\") { value } none: target(on: \"2025-05-01\") { value } } }").await;
    assert_eq!(data["kpi"], json!({ "target": { "value": "25" }, "none": null }));
}

#[tokio::test]
async fn the_same_key_acts_once_and_another_body_is_refused() {
    let city = city().await;
    let kpi = growth(&city).await;
    let mut input = october(&kpi, "1", "4");
    input["idempotencyKey"] = json!(key());
    let first = city.act("recordKpiObservation", "observation { id }", input.clone()).await;
    assert_eq!(city.act("recordKpiObservation", "observation { id }", input.clone()).await, first);
    input["to"] = json!("2026-10-30");
    input["from"] = json!("2026-10-30");
    let refused = city.act("recordKpiObservation", "observation { id }", input).await;
    assert_eq!(refused["observation"], Value::Null);
    let mut define = indicator("other", "SIMPLE", "a", &[("a", recorded())]);
    define["idempotencyKey"] = json!(key());
    let first = city.act("defineKpi", "kpi { id }", define.clone()).await;
    assert_eq!(city.act("defineKpi", "kpi { id }", define.clone()).await, first);
    define["decimals"] = json!(0);
    assert_eq!(city.act("defineKpi", "kpi { id }", define.clone()).await["errors"][0]["code"], json!("KEY_REUSED"));
    define["idempotencyKey"] = json!(key());
    assert_eq!(city.act("defineKpi", "kpi { id }", define).await["errors"][0]["path"], json!(["input", "code"]));
}

#[tokio::test]
async fn only_an_analyst_keeps_indicators_and_only_the_house_recomputes() {
    let city = city().await;
    let kpi = growth(&city).await;
    let with_key = |mut input: Value| {
        input["idempotencyKey"] = json!(key());
        input
    };
    let acts = [
        ("defineKpi", "DefineKpiInput", "errors { code }", with_key(indicator("a", "SIMPLE", "a", &[("a", recorded())]))),
        ("setKpiTarget", "SetKpiTargetInput", "errors { code }", with_key(json!({ "kpi": kpi, "from": "2026-01-01", "value": "1" }))),
        ("recordKpiObservation", "RecordKpiObservationInput", "errors { code }", with_key(october(&kpi, "1", "2"))),
        ("recomputeKpis", "RecomputeKpisInput", "jobs errors { code }", with_key(json!({ "dataset": DatasetId::of_slug("x").global() }))),
    ];
    let people = Role::ALL.into_iter().map(|role| (person(role), Code::Forbidden));
    let actors: Vec<_> = people.chain([(Actor::Anonymous, Code::Unauthenticated), (Actor::System, Code::Forbidden)]).collect();
    for (name, type_name, selection, input) in &acts {
        for (actor, code) in &actors {
            let allowed = if *name == "recomputeKpis" { *actor == Actor::System } else { actor.is(Role::Analyst) };
            let text = format!("mutation($input: {type_name}!) {{ {name}(input: $input) {{ {selection} }} }}");
            let (_, faults) = city.ask(city.kpis(), actor.clone(), &text, json!({ "input": input })).await;
            let codes: Vec<Code> = faults.into_iter().map(|(code, _)| code).collect();
            assert_eq!(codes, if allowed { vec![] } else { vec![*code] }, "{name} by {actor:?}");
        }
    }
}
