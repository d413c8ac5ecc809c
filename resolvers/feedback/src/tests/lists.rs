//! A list costs no more than its head, and what others' types get from here comes in lists.

use kernel::{Actor, CaseId, FeedbackId, PartyId, ServiceId};
use serde_json::{Value, json};

use super::{
    city::{City, TEXT, category, city, district, quiet_city, strings, water},
    people::{auditor, officer},
};

const MANY: usize = 40;

/// Reports on all that a report can be about.
async fn filled(city: &City) {
    let services = ["birth-registration", "water-connection"].map(|slug| ServiceId::of_slug(slug).global());
    for n in 0..MANY {
        let mut input = water();
        input["service"] = json!(services[n % 2]);
        input["place"]["district"] = json!(district(["turkistan-city", "arys", "kentau"][n % 3]));
        let filed = city.routed(input).await;
        if n % 2 == 1 && n % 3 == 0 {
            city.do_work(&officer(), "noteOnCase", &filed, json!({ "text": "Бардық" })).await;
            city.respond(&filed).await;
            city.contest(&filed).await;
        }
    }
    city.settle().await;
}

/// How many statements a query takes.
async fn cost(city: &City, actor: &Actor, text: &str) -> u64 {
    let before = journal::statements();
    city.read(actor, text).await;
    journal::statements() - before
}

#[tokio::test]
async fn statements_do_not_grow_with_the_list() {
    let city = quiet_city().await;
    filled(&city).await;
    let report = "reference text status category { name } deadline { dueOn steps { text } } why { text party { id workload { open } } }
        responsible { id workload { open overdue contested medianWorkingHours } } place { district { id feedbackSummary { received { value } } } }
        timeline { nodes { text feedback { status } } } service { id feedback(first: 2) { nodes { reference timeline { nodes { kind } } } } }";
    let case = format!(
        "reference assignee {{ id }} reporter {{ name }} clocks {{ name }} allowed {{ act possible }} notes(first: 3) {{ nodes {{ text }} }}
         history(first: 5) {{ nodes {{ text }} }} feedback {{ {report} }}"
    );
    for first in [2, MANY] {
        let public = cost(&city, &Actor::Anonymous, &format!("{{ publicFeedback(first: {first}) {{ nodes {{ {report} }} }} }}")).await;
        let desk = cost(&city, &auditor(), &format!("{{ desk(first: {first}) {{ nodes {{ {case} }} }} }}")).await;
        // One for the list and one for each kind of thing in it; histories of histories, and what was asked for late, go by themselves. An
        // auditor's looks at contacts and texts are written down besides.
        assert!(public <= 8 && desk <= 12, "{first} in the list: {public} and {desk} statements");
    }
}

#[tokio::test]
async fn entities_cost_one_statement_for_all_of_a_kind() {
    let city = quiet_city().await;
    filled(&city).await;
    let ids = |count: usize| {
        let one = |n: usize| {
            let slug = match n {
                0 => "water-turkistan-city".to_owned(),
                1 => "birth-registration".to_owned(),
                n => format!("other-{n}"),
            };
            let reference = format!("TK-2026-{:06}", n + 1);
            [
                json!({ "__typename": "Party", "id": PartyId::of_slug(&slug).global() }),
                json!({ "__typename": "Service", "id": ServiceId::of_slug(&slug).global() }),
                json!({ "__typename": "Feedback", "reference": reference }),
            ]
        };
        json!((0..count).flat_map(one).collect::<Vec<_>>())
    };
    let selection =
        "... on Party { workload { open medianWorkingHours } } ... on Service { feedback(first: 3) { nodes { reference status } } }
                     ... on Feedback { reference timeline { nodes { kind } } }";
    let mut counts = Vec::new();
    for count in [2, MANY] {
        let before = journal::statements();
        let found = city.entities(&Actor::Anonymous, ids(count), selection).await;
        counts.push(journal::statements() - before);
        assert_eq!(found.as_array().unwrap().len(), count * 3);
        assert!(found[0]["workload"]["open"].as_i64().unwrap() > 0);
        assert_eq!(found[4]["feedback"]["nodes"].as_array().unwrap().len(), 3);
        assert_eq!(found[5]["reference"], "TK-2026-000002");
    }
    assert_eq!(counts, [5, 5], "open cases, answers, reports of services, reports, histories");
}

#[tokio::test]
async fn entities_are_found_by_their_keys_and_absent_ones_are_null() {
    let city = city().await;
    let filed = city.routed(water()).await;
    let id = FeedbackId::from_uuid(filed.uuid).global();
    let absent = FeedbackId::of_slug("absent");
    let found = city
        .entities(
            &officer(),
            json!([
                { "__typename": "Feedback", "id": id },
                { "__typename": "Feedback", "reference": filed.reference },
                { "__typename": "Feedback", "id": absent.global() },
                { "__typename": "Feedback", "id": filed.case() },
                { "__typename": "Feedback", "reference": "TK-2026-999999" },
                { "__typename": "Case", "id": filed.case() },
                { "__typename": "Case", "id": CaseId::from_uuid(absent.uuid()).global() },
                { "__typename": "Category", "id": category("water-supply") },
                { "__typename": "Category", "id": category("no-such") },
                { "__typename": "Service", "id": ServiceId::of_slug("no-such").global() },
            ]),
            "... on Feedback { id text } ... on Case { reference } ... on Category { slug name(locale: EN) }
             ... on Service { feedback { nodes { reference } } }",
        )
        .await;
    let feedback = json!({ "__typename": "Feedback", "id": id, "text": TEXT });
    assert_eq!(
        found,
        json!([
            feedback, feedback, null, null, null,
            { "__typename": "Case", "reference": filed.reference },
            null,
            { "__typename": "Category", "slug": "water-supply", "name": "Water supply" },
            null,
            { "__typename": "Service", "feedback": { "nodes": [] } },
        ])
    );
}

#[tokio::test]
async fn the_reports_of_a_service_are_paged_newest_first() {
    let city = city().await;
    let service = ServiceId::of_slug("birth-registration").global();
    for n in 0..5 {
        let mut input = water();
        input["service"] = json!(service);
        let filed = city.routed(input).await;
        if n == 1 {
            let corporation = super::people::person("clerk", kernel::Role::Officer, Some("public-service-corporation"));
            let answer = json!({ "outcome": "EXPLAINED", "text": "Түсіндірдік" });
            city.do_work(&corporation, "respondToCase", &filed, answer).await;
        }
        city.clock.advance(chrono::TimeDelta::minutes(1));
    }
    let page = async |arguments: &str| -> Value {
        let selection =
            format!("... on Service {{ feedback({arguments}) {{ nodes {{ reference }} pageInfo {{ hasNextPage endCursor }} }} }}");
        city.entities(&Actor::Anonymous, json!([{ "__typename": "Service", "id": service }]), &selection).await[0]["feedback"].take()
    };
    let numbers =
        |page: &Value| strings(&page["nodes"], "reference").iter().map(|reference| reference[13..].to_owned()).collect::<String>();
    let first = page("first: 3").await;
    assert_eq!((numbers(&first).as_str(), &first["pageInfo"]["hasNextPage"]), ("543", &json!(true)));
    let rest = page(&format!("first: 3, after: {}", first["pageInfo"]["endCursor"])).await;
    assert_eq!((numbers(&rest).as_str(), &rest["pageInfo"]["hasNextPage"]), ("21", &json!(false)));
    assert_eq!(numbers(&page("first: 3, open: true").await), "543");
    assert_eq!(numbers(&page("first: 9, open: true").await), "5431");
    assert_eq!(numbers(&page("first: 3, open: false").await), "2");
}
