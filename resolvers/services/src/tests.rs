//! The room over a database of its own: SQLite, or PostgreSQL where `TURKISTAN_TEST_POSTGRES` names a server.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeZone, Utc};
use journal::{Database, House, Options, Progress, Room, Target};
use kernel::{
    Actor, Call, Code, GraphHandle, Locale, ManualClock, Operation, OperationKind, PartyId, Personal, Request, ServiceId, SourceSystemId,
    system_rng,
};
use migrations::{Migrator, MigratorTrait};
use scratch::Scratch;
use serde_json::{Map, Value, json};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::{
    model::{self, Fee, Term, Unit},
    words,
};

/// Statements are counted for the whole process, so the test that counts them runs alone.
static QUIET: RwLock<()> = RwLock::const_new(());

enum Turn {
    Shared(#[expect(dead_code, reason = "held")] RwLockReadGuard<'static, ()>),
    Alone(#[expect(dead_code, reason = "held")] RwLockWriteGuard<'static, ()>),
}

/// A room with the demo data, and what it lives in.
struct City {
    room: Room,
    now: DateTime<Utc>,
    _scratch: Scratch,
    _turn: Turn,
}

struct Silent;

impl Progress for Silent {
    fn report(&self, _what: &str, _done: u64, _all: u64) {}
}

async fn city() -> City {
    open(Turn::Shared(QUIET.read().await)).await
}

async fn open(turn: Turn) -> City {
    let scratch = Scratch::new();
    let options = Options { target: scratch.target(Target::Sqlite, Target::Postgres), readers: 2, commit_delay: Duration::ZERO };
    let database = Database::open(&options).await.unwrap();
    Migrator::up(&database.owner, None).await.unwrap();
    let now = Utc.with_ymd_and_hms(2026, 11, 24, 5, 0, 0).unwrap();
    let house = House {
        database,
        graph: GraphHandle::default(),
        clock: Arc::new(ManualClock::new(now)),
        rng: Arc::new(system_rng()),
        secret: Personal::new([7; 32]),
    };
    let room = crate::room(&house);
    room.demo.as_ref().unwrap().load(&Silent).await.unwrap();
    City { room, now, _scratch: scratch, _turn: turn }
}

impl City {
    async fn ask(&self, text: &str) -> (Value, Vec<Code>) {
        self.ask_with(text, json!({})).await
    }

    async fn ask_with(&self, text: &str, variables: Value) -> (Value, Vec<Code>) {
        let request = Arc::new(Request::new(Actor::Anonymous, Locale::En, "test", self.now));
        let operation = Arc::new(Operation::new(OperationKind::Query, text.to_owned()));
        let Value::Object(variables) = variables else { unreachable!("variables are an object") };
        let answer = self.room.subgraph.execute(Call { operation: &operation, variables: variables.into(), request: &request }).await;
        (answer.data.into(), answer.faults.into_iter().map(|fault| fault.code).collect())
    }

    async fn data(&self, text: &str) -> Value {
        let (data, faults) = self.ask(text).await;
        assert_eq!(faults, [], "{text}");
        data
    }

    async fn entities(&self, representations: Value, selection: &str) -> Value {
        let text = format!("query($r: [_Any!]!) {{ _entities(representations: $r) {{ __typename {selection} }} }}");
        let variables = Map::from_iter([("r".to_owned(), representations)]);
        let (data, faults) = self.ask_with(&text, Value::Object(variables)).await;
        assert_eq!(faults, []);
        data["_entities"].clone()
    }
}

#[tokio::test]
async fn a_service_tells_what_is_known_of_it_and_how_surely() {
    let city = city().await;
    let data = city
        .data(
            "{ service(code: \"address-certificate\") { id code title kk: title(locale: KK) summary(locale: RU) channels confidence
               term termKk: term(locale: KK) fee { amount currency } feeNote documents { name confidence }
               provider { id } source { slug name health { status checkedAt } } } }",
        )
        .await;
    assert_eq!(
        data["service"],
        json!({
            "id": ServiceId::of_slug("address-certificate").global(), "code": "address-certificate",
            "title": "Certificate of registered address", "kk": "Мекенжай анықтамасы",
            "summary": "Выдаёт справку об адресе вашей регистрации.",
            "channels": ["EGOV_PORTAL", "EGOV_MOBILE", "TSON"], "confidence": "LIKELY",
            "term": "up to 15 minutes", "termKk": "15 минутқа дейін",
            "fee": { "amount": "0", "currency": "KZT" }, "feeNote": "Free of charge",
            "documents": [{ "name": "Identity document", "confidence": "UNVERIFIED" }],
            "provider": { "id": PartyId::of_slug("public-service-corporation").global() },
            "source": { "slug": "egov", "name": "eGov.kz", "health": { "status": "UNKNOWN", "checkedAt": null } },
        })
    );
}

