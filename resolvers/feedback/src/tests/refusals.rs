//! Every act and all that can be wrong with it: what each is answered with, and that nothing is written.

mod desk;
mod hostile;
mod lists;
mod reports;

use chrono::TimeDelta;
use kernel::{Actor, Clock, PartyId};
use scratch::refusals::{Refusals, Wrong};
use serde_json::{Value, json};

use super::{
    city::{City, Filed, city, codes, merge, water},
    people::{auditor, citizen, officer, supervisor},
};

fn roads() -> String {
    PartyId::of_slug("passenger-transport-roads").global()
}

/// An input with more in it, or something else.
fn with(input: &Value, more: Value) -> Value {
    let mut input = input.clone();
    merge(&mut input, more);
    input
}

fn on(filed: &Filed, version: i64) -> Value {
    json!({ "case": filed.case(), "version": version })
}

/// Whoever does no work on cases.
fn strangers() -> [(&'static str, Actor); 3] {
    [("nobody", Actor::Anonymous), ("a citizen", citizen()), ("an auditor", auditor())]
}

/// Keys that were used for other acts.
struct Used {
    officer: String,
    supervisor: String,
    nobody: String,
}

async fn used_keys(city: &City, filed: &Filed) -> Used {
    let used = Used { officer: city.key(), supervisor: city.key(), nobody: city.key() };
    for (actor, key) in [(officer(), &used.officer), (supervisor(), &used.supervisor)] {
        city.do_work(&actor, "noteOnCase", filed, json!({ "text": "Бардық", "idempotencyKey": key })).await;
    }
    city.file(&Actor::Anonymous, with(&water(), json!({ "idempotencyKey": used.nobody }))).await;
    used
}

/// Does something that must be possible, and gives the payload.
async fn done(city: &City, actor: &Actor, act: &str, selection: &str, input: Value) -> Value {
    let payload = city.act(actor, act, selection, input).await;
    assert_eq!(codes(&payload), [""; 0], "{act}");
    payload
}

async fn table(city: &City) -> Refusals {
    Refusals::new(&city.room.subgraph, &city.database.reader, city.clock.now()).await
}

/// What only the house does, and what supervisors do to the rules of all.
async fn house_acts(city: &City, table: &mut Refusals, used: &Used) {
    let digest = "a".repeat(64);
    let inputs = [
        ("announceUpload", json!({ "digest": digest, "mediaType": "JPEG", "bytes": 10 })),
        ("completeUpload", json!({ "claim": "x" })),
        ("noteBounce", json!({ "reference": "TK-2026-000001" })),
    ];
    for (act, input) in &inputs {
        table.actors(act, Wrong::Role, &strangers(), input).await;
        table.actors(act, Wrong::Role, &[("an officer", officer()), ("a supervisor", supervisor())], input).await;
        table.wrong(act, Wrong::Key, "no UUID", &Actor::System, &with(input, json!({ "idempotencyKey": "x" }))).await;
    }
    let acts = inputs.map(|(act, _)| act);
    for wrong in [Wrong::Party, Wrong::State, Wrong::Late, Wrong::Empty, Wrong::Long] {
        table.never(wrong, "only the house says it", &acts);
    }
    let mistaken = json!({ "files": [{ "name": "routing.v2.toml", "text": "x" }] });
    let unknown = with(&mistaken, json!({ "digest": digest }));
    for (act, input) in [("simulateRules", &mistaken), ("publishRules", &unknown), ("rollBackSuggester", &json!({}))] {
        table.actors(act, Wrong::Role, &strangers(), input).await;
        table.actors(act, Wrong::Role, &[("an officer", officer())], input).await;
        table.wrong(act, Wrong::State, "nothing that could be", &supervisor(), input).await;
        table.keys(act, &supervisor(), input, &used.supervisor).await;
        if act != "rollBackSuggester" {
            table.texts(act, &supervisor(), input, &[], &[]).await;
        }
    }
    let acts = ["simulateRules", "publishRules", "rollBackSuggester"];
    table.never(Wrong::Party, "rules and suggester are the city’s", &acts);
    table.never(Wrong::Late, "it is done at any time", &acts);
    assert_eq!(city.version(&city.file(&Actor::Anonymous, water()).await).await, 1);
}

#[tokio::test]
async fn whatever_is_wrong_with_an_act_is_refused_in_words_and_nothing_is_written() {
    let city = city().await;
    let (filed, over) = (city.routed(water()).await, city.routed(water()).await);
    let used = used_keys(&city, &filed).await;
    city.respond(&over).await;
    city.settle().await;
    let mut table = table(&city).await;
    desk::cases(&city, &mut table, &used, &filed, &over).await;
    desk::things(&city, &mut table, &used, &filed).await;
    lists::kept(&city, &mut table, &used).await;
    house_acts(&city, &mut table, &used).await;
    reports::acts(&city, &mut table, &used, &filed, &over).await;
    reports::filing(&city, &mut table, &used).await;
    reports::joining(&city, &mut table, &used, &filed, &over).await;
    reports::areas(&city, &mut table, &used).await;
    city.pass_days(31).await;
    table.now = city.clock.now();
    reports::late(&mut table, &over).await;
    city.clock.advance(TimeDelta::seconds(1));
    insta::assert_snapshot!("refusals", table.finish());
}
