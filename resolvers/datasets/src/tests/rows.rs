//! Rows and aggregates, against a model in memory.

use kernel::Code;
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

use super::{City, HEADER, city};

/// Rows with gaps, repetitions, cases and scripts: code, place, number, amount, day, at, good.
const ROWS: [[&str; 7]; 9] = [
    ["a", "arys", "3", "1.50", "2026-01-31", "2026-01-31T19:00:00Z", "true"],
    ["b", "Arys", "1", "-1.50", "2026-01-31", "", "false"],
    ["c", "", "1", "0.05", "2025-12-31", "2026-01-31T18:59:59.500Z", "true"],
    ["d", "қала", "", "", "", "2026-01-31T18:59:59Z", ""],
    ["e", "Қала", "-7", "1.50", "2026-02-01", "2026-02-01T00:00:00Z", "false"],
    ["f", "arys", "3", "100.00", "2026-01-31", "", "true"],
    ["g", "ары%", "900000000000000000", "9000000000000000.01", "", "2025-01-01T00:00:00Z", "true"],
    ["h", "", "900000000000000000", "9000000000000000.02", "2026-01-31", "", ""],
    ["i", "z_z", "0", "0.00", "2026-03-01", "2026-01-31T19:00:00Z", "false"],
];
const COLUMNS: [&str; 7] = ["code", "place", "number", "amount", "day", "at", "good"];

async fn published(city: &City) {
    let id = city.readings("readings").await;
    let rows: String = ROWS.iter().map(|row| format!("{}\n", row.join(","))).collect();
    assert_eq!(city.publish(&id, &format!("{HEADER}{rows}")).await["errors"], json!([]));
}

/// The codes of the rows that a query gives, page by page.
async fn codes(city: &City, arguments: &Value, first: usize) -> Vec<String> {
    let text = "query($where: RowFilter, $orderBy: [RowOrder!], $first: Int!, $after: String) { dataset(slug: \"readings\") {
        rows(where: $where, orderBy: $orderBy, first: $first, after: $after) {
            nodes { code: cell(column: \"code\") } pageInfo { hasNextPage endCursor } } } }";
    let mut codes = Vec::new();
    let mut variables = arguments.clone();
    variables["first"] = json!(first);
    loop {
        let (data, faults) = city.ask(kernel::Actor::Anonymous, text, variables.clone()).await;
        assert_eq!(faults, [], "{variables}");
        let rows = &data["dataset"]["rows"];
        codes.extend(rows["nodes"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap().to_owned()));
        if rows["pageInfo"]["hasNextPage"] == json!(false) {
            return codes;
        }
        variables["after"] = rows["pageInfo"]["endCursor"].clone();
    }
}

/// A value in the order of its column, apart from the database.
fn rank(column: usize, text: &str) -> (i128, String) {
    match COLUMNS[column] {
        "number" => (text.parse().unwrap(), String::new()),
        "amount" => ((text.parse::<rust_decimal::Decimal>().unwrap() * rust_decimal::Decimal::from(100)).mantissa(), String::new()),
        "at" => (chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros().into(), String::new()),
        "good" => (i128::from(text == "true"), String::new()),
        _ => (0, text.to_owned()),
    }
}

fn holds(filter: &Value, row: &[&str; 7]) -> bool {
    let (kind, inner) = filter.as_object().unwrap().iter().next().unwrap();
    let parts = || inner.as_array().unwrap().iter();
    match kind.as_str() {
        "all" => parts().all(|part| holds(part, row)),
        "any" => parts().any(|part| holds(part, row)),
        "not" => !holds(inner, row),
        _ => {
            let column = COLUMNS.iter().position(|name| json!(name) == inner["name"]).unwrap();
            let cell = row[column];
            inner.as_object().unwrap().iter().filter(|(key, _)| *key != "name").all(|(key, value)| match (key.as_str(), value.as_str()) {
                ("empty", _) => json!(cell.is_empty()) == *value,
                _ if cell.is_empty() => false,
                ("in", _) => value.as_array().unwrap().iter().any(|one| rank(column, cell) == rank(column, one.as_str().unwrap())),
                ("startsWith", Some(start)) => cell.starts_with(start),
                ("equals", Some(value)) => rank(column, cell) == rank(column, value),
                ("lessThan", Some(value)) => rank(column, cell) < rank(column, value),
                ("atMost", Some(value)) => rank(column, cell) <= rank(column, value),
                ("moreThan", Some(value)) => rank(column, cell) > rank(column, value),
                ("atLeast", Some(value)) => rank(column, cell) >= rank(column, value),
                other => unreachable!("{other:?}"),
            })
        }
    }
}

fn any_filter() -> impl Strategy<Value = Value> {
    let leaf = (0..COLUMNS.len(), 0..ROWS.len(), 0..8_usize).prop_map(|(column, row, kind)| {
        let name = COLUMNS[column];
        let value = ROWS[row][column];
        let kind = ["equals", "lessThan", "atMost", "moreThan", "atLeast", "in", "startsWith", "empty"][kind];
        match kind {
            "empty" => json!({ "column": { "name": name, "empty": row % 2 == 0 } }),
            _ if value.is_empty() => json!({ "column": { "name": name, "empty": true } }),
            "in" => json!({ "column": { "name": name, "in": [value] } }),
            "startsWith" if name == "place" => json!({ "column": { "name": name, kind: value.chars().take(2).collect::<String>() } }),
            "startsWith" => json!({ "column": { "name": name, "equals": value } }),
            _ => json!({ "column": { "name": name, kind: value } }),
        }
    });
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|all| json!({ "all": all })),
            prop::collection::vec(inner.clone(), 0..3).prop_map(|any| json!({ "any": any })),
            inner.prop_map(|not| json!({ "not": not })),
        ]
    })
}

