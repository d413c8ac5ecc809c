//! Every act and all that can be wrong with it: what each is answered with, and that nothing is written.

use chrono::TimeDelta;
use kernel::{Actor, Clock, Locale, PartyId, Person, PersonId, Role, one_line};
use scratch::refusals::{HOSTILE, Refusals, Wrong, with};
use serde_json::{Value, json};

use super::{
    dead_letters,
    endpoints::{aigul, asel, uuid},
    house::{TestHouse, house, person},
    never,
};

/// A key that was used for another act.
const USED: u128 = 1;
/// A key that the house used for a message.
const MESSAGE: u128 = 30;

/// Whoever has no account.
fn accountless() -> [(&'static str, Actor); 2] {
    [("nobody", Actor::Anonymous), ("the house", Actor::System)]
}

fn supervisor(party: &str) -> Actor {
    let (id, roles) = (PersonId::of_slug(party), vec![Role::Supervisor]);
    Actor::Person(Person { id, roles, party: Some(PartyId::of_slug(party)), locale: Locale::Ru })
}

/// What an act gives.
async fn payload(house: &TestHouse, actor: &Actor, act: &str, selection: &str, input: Value) -> Value {
    let type_name = format!("{}{}Input", act[..1].to_uppercase(), &act[1..]);
    let text = format!("mutation($input: {type_name}!) {{ {act}(input: $input) {{ {selection} }} }}");
    house.data(actor, &text, json!({ "input": input })).await[act].take()
}

/// Does something that must be possible.
async fn done(house: &TestHouse, actor: &Actor, act: &str, selection: &str, input: Value) -> Value {
    let payload = payload(house, actor, act, &format!("{selection} errors {{ code }}"), input).await;
    assert_eq!(payload["errors"], json!([]), "{act}");
    payload
}

/// The key is used.
async fn use_key(house: &TestHouse) {
    done(house, &aigul(), "linkTelegram", "url", json!({ "idempotencyKey": uuid(USED) })).await;
}

async fn phones(house: &TestHouse, table: &mut Refusals) {
    let used = uuid(USED).to_string();
    let act = "addPhone";
    let input = json!({ "number": "+7 701 234 56 78" });
    table.actors(act, Wrong::Role, &accountless(), &input).await;
    table.wrong(act, Wrong::State, "a number of another country", &aigul(), &with(&input, "number", "+7 916 123 45 67")).await;
    table.wrong(act, Wrong::State, "no mobile telephone", &aigul(), &with(&input, "number", "112")).await;
    table.keys(act, &aigul(), &with(&input, "number", "+7 701 234 56 79"), &used).await;
    table.texts(act, &aigul(), &input, &[], &[]).await;
    let mut phone = Value::Null;
    for key in 2..5 {
        phone =
            done(house, &aigul(), act, "endpoint { id }", with(&input, "idempotencyKey", uuid(key).to_string())).await["endpoint"]["id"]
                .take();
    }
    table.wrong(act, Wrong::State, "three codes today", &aigul(), &input).await;
    table.never(Wrong::Party, "whose a telephone is, its code proves", &[act]);
    table.never(Wrong::Late, "a telephone is added at any time", &[act]);

    let act = "confirmPhone";
    let input = json!({ "endpoint": phone, "code": "x" });
    table.actors(act, Wrong::Role, &accountless(), &input).await;
    table.actors(act, Wrong::Party, &[("another citizen", asel())], &input).await;
    table.wrong(act, Wrong::State, "nothing there", &aigul(), &with(&input, "endpoint", "x")).await;
    table.keys(act, &aigul(), &input, &used).await;
    // Of a wrong code the house keeps that it was tried: else it could be guessed.
    table.kept = &["act_key"];
    table.wrong(act, Wrong::State, "a wrong code", &aigul(), &input).await;
    table.texts(act, &aigul(), &input, &[], &[]).await;
    table.now += TimeDelta::minutes(16);
    table.wrong(act, Wrong::Late, "after a quarter of an hour", &aigul(), &input).await;
    table.now = house.clock.now();
    table.kept = &[];
}

async fn endpoints(house: &TestHouse, table: &mut Refusals) {
    let used = uuid(USED).to_string();
    let act = "addPushSubscription";
    let input = json!({ "endpoint": "https://a.example/1", "p256dh": "BCVxsr7N", "auth": "BTBZMqHH6r4Tts7J_aSIgg" });
    table.actors(act, Wrong::Role, &accountless(), &input).await;
    table.wrong(act, Wrong::State, "an address without encryption", &aigul(), &with(&input, "endpoint", "http://a.example/1")).await;
    table.keys(act, &aigul(), &input, &used).await;
    table.texts(act, &aigul(), &input, &[], &[]).await;
    table.never(Wrong::Party, "a browser is whose it says", &[act]);

    let browser =
        done(house, &aigul(), act, "endpoint { id }", with(&input, "idempotencyKey", uuid(10).to_string())).await["endpoint"]["id"].take();
    let act = "removeEndpoint";
    let input = json!({ "endpoint": browser });
    table.actors(act, Wrong::Role, &accountless(), &input).await;
    table.actors(act, Wrong::Party, &[("another citizen", asel()), ("an administrator", person(Role::Admin))], &input).await;
    table.wrong(act, Wrong::State, "nothing there", &aigul(), &json!({ "endpoint": "x" })).await;
    table.keys(act, &aigul(), &input, &used).await;

    let act = "linkTelegram";
    table.actors(act, Wrong::Role, &accountless(), &json!({})).await;
    table.wrong(act, Wrong::Key, "no UUID", &aigul(), &json!({ "idempotencyKey": "x" })).await;
    table.never(Wrong::Party, "it is one’s own", &[act]);
    table.never(Wrong::State, "a link is always given", &[act]);
    table.never(Wrong::Late, "it is done at any time", &["addPushSubscription", "removeEndpoint", act]);
}

async fn choices(table: &mut Refusals) {
    let used = uuid(USED).to_string();
    let act = "setNotificationPreference";
    let input = json!({ "topic": "RATING", "delivery": "NEVER" });
    table.actors(act, Wrong::Role, &accountless(), &input).await;
    table.actors(act, Wrong::Party, &[("a token that nobody has", aigul())], &with(&input, "token", "x")).await;
    table.wrong(act, Wrong::State, "what the law wants told", &aigul(), &with(&input, "topic", "ANSWER")).await;
    let daily = with(&input, "delivery", "DAILY");
    table.wrong(act, Wrong::State, "a code once a day", &aigul(), &with(&daily, "topic", "CONFIRMATION")).await;
    table.wrong(act, Wrong::State, "a browser once a day", &aigul(), &with(&daily, "channel", "PUSH")).await;
    table.keys(act, &aigul(), &input, &used).await;
    table.texts(act, &aigul(), &input, &[], &[]).await;

    let act = "setQuietHours";
    let input = json!({ "hours": { "from": "22:00", "to": "07:30" } });
    table.actors(act, Wrong::Role, &accountless(), &input).await;
    table.wrong(act, Wrong::State, "no time of a day", &aigul(), &json!({ "hours": { "from": "25:00", "to": "07:30" } })).await;
    table.wrong(act, Wrong::State, "no time at all", &aigul(), &json!({ "hours": { "from": "07:30", "to": "07:30" } })).await;
    table.keys(act, &aigul(), &input, &used).await;
    table.texts(act, &aigul(), &input, &[], &[]).await;
    table.never(Wrong::Party, "it is one’s own", &[act]);

    let act = "endSubscription";
    let input = json!({ "token": "x" });
    table.wrong(act, Wrong::State, "a token that nobody has", &Actor::Anonymous, &input).await;
    table.wrong(act, Wrong::Key, "no UUID", &aigul(), &with(&input, "idempotencyKey", "x")).await;
    table.texts(act, &Actor::Anonymous, &input, &[], &[]).await;

    let act = "recordBounce";
    let input = json!({ "mark": "x", "permanent": true });
    table.wrong(act, Wrong::State, "a mark that no mail has", &Actor::Anonymous, &input).await;
    table.wrong(act, Wrong::Key, "no UUID", &Actor::Anonymous, &with(&input, "idempotencyKey", "x")).await;
    table.texts(act, &Actor::Anonymous, &input, &[], &[]).await;
    let by_token = ["endSubscription", act];
    table.never(Wrong::Role, "whoever has the token, whatever their office", &by_token);
    table.never(Wrong::Party, "the token says whose it is", &by_token);
    let at_any_time = ["setNotificationPreference", "setQuietHours", "endSubscription", act];
    table.never(Wrong::Late, "it is done at any time", &at_any_time);
}

async fn webhooks(house: &TestHouse, table: &mut Refusals) {
    let used = uuid(USED).to_string();
    let act = "registerWebhook";
    let input = json!({ "url": "https://hooks.example.kz/turkistan" });
    let others = [
        ("nobody", Actor::Anonymous),
        ("a citizen", aigul()),
        ("an officer", person(Role::Officer)),
        ("an auditor", person(Role::Auditor)),
    ];
    let energy = supervisor("energy");
    table.actors(act, Wrong::Role, &others, &input).await;
    table.wrong(act, Wrong::Party, "another party", &energy, &with(&input, "party", PartyId::of_slug("health").global())).await;
    table.wrong(act, Wrong::State, "no party", &energy, &with(&input, "party", "x")).await;
    table.wrong(act, Wrong::State, "an address inside", &energy, &with(&input, "url", "https://localhost/")).await;
    table.keys(act, &energy, &input, &used).await;
    table.texts(act, &energy, &input, &[], &[]).await;
    let hook =
        done(house, &energy, act, "webhook { id }", with(&input, "idempotencyKey", uuid(20).to_string())).await["webhook"]["id"].take();
    let act = "removeWebhook";
    let input = json!({ "webhook": hook });
    table.actors(act, Wrong::Role, &others, &input).await;
    table.actors(act, Wrong::Party, &[("a supervisor of another party", supervisor("health"))], &input).await;
    table.wrong(act, Wrong::State, "nothing there", &energy, &json!({ "webhook": "x" })).await;
    table.keys(act, &energy, &input, &used).await;
    table.never(Wrong::Late, "it is done at any time", &["registerWebhook", act]);
}

async fn letters(house: &TestHouse, table: &mut Refusals) {
    house.script([never("MAIL_REFUSED: smtp 550 5.7.1")]);
    house.queue(MESSAGE, json!({})).await;
    assert!(house.work(false).await);
    let letter = dead_letters(house).await.remove(0)["id"].take();
    let (act, input) = ("retryDeadLetter", json!({ "id": letter }));
    let others = [
        ("nobody", Actor::Anonymous),
        ("a citizen", aigul()),
        ("a supervisor", person(Role::Supervisor)),
        ("an auditor", person(Role::Auditor)),
    ];
    table.actors(act, Wrong::Role, &others, &input).await;
    table.wrong(act, Wrong::State, "nothing there", &person(Role::Admin), &json!({ "id": "x" })).await;
    table.keys(act, &person(Role::Admin), &input, &uuid(USED).to_string()).await;
    table.never(Wrong::Party, "administrators watch over all", &[act]);
    table.never(Wrong::Late, "a letter is dead until it is retried", &[act]);
}

/// What only the house does.
async fn house_acts(house: &TestHouse, table: &mut Refusals) {
    let message = json!({ "email": "a@example.kz", "locale": "KK", "topic": "ANSWER", "subject": "Жауап", "text": "Мәтін" });
    let acts = [
        ("queueMessage", message.clone()),
        ("eraseMessages", json!({ "about": "TK-2026-000001" })),
        ("resumeMessages", json!({ "email": "a@example.kz", "topic": "AREA" })),
        (
            "announceEvent",
            json!({ "event": "answered", "reference": "TK-2026-000001", "at": "2026-11-24T04:59:59Z", "supervisor": PartyId::of_slug("energy").global() }),
        ),
        ("completeTelegramLink", json!({ "token": "x", "chat": "1" })),
        ("endTelegramLink", json!({ "chat": "2" })),
    ];
    let roles = [Role::Citizen, Role::Officer, Role::Supervisor, Role::Auditor, Role::Analyst, Role::Steward, Role::Admin];
    let id = PersonId::of_slug("everything");
    let everything = Actor::Person(Person { id, roles: roles.to_vec(), party: None, locale: Locale::Kk });
    for (act, input) in &acts {
        table.actors(act, Wrong::Role, &[("nobody", Actor::Anonymous), ("whoever has every role", everything.clone())], input).await;
        let input = if *act == "completeTelegramLink" { &with(input, "token", "y") } else { input };
        table.wrong(act, Wrong::Key, "no UUID", &Actor::System, &with(input, "idempotencyKey", "x")).await;
        // A link is looked for first: whoever has none learns nothing of keys.
        if *act != "completeTelegramLink" {
            table.keys(act, &Actor::System, input, &uuid(MESSAGE).to_string()).await;
        }
        table.never(Wrong::Party, "only the house itself does so", &[*act]);
        table.never(Wrong::Late, "only the house itself does so", &[*act]);
    }
    table.wrong("completeTelegramLink", Wrong::State, "a link that nobody has", &Actor::System, &acts[4].1).await;
    table.wrong("announceEvent", Wrong::State, "no party", &Actor::System, &with(&acts[3].1, "party", "x")).await;
    table.wrong("queueMessage", Wrong::State, "no person", &Actor::System, &with(&message, "person", "x")).await;
    table.texts("queueMessage", &Actor::System, &message, &["about"], &[("subject", 200), ("text", 50_000)]).await;
    let others = ["eraseMessages", "resumeMessages", "announceEvent", "completeTelegramLink", "endTelegramLink"];
    table.never(Wrong::Empty, "the house fills it in", &others);
    table.never(Wrong::Long, "the house fills it in", &others);
    table.never(
        Wrong::State,
        "what is not there needs not be erased, resumed or ended",
        &["eraseMessages", "resumeMessages", "endTelegramLink"],
    );
    assert_eq!(house.value::<i64>("SELECT COUNT(*) FROM endpoint").await, 2);
}

#[tokio::test]
async fn whatever_is_wrong_with_an_act_is_refused_in_words_and_nothing_is_written() {
    let house = house().await;
    use_key(&house).await;
    let mut table = Refusals::new(&house.room.subgraph, &house.house.database.reader, house.clock.now()).await;
    phones(&house, &mut table).await;
    endpoints(&house, &mut table).await;
    choices(&mut table).await;
    webhooks(&house, &mut table).await;
    letters(&house, &mut table).await;
    house_acts(&house, &mut table).await;
    insta::assert_snapshot!("refusals", table.finish());
}

#[tokio::test]
async fn hostile_texts_are_mailed_as_text_or_refused_by_name() {
    let house = house().await;
    let push = json!({ "endpoint": "https://a.example/1", "p256dh": "BCVxsr7N", "auth": "BTBZMqHH6r4Tts7J_aSIgg" });
    let typed = [
        ("addPhone", json!({ "number": "+7 701 234 56 78" }), vec!["number"]),
        ("addPushSubscription", push, vec!["endpoint", "p256dh", "auth"]),
    ];
    for (n, hostile) in (0_u128..).zip(HOSTILE) {
        let message = json!({ "topic": "ANSWER", "withCouponKey": false, "subject": hostile, "text": hostile, "about": hostile });
        let queued = house.queue(100 + n, message.clone()).await;
        let lines = hostile.lines().count();
        let refused: Vec<&Value> = queued["errors"].as_array().unwrap().iter().map(|error| &error["path"]).collect();
        assert_eq!(refused.is_empty(), lines == 1, "a head of a mail is one line: {hostile:?} {queued}");
        if lines > 1 {
            assert_eq!(refused, [&json!(["input", "subject"])]);
            let queued = house.queue(200 + n, with(&message, "subject", "Жауап")).await;
            assert_eq!(queued["errors"], json!([]));
        }
        let mails = house.mails().await;
        let [mail] = &mails[..] else { panic!("one mail") };
        assert!(!mail.subject.contains(['\r', '\n']), "{mail:?}");
        let (text, html) = (mail.letter.reveal().text(), mail.letter.reveal().html(Locale::Kk, &mail.subject));
        for line in hostile.lines().filter(|line| !line.trim().is_empty()) {
            assert!(text.contains(one_line(line).trim()), "{text}");
        }
        assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
        for (act, input, fields) in &typed {
            for field in fields {
                let input = with(&with(input, field, hostile), "idempotencyKey", uuid(300 + n).to_string());
                let payload = payload(&house, &aigul(), act, "errors { path }", input).await;
                // What a browser gave belongs together, and is refused by its address.
                let named = if *act == "addPhone" { "number" } else { "endpoint" };
                assert_eq!(payload["errors"][0]["path"], json!(["input", named]), "{act} {hostile:?}");
            }
        }
    }
    assert_eq!(house.value::<i64>("SELECT COUNT(*) FROM endpoint").await, 0);
}
