//! What people of the desk keep for themselves and their party.

use kernel::{Actor, QueueId, TemplateId};
use scratch::refusals::{Refusals, Wrong};
use serde_json::json;

use super::{
    super::{
        city::City,
        people::{citizen, officer, other_officer},
    },
    Used, done, strangers, with,
};

pub(super) async fn kept(city: &City, table: &mut Refusals, used: &Used) {
    queues(city, table, used).await;
    templates(city, table, used).await;
    calendars(city, table, used).await;
}

async fn queues(city: &City, table: &mut Refusals, used: &Used) {
    let save = json!({ "name": "Су", "filter": {}, "shared": false });
    let queue = done(city, &officer(), "saveQueue", "queue { id }", save.clone()).await["queue"]["id"].take();
    let nothing = json!({ "queue": QueueId::of_slug("nothing").global() });
    let own = with(&save, json!({ "queue": queue }));
    for (act, input) in [("saveQueue", &own), ("deleteQueue", &json!({ "queue": queue }))] {
        // An auditor looks through queues, too.
        table.actors(act, Wrong::Role, &strangers()[..2], input).await;
        table.actors(act, Wrong::Party, &[("an officer of another party", other_officer())], input).await;
        table.wrong(act, Wrong::State, "nothing there", &officer(), &with(input, nothing.clone())).await;
        table.keys(act, &officer(), input, &used.officer).await;
    }
    table.texts("saveQueue", &officer(), &save, &["filter.query"], &[("name", 80), ("filter.query", 200)]).await;
    table.never(Wrong::Late, "it is kept as long as one likes", &["saveQueue", "deleteQueue", "saveTemplate", "deleteTemplate"]);
}

async fn templates(city: &City, table: &mut Refusals, used: &Used) {
    let save = json!({ "name": "Су", "kk": "Су", "ru": "Вода", "en": "Water" });
    let template = done(city, &officer(), "saveTemplate", "template { id }", save.clone()).await["template"]["id"].take();
    let nothing = json!({ "template": TemplateId::of_slug("nothing").global() });
    let own = with(&save, json!({ "template": template }));
    for (act, input) in [("saveTemplate", &own), ("deleteTemplate", &json!({ "template": template }))] {
        table.actors(act, Wrong::Role, &strangers(), input).await;
        table.actors(act, Wrong::Party, &[("an officer of another party", other_officer())], input).await;
        table.wrong(act, Wrong::State, "nothing there", &officer(), &with(input, nothing.clone())).await;
        table.keys(act, &officer(), input, &used.officer).await;
    }
    let limits = [("name", 80), ("kk", 2000), ("ru", 2000), ("en", 2000)];
    table.texts("saveTemplate", &officer(), &save, &[], &limits).await;
}

async fn calendars(city: &City, table: &mut Refusals, used: &Used) {
    let (create, end) = ("createCalendarLink", "endCalendarLink");
    table.actors(create, Wrong::Role, &strangers(), &json!({})).await;
    table.keys(create, &officer(), &json!({}), &used.officer).await;
    let mut links = Vec::new();
    for _ in 0..5 {
        links.push(done(city, &officer(), create, "link { id }", json!({})).await["link"]["id"].take());
    }
    table.wrong(create, Wrong::State, "five already", &officer(), &json!({})).await;
    let input = json!({ "link": links[0] });
    let others = [("nobody", Actor::Anonymous), ("a citizen", citizen())];
    table.actors(end, Wrong::Role, &others, &input).await;
    table.actors(end, Wrong::Party, &[("another officer", other_officer())], &input).await;
    table.wrong(end, Wrong::State, "nothing there", &officer(), &json!({ "link": "x" })).await;
    table.keys(end, &officer(), &input, &used.officer).await;
    table.never(Wrong::Party, "it is one’s own", &[create]);
    table.never(Wrong::Late, "an address is made and ended at any time", &[create, end]);
}
