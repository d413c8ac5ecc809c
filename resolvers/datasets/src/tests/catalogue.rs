//! The catalogue, the demo data, and what others' types get from here.

use kernel::{DatasetId, ServiceId};
use serde_json::{Value, json};

use super::{City, HEADER, QUIET, Silent, Turn, city, open, readings};

async fn load(city: &City) {
    city.room.demo.as_ref().unwrap().load(&Silent).await.unwrap();
}

#[tokio::test]
async fn the_demo_data_is_large_synthetic_and_says_so() {
    let city = city().await;
    load(&city).await;
    let data = city
        .read(
            "{ datasets { nodes { slug synthetic title description(locale: KK) licence publisher { id } freshness { status }
               quality { documentation } versions { nodes { number rowCount } } } } }",
        )
        .await;
    let datasets = data["datasets"]["nodes"].as_array().unwrap();
    let rows: Vec<(&str, i64, &str)> = datasets
        .iter()
        .map(|dataset| {
            let rows = dataset["versions"]["nodes"][0]["rowCount"].as_i64().unwrap();
            (dataset["slug"].as_str().unwrap(), rows, dataset["freshness"]["status"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("air-quality", 4_800, "FRESH"),
            ("ambulance-calls", 3_400, "FRESH"),
            ("bus-departures", 19_200, "FRESH"),
            ("infrastructure-register", 102, "FRESH"),
            ("outages", 306, "LATE"),
            ("water-readings", 100_000, "FRESH"),
        ]
    );
    for dataset in datasets {
        assert_eq!(dataset["synthetic"], json!(true));
        assert!(dataset["title"].as_str().unwrap().contains("synthetic"));
        assert!(dataset["description"].as_str().unwrap().starts_with("Синтетикалық"));
    }
    // Every row fits its declared schema, as a steward's would.
    let data = city
        .read(
            "{ dataset(slug: \"water-readings\") { aggregate(measures: [{ function: COUNT, column: \"supplied_m3\" }, { function: MIN,
               column: \"date\" }, { function: MAX, column: \"date\" }]) { nodes { rowCount values { value } } } } }",
        )
        .await;
    assert_eq!(
        data["dataset"]["aggregate"]["nodes"][0],
        json!({ "rowCount": 100_000, "values": [{ "value": "100000" }, { "value": "2026-05-08" }, { "value": "2026-11-23" }] })
    );
    city.room.demo.as_ref().unwrap().clear().await.unwrap();
    assert_eq!(city.read("{ datasets { nodes { slug } } }").await["datasets"]["nodes"], json!([]));
    load(&city).await;
}

#[tokio::test]
async fn datasets_are_found_by_words_in_any_language_and_paged_by_slug() {
    let city = city().await;
    for (slug, title) in [("c-parks", "Саябақтар"), ("a-roads", "Жолдар"), ("b-water", "Су құбыры")] {
        let mut input = readings(slug);
        input["title"]["kk"] = json!(title);
        city.create(input).await;
    }
    let slugs = |data: &Value| data["datasets"]["nodes"].as_array().unwrap().iter().map(|node| node["slug"].clone()).collect::<Vec<_>>();
    let data = city.read("{ datasets(first: 2) { nodes { slug } pageInfo { hasNextPage endCursor } } }").await;
    assert_eq!(slugs(&data), ["a-roads", "b-water"]);
    let after = data["datasets"]["pageInfo"]["endCursor"].as_str().unwrap();
    let data = city.read(&format!("{{ datasets(first: 2, after: \"{after}\") {{ nodes {{ slug }} pageInfo {{ hasNextPage }} }} }}")).await;
    assert_eq!(slugs(&data), ["c-parks"]);
    assert_eq!(data["datasets"]["pageInfo"]["hasNextPage"], json!(false));
    let data = city.read("{ datasets(filter: { query: \"КУБЫРЫ су\" }) { nodes { slug } } }").await;
    assert_eq!(slugs(&data), ["b-water"]);
    let data = city.read("{ datasets(filter: { period: DAILY }) { nodes { slug } } }").await;
    assert_eq!(slugs(&data), Vec::<Value>::new());
    assert_eq!(
        city.fault(&format!("{{ datasets(filter: {{ query: \"{}\" }}) {{ nodes {{ slug }} }} }}", "x".repeat(101))).await.0,
        kernel::Code::BadUserInput
    );
    assert_eq!(city.fault("{ datasets(first: 101) { nodes { slug } } }").await.0, kernel::Code::BadUserInput);
}

#[tokio::test]
async fn entities_are_found_by_their_keys_and_absent_ones_are_null() {
    let city = city().await;
    let id = city.readings("readings").await;
    let version = city.publish(&id, &format!("{HEADER}a,,,,,,\n")).await["version"]["id"].clone();
    let found = city
        .entities(
            json!([
                { "__typename": "Dataset", "id": id },
                { "__typename": "Dataset", "slug": "readings" },
                { "__typename": "Dataset", "id": DatasetId::of_slug("absent").global() },
                { "__typename": "DatasetVersion", "id": version },
                { "__typename": "DatasetVersion", "id": "absent" },
            ]),
            "... on Dataset { slug } ... on DatasetVersion { number dataset { slug } }",
        )
        .await;
    assert_eq!(
        found,
        json!([
            { "__typename": "Dataset", "slug": "readings" },
            { "__typename": "Dataset", "slug": "readings" },
            null,
            { "__typename": "DatasetVersion", "number": 1, "dataset": { "slug": "readings" } },
            null,
        ])
    );
}

#[tokio::test]
async fn a_service_has_its_datasets() {
    let city = city().await;
    let service = ServiceId::of_slug("water-connection").global();
    for slug in ["b", "a"].map(|letter| format!("{letter}-readings")) {
        let mut input = readings(&slug);
        input["services"] = json!([service]);
        city.create(input).await;
    }
    let services =
        json!([{ "__typename": "Service", "id": service }, { "__typename": "Service", "id": ServiceId::of_slug("other").global() }]);
    let found = city.entities(services, "... on Service { datasets(first: 1) { nodes { slug } pageInfo { hasNextPage } } }").await;
    assert_eq!(found[0]["datasets"], json!({ "nodes": [{ "slug": "a-readings" }], "pageInfo": { "hasNextPage": true } }));
    assert_eq!(found[1]["datasets"]["nodes"], json!([]));
}

#[tokio::test]
async fn statements_do_not_grow_with_the_list() {
    let city = open(Turn::Alone(QUIET.write().await)).await;
    let mut services = Vec::new();
    for n in 10..30 {
        let mut input = readings(&format!("readings-{n}"));
        let service = ServiceId::of_slug(&format!("service-{n}")).global();
        input["services"] = json!([service]);
        services.push(json!({ "__typename": "Service", "id": service }));
        let id = city.create(input).await["dataset"]["id"].as_str().unwrap().to_owned();
        city.publish(&id, &format!("{HEADER}a,,,,,,\n")).await;
    }
    let selection = "slug freshness { status } quality { completeness } versions(first: 2) { nodes { number dataset { slug } } }";
    let mut counts = Vec::new();
    for first in [2, 20] {
        let before = journal::statements();
        let data = city.read(&format!("{{ datasets(first: {first}) {{ nodes {{ {selection} }} }} }}")).await;
        assert_eq!(data["datasets"]["nodes"].as_array().unwrap().len(), first);
        let listed = journal::statements() - before;
        let some = json!(services[..first]);
        city.entities(some, &format!("... on Service {{ datasets {{ nodes {{ {selection} }} }} }}")).await;
        counts.push((listed, journal::statements() - before - listed));
    }
    assert_eq!(counts[0], counts[1]);
    assert_eq!(counts[0], (3, 4));
}