#[tokio::test]
async fn what_was_not_verified_is_null_and_said_so() {
    let city = city().await;
    for (code, term, note) in [
        ("targeted-social-aid", Value::Null, "Free of charge"),
        (
            "identity-card",
            json!("several working days"),
            "A state duty, set in monthly calculation indices (MCI); how much was not verified",
        ),
        ("water-connection", Value::Null, "As agreed with the provider"),
        ("transport-card", json!("at once"), "Not verified: ask the provider"),
    ] {
        let data = city.data(&format!("{{ service(code: {code:?}) {{ term fee {{ amount }} feeNote }} }}")).await;
        let service = &data["service"];
        assert_eq!((&service["term"], &service["feeNote"]), (&term, &json!(note)), "{code}");
        assert_eq!(service["fee"].is_null(), note != "Free of charge", "{code}");
    }
}

#[tokio::test]
async fn services_are_filtered_by_words_provider_channel_and_source() {
    let city = city().await;
    let party = |slug| PartyId::of_slug(slug).global();
    for (filter, codes) in [
        (json!({ "query": "БАЛАБАҚША" }), &["kindergarten-queue"][..]),
        (json!({ "query": "балабакша" }), &["kindergarten-queue"]),
        (json!({ "query": "детский сад" }), &["kindergarten-queue"]),
        (json!({ "query": "kindergarten list" }), &["kindergarten-queue"]),
        (json!({ "query": "100%" }), &[]),
        (json!({ "provider": party("veterinary") }), &["livestock-tagging", "veterinary-certificate"]),
        (json!({ "provider": ServiceId::of_slug("veterinary").global() }), &[]),
        (json!({ "source": SourceSystemId::of_slug("damumed").global() }), &["doctor-appointment", "doctor-home-call"]),
        (json!({ "channel": "PHONE_109" }), &["contact-centre-request"]),
        (json!({ "channel": "CLINIC", "query": "дәрігер" }), &["doctor-appointment"]),
        (json!({ "channel": "CLINIC", "provider": party("veterinary") }), &[]),
    ] {
        let text = "query($filter: ServiceFilter) { services(filter: $filter, first: 100) { nodes { code } } }";
        let (data, faults) = city.ask_with(text, json!({ "filter": filter })).await;
        assert_eq!(faults, [], "{filter}");
        let found: Vec<&str> = data["services"]["nodes"].as_array().unwrap().iter().map(|node| node["code"].as_str().unwrap()).collect();
        assert_eq!(found, codes, "{filter}");
    }
}

