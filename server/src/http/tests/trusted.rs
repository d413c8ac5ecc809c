//! Trusted documents, kept and compressed answers, and the limits, as a client meets them.

use axum::http::StatusCode;
use kernel::{Clock, SystemClock};
use serde_json::{Value, json};

use super::{GRAPHQL, House, STREAM, open, open_with};
use crate::identity::Persona;

pub(super) const MANIFEST: &str = r#"
[[documents]]
id = "portal/Parties"
text = "query Parties($first: Int! = 5) { parties(first: $first) { nodes { id name } } }"
owner = "Portal"
mail = "portal@example.kz"

[[documents]]
id = "portal/Schema"
text = "query Schema { __schema { types { name description fields { name description } } } }"
owner = "Portal"
mail = "portal@example.kz"

[[documents]]
id = "portal/Report"
text = "query Report($reference: String!, $key: String) { feedback(reference: $reference, key: $key) { status } }"
owner = "Portal"
mail = "portal@example.kz"

[[documents]]
id = "desk/Desk"
text = "query Desk { desk { nodes { reference } } }"
owner = "Desk"
mail = "desk@example.kz"

[[documents]]
text = "query Viewer { viewer { roles } }"
owner = "Portal"
mail = "portal@example.kz"
"#;

const LISTED: &str = "documents = \"{folder}/documents.toml\"\n";
const PARTIES: &str = "/graphql?documentId=portal/Parties";
const SCHEMA: &str = "/graphql?documentId=portal%2FSchema";
const GZIP: (&str, &str) = ("accept-encoding", "gzip, br");

fn bearer(house: &House) -> String {
    format!("Bearer {}", Persona::Officer.token(&house.issuer, SystemClock.now()).unwrap())
}