fn any_order() -> impl Strategy<Value = Vec<(usize, bool)>> {
    prop::sample::subsequence((0..COLUMNS.len()).collect::<Vec<_>>(), 0..=3)
        .prop_shuffle()
        .prop_flat_map(|columns| columns.into_iter().map(|column| (Just(column), any::<bool>())).collect::<Vec<_>>())
}

#[tokio::test]
async fn the_database_filters_orders_and_pages_as_the_model_does() {
    let city = city().await;
    published(&city).await;
    let mut runner = TestRunner::new(Config::with_cases(1));
    for _ in 0..150 {
        let (filter, order, first) = (any_filter(), any_order(), 1..6_usize).new_tree(&mut runner).unwrap().current();
        let mut expected: Vec<&[&str; 7]> = ROWS.iter().filter(|row| holds(&filter, row)).collect();
        expected.sort_by(|a, b| {
            let keys = order.iter().map(|(column, descending)| {
                let key = |row: &[&str; 7]| (row[*column].is_empty(), (!row[*column].is_empty()).then(|| rank(*column, row[*column])));
                if *descending { key(b).cmp(&key(a)) } else { key(a).cmp(&key(b)) }
            });
            keys.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
        let expected: Vec<String> = expected.into_iter().map(|row| row[0].to_owned()).collect();
        let order: Vec<Value> =
            order.iter().map(|(column, descending)| json!({ "column": COLUMNS[*column], "descending": descending })).collect();
        let arguments = json!({ "where": filter, "orderBy": order });
        assert_eq!(codes(&city, &arguments, first).await, expected, "{arguments} by {first}");
    }
}

#[tokio::test]
async fn sums_and_means_are_exact_beyond_what_the_database_adds() {
    let city = city().await;
    published(&city).await;
    let data = city
        .read(
            "{ dataset(slug: \"readings\") { aggregate(measures: [{ function: COUNT }, { function: COUNT, column: \"amount\" },
               { function: SUM, column: \"amount\" }, { function: SUM, column: \"number\" }, { function: MEAN, column: \"amount\" },
               { function: MIN, column: \"amount\" }, { function: MAX, column: \"at\" }, { function: MIN, column: \"place\" }])
               { nodes { rowCount keys { value } values { function column value } } } } }",
        )
        .await;
    let group = &data["dataset"]["aggregate"]["nodes"][0];
    assert_eq!(group["rowCount"], json!(9));
    let values = group["values"].as_array().unwrap().iter();
    insta::assert_snapshot!(values.map(Value::to_string).collect::<Vec<_>>().join("\n"), @r#"
    {"function":"COUNT","column":null,"value":"9"}
    {"function":"COUNT","column":"amount","value":"8"}
    {"function":"SUM","column":"amount","value":"18000000000000101.58"}
    {"function":"SUM","column":"number","value":"1800000000000000001"}
    {"function":"MEAN","column":"amount","value":"2250000000000012.6975"}
    {"function":"MIN","column":"amount","value":"-1.50"}
    {"function":"MAX","column":"at","value":"2026-02-01T00:00:00Z"}
    {"function":"MIN","column":"place","value":"Arys"}
    "#);
}

#[tokio::test]
async fn groups_come_in_the_order_of_their_keys_and_page_on() {
    let city = city().await;
    published(&city).await;
    let mut groups = Vec::new();
    let mut after = String::new();
    loop {
        let data = city
            .read(&format!(
                "{{ dataset(slug: \"readings\") {{ aggregate(groupBy: [\"good\", \"place\"], first: 2 {after}, measures: [{{ function: SUM,
                   column: \"amount\" }}], where: {{ column: {{ name: \"code\", atMost: \"f\" }} }})
                   {{ nodes {{ rowCount keys {{ value }} values {{ value }} }} pageInfo {{ hasNextPage endCursor }} }} }} }}"
            ))
            .await;
        let page = &data["dataset"]["aggregate"];
        groups.extend(page["nodes"].as_array().unwrap().iter().map(|group| {
            let keys: Vec<&Value> = group["keys"].as_array().unwrap().iter().map(|key| &key["value"]).collect();
            json!([keys, group["rowCount"], group["values"][0]["value"]]).to_string()
        }));
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        after = format!("after: {}", page["pageInfo"]["endCursor"]);
    }
    insta::assert_snapshot!(groups.join("\n"), @r#"
    [["false","Arys"],1,"-1.50"]
    [["false","Қала"],1,"1.50"]
    [["true","arys"],2,"101.50"]
    [["true",null],1,"0.05"]
    [[null,"қала"],1,null]
    "#);
}

