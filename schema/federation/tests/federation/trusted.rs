//! Trusted documents, who is told the schema, and which answers are for everybody.

use std::sync::Arc;

use federation::{DocumentName, Documents, GraphRequest, Introspection, Policy, Stage, TrustedDocument};
use kernel::{Actor, Code, Role};
use serde_json::json;

use crate::{
    city::City,
    rooms::{person, request},
};

const TEXT: &str = "query Best($yes: Boolean = true) { best { stars @include(if: $yes) } }";
const TWO: &str = "query One { best { stars } } query Two { best { rank } }";
/// sha256 of `TEXT` as `sha256sum` has it.
const DIGEST: &str = "23c82ab7474eae3c233685da66bae8bdb578c0639c0b87c89a430de18a75235d";

fn document(id: Option<&str>, text: &str, operation: Option<&str>) -> Arc<TrustedDocument> {
    Arc::new(TrustedDocument::new(id.map(str::to_owned), text.to_owned(), operation.map(str::to_owned)).unwrap())
}

fn city(documents_only: bool) -> City {
    let documents = vec![document(None, TEXT, None), document(Some("two"), TWO, Some("Two"))];
    City::with(Policy { documents: Documents::new(documents).unwrap(), documents_only, ..Policy::default() })
}

fn named(name: DocumentName) -> GraphRequest {
    GraphRequest { document: Some(name), ..GraphRequest::default() }
}

fn text(query: &str) -> GraphRequest {
    GraphRequest { query: query.to_owned(), ..GraphRequest::default() }
}

#[tokio::test]
async fn a_trusted_document_is_asked_for_by_its_name() {
    let id = |id: &str| named(DocumentName::Id(id.to_owned()));
    let digest = |digest: &str| named(DocumentName::Digest(digest.to_owned()));
    let unknown = "0".repeat(64);
    let mut with_text = digest(&unknown);
    with_text.query = "{ best { rank } }".to_owned();
    let stars = json!({ "best": { "stars": 3.5 } });
    let rank = json!({ "best": { "rank": 1 } });
    let table = [
        (id(&format!("sha256:{DIGEST}")), Ok(&stars), Ok(&stars)),
        (digest(DIGEST), Ok(&stars), Ok(&stars)),
        (text(TEXT), Ok(&stars), Ok(&stars)),
        (id("two"), Ok(&rank), Ok(&rank)),
        (GraphRequest { operation_name: Some("One".to_owned()), ..id("two") }, Ok(&stars), Ok(&stars)),
        (id("three"), Err(Code::PersistedDocumentNotFound), Err(Code::PersistedDocumentNotFound)),
        (digest(&unknown), Err(Code::PersistedQueryNotFound), Err(Code::PersistedQueryNotFound)),
        (with_text, Err(Code::BadUserInput), Err(Code::BadUserInput)),
        (text("{ best { rank } }"), Ok(&rank), Err(Code::PersistedDocumentNotFound)),
    ];
    for (params, open, closed) in table {
        for (documents_only, expected) in [(false, open), (true, closed)] {
            let answer = city(documents_only).federation.execute(params.clone(), &request(Actor::Anonymous)).await;
            match expected {
                Ok(data) => assert_eq!(answer.data.unwrap(), *data, "{params:?}"),
                Err(code) => assert_eq!((answer.stage, answer.errors[0].code), (Stage::Lookup, code), "{params:?}"),
            }
        }
    }
}

#[tokio::test]
async fn nothing_that_a_client_sends_becomes_a_trusted_document() {
    let city = city(false);
    let query = "{ best { rank } }";
    let by_digest = "a4e8f5b5c2f136fa961ade551154cc3aaf07f4e8d837ae910e92ccc3e6c67670";
    let offered = GraphRequest { query: query.to_owned(), ..named(DocumentName::Digest(by_digest.to_owned())) };
    assert!(city.federation.execute(offered, &request(Actor::Anonymous)).await.data.is_some());
    let answer = city.federation.execute(named(DocumentName::Digest(by_digest.to_owned())), &request(Actor::Anonymous)).await;
    assert_eq!(answer.errors[0].code, Code::PersistedQueryNotFound);
}

#[tokio::test]
async fn uses_are_counted_and_operations_name_their_document() {
    let city = city(false);
    for _ in 0..3 {
        city.federation.execute(named(DocumentName::Digest(DIGEST.to_owned())), &request(Actor::Anonymous)).await;
    }
    let used: Vec<_> = city.federation.documents().iter().map(|document| document.used()).collect();
    assert_eq!(used, [3, 0]);
    let prepared = city.federation.prepare(text(TWO), &request(Actor::Anonymous));
    let trusted = prepared.map(|prepared| prepared.trusted().map(|document| document.id().to_owned()));
    assert_eq!(trusted.ok().flatten().as_deref(), Some("two"));
}

