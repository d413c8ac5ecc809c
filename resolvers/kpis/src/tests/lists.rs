//! Lists, entities, and what others' types get from here.

use kernel::{DatasetId, DistrictId, KpiId, PartyId, ServiceId};
use serde_json::{Value, json};

use super::{City, QUIET, Turn, city, indicator, open, recorded, visits};

/// Indicators with two months of values in the region and in two districts, and a target.
async fn filled(city: &City, count: usize) {
    for n in 10..10 + count {
        let mut input = indicator(&format!("kpi-{n}"), "RATIO", "part / whole", &[("part", recorded()), ("whole", recorded())]);
        input["owner"] = json!(PartyId::of_slug("health").global());
        input["services"] = json!([ServiceId::of_slug("doctor-appointment").global()]);
        let id = city.define(input).await;
        city.act("setKpiTarget", "kpi { id }", json!({ "kpi": id, "from": "2026-01-01", "value": "1" })).await;
        for (from, to) in [("2026-09-01", "2026-09-30"), ("2026-10-01", "2026-10-31")] {
            for district in [None, Some("arys"), Some("kentau")] {
                let district = district.map(|slug| DistrictId::of_slug(slug).global());
                let inputs = json!([{ "name": "part", "value": n.to_string() }, { "name": "whole", "value": "10" }]);
                let input = json!({ "kpi": id, "from": from, "to": to, "district": district, "inputs": inputs });
                let payload = city.act("recordKpiObservation", "observation { id }", input).await;
                assert_eq!(payload["errors"], json!([]));
            }
        }
    }
}

#[tokio::test]
async fn indicators_are_found_by_words_and_owner_and_paged_by_code() {
    let city = city().await;
    filled(&city, 3).await;
    let mut input = indicator("water", "SIMPLE", "a", &[("a", recorded())]);
    input["title"]["kk"] = json!("Судың ысырабы");
    city.define(input).await;
    let codes = |data: &Value| data["kpis"]["nodes"].as_array().unwrap().iter().map(|node| node["code"].clone()).collect::<Vec<_>>();
    let data = city.read("{ kpis(first: 2) { nodes { code } pageInfo { hasNextPage endCursor } } }").await;
    assert_eq!(codes(&data), ["kpi-10", "kpi-11"]);
    let after = data["kpis"]["pageInfo"]["endCursor"].as_str().unwrap();
    assert_eq!(codes(&city.read(&format!("{{ kpis(after: \"{after}\") {{ nodes {{ code }} }} }}")).await), ["kpi-12", "water"]);
    assert_eq!(codes(&city.read("{ kpis(filter: { query: \"СУДЫН\" }) { nodes { code } } }").await), ["water"]);
    let owner = PartyId::of_slug("health").global();
    let data = city
        .read(&format!("{{ kpis(filter: {{ owner: \"{owner}\" }}) {{ nodes {{ code owner {{ id }} unit {{ code name }} }} }} }}"))
        .await;
    assert_eq!(codes(&data).len(), 3);
    assert_eq!(data["kpis"]["nodes"][0]["owner"]["id"], json!(owner));
    assert_eq!(data["kpis"]["nodes"][0]["unit"], json!({ "code": "percent", "name": "%" }));
}

