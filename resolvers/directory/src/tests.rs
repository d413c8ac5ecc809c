//! The room over a database of its own: SQLite, or PostgreSQL where `TURKISTAN_TEST_POSTGRES` names a server.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeZone, Utc};
use journal::{Database, House, Options, Progress, Room, Target};
use kernel::{
    Actor, Call, Code, DistrictId, GraphHandle, Locale, LocalizedText, ManualClock, Operation, OperationKind, PartyId, Person, PersonId,
    Personal, Request, Role, system_rng,
};
use migrations::{Migrator, MigratorTrait};
use scratch::Scratch;
use serde_json::{Map, Value, json};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::model;

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
    async fn ask(&self, actor: Actor, text: &str) -> (Value, Vec<Code>) {
        self.ask_with(actor, text, json!({})).await
    }

    async fn ask_with(&self, actor: Actor, text: &str, variables: Value) -> (Value, Vec<Code>) {
        let request = Arc::new(Request::new(actor, Locale::En, "test", self.now));
        let operation = Arc::new(Operation::new(OperationKind::Query, text.to_owned()));
        let Value::Object(variables) = variables else { unreachable!("variables are an object") };
        let answer = self.room.subgraph.execute(Call { operation: &operation, variables: variables.into(), request: &request }).await;
        (answer.data.into(), answer.faults.into_iter().map(|fault| fault.code).collect())
    }

    async fn data(&self, actor: Actor, text: &str) -> Value {
        let (data, faults) = self.ask(actor, text).await;
        assert_eq!(faults, [], "{text}");
        data
    }

    async fn entities(&self, actor: Actor, representations: Value, selection: &str) -> Value {
        let text = format!("query($r: [_Any!]!) {{ _entities(representations: $r) {{ __typename {selection} }} }}");
        let variables = Map::from_iter([("r".to_owned(), representations)]);
        let (data, faults) = self.ask_with(actor, &text, Value::Object(variables)).await;
        assert_eq!(faults, []);
        data["_entities"].clone()
    }
}

fn person(slug: &str, role: Role, party: Option<&str>) -> Actor {
    Actor::Person(Person { id: PersonId::of_slug(slug), roles: vec![role], party: party.map(PartyId::of_slug), locale: Locale::Ru })
}

#[tokio::test]
async fn a_party_is_known_in_three_languages_with_its_place_in_the_city() {
    let city = city().await;
    let data = city
        .data(
            Actor::Anonymous,
            "{ party(slug: \"water-arys\") { slug kind synthetic kk: name(locale: KK) ru: name(locale: RU) name
               territories { slug name kato } supervisedBy { slug synthetic supervisedBy { slug } } } }",
        )
        .await;
    assert_eq!(
        data["party"],
        json!({
            "slug": "water-arys", "kind": "UTILITY", "synthetic": true,
            "kk": "Арыс су арнасы", "ru": "Водоканал: Арысь", "name": "Water utility: Arys",
            "territories": [{ "slug": "arys", "name": "Arys city", "kato": "611600000" }],
            "supervisedBy": { "slug": "energy-housing", "synthetic": false, "supervisedBy": { "slug": "akim-office" } },
        })
    );
}

#[tokio::test]
async fn a_body_of_the_region_serves_every_district_cities_first() {
    let city = city().await;
    let data = city.data(Actor::Anonymous, "{ districts { id slug } party(slug: \"education\") { territories { id slug } } }").await;
    assert_eq!(data["districts"].as_array().unwrap().len(), 17);
    assert_eq!(data["party"]["territories"], data["districts"]);
    assert_eq!(data["districts"][0], json!({ "id": DistrictId::of_slug("turkistan-city").global(), "slug": "turkistan-city" }));
}

#[tokio::test]
async fn parties_are_found_by_words_of_their_name_in_any_language_and_alphabet() {
    let city = city().await;
    for (query, found) in [
        ("АРЫС су", &["water-arys"][..]),
        ("водоканал: арысь", &["water-arys"]),
        ("water arys", &["water-arys"]),
        ("цифрландыру", &["digitalization"]),
        ("Цифровизации", &["digitalization"]),
        ("турkistan", &[]),
        ("100%", &[]),
        ("_", &[]),
        ("!", &[]),
    ] {
        let text = format!("{{ parties(query: {query:?}, first: 100) {{ nodes {{ slug }} }} }}");
        let data = city.data(Actor::Anonymous, &text).await;
        let slugs: Vec<&str> = data["parties"]["nodes"].as_array().unwrap().iter().map(|node| node["slug"].as_str().unwrap()).collect();
        assert_eq!(slugs, found, "{query}");
    }
    let (_, faults) = city.ask(Actor::Anonymous, &format!("{{ parties(query: \"{}\") {{ nodes {{ slug }} }} }}", "а".repeat(101))).await;
    assert_eq!(faults, [Code::BadUserInput]);
}