#[tokio::test]
async fn a_trusted_document_is_asked_for_by_id_in_body_and_address_and_as_apollos_clients_do() {
    let house = open_with(LISTED).await;
    let unknown = "0".repeat(64);
    let persisted = |digest: &str| json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": digest } } }).to_string();
    // sha256 of the document without an id.
    let viewer = "df87a669cdcffbeee401d8a86ed483a79b84760d42da38826654cc477ec9388c";
    for (body, accept, status, code) in [
        (json!({ "documentId": "portal/Parties" }).to_string(), "application/json", 200, ""),
        (json!({ "documentId": "portal/Parties", "variables": { "first": 1 } }).to_string(), GRAPHQL.1, 200, ""),
        (json!({ "documentId": "portal/Nothing" }).to_string(), "application/json", 404, "PERSISTED_DOCUMENT_NOT_FOUND"),
        (json!({ "documentId": "portal/Nothing" }).to_string(), GRAPHQL.1, 404, "PERSISTED_DOCUMENT_NOT_FOUND"),
        (json!({ "documentId": format!("sha256:{viewer}") }).to_string(), "application/json", 200, ""),
        (persisted(viewer), "application/json", 200, ""),
        (persisted(&unknown), "application/json", 200, "PERSISTED_QUERY_NOT_FOUND"),
        (persisted(&unknown), GRAPHQL.1, 404, "PERSISTED_QUERY_NOT_FOUND"),
    ] {
        let answer = house.post(body.clone(), &[("accept", accept)]).await;
        assert_eq!((answer.status.as_u16(), answer.code().as_str()), (status, code), "{body} {accept}");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let missed = house.post(persisted(&unknown), &[]).await;
    assert_eq!(missed.json()["errors"][0]["message"], "PersistedQueryNotFound", "some clients compare the words");
    for (target, status) in [
        (PARTIES, 200),
        ("/graphql?documentId=portal/Parties&variables=%7B%22first%22%3A1%7D", 200),
        ("/graphql?documentId=portal/Nothing", 404),
        ("/graphql?extensions=%7B%22persistedQuery%22%3A%7B%22sha256Hash%22%3A%22x%22%7D%7D", 200),
    ] {
        assert_eq!(house.get(target, &[]).await.status.as_u16(), status, "{target}");
    }
}

#[tokio::test]
async fn where_only_trusted_documents_are_answered_nothing_else_is() {
    let house = open_with(&format!("{LISTED}documents_only = true\n")).await;
    for (body, code) in [
        (json!({ "documentId": "portal/Parties" }), ""),
        (json!({ "query": "query Viewer { viewer { roles } }" }), ""),
        (json!({ "query": "{ __typename }" }), "PERSISTED_DOCUMENT_NOT_FOUND"),
        (json!({ "query": "{" }), "PERSISTED_DOCUMENT_NOT_FOUND"),
    ] {
        assert_eq!(house.post(body.to_string(), &[]).await.code(), code, "{body}");
    }
}

#[tokio::test]
async fn what_everybody_would_be_told_may_be_kept_and_nothing_else() {
    let house = open_with(LISTED).await;
    let token = bearer(&house);
    let signed: &[(&str, &str)] = &[("authorization", &token)];
    for (target, headers, kept) in [
        (PARTIES, &[][..], true),
        (SCHEMA, &[], true),
        (PARTIES, signed, false),
        ("/graphql?query=%7B__typename%7D", &[], false),
        // A page that is too long is a fault of its field.
        ("/graphql?documentId=portal/Parties&variables=%7B%22first%22%3A101%7D", &[], false),
        ("/graphql?documentId=portal/Report&variables=%7B%22reference%22%3A%22TK-2026-000001%22%7D", &[], false),
        ("/graphql?documentId=desk/Desk", &[], false),
        ("/graphql?documentId=desk/Desk", signed, false),
        ("/graphql?documentId=portal/Nothing", &[], false),
    ] {
        let answer = house.get(target, headers).await;
        let expected = if kept { "public, max-age=60" } else { "no-store" };
        assert_eq!((answer.header("cache-control"), answer.header("etag").is_empty()), (expected, !kept), "{target} {}", answer.json());
        let vary = answer.header("vary").to_ascii_lowercase();
        for name in ["accept", "accept-language", "authorization"] {
            assert!(vary.split(',').any(|found| found.trim() == name), "{target}: {vary}");
        }
    }
    let posted = house.post(json!({ "documentId": "portal/Parties" }).to_string(), &[]).await;
    assert_eq!((posted.header("cache-control"), posted.header("etag")), ("no-store", ""));
}

#[tokio::test]
async fn a_reader_who_has_the_answer_is_told_that_it_has_not_changed() {
    let house = open_with(LISTED).await;
    for (target, headers) in [(PARTIES, vec![]), (SCHEMA, vec![]), (SCHEMA, vec![GZIP]), (PARTIES, vec![("accept-language", "ru")])] {
        let first = house.get(target, &headers).await;
        let tag = first.header("etag");
        assert!(tag.starts_with('"'), "a strong tag: {tag}");
        let mut again = headers.clone();
        again.push(("if-none-match", tag));
        let second = house.get(target, &again).await;
        assert_eq!((second.status, second.header("etag"), second.body.len()), (StatusCode::NOT_MODIFIED, tag, 0), "{target} {headers:?}");
        assert_eq!((second.header("cache-control"), second.header("content-type")), ("public, max-age=60", ""));
        again.pop();
        again.push(("if-none-match", "\"another\""));
        assert_eq!(house.get(target, &again).await.status, StatusCode::OK);
    }
    let tags = [
        house.get(SCHEMA, &[]).await,
        house.get(SCHEMA, &[GZIP]).await,
        house.get(SCHEMA, &[GRAPHQL]).await,
        house.get(SCHEMA, &[("accept-language", "ru")]).await,
    ];
    for (index, one) in tags.iter().enumerate() {
        for other in &tags[..index] {
            assert_ne!(one.header("etag"), other.header("etag"), "each representation has its own tag");
        }
    }
}

#[tokio::test]
async fn only_large_answers_for_everybody_are_compressed() {
    let house = open_with(LISTED).await;
    let token = bearer(&house);
    let schema = "{ __schema { types { name description } } }";
    let mixed = format!("{{ viewer {{ roles }} {} }}", &schema[1..schema.len() - 1]);
    for (query, headers, compressed) in [
        (schema, vec![GZIP], true),
        (schema, vec![GZIP, ("authorization", token.as_str())], true),
        (schema, vec![], false),
        (schema, vec![("accept-encoding", "br")], false),
        (schema, vec![GZIP, STREAM], false),
        ("{ __typename }", vec![GZIP], false),
        (mixed.as_str(), vec![GZIP], false),
        ("{ nothing }", vec![GZIP], false),
    ] {
        let answer = house.post(json!({ "query": query }).to_string(), &headers).await;
        let expected = if compressed { "gzip" } else { "" };
        assert_eq!(answer.header("content-encoding"), expected, "{query} {headers:?}");
        assert_eq!(answer.body.starts_with(&[0x1f, 0x8b]), compressed, "{query} {headers:?}");
    }
}

#[tokio::test]
async fn metrics_name_trusted_documents_and_no_others() {
    let house = open_with(&format!("{LISTED}[limits]\naliases = 1\nmeasure = [\"depth\"]\ndepth = 1\n")).await;
    house.get(PARTIES, &[]).await;
    house.post(json!({ "query": "query Mine { __typename }" }).to_string(), &[]).await;
    house.post(json!({ "query": "{ a: __typename b: __typename }" }).to_string(), &[]).await;
    let page = String::from_utf8(house.get("/metrics", &[]).await.body).unwrap();
    for expected in [
        "turkistan_requests_total{operation=\"query\",name=\"Parties\",status=\"200\"} 1",
        "turkistan_requests_total{operation=\"query\",name=\"unlisted\",status=\"200\"} 1",
        "turkistan_trusted_document_uses_total{document=\"portal/Parties\"} 1",
        "turkistan_trusted_document_uses_total{document=\"desk/Desk\"} 0",
        "turkistan_limit_exceeded_total{limit=\"aliases\",outcome=\"refused\"} 1",
        "turkistan_limit_exceeded_total{limit=\"depth\",outcome=\"measured\"} 1",
        "turkistan_operation_cost_count 2",
    ] {
        assert!(page.lines().any(|line| line == expected), "{expected}\n{page}");
    }
    assert!(!page.contains("Mine"), "{page}");
}

#[tokio::test]
async fn what_the_explorer_sends_is_within_the_limits() {
    let house = open().await;
    let variables = json!({ "idempotencyKey": "7f1c1c2e-0000-4000-8000-000000000001" });
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../playground/src/examples");
    let mut documents: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
    assert!(documents.len() > 3);
    documents.push(include_str!("../../../../schema/federation/tests/federation/introspection.graphql").to_owned());
    for query in documents {
        let answer = house.post(json!({ "query": query, "variables": variables }).to_string(), &[]).await;
        assert!(answer.json().get("data").is_some(), "{query}\n{}", answer.json());
    }
}

#[tokio::test]
async fn a_page_of_pages_of_pages_costs_too_much() {
    let house = open().await;
    let query = "{ parties(first: 100) { nodes { services(first: 100) { nodes { id } } } } }";
    let answer = house.post(json!({ "query": query }).to_string(), &[("accept-language", "en")]).await;
    assert_eq!((answer.code().as_str(), answer.json().get("data")), ("COST_ESTIMATED_TOO_EXPENSIVE", None::<&Value>));
    let message = answer.json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
    // One connection, a hundred parties, each with a connection and a hundred services.
    assert!(message.contains("10201") || message.contains("10,201"), "{message}");
}
