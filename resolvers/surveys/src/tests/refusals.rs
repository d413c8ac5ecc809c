//! Every act and all that can be wrong with it: what each is answered with, and that nothing is written.

use kernel::{Actor, Role, ServiceId, SurveyId};
use scratch::refusals::{Refusals, Wrong, with};
use serde_json::{Value, json};

use super::{
    house::{TestHouse, citizen, houses, noon, person},
    keeping::{analyst, close, draft, key, opened},
};

const ASK: &str = "mutation($input: RequestBallotInput!) { requestBallot(input: $input) { ballot { token } errors { code } } }";
const SAVE: &str = "mutation($input: SaveSurveyInput!) { saveSurvey(input: $input) { survey { id } errors { code } } }";

fn strangers() -> [(&'static str, Actor); 3] {
    let roles = [Role::Citizen, Role::Officer, Role::Supervisor, Role::Steward, Role::Auditor, Role::Admin];
    [("nobody", Actor::Anonymous), ("whoever has every other role", person("somebody", &roles)), ("the house", Actor::System)]
}

/// Another draft, of which nobody has the key.
fn other_draft(slug: &str) -> Value {
    let mut input = draft(0, "ANONYMOUS");
    input.as_object_mut().unwrap().remove("idempotencyKey");
    with(&input, "slug", slug)
}

/// What analysts do; gives a draft.
async fn keeping(house: &TestHouse, table: &mut Refusals, survey: &str) {
    let act = "saveSurvey";
    let input = other_draft("another");
    table.actors(act, Wrong::Role, &strangers(), &input).await;
    table.wrong(act, Wrong::State, "a slug that is taken", &analyst(), &with(&input, "slug", "after-visit")).await;
    table.wrong(act, Wrong::State, "no such service", &analyst(), &with(&input, "about", json!([ServiceId::of_slug("x").global()]))).await;
    table.wrong(act, Wrong::State, "no question", &analyst(), &with(&input, "questions", json!([]))).await;
    let of_open = with(&with(&input, "survey", survey), "version", 2);
    table.wrong(act, Wrong::State, "an open one", &analyst(), &of_open).await;
    table.keys(act, &analyst(), &input, &key(1)).await;
    table.texts(act, &analyst(), &input, &["questions.0.visibleIf"], &[]).await;
    let saved = house.mutate(SAVE, with(&input, "idempotencyKey", key(30)), analyst(), noon()).await["saveSurvey"]["survey"]["id"].take();
    let again = with(&input, "survey", saved.clone());
    table.wrong(act, Wrong::Stale, "another", &analyst(), &with(&again, "version", 7)).await;
    for (act, id, unfit) in [("openSurvey", &saved, &json!(survey)), ("closeSurvey", &json!(survey), &saved)] {
        let version = if act == "openSurvey" { 1 } else { 2 };
        let input = json!({ "survey": id, "version": version });
        table.actors(act, Wrong::Role, &strangers(), &input).await;
        table.wrong(act, Wrong::State, "nothing there", &analyst(), &with(&input, "survey", SurveyId::of_slug("x").global())).await;
        table.wrong(act, Wrong::State, "the wrong state", &analyst(), &json!({ "survey": unfit, "version": 3 - version })).await;
        table.wrong(act, Wrong::Stale, "another", &analyst(), &with(&input, "version", 7)).await;
        table.keys(act, &analyst(), &input, &key(1)).await;
    }
    let all = ["saveSurvey", "openSurvey", "closeSurvey"];
    table.never(Wrong::Party, "analysts keep the surveys of all", &all);
    table.never(Wrong::Late, "it is done at any time", &all);
}

/// What everybody does.
async fn answering(house: &TestHouse, table: &mut Refusals, survey: &str) {
    let act = "requestBallot";
    let input = json!({ "survey": survey });
    table.actors(act, Wrong::Role, &[("nobody", Actor::Anonymous), ("the house", Actor::System)], &input).await;
    table.wrong(act, Wrong::State, "nothing there", &citizen(), &json!({ "survey": "x" })).await;
    table.wrong(act, Wrong::Key, "no UUID", &citizen(), &with(&input, "idempotencyKey", "x")).await;
    let asked = house.mutate(ASK, with(&input, "idempotencyKey", key(40)), citizen(), noon()).await["requestBallot"].take();
    table.wrong(act, Wrong::State, "asked already", &citizen(), &input).await;

    let act = "submitSurveyResponse";
    let answers = json!([{ "question": "q1", "value": { "mark": 2 } }, { "question": "q3", "value": { "text": "Ұзақ" } }]);
    let input = json!({ "survey": survey, "ballot": asked["ballot"]["token"], "answers": answers });
    table.wrong(act, Wrong::Party, "no ballot", &Actor::Anonymous, &with(&input, "ballot", "x")).await;
    table.wrong(act, Wrong::State, "no such survey", &Actor::Anonymous, &with(&input, "survey", "x")).await;
    table.wrong(act, Wrong::State, "no answer", &Actor::Anonymous, &with(&input, "answers", json!([]))).await;
    table.wrong(act, Wrong::Key, "no UUID", &Actor::Anonymous, &with(&input, "idempotencyKey", "x")).await;
    table.texts(act, &Actor::Anonymous, &with(&input, "answers", json!([])), &[], &[]).await;
    let said = |text: String| json!([{ "question": "q1", "value": { "mark": 2 } }, { "question": "q3", "value": { "text": text } }]);
    table.wrong(act, Wrong::Empty, "an answer", &Actor::Anonymous, &with(&input, "answers", said(" \n ".to_owned()))).await;
    table
        .wrong(act, Wrong::Long, "an answer of a megabyte", &Actor::Anonymous, &with(&input, "answers", said("a".repeat(1_000_000))))
        .await;
    close(house, survey).await;
    table.wrong(act, Wrong::Late, "closed", &Actor::Anonymous, &input).await;
    table.wrong("requestBallot", Wrong::Late, "closed", &person("other", &[Role::Citizen]), &with(&json!({}), "survey", survey)).await;
    table.never(Wrong::Role, "whoever has a ballot, whatever their office", &[act]);
    table.never(Wrong::Party, "a survey is everybody’s", &["requestBallot"]);
}

#[tokio::test]
async fn whatever_is_wrong_with_an_act_is_refused_in_words_and_nothing_is_written() {
    for house in houses().await {
        let survey = opened(&house, "ANONYMOUS").await;
        let mut table = Refusals::new(&house.room.subgraph, &house.database.reader, noon()).await;
        keeping(&house, &mut table, &survey).await;
        answering(&house, &mut table, &survey).await;
        insta::assert_snapshot!("refusals", table.finish());
    }
}
