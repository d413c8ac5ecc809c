//! Every act and all that can be wrong with it: what each is answered with, and that nothing is written.

use chrono::TimeDelta;
use kernel::{Actor, FeedbackId, PersonId, RatingId, Role, ServiceId};
use scratch::refusals::{HOSTILE, Refusals, Wrong, with};
use serde_json::{Value, json};

use super::house::{KEY, REFERENCE, TestHouse, citizen, houses, noon, person, service};

const RATE: &str = "mutation($input: RateServiceInput!) { rateService(input: $input) { key rating { id comment } errors { code } } }";
const ANSWER: &str = "mutation($input: RateAnswerInput!) { rateAnswer(input: $input) { rating { id comment } errors { code } } }";
const OWN: &str = "01914f7a-0000-7000-8000-000000000001";

/// A mark with a comment that the citizen gave; its id.
async fn rated(house: &TestHouse) -> Value {
    let input = json!({ "idempotencyKey": OWN, "service": service().global(), "stars": 4, "comment": "Жақсы", "locale": "KK" });
    house.mutate(RATE, input, citizen(), noon()).await["rateService"]["rating"]["id"].take()
}

async fn services(table: &mut Refusals) {
    let act = "rateService";
    let input = json!({ "service": service().global(), "stars": 4, "locale": "KK" });
    let unknown = ServiceId::of_slug("no-such").global();
    for (what, input) in [
        ("no service", with(&input, "service", "x")),
        ("an unknown service", with(&input, "service", unknown)),
        ("another kind of thing", with(&input, "service", PersonId::of_slug("x").global())),
        ("no star", with(&input, "stars", 0)),
        ("six stars", with(&input, "stars", 6)),
    ] {
        table.wrong(act, Wrong::State, what, &Actor::Anonymous, &input).await;
    }
    table.wrong(act, Wrong::State, "rated already", &citizen(), &input).await;
    table.texts(act, &Actor::Anonymous, &input, &["comment"], &[("comment", 2000)]).await;
    table.keys(act, &citizen(), &input, OWN).await;
}

async fn answers(house: &TestHouse, table: &mut Refusals) {
    let act = "rateAnswer";
    let input = json!({ "reference": REFERENCE, "key": KEY, "stars": 4 });
    table.wrong(act, Wrong::Party, "a wrong key", &citizen(), &with(&input, "key", "x")).await;
    table.wrong(act, Wrong::State, "an unknown number", &citizen(), &with(&input, "reference", "TK-2026-999999")).await;
    table.wrong(act, Wrong::State, "six stars", &citizen(), &with(&input, "stars", 6)).await;
    *house.neighbours.status.lock().unwrap() = "IN_PROGRESS";
    table.wrong(act, Wrong::State, "not answered", &citizen(), &input).await;
    *house.neighbours.status.lock().unwrap() = "ANSWERED";
    table.texts(act, &citizen(), &input, &["comment"], &[("comment", 2000)]).await;
    table.keys(act, &citizen(), &input, OWN).await;
    house.mutate(ANSWER, with(&input, "idempotencyKey", "01914f7a-0000-7000-8000-000000000002"), Actor::Anonymous, noon()).await;
    table.wrong(act, Wrong::State, "rated already", &citizen(), &input).await;
}

async fn erasures(table: &mut Refusals, rating: &Value) {
    let act = "eraseRatingComment";
    let input = json!({ "rating": rating });
    let strangers = [("nobody", Actor::Anonymous), ("another citizen", person("other", &[Role::Citizen]))];
    table.actors(act, Wrong::Party, &strangers, &input).await;
    table.actors(act, Wrong::Role, &[("an auditor", person("auditor", &[Role::Auditor]))], &input).await;
    table.wrong(act, Wrong::State, "no rating", &citizen(), &with(&input, "rating", "x")).await;
    table.wrong(act, Wrong::State, "an unknown rating", &citizen(), &with(&input, "rating", RatingId::of_slug("x").global())).await;
    table.texts(act, &Actor::Anonymous, &with(&input, "key", "x"), &[], &[]).await;
    table.keys(act, &citizen(), &input, OWN).await;
    let act = "eraseAnswerComments";
    let input = json!({ "feedback": FeedbackId::of_slug("report").global() });
    let roles = [Role::Citizen, Role::Officer, Role::Supervisor, Role::Auditor, Role::Admin];
    let everybody = [("nobody", Actor::Anonymous), ("whoever has every role", person("somebody", &roles))];
    table.actors(act, Wrong::Role, &everybody, &input).await;
    table.wrong(act, Wrong::State, "no report", &Actor::System, &json!({ "feedback": "x" })).await;
    table.wrong(act, Wrong::Key, "no UUID", &Actor::System, &with(&input, "idempotencyKey", "x")).await;
}

#[tokio::test]
async fn whatever_is_wrong_with_an_act_is_refused_in_words_and_nothing_is_written() {
    for house in houses().await {
        let rating = rated(&house).await;
        let mut table = Refusals::new(&house.room.subgraph, &house.database.reader, noon() + TimeDelta::days(1)).await;
        services(&mut table).await;
        answers(&house, &mut table).await;
        erasures(&mut table, &rating).await;
        table.never(Wrong::Role, "anybody rates, whatever their office", &["rateService", "rateAnswer"]);
        table.never(Wrong::Empty, "a mark needs no comment", &["rateService"]);
        table.never(Wrong::Party, "a service is everybody’s", &["rateService"]);
        table.never(Wrong::Party, "the house erases for all", &["eraseAnswerComments"]);
        table.never(
            Wrong::Late,
            "a service is rated and a comment erased at any time",
            &["rateService", "eraseRatingComment", "eraseAnswerComments"],
        );
        table.never(Wrong::Late, "an answer stands until it is contested, and then is none", &["rateAnswer"]);
        insta::assert_snapshot!("refusals", table.finish());
    }
}

#[tokio::test]
async fn hostile_comments_are_kept_as_text() {
    for house in houses().await {
        for (number, hostile) in HOSTILE.iter().enumerate() {
            let key = format!("01914f7a-0000-7000-8000-{number:012}");
            let input = json!({ "idempotencyKey": key, "service": service().global(), "stars": 1, "comment": hostile, "locale": "KK" });
            let rating = house.mutate(RATE, input, person(&key, &[Role::Citizen]), noon()).await["rateService"]["rating"].take();
            assert_eq!(rating["comment"], *hostile);
        }
        assert_eq!(house.perform_due(noon()).await.len(), HOSTILE.len());
        let asked = house.neighbours.asked.lock().unwrap();
        let mut filed: Vec<&str> = asked.iter().filter_map(|(_, variables, _)| variables["input"]["text"].as_str()).collect();
        filed.sort_unstable();
        let mut said = HOSTILE.to_vec();
        said.sort_unstable();
        assert_eq!(filed, said);
    }
}