#[tokio::test]
async fn a_list_goes_on_in_the_version_in_which_it_was_begun() {
    let city = city().await;
    published(&city).await;
    let data = city.read("{ dataset(slug: \"readings\") { id rows(first: 8) { pageInfo { endCursor } } } }").await;
    let after = data["dataset"]["rows"]["pageInfo"]["endCursor"].clone();
    let id = data["dataset"]["id"].as_str().unwrap();
    city.publish(id, &format!("{HEADER}new,,,,,,\n")).await;
    let rows =
        |arguments: &str| format!("{{ dataset(slug: \"readings\") {{ rows({arguments}) {{ nodes {{ c: cell(column: \"code\") }} }} }} }}");
    let next = city.read(&rows(&format!("after: {after}"))).await;
    assert_eq!(next["dataset"]["rows"]["nodes"], json!([{ "c": "i" }]));
    for arguments in [
        format!("after: {after}, version: 2"),
        format!("after: {after}, orderBy: [{{ column: \"day\" }}]"),
        "after: \"x\"".to_owned(),
        "version: 3".to_owned(),
    ] {
        assert_eq!(city.fault(&rows(&arguments)).await.0, Code::BadUserInput, "{arguments}");
    }
}

#[tokio::test]
async fn a_question_that_the_schema_cannot_answer_says_why() {
    let city = city().await;
    published(&city).await;
    let deep = (0..10).fold("{ column: { name: \"code\", equals: \"a\" } }".to_owned(), |inner, _| format!("{{ not: {inner} }}"));
    let wide = format!("{{ column: {{ name: \"code\", in: [{}] }} }}", "\"a\",".repeat(60));
    let mut told = Vec::new();
    for question in [
        "rows(where: { column: { name: \"nothing\", equals: \"1\" } }) { nodes { number } }".to_owned(),
        "rows(where: { column: { name: \"amount\", atLeast: \"1,5\" } }) { nodes { number } }".to_owned(),
        "rows(where: { column: { name: \"day\", equals: \"24.11.2026\" } }) { nodes { number } }".to_owned(),
        "rows(where: { column: { name: \"number\", startsWith: \"1\" } }) { nodes { number } }".to_owned(),
        "rows(where: { column: { name: \"number\" } }) { nodes { number } }".to_owned(),
        format!("rows(where: {deep}) {{ nodes {{ number }} }}"),
        format!("rows(where: {wide}) {{ nodes {{ number }} }}"),
        "rows(orderBy: [{ column: \"day\" }, { column: \"day\" }]) { nodes { number } }".to_owned(),
        "aggregate(measures: []) { nodes { rowCount } }".to_owned(),
        "aggregate(measures: [{ function: SUM }]) { nodes { rowCount } }".to_owned(),
        "aggregate(measures: [{ function: MEAN, column: \"place\" }]) { nodes { rowCount } }".to_owned(),
        "aggregate(measures: [{ function: MAX, column: \"good\" }]) { nodes { rowCount } }".to_owned(),
    ] {
        let (code, message) = city.fault(&format!("{{ dataset(slug: \"readings\") {{ {question} }} }}")).await;
        assert_eq!(code, Code::BadUserInput, "{question}");
        told.push(message);
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    The schema has no column “nothing”.
    The filter on “amount” cannot use “1,5”: write the number with a point, not a comma.
    The filter on “day” cannot use “24.11.2026”: write the day as YYYY-MM-DD, for example 2026-11-24.
    startsWith is for text; “number” is not.
    The filter on “number” compares with nothing.
    The filter is too large: 50 conditions at most.
    The filter is too large: 50 conditions at most.
    Name 4 columns at most, each once.
    Ask for 1 to 10 measures.
    SUM needs a column.
    MEAN cannot be taken over “place”, which is TEXT.
    MAX cannot be taken over “good”, which is BOOLEAN.
    ");
}