#[test]
fn a_document_that_does_not_fit_the_graph_is_found_before_anybody_asks() {
    let many = format!("{{ best {{ {} }} }}", "stars ".repeat(500));
    for (text, operation, fits) in [
        (TEXT, None, true),
        (TWO, Some("One"), true),
        (TWO, None, false),
        (TWO, Some("Three"), false),
        ("{ nothing }", None, false),
        ("{ best ", None, false),
        (many.as_str(), None, false),
    ] {
        let found = city(false).federation.check_trusted(&document(Some("x"), text, operation));
        assert_eq!(found.is_ok(), fits, "{text:.60} {operation:?}: {found:?}");
    }
}

#[tokio::test]
async fn the_schema_is_told_to_whom_the_policy_says() {
    let (citizen, officer) = (person(&[Role::Citizen]), person(&[Role::Citizen, Role::Officer]));
    let (unauthenticated, forbidden) = (Some(Code::Unauthenticated), Some(Code::Forbidden));
    for (introspection, actor, expected) in [
        (Introspection::Everybody, Actor::Anonymous, None),
        (Introspection::Staff, Actor::Anonymous, unauthenticated),
        (Introspection::Staff, citizen.clone(), forbidden),
        (Introspection::Staff, officer.clone(), None),
        (Introspection::Nobody, Actor::Anonymous, forbidden),
        (Introspection::Nobody, citizen, forbidden),
        (Introspection::Nobody, officer, forbidden),
    ] {
        let city = City::with(Policy { introspection, ..Policy::default() });
        for query in [
            "{ __schema { queryType { name } } }",
            "{ best { stars } ...F } fragment F on Query { type: __type(name: \"Money\") { name } }",
        ] {
            let answer = city.answer(query, json!({}), &request(actor.clone())).await;
            let code = answer.errors.first().map(|error| error.code);
            assert_eq!((code, answer.data.is_some()), (expected, expected.is_none()), "{introspection:?} {actor:?} {query}");
        }
        let answer = city.answer("{ __typename best { __typename stars } }", json!({}), &request(actor)).await;
        assert_eq!(answer.errors, []);
    }
}

#[tokio::test]
async fn a_document_that_is_not_valid_is_told_no_near_misses() {
    for (query, secret) in [
        ("{ bes { stars } }", "best"),
        ("{ best { star } }", "stars"),
        ("{ services(firs: 1) { name } }", "first"),
        ("query($f: Filte) { services { name } }", "Filter"),
        ("{ best { ... on Servic { stars } } }", "Service\""),
        ("{ services(filter: { required: \"x\", kin: PAPER }) { name } }", "kind"),
        ("{ services(filter: { required: \"x\", kind: PAPE }) { name } }", "PAPER"),
        ("{ best { stars @includ(if: true) } }", "include"),
    ] {
        let answer = City::new().answer(query, json!({}), &request(Actor::Anonymous)).await;
        assert_eq!(answer.stage, Stage::Validate, "{query}");
        for error in &answer.errors {
            assert!(!error.message.contains("Did you mean"), "{query}: {}", error.message);
            assert!(!error.message.contains(secret), "{query}: {}", error.message);
        }
    }
}

#[test]
fn an_answer_is_for_everybody_when_nothing_in_it_asks_who_reads() {
    for (query, expected) in [
        ("{ best { stars } services { name } __schema { queryType { name } } }", true),
        ("{ services { remark } }", false),
        ("{ best { stars } ...F } fragment F on Query { services { ... on Service { stamp } } }", false),
        ("mutation { erase }", false),
    ] {
        for actor in [Actor::Anonymous, person(&[Role::Officer])] {
            let prepared = City::new().federation.prepare(text(query), &request(actor));
            let found = prepared.map(|prepared| prepared.is_for_everybody());
            assert_eq!(found.ok(), Some(expected), "{query}");
        }
    }
}

#[tokio::test]
async fn each_field_is_counted_for_each_trusted_document_that_asks_for_it() {
    let city = city(false);
    for (params, times) in [(text(TEXT), 2), (named(DocumentName::Id("two".to_owned())), 1), (text("{ best { rank } }"), 4)] {
        for _ in 0..times {
            city.federation.execute(params.clone(), &request(Actor::Anonymous)).await;
        }
    }
    let counted: Vec<_> = city.federation.fields_of_documents().into_iter().map(|(document, fields)| (document.used(), fields)).collect();
    let fields = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let (stars, both) = (fields(&["Query.best", "Service.stars"]), fields(&["Query.best", "Service.rank", "Service.stars"]));
    assert_eq!(counted, [(2, stars), (1, both)]);
}

#[tokio::test]
async fn a_graph_that_a_trusted_document_does_not_fit_is_not_served() {
    let city = city(false);
    let sdl = city.federation.supergraph_sdl().replace("stars", "points");
    let subgraphs = ["services", "directory", "ratings", "node"].map(|name| city.federation.subgraph(name).unwrap());
    let refused = city.federation.swap_over(sdl, subgraphs.to_vec()).unwrap_err().to_string();
    assert!(refused.contains(&format!("trusted document sha256:{DIGEST} does not fit: Cannot query field \"stars\"")), "{refused}");
    assert_eq!(city.federation.execute(text(TEXT), &request(Actor::Anonymous)).await.errors.len(), 0, "the old one stays");
}
