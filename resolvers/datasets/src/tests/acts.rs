//! What stewards do, and what others cannot.

use kernel::{Actor, Code, Rng, Role, system_rng};
use serde_json::{Value, json};

use super::{City, HEADER, city, person, readings, steward};

#[tokio::test]
async fn a_dataset_is_created_with_its_schema_before_its_first_row() {
    let city = city().await;
    let id = city.readings("readings").await;
    let data = city
        .read(
            "{ dataset(slug: \"readings\") { id title(locale: RU) synthetic period freshness { status dueOn }
               quality { completeness documentation } versions { nodes { number } } rows { nodes { number } } distributions { format } } }",
        )
        .await;
    assert_eq!(
        data["dataset"],
        json!({
            "id": id, "title": "Readings ru", "synthetic": false, "period": "MONTHLY", "freshness": { "status": "UNKNOWN", "dueOn": null },
            "quality": { "completeness": null, "documentation": "0" }, "versions": { "nodes": [] }, "rows": { "nodes": [] },
            "distributions": [],
        })
    );
    let columns = "name type scale required unique title description";
    let data = city.read(&format!("{{ dataset(slug: \"readings\") {{ schema {{ columns {{ {columns} }} }} }} }}")).await;
    let columns = data["dataset"]["schema"]["columns"].as_array().unwrap();
    insta::assert_snapshot!(columns.iter().map(Value::to_string).collect::<Vec<_>>().join("\n"), @r#"
    {"name":"code","type":"TEXT","scale":0,"required":true,"unique":true,"title":"code","description":null}
    {"name":"place","type":"TEXT","scale":0,"required":false,"unique":false,"title":"place","description":null}
    {"name":"number","type":"INTEGER","scale":0,"required":false,"unique":false,"title":"number","description":null}
    {"name":"amount","type":"DECIMAL","scale":2,"required":false,"unique":false,"title":"amount","description":null}
    {"name":"day","type":"DATE","scale":0,"required":false,"unique":false,"title":"day","description":null}
    {"name":"at","type":"DATETIME","scale":0,"required":false,"unique":false,"title":"at","description":null}
    {"name":"good","type":"BOOLEAN","scale":0,"required":false,"unique":false,"title":"good","description":null}
    "#);
}