#[tokio::test]
async fn pages_hold_every_service_once() {
    let city = city().await;
    let mut seen = Vec::new();
    let mut after = Value::Null;
    loop {
        let text = "query($after: String) { services(first: 13, after: $after) { nodes { code } pageInfo { hasNextPage endCursor } } }";
        let (data, faults) = city.ask_with(text, json!({ "after": after })).await;
        assert_eq!(faults, []);
        let page = &data["services"];
        seen.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["code"].as_str().unwrap().to_owned()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((count, seen.len()), (40, 40));
}

#[tokio::test]
async fn a_party_lists_its_services_page_by_page() {
    let city = city().await;
    let parties = json!([
        { "__typename": "Party", "id": PartyId::of_slug("energy-housing").global() },
        { "__typename": "Party", "id": PartyId::of_slug("education").global() },
        { "__typename": "Party", "id": PartyId::of_slug("water-arys").global() },
        { "__typename": "Party", "id": "not an id" },
    ]);
    let selection = "... on Party { services(first: 2) { nodes { code } pageInfo { hasNextPage endCursor } } }";
    let found = city.entities(parties.clone(), selection).await;
    let codes = |party: usize| found[party]["services"]["nodes"].clone();
    assert_eq!(codes(0), json!([{ "code": "gas-connection" }, { "code": "meter-reading" }]));
    assert_eq!(codes(1), json!([{ "code": "kindergarten-queue" }, { "code": "school-free-meals" }]));
    assert_eq!((codes(2), &found[2]["services"]["pageInfo"]["hasNextPage"]), (json!([]), &json!(false)));
    assert_eq!(found[3], Value::Null);
    let after = &found[0]["services"]["pageInfo"]["endCursor"];
    let selection = format!("... on Party {{ services(first: 2, after: {after}) {{ nodes {{ code }} pageInfo {{ hasNextPage }} }} }}");
    let next = city.entities(parties, &selection).await;
    assert_eq!(
        next[0]["services"],
        json!({ "nodes": [{ "code": "power-connection" }, { "code": "water-connection" }], "pageInfo": { "hasNextPage": false } })
    );
}

#[tokio::test]
async fn a_wrong_page_is_the_fault_of_its_own_field() {
    let city = city().await;
    let text = "query($r: [_Any!]!) { service(code: \"bus-arrivals\") { code } services(first: 101) { nodes { code } }
                _entities(representations: $r) { ... on Party { a: services(after: \"x\") { nodes { code } }
                                                               b: services(first: 1) { nodes { code } } } } }";
    let party = json!([{ "__typename": "Party", "id": PartyId::of_slug("tourism").global() }]);
    let (data, faults) = city.ask_with(text, json!({ "r": party })).await;
    assert_eq!((&data["service"]["code"], &data["services"]), (&json!("bus-arrivals"), &Value::Null));
    assert_eq!(data["_entities"], json!([{ "a": null, "b": { "nodes": [{ "code": "pilgrim-visitor-info" }] } }]));
    assert_eq!(faults, [Code::BadUserInput, Code::BadUserInput]);
}

#[tokio::test]
async fn a_service_is_found_by_id_or_code_and_what_is_absent_is_null() {
    let city = city().await;
    let things = json!([
        { "__typename": "Service", "id": ServiceId::of_slug("bus-arrivals").global() },
        { "__typename": "Service", "code": "bus-arrivals" },
        { "__typename": "Service", "id": ServiceId::of_slug("nothing").global() },
        { "__typename": "Service", "code": "nothing" },
        { "__typename": "SourceSystem", "id": SourceSystemId::of_slug("egov").global() },
        { "__typename": "SourceSystem", "id": ServiceId::of_slug("bus-arrivals").global() },
    ]);
    let found = city.entities(things, "... on Service { code } ... on SourceSystem { slug }").await;
    let service = json!({ "__typename": "Service", "code": "bus-arrivals" });
    assert_eq!(found, json!([service, service, null, null, { "__typename": "SourceSystem", "slug": "egov" }, null]));
}

#[tokio::test]
async fn no_source_system_is_said_to_answer_before_it_is_joined() {
    let city = city().await;
    let data = city.data("{ sourceSystems { slug confidence health { status checkedAt } } }").await;
    let sources = data["sourceSystems"].as_array().unwrap();
    assert_eq!(sources.len(), 16);
    assert!(sources.iter().all(|source| source["health"] == json!({ "status": "UNKNOWN", "checkedAt": null })));
    let unverified: Vec<&Value> =
        sources.iter().filter(|source| source["confidence"] == "UNVERIFIED").map(|source| &source["slug"]).collect();
    assert_eq!(unverified, ["eturkistan"]);
}

#[tokio::test]
async fn statements_do_not_grow_with_the_list() {
    let city = open(Turn::Alone(QUIET.write().await)).await;
    let mut counts = Vec::new();
    for first in [1, 40] {
        let before = journal::statements();
        let text = format!(
            "{{ services(first: {first}) {{ nodes {{ channels documents {{ name }} source {{ slug }} provider {{ services {{ nodes {{ code }} }} }} }} }} }}"
        );
        city.data(&text).await;
        counts.push(journal::statements() - before);
    }
    // Services; channels; documents; sources; the providers' services.
    assert_eq!(counts, [5, 5]);
}

#[tokio::test]
async fn clearing_leaves_an_empty_room_that_loads_again() {
    let city = city().await;
    let demo = city.room.demo.as_ref().unwrap();
    let text = "{ services(first: 100) { nodes { code channels documents { name } } } sourceSystems { slug } }";
    let before = city.data(text).await;
    demo.clear().await.unwrap();
    assert_eq!(city.data(text).await, json!({ "services": { "nodes": [] }, "sourceSystems": [] }));
    demo.load(&Silent).await.unwrap();
    assert_eq!(city.data(text).await, before);
}

#[tokio::test]
async fn the_subgraph_reads_as_agreed() {
    insta::assert_snapshot!("services.graphql", city().await.room.subgraph.sdl());
}

#[test]
fn terms_and_fees_have_words_in_three_languages() {
    let mut said = String::new();
    for unit in [Unit::Minutes, Unit::WorkingDays, Unit::Days] {
        for amount in [1, 2, 15, 21] {
            for term in [Term::Exactly { amount, unit }, Term::UpTo { amount, unit }, Term::AsARule { amount, unit }] {
                said += &format!("{:?}\n", words::term(term));
            }
        }
        said += &format!("{:?}\n", words::term(Term::Several { unit }));
    }
    for term in [
        Term::AtOnce {},
        Term::AfterRegistration {},
        Term::SameDay {},
        Term::ByBooking {},
        Term::ByCompetition {},
        Term::ByVisit {},
        Term::Depends {},
    ] {
        said += &format!("{:?}\n", words::term(term));
    }
    for fee in
        [Fee::Free {}, Fee::Duty { mci: None }, Fee::Duty { mci: Some("0.20".parse().unwrap()) }, Fee::Contract {}, Fee::Unverified {}]
    {
        said += &format!("{:?}\n", words::fee(fee));
    }
    insta::assert_snapshot!("words", said.replace("LocalizedText ", ""));
}

proptest::proptest! {
    #[test]
    fn every_word_of_a_title_finds_its_service(kk in "[А-Яа-яӘәҒғҚқҢңӨөҰұҮүҺһІі ё%_!-]{0,60}", en in "\\PC{0,60}") {
        let title = kernel::LocalizedText { kk: kk.clone(), ru: String::new(), en: en.clone() };
        let folded = model::folded("code", &title, &kernel::LocalizedText::default());
        for word in [kk, en].iter().flat_map(|name| model::search_words(name).unwrap()) {
            proptest::prop_assert!(folded.contains(&word), "{word}");
        }
    }

    #[test]
    fn folding_twice_changes_nothing(text in "\\PC*") {
        let once = kernel::fold(&text);
        proptest::prop_assert_eq!(kernel::fold(&once), once);
    }
}
