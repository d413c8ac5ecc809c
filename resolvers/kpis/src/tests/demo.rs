//! The demo indicators, computed from the demo datasets.

use std::{collections::BTreeMap, str::FromStr};

use kernel::Actor;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{City, Silent, city, statistics};

async fn load(city: &City) {
    *city.rooms.statistics.lock().unwrap() = statistics(400);
    city.datasets().demo.as_ref().unwrap().load(&Silent).await.unwrap();
    city.kpis().demo.as_ref().unwrap().load(&Silent).await.unwrap();
    city.perform_jobs().await;
}

#[tokio::test]
async fn the_demo_indicators_are_computed_and_their_traces_give_the_same_values_again() {
    let city = city().await;
    load(&city).await;
    let text = "{ kpis(first: 100) { nodes { code unit { name } definition { computed decimals } status target { synthetic }
        observations(first: 100) { nodes { value numerator denominator synthetic status trace { formula decimals inputs {
          name value dataset { id } filter measure column rowCount } } } }
        } } }";
    let data = city.read(text).await;
    let kpis = data["kpis"]["nodes"].as_array().unwrap();
    assert_eq!(kpis.len(), 39);
    let mut computed = Vec::new();
    for kpi in kpis {
        let code = kpi["code"].as_str().unwrap();
        let observations = kpi["observations"]["nodes"].as_array().unwrap();
        assert!(!observations.is_empty(), "{code} has no values");
        assert_eq!(kpi["target"]["synthetic"], json!(true), "{code}");
        for observation in observations {
            recompute(&city, code, observation).await;
        }
        if kpi["definition"]["computed"] == json!(true) {
            computed.push(code);
        } else {
            assert!(observations.iter().all(|observation| observation["synthetic"] == json!(true)), "{code}");
        }
    }
    assert_eq!(
        computed,
        [
            "ambulance-on-time",
            "appeal-median-days",
            "appeals-on-time",
            "appeals-overdue",
            "bus-punctuality",
            "closures-contested",
            "dataset-freshness",
            "open-datasets",
            "outage-duration",
            "outage-frequency",
            "pm25",
            "public-wifi-points",
            "realtime-transport-info",
            "smart-power-meters",
            "smart-water-meters",
            "waste-collection-coverage",
            "water-loss",
        ]
    );
    districts_add_up(&city).await;
}

/// Computes a value again as a reader would: from rows, then by the formula.
async fn recompute(city: &City, code: &str, observation: &Value) {
    let trace = &observation["trace"];
    let mut inputs = BTreeMap::new();
    for input in trace["inputs"].as_array().unwrap() {
        let value = Decimal::from_str(input["value"].as_str().unwrap()).unwrap();
        if input["dataset"] != Value::Null {
            assert_eq!(observation["synthetic"], json!(true), "{code}");
            let text =
                "query($d: [_Any!]!, $where: RowFilter, $measures: [MeasureInput!]!) { _entities(representations: $d) { ... on Dataset {
                aggregate(version: 1, where: $where, measures: $measures) { nodes { rowCount values { value } } } } } }";
            let filter: Value = serde_json::from_str(input["filter"].as_str().unwrap()).unwrap();
            let variables = json!({
                "d": [{ "__typename": "Dataset", "id": input["dataset"]["id"] }], "where": filter,
                "measures": [{ "function": input["measure"], "column": input["column"] }],
            });
            let (data, faults) = city.ask(city.datasets(), Actor::Anonymous, text, variables).await;
            assert_eq!(faults, [], "{code}");
            let group = &data["_entities"][0]["aggregate"]["nodes"][0];
            assert_eq!(group["rowCount"], input["rowCount"], "{code}");
            assert_eq!(Decimal::from_str(group["values"][0]["value"].as_str().unwrap()).unwrap(), value, "{code}");
        }
        inputs.insert(input["name"].as_str().unwrap(), value);
    }
    let formula = crate::model::Formula::parse(trace["formula"].as_str().unwrap(), inputs.keys().copied()).unwrap();
    let value = formula.evaluate(&inputs).unwrap().value;
    let decimals = u32::try_from(trace["decimals"].as_u64().unwrap()).unwrap();
    let value = value.round_dp_with_strategy(decimals, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    assert_eq!(Decimal::from_str(observation["value"].as_str().unwrap()).unwrap(), value, "{code}");
}

async fn districts_add_up(city: &City) {
    let districts = [
        "turkistan-city",
        "arys",
        "kentau",
        "baidibek",
        "zhetisai",
        "keles",
        "kazygurt",
        "maktaaral",
        "ordabasy",
        "otyrar",
        "sairam",
        "saryagash",
        "sauran",
        "sozaq",
        "tolebi",
        "tulkibas",
        "shardara",
    ];
    for code in ["water-loss", "outage-duration", "unemployment"] {
        let part = |observation: &Value, part: &str| Decimal::from_str(observation[part].as_str().unwrap()).unwrap();
        let latest = |district: Option<&str>| {
            let argument =
                district.map(|slug| format!("(district: \"{}\")", kernel::DistrictId::of_slug(slug).global())).unwrap_or_default();
            format!("{{ kpi(code: \"{code}\") {{ latest{argument} {{ numerator denominator }} }} }}")
        };
        let region = city.read(&latest(None)).await["kpi"]["latest"].clone();
        let (mut above, mut below) = (Decimal::ZERO, Decimal::ZERO);
        for district in districts {
            let observation = city.read(&latest(Some(district))).await["kpi"]["latest"].clone();
            above += part(&observation, "numerator");
            below += part(&observation, "denominator");
        }
        assert_eq!((above, below), (part(&region, "numerator"), part(&region, "denominator")), "{code}");
    }
}

#[tokio::test]
async fn the_demo_can_be_loaded_again_after_it_was_cleared() {
    let city = city().await;
    let demo = city.kpis().demo.as_ref().unwrap();
    demo.load(&Silent).await.unwrap();
    demo.clear().await.unwrap();
    assert_eq!(city.read("{ kpis { nodes { code } } }").await["kpis"]["nodes"], json!([]));
    demo.load(&Silent).await.unwrap();
    assert_eq!(city.read("{ kpis(first: 100) { nodes { code } } }").await["kpis"]["nodes"].as_array().unwrap().len(), 39);
}