#[tokio::test]
async fn a_dataset_that_cannot_be_is_refused_with_everything_that_is_wrong() {
    let city = city().await;
    let mut input = readings("Bad Slug");
    input["title"]["kk"] = json!(" ");
    input["publisher"] = json!("nobody");
    input["services"] = json!(["x"]);
    input["columns"][0]["name"] = json!("Код");
    input["columns"][1]["scale"] = json!(2);
    input["columns"][2]["name"] = json!("place");
    input["columns"][3]["scale"] = json!(10);
    let payload = city.create(input).await;
    assert_eq!(payload["dataset"], Value::Null);
    let told: Vec<String> = payload["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            let path: Vec<&str> = error["path"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            format!("{} at {}: {}", error["code"].as_str().unwrap(), path.join("."), error["message"].as_str().unwrap())
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    INVALID at input.slug: A slug has 2 to 60 lower-case Latin letters, digits and hyphens, and begins with a letter.
    INVALID at input.title: The text must be there in Kazakh, Russian and English.
    INVALID at input.publisher: This is not an id of the right kind.
    INVALID at input.services: This is not an id of the right kind.
    INVALID at input.columns.0.name: A column name has up to 40 lower-case Latin letters, digits and underscores, and begins with a letter.
    INVALID at input.columns.1.scale: Only a DECIMAL column has decimals, 9 at most.
    INVALID at input.columns.2.name: Another column has this name.
    INVALID at input.columns.3.scale: Only a DECIMAL column has decimals, 9 at most.
    ");
    assert_eq!(city.read("{ datasets { nodes { id } } }").await["datasets"]["nodes"], json!([]));
}

#[tokio::test]
async fn a_service_that_is_named_twice_is_one_that_the_dataset_is_about() {
    let city = city().await;
    let service = kernel::ServiceId::of_slug("water-connection").global();
    let mut input = readings("readings");
    input["services"] = json!([service, service]);
    let payload = city.create(input).await;
    assert_eq!(payload["errors"], json!([]));
    let of_service = "{ datasets { nodes { slug } }";
    let query = format!(
        "{{ _entities(representations: [{{ __typename: \"Service\", id: \"{service}\" }}]) {{ ... on Service {of_service} }} }} }}"
    );
    assert_eq!(city.read(&query).await["_entities"], json!([{ "datasets": { "nodes": [{ "slug": "readings" }] } }]));
}

#[tokio::test]
async fn a_slug_is_given_once() {
    let city = city().await;
    city.readings("readings").await;
    let payload = city.create(readings("readings")).await;
    assert_eq!(payload["dataset"], Value::Null);
    assert_eq!(payload["errors"][0]["path"], json!(["input", "slug"]));
}

#[tokio::test]
async fn one_value_that_does_not_fit_refuses_all_rows_in_the_readers_language() {
    let city = city().await;
    let id = city.readings("readings").await;
    let text =
        "mutation($input: PublishDatasetVersionInput!) { publishDatasetVersion(input: $input) { version { id } errors { message path } } }";
    let rows = format!("{HEADER}a,,,,,,\nb,,007,\"1,5\",24.11.2026,2026-11-24T10:00:00,ja\n");
    let mut told = Vec::new();
    for locale in [kernel::Locale::Kk, kernel::Locale::Ru, kernel::Locale::En] {
        let (operation, request) = city.call(kernel::OperationKind::Mutation, steward(), text);
        let request = std::sync::Arc::new(kernel::Request { locale, ..(*request).clone() });
        let input = json!({ "idempotencyKey": system_rng().uuid_v7(city.now), "dataset": id, "rows": rows });
        let variables = serde_json::Map::from_iter([("input".to_owned(), input)]);
        let answer =
            city.room.subgraph.execute(kernel::Call { operation: &operation, variables: variables.into(), request: &request }).await;
        let payload = &answer.data["publishDatasetVersion"];
        assert_eq!(payload["version"], Value::Null);
        assert_eq!(payload["errors"][0]["path"], json!(["input", "rows", "2", "number"]));
        told.extend(payload["errors"].as_list().unwrap().iter().map(|error| error["message"].as_str().unwrap().to_owned()));
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    2-жол, «number kk» бағаны (number): сан нөлден басталмайды; код үшін TEXT бағаны керек.
    2-жол, «amount kk» бағаны (amount): сан үтірмен емес, нүктемен жазылады.
    2-жол, «day kk» бағаны (day): күн ЖЖЖЖ-АА-КК түрінде жазылады, мысалы 2026-11-24.
    2-жол, «at kk» бағаны (at): сәт ығысуымен жазылады, мысалы 2026-11-24T10:30:00+05:00.
    2-жол, «good kk» бағаны (good): бұл BOOLEAN емес.
    Строка 2, столбец «number ru» (number): число не начинается с нулей; для кода нужен столбец TEXT.
    Строка 2, столбец «amount ru» (amount): число пишется с точкой, а не с запятой.
    Строка 2, столбец «day ru» (day): день пишется как ГГГГ-ММ-ДД, например 2026-11-24.
    Строка 2, столбец «at ru» (at): момент пишется со смещением, например 2026-11-24T10:30:00+05:00.
    Строка 2, столбец «good ru» (good): это не BOOLEAN.
    Row 2, column “number” (number): a number does not begin with zeros; a code belongs into a TEXT column.
    Row 2, column “amount” (amount): write the number with a point, not a comma.
    Row 2, column “day” (day): write the day as YYYY-MM-DD, for example 2026-11-24.
    Row 2, column “at” (at): write the instant with its offset, for example 2026-11-24T10:30:00+05:00.
    Row 2, column “good” (good): this is not BOOLEAN.
    ");
    let data = city.read("{ dataset(slug: \"readings\") { versions { nodes { id } } rows { nodes { number } } } }").await;
    assert_eq!(data["dataset"], json!({ "versions": { "nodes": [] }, "rows": { "nodes": [] } }));
}

#[tokio::test]
async fn a_version_is_immutable_and_the_next_one_stands_beside_it() {
    let city = city().await;
    let id = city.readings("readings").await;
    let first = city.publish(&id, &format!("{HEADER}a,arys,1,1.50,2026-11-01,2026-11-01T00:00:00Z,true\nb,,,,,,\n")).await;
    assert_eq!(first["errors"], json!([]));
    assert_eq!(first["version"]["number"], json!(1));
    assert_eq!(first["version"]["rowCount"], json!(2));
    let second = city.publish(&id, &format!("{HEADER}c,,,,,,\n")).await;
    assert_eq!(second["version"]["number"], json!(2));
    let data = city
        .read(
            "{ dataset(slug: \"readings\") {
                 versions { nodes { number rowCount dataset { slug } } }
                 old: rows(version: 1) { nodes { number code: cell(column: \"code\") values(columns: [\"amount\"]) { column value } } }
                 rows { nodes { code: cell(column: \"code\") } } quality { completeness documentation } freshness { status dueOn } } }",
        )
        .await;
    assert_eq!(
        data["dataset"],
        json!({
            "versions": { "nodes": [
                { "number": 2, "rowCount": 1, "dataset": { "slug": "readings" } },
                { "number": 1, "rowCount": 2, "dataset": { "slug": "readings" } },
            ] },
            "old": { "nodes": [
                { "number": 1, "code": "a", "values": [{ "column": "amount", "value": "1.50" }] },
                { "number": 2, "code": "b", "values": [{ "column": "amount", "value": null }] },
            ] },
            "rows": { "nodes": [{ "code": "c" }] },
            "quality": { "completeness": "0.143", "documentation": "0" },
            "freshness": { "status": "FRESH", "dueOn": "2026-12-24" },
        })
    );
}

#[tokio::test]
async fn a_reader_computes_the_checksum_from_the_rows() {
    use sha2::{Digest, Sha256};
    let city = city().await;
    let id = city.readings("readings").await;
    let rows = "code,place,number,amount,day,at,good\n\"a,1\",arys,1,1.50,2026-11-01,2026-11-01T00:00:00Z,true\nb,,,,,,\n";
    let version = city.publish(&id, rows).await["version"].clone();
    let expected: String = Sha256::digest(rows.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(version["checksum"], json!(expected));
}

#[tokio::test]
async fn the_same_key_publishes_once_and_another_body_is_refused() {
    let city = city().await;
    let id = city.readings("readings").await;
    let key = system_rng().uuid_v7(city.now);
    let input = |rows: &str| json!({ "idempotencyKey": key, "dataset": id, "rows": format!("{HEADER}{rows}") });
    let first = city.publish_with(input("a,,,,,,\n")).await;
    let again = city.publish_with(input("a,,,,,,\n")).await;
    assert_eq!(first, again);
    let other = city.publish_with(input("b,,,,,,\n")).await;
    assert_eq!(other["errors"][0]["code"], json!("KEY_REUSED"));
    let malformed = city.publish_with(json!({ "idempotencyKey": "1", "dataset": id, "rows": "" })).await;
    assert_eq!(malformed["errors"][0]["path"], json!(["input", "idempotencyKey"]));
    assert_eq!(versions(&city).await, 1);
}

async fn versions(city: &City) -> usize {
    let data = city.read("{ dataset(slug: \"readings\") { versions(first: 100) { nodes { id } } } }").await;
    data["dataset"]["versions"]["nodes"].as_array().unwrap().len()
}

#[tokio::test]
async fn only_a_steward_keeps_datasets() {
    let city = city().await;
    let id = city.readings("readings").await;
    let publish = "mutation($input: PublishDatasetVersionInput!) { publishDatasetVersion(input: $input) { errors { code } } }";
    let create = "mutation($input: CreateDatasetInput!) { createDataset(input: $input) { errors { code } } }";
    let rows = json!({ "idempotencyKey": system_rng().uuid_v7(city.now), "dataset": id, "rows": format!("{HEADER}a,,,,,,\n") });
    let others = Role::ALL.into_iter().filter(|role| *role != Role::Steward).map(|role| (person(role), Code::Forbidden));
    for (actor, code) in others.chain([(Actor::Anonymous, Code::Unauthenticated), (Actor::System, Code::Forbidden)]) {
        for (text, input) in [(publish, &rows), (create, &readings("other"))] {
            let (_, faults) = city.ask(actor.clone(), text, json!({ "input": input })).await;
            assert_eq!(faults.iter().map(|(code, _)| *code).collect::<Vec<_>>(), [code], "{actor:?}");
        }
    }
    assert_eq!(versions(&city).await, 0);
}

#[tokio::test]
async fn a_new_version_is_told_to_the_indicators_in_its_own_transaction() {
    use sea_orm::{ConnectionTrait, Statement};
    let city = city().await;
    let id = city.readings("readings").await;
    city.publish(&id, &format!("{HEADER}a,,,,,,\n")).await;
    city.publish(&id, &format!("{HEADER}a,,,,,,\nb\n")).await;
    let reader = &city.house.database.reader;
    let text = "SELECT key FROM job WHERE kind = 'tell_kpis'";
    let jobs = reader.query_all_raw(Statement::from_string(reader.get_database_backend(), text)).await.unwrap();
    assert_eq!(jobs.len(), 1);
    city.house.database.writer.sequence().await.unwrap();
    let events = journal::stream_after(reader, "dataset", 0, 10).await.unwrap();
    assert_eq!(
        events.iter().map(|logged| &logged.event).map(|event| (event.kind.as_str(), event.number)).collect::<Vec<_>>(),
        [("dataset_created", 1), ("version_published", 2)]
    );
}