#[tokio::test]
async fn observations_are_paged_newest_first_and_cut_by_days() {
    let city = city().await;
    filled(&city, 2).await;
    let page = |arguments: &str| {
        format!(
            "{{ kpi(code: \"kpi-10\") {{ observations({arguments}) {{ nodes {{ period {{ from }} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"
        )
    };
    let data = city.read(&page("first: 1")).await;
    let first = &data["kpi"]["observations"];
    assert_eq!(first["nodes"], json!([{ "period": { "from": "2026-10-01" } }]));
    assert_eq!(first["pageInfo"]["hasNextPage"], json!(true));
    let data = city.read(&page(&format!("first: 1, after: {}", first["pageInfo"]["endCursor"]))).await;
    assert_eq!(data["kpi"]["observations"]["nodes"], json!([{ "period": { "from": "2026-09-01" } }]));
    let data = city.read(&page("to: \"2026-09-15\"")).await;
    assert_eq!(data["kpi"]["observations"]["nodes"], json!([{ "period": { "from": "2026-09-01" } }]));
    let district = DistrictId::of_slug("arys").global();
    let text =
        "... on District { kpiObservations(first: 3) { nodes { kpi { code } period { from } } pageInfo { hasNextPage endCursor } } }";
    let representation = json!([{ "__typename": "District", "id": district }]);
    let found = city.entities(representation.clone(), text).await;
    assert_eq!(found[0]["kpiObservations"]["nodes"].as_array().unwrap().len(), 3);
    let after = &found[0]["kpiObservations"]["pageInfo"]["endCursor"];
    let found = city.entities(representation, &text.replace("first: 3", &format!("first: 3, after: {after}"))).await;
    assert_eq!(found[0]["kpiObservations"]["nodes"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn entities_are_found_by_their_keys_and_absent_ones_are_null() {
    let city = city().await;
    filled(&city, 1).await;
    city.publish_visits("2026-09-01,arys,10,true\n").await;
    city.define(indicator("counted", "SIMPLE", "a", &[("a", visits("COUNT", None, None))])).await;
    let observation = city.read("{ kpi(code: \"kpi-10\") { latest { id } } }").await["kpi"]["latest"]["id"].clone();
    let found = city
        .entities(
            json!([
                { "__typename": "Kpi", "code": "kpi-10" },
                { "__typename": "Kpi", "id": KpiId::of_slug("kpi-10").global() },
                { "__typename": "Kpi", "id": KpiId::of_slug("absent").global() },
                { "__typename": "KpiObservation", "id": observation },
                { "__typename": "KpiObservation", "id": "absent" },
                { "__typename": "Party", "id": PartyId::of_slug("health").global() },
                { "__typename": "Service", "id": ServiceId::of_slug("doctor-appointment").global() },
                { "__typename": "Dataset", "id": DatasetId::of_slug("visits").global() },
                { "__typename": "Dataset", "id": DatasetId::of_slug("absent").global() },
            ]),
            "... on Kpi { code } ... on KpiObservation { value } ... on Party { kpis { nodes { code } } }
             ... on Service { kpis { nodes { code } } } ... on Dataset { kpis { nodes { code } } }",
        )
        .await;
    let kpis = |type_name: &str, code: &str| json!({ "__typename": type_name, "kpis": { "nodes": [{ "code": code }] } });
    assert_eq!(
        found,
        json!([
            { "__typename": "Kpi", "code": "kpi-10" },
            { "__typename": "Kpi", "code": "kpi-10" },
            null,
            { "__typename": "KpiObservation", "value": "1.0" },
            null,
            kpis("Party", "kpi-10"),
            kpis("Service", "kpi-10"),
            kpis("Dataset", "counted"),
            { "__typename": "Dataset", "kpis": { "nodes": [] } },
        ])
    );
}

#[tokio::test]
async fn statements_do_not_grow_with_the_list() {
    let city = open(Turn::Alone(QUIET.write().await)).await;
    filled(&city, 20).await;
    let arys = DistrictId::of_slug("arys").global();
    let kpi = format!(
        "code status target {{ value }} latest {{ value status trace {{ inputs {{ name observation {{ id }} }} }} }}
         here: latest(district: \"{arys}\") {{ value kpi {{ code }} }} observations(first: 2) {{ nodes {{ value status kpi {{ title }} }} }}"
    );
    let districts: Vec<Value> =
        (0..20).map(|n| json!({ "__typename": "District", "id": DistrictId::of_slug(["arys", "kentau"][n % 2]).global() })).collect();
    let mut counts = Vec::new();
    for first in [2, 20] {
        let before = journal::statements();
        let data = city.read(&format!("{{ kpis(first: {first}) {{ nodes {{ {kpi} }} }} }}")).await;
        assert_eq!(data["kpis"]["nodes"].as_array().unwrap().len(), first);
        let listed = journal::statements() - before;
        let selection = format!("... on District {{ kpiObservations(first: {first}) {{ nodes {{ value status kpi {{ code }} }} }} }}");
        city.entities(json!(districts[..first]), &selection).await;
        counts.push((listed, journal::statements() - before - listed));
    }
    assert_eq!(counts[0], counts[1]);
    assert!(counts[1].0 <= 7 && counts[1].1 <= 4, "{counts:?}");
}