#[tokio::test]
async fn pages_hold_every_party_once() {
    let city = city().await;
    let mut seen = Vec::new();
    let mut after = Value::Null;
    loop {
        let text = "query($after: String) { parties(first: 40, after: $after) { nodes { slug } pageInfo { hasNextPage endCursor } } }";
        let (data, faults) = city.ask_with(Actor::Anonymous, text, json!({ "after": after })).await;
        assert_eq!(faults, []);
        let page = &data["parties"];
        seen.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["slug"].as_str().unwrap().to_owned()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!((count, seen.len()), (93, 93));
    for text in ["{ parties(first: 0) { nodes { id } } }", "{ parties(after: \"x\") { nodes { id } } }"] {
        assert_eq!(city.ask(Actor::Anonymous, text).await.1, [Code::BadUserInput], "{text}");
    }
}

#[tokio::test]
async fn every_kind_of_party_can_be_asked_for() {
    let city = city().await;
    for (kind, count) in
        [("DIRECTORATE", 25), ("DISTRICT_AKIMAT", 14), ("CITY_AKIMAT", 3), ("UTILITY", 39), ("HEALTH_FACILITY", 3), ("OFFICE", 1)]
    {
        let text = format!("{{ parties(kind: {kind}, first: 100) {{ nodes {{ kind }} }} }}");
        let data = city.data(Actor::Anonymous, &text).await;
        assert_eq!(data["parties"]["nodes"].as_array().unwrap().len(), count, "{kind}");
    }
}

#[tokio::test]
async fn officers_are_listed_only_by_those_who_watch_over_them() {
    let city = city().await;
    let text = "{ party(slug: \"water-turkistan-city\") { officers { id name party { slug } } } }";
    for (actor, listed) in [
        (Actor::System, Ok(true)),
        (person("admin", Role::Admin, Some("akim-office")), Ok(true)),
        (person("officer", Role::Officer, Some("water-turkistan-city")), Ok(true)),
        (person("supervisor", Role::Supervisor, Some("energy-housing")), Ok(true)),
        (person("officer-roads", Role::Officer, Some("passenger-transport-roads")), Ok(false)),
        (person("education.1", Role::Supervisor, Some("education")), Ok(false)),
        (person("analyst", Role::Analyst, Some("akim-office")), Err(Code::Forbidden)),
        (person("citizen", Role::Citizen, None), Err(Code::Forbidden)),
        (Actor::Anonymous, Err(Code::Unauthenticated)),
    ] {
        let (data, faults) = city.ask(actor.clone(), text).await;
        let officers = &data["party"]["officers"];
        match listed {
            Ok(true) => assert_eq!((officers.as_array().unwrap().len(), faults), (3, vec![]), "{actor:?}"),
            Ok(false) => assert_eq!((officers, faults), (&Value::Null, vec![]), "{actor:?}"),
            Err(code) => assert_eq!((officers, faults), (&Value::Null, vec![code]), "{actor:?}"),
        }
    }
}

#[tokio::test]
async fn an_officers_address_is_for_the_house_alone() {
    let city = city().await;
    let text = "{ party(slug: \"water-turkistan-city\") { officers { email locale } } }";
    let data = city.data(Actor::System, text).await;
    assert_eq!(data["party"]["officers"][0], json!({ "email": "officer@turkistan.example", "locale": "KK" }));
    let (data, faults) = city.ask(person("supervisor", Role::Supervisor, Some("energy-housing")), text).await;
    assert_eq!(data["party"]["officers"][0], json!({ "email": null, "locale": null }));
    assert!(faults.iter().all(|code| *code == Code::Forbidden) && faults.len() == 6, "{faults:?}");
}

#[tokio::test]
async fn the_viewer_is_what_the_token_says() {
    let city = city().await;
    let text = "{ viewer { id roles locale party { slug } } }";
    assert_eq!(city.data(Actor::Anonymous, text).await, json!({ "viewer": null }));
    let officer = person("officer", Role::Officer, Some("water-turkistan-city"));
    let viewer = city.data(officer.clone(), text).await["viewer"].clone();
    assert_eq!((&viewer["roles"], &viewer["locale"]), (&json!(["OFFICER"]), &json!("RU")));
    assert_eq!(viewer["party"]["slug"], "water-turkistan-city");
    let myself = json!([{ "__typename": "Viewer", "id": viewer["id"] }]);
    assert_eq!(city.entities(officer, myself.clone(), "").await, json!([{ "__typename": "Viewer" }]));
    assert_eq!(city.entities(person("admin", Role::Admin, None), myself, "").await, json!([null]));
}

#[tokio::test]
async fn what_is_absent_or_not_to_be_seen_is_null_and_the_rest_stays() {
    let city = city().await;
    let things = json!([
        { "__typename": "Party", "id": PartyId::of_slug("water-arys").global() },
        { "__typename": "Party", "id": PartyId::of_slug("nobody").global() },
        { "__typename": "Party", "id": "not an id" },
        { "__typename": "District", "id": DistrictId::of_slug("arys").global() },
        { "__typename": "District", "id": PartyId::of_slug("water-arys").global() },
        { "__typename": "Officer", "id": PersonId::of_slug("officer").global() },
    ]);
    let public = city.entities(Actor::Anonymous, things.clone(), "").await;
    assert_eq!(public, json!([{ "__typename": "Party" }, null, null, { "__typename": "District" }, null, null]));
    let colleague = city.entities(person("analyst", Role::Analyst, Some("akim-office")), things, "... on Officer { name }").await;
    assert_eq!(colleague[5], json!({ "__typename": "Officer", "name": "Ерлан Сейітқали" }));
}

#[tokio::test]
async fn a_fault_in_one_field_leaves_the_fields_beside_it() {
    let city = city().await;
    let text =
        "{ district(slug: \"arys\") { slug } parties(first: 0) { nodes { id } } party(slug: \"education\") { slug officers { name } } }";
    let (data, faults) = city.ask(Actor::Anonymous, text).await;
    assert_eq!(data, json!({ "district": { "slug": "arys" }, "parties": null, "party": { "slug": "education", "officers": null } }));
    assert_eq!(faults, [Code::BadUserInput, Code::Unauthenticated]);
}

#[tokio::test]
async fn statements_do_not_grow_with_the_list() {
    let city = open(Turn::Alone(QUIET.write().await)).await;
    let mut counts = Vec::new();
    for first in [2, 90] {
        let before = journal::statements();
        let text =
            format!("{{ parties(first: {first}) {{ nodes {{ territories {{ slug }} supervisedBy {{ slug }} officers {{ name }} }} }} }}");
        city.data(Actor::System, &text).await;
        counts.push(journal::statements() - before);
    }
    // Parties; pairs and districts; supervisors; officers.
    assert_eq!(counts, [5, 5]);
}

#[tokio::test]
async fn clearing_leaves_an_empty_room_that_loads_again() {
    let city = city().await;
    let demo = city.room.demo.as_ref().unwrap();
    let people = "{ party(slug: \"education\") { officers { name email } } }";
    let before = city.data(Actor::System, people).await;
    demo.clear().await.unwrap();
    assert_eq!(
        city.data(Actor::System, "{ parties { nodes { id } } districts { id } }").await,
        json!({ "parties": { "nodes": [] }, "districts": [] })
    );
    demo.load(&Silent).await.unwrap();
    assert_eq!(city.data(Actor::System, people).await, before);
}

#[tokio::test]
async fn the_subgraph_reads_as_agreed() {
    insta::assert_snapshot!("directory.graphql", city().await.room.subgraph.sdl());
}

#[test]
fn words_of_a_query_are_folded_and_bounded() {
    assert_eq!(model::words("").unwrap(), Vec::<String>::new());
    assert_eq!(model::words("  СУ  арнасЫ ").unwrap(), ["су", "арнасы"]);
    assert!(model::words(&"а".repeat(model::QUERY_CHARS_MAX)).is_some());
    assert!(model::words(&"а".repeat(model::QUERY_CHARS_MAX + 1)).is_none());
}

proptest::proptest! {
    #[test]
    fn every_word_of_every_name_finds_its_party(kk in "[А-Яа-яӘәҒғҚқҢңӨөҰұҮүҺһІі ё%_!-]{0,60}", ru in "\\PC{0,60}") {
        let name = LocalizedText { kk: kk.clone(), ru: ru.clone(), en: String::new() };
        let folded = model::folded("slug", &name);
        for word in [kk, ru].iter().flat_map(|name| model::words(name).unwrap()) {
            proptest::prop_assert!(folded.contains(&word), "{word}");
        }
    }
}
