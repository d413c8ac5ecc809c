//! What everybody does: files, joins, follows, and does to a report of their own.

use chrono::TimeDelta;
use kernel::{Actor, AttachmentId, Clock, GlobalId};
use scratch::refusals::{Refusals, Wrong};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    super::{
        attachments::photo,
        city::{City, Filed, appeal, category, district, water},
        people::{citizen, officer, person},
    },
    Used, done, with,
};

fn own(filed: &Filed) -> Value {
    json!({ "reference": filed.reference, "key": filed.key })
}

fn other_citizen() -> Actor {
    person("other-citizen", kernel::Role::Citizen, None)
}

/// What a reporter does to a report.
pub(super) async fn acts(city: &City, table: &mut Refusals, used: &Used, filed: &Filed, over: &Filed) {
    type Act<'a> = (&'static str, Value, &'a Filed, &'static [(&'static str, usize)]);
    let asked = city.routed(water()).await;
    city.do_work(&officer(), "acceptCase", &asked, json!({})).await;
    city.do_work(&officer(), "askReporter", &asked, json!({ "text": "Қай пәтер?" })).await;
    let acts: [Act<'_>; 5] = [
        ("answerQuestion", json!({ "text": "17" }), filed, &[("text", 2000)]),
        ("contestClosure", json!({ "reason": "Су жоқ" }), filed, &[("reason", 2000)]),
        ("withdrawFeedback", json!({}), over, &[]),
        ("eraseFeedback", json!({}), filed, &[]),
        ("requestConfirmation", json!({}), over, &[]),
    ];
    for (act, more, unfit, limits) in acts {
        let input = with(&own(&asked), more.clone());
        let keyless = with(&input, json!({ "key": null }));
        table
            .actors(act, Wrong::Role, &[("an officer without the key", officer()), ("nobody without the key", Actor::Anonymous)], &keyless)
            .await;
        table.wrong(act, Wrong::Party, "another report’s key", &Actor::Anonymous, &with(&input, json!({ "key": filed.key }))).await;
        table.actors(act, Wrong::Party, &[("another citizen", other_citizen())], &keyless).await;
        let unknown = with(&input, json!({ "reference": "TK-2026-999999" }));
        table.wrong(act, Wrong::State, "an unknown number", &Actor::Anonymous, &unknown).await;
        table.wrong(act, Wrong::State, "the wrong state", &Actor::Anonymous, &with(&own(unfit), more)).await;
        table.keys(act, &Actor::Anonymous, &input, &used.nobody).await;
        table.texts(act, &Actor::Anonymous, &input, &[], limits).await;
    }
    let answer = with(&own(&asked), json!({ "text": "17", "attachments": ["x"] }));
    table.wrong("answerQuestion", Wrong::Attachment, "none", &Actor::Anonymous, &answer).await;
    let at_any_time = ["answerQuestion", "withdrawFeedback", "eraseFeedback", "requestConfirmation"];
    table.never(Wrong::Late, "as long as the report is in the state", &at_any_time);
}

/// When a month is over.
pub(super) async fn late(table: &mut Refusals, over: &Filed) {
    let contest = with(&own(over), json!({ "reason": "Су жоқ" }));
    table.wrong("contestClosure", Wrong::Late, "after 30 days", &Actor::Anonymous, &contest).await;
}

pub(super) async fn filing(city: &City, table: &mut Refusals, used: &Used) {
    let act = "submitFeedback";
    let nothing = |field: &str| with(&water(), json!({ field: AttachmentId::of_slug("x").global() }));
    for (what, input) in [
        ("no such subject", nothing("category")),
        ("no such service", nothing("service")),
        ("no such district", with(&water(), json!({ "place": { "district": "x" } }))),
        ("a place far away", with(&water(), json!({ "place": { "point": { "lat": 1.0, "lon": 2.0 } } }))),
        ("an appeal of nobody", with(&appeal(), json!({ "contact": null }))),
        ("answers to other questions", with(&water(), json!({ "answers": [{ "question": "x", "values": ["y"] }] }))),
    ] {
        table.wrong(act, Wrong::State, what, &Actor::Anonymous, &input).await;
    }
    let theirs = city.upload(with(&photo("theirs"), json!({ "uploader": citizen().person().unwrap().id.global() }))).await;
    for (what, claim) in [("none", "x"), ("another person’s", theirs.as_str())] {
        table.wrong(act, Wrong::Attachment, what, &Actor::Anonymous, &with(&water(), json!({ "attachments": [claim] }))).await;
    }
    table.keys(act, &Actor::Anonymous, &with(&water(), json!({ "text": "Басқа" })), &used.nobody).await;
    let mut input = appeal();
    input["answers"] = json!([{ "question": "x", "values": [] }]);
    table.texts(act, &Actor::Anonymous, &input, &[], &[("text", 10_000), ("place.address", 2_000), ("contact.name", 200)]).await;
    table.never(Wrong::Role, "everybody files, whatever their office", &[act]);
    table.never(Wrong::Party, "a report is new", &[act]);
    table.never(Wrong::Late, "a report is new", &[act]);
}

pub(super) async fn joining(city: &City, table: &mut Refusals, used: &Used, filed: &Filed, over: &Filed) {
    let act = "joinFeedback";
    let named = |filed: &Filed| json!({ "reference": filed.reference, "locale": "KK" });
    let (mine, theirs) = (city.file(&citizen(), water()).await, city.routed(appeal()).await);
    table.wrong(act, Wrong::Party, "one’s own", &citizen(), &named(&mine)).await;
    table.wrong(act, Wrong::State, "an appeal", &citizen(), &named(&theirs)).await;
    table.wrong(act, Wrong::State, "an answered one", &citizen(), &named(over)).await;
    table.wrong(act, Wrong::State, "an unknown number", &citizen(), &with(&named(filed), json!({ "reference": "x" }))).await;
    table.keys(act, &Actor::Anonymous, &named(filed), &used.nobody).await;
    table.texts(act, &Actor::Anonymous, &named(filed), &[], &[]).await;
    table.never(Wrong::Late, "it is joined as long as it is open", &[act]);

    let act = "confirmContact";
    let waiting = done(city, &Actor::Anonymous, "submitFeedback", "feedback { reference }", water()).await["feedback"].take();
    let input = json!({ "reference": waiting["reference"], "code": "00000000" });
    table.kept = &["act_key"];
    table.wrong(act, Wrong::Party, "a wrong code", &Actor::Anonymous, &input).await;
    table.wrong(act, Wrong::State, "no report", &Actor::Anonymous, &with(&input, json!({ "reference": "TK-2026-999999" }))).await;
    table.texts(act, &Actor::Anonymous, &input, &[], &[]).await;
    table.kept = &[];
    table.keys(act, &Actor::Anonymous, &input, &used.nobody).await;
    table.never(Wrong::Role, "everybody follows, whatever their office", &["joinFeedback", act]);
    table.never(Wrong::Late, "a code that ran out is a wrong code", &[act, "confirmSubscription"]);
}

pub(super) async fn areas(city: &City, table: &mut Refusals, used: &Used) {
    let act = "subscribeToArea";
    let input = json!({ "area": { "district": district("turkistan-city") }, "locale": "RU", "email": "saule@example.kz" });
    let circle = |meters: i32| json!({ "area": { "circle": { "point": { "lat": 43.3, "lon": 68.25 }, "radiusMeters": meters } } });
    for (what, more) in [
        ("no such district", json!({ "area": { "district": category("water-supply") } })),
        ("no such subject", json!({ "category": district("turkistan-city") })),
        ("no circle", circle(0)),
        ("a circle around everything", circle(10_000_000)),
    ] {
        table.wrong(act, Wrong::State, what, &Actor::Anonymous, &with(&input, more)).await;
    }
    table.keys(act, &Actor::Anonymous, &input, &used.nobody).await;
    table.texts(act, &Actor::Anonymous, &input, &[], &[]).await;
    table.never(Wrong::Late, "areas are subscribed to and left at any time", &[act, "endAreaSubscription"]);
    let subscribed = done(city, &Actor::Anonymous, act, "subscription { id } key", input.clone()).await;
    let theirs = done(city, &citizen(), act, "subscription { id }", input).await["subscription"]["id"].take();

    let act = "confirmSubscription";
    let nothing = GlobalId::encode("AreaSubscription", Uuid::nil());
    let input = json!({ "subscription": subscribed["subscription"]["id"], "code": "00000000" });
    table.kept = &["act_key"];
    table.wrong(act, Wrong::Party, "a wrong code", &Actor::Anonymous, &input).await;
    table.wrong(act, Wrong::State, "nothing there", &Actor::Anonymous, &with(&input, json!({ "subscription": nothing }))).await;
    table.texts(act, &Actor::Anonymous, &input, &[], &[]).await;
    table.kept = &[];
    table.keys(act, &Actor::Anonymous, &input, &used.nobody).await;

    let act = "endAreaSubscription";
    let input = json!({ "subscription": subscribed["subscription"]["id"], "key": "x" });
    table.wrong(act, Wrong::Party, "a wrong key", &Actor::Anonymous, &input).await;
    let of_account = json!({ "subscription": theirs, "key": subscribed["key"] });
    table.actors(act, Wrong::Party, &[("another citizen", other_citizen()), ("nobody", Actor::Anonymous)], &of_account).await;
    table.wrong(act, Wrong::State, "nothing there", &Actor::Anonymous, &with(&input, json!({ "subscription": nothing }))).await;
    table.texts(act, &Actor::Anonymous, &input, &[], &[]).await;
    table.keys(act, &Actor::Anonymous, &input, &used.nobody).await;
    let everybodys = ["subscribeToArea", "confirmSubscription", "endAreaSubscription"];
    table.never(Wrong::Role, "everybody follows areas, whatever their office", &everybodys);
    table.never(Wrong::Party, "an area is everybody’s", &["subscribeToArea"]);
    city.clock.advance(TimeDelta::seconds(1));
    table.now = city.clock.now();
}
