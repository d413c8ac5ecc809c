//! Whoever has an account is told beside mail, too: by their browser, in a chat, and on their telephone.

#![expect(clippy::unwrap_used, reason = "a test that finds no value fails")]

use serde_json::{Value, json};
use tests::{Browser, City, Options, Received, Recorder, Store, eventually, uuid};

const FILE: &str = "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { coupon { reference } errors { message } } }";
const ADD: &str = "mutation($input: AddPushSubscriptionInput!) { addPushSubscription(input: $input) {
    endpoint { address state } errors { code message } } }";
const LINK: &str = "mutation($input: LinkTelegramInput!) { linkTelegram(input: $input) { url errors { message } } }";
const PHONE: &str = "mutation($input: AddPhoneInput!) { addPhone(input: $input) { endpoint { id } errors { message } } }";
const CONFIRM: &str = "mutation($input: ConfirmPhoneInput!) { confirmPhone(input: $input) { endpoint { state } errors { message } } }";
const DELIVERIES: &str = "query($about: String!) { messages(about: $about) { nodes { deliveries { channel outcome replyCode } } } }";
/// What a report says, and nobody but its readers is told.
const TEXT: &str = "Көшеде су ағып жатыр, үйім Абай 17";

async fn subscribe(city: &City, browser: &Browser, url: &str) -> Value {
    let input = json!({ "idempotencyKey": uuid(), "endpoint": url, "p256dh": browser.p256dh, "auth": browser.auth });
    city.ask(Some(&city.token("citizen")), ADD, json!({ "input": input })).await.body["data"]["addPushSubscription"].take()
}

/// Files a report with an account, and gives its number.
async fn file(city: &City) -> String {
    let contact = json!({ "email": "aigul@turkistan.example" });
    let input = json!({ "idempotencyKey": uuid(), "text": TEXT, "locale": "KK", "contact": contact });
    let answer = city.ask(Some(&city.token("citizen")), FILE, json!({ "input": input })).await;
    answer.body["data"]["submitFeedback"]["coupon"]["reference"].as_str().unwrap_or_else(|| panic!("{}", answer.body)).to_owned()
}

/// As the citizen, a mutation with an input of its own.
async fn act(city: &City, text: &str, field: &str, mut input: Value) -> Value {
    input["idempotencyKey"] = uuid().into();
    city.ask(Some(&city.token("citizen")), text, json!({ "input": input })).await.body["data"][field].take()
}

fn body(message: &Received) -> Value {
    serde_json::from_slice(&message.body).unwrap()
}

/// Follows the link to the bot, as Telegram tells of it to where it was told that the city listens.
async fn link_chat(city: &City, telegram: &Recorder) {
    let set = eventually("the bot is told where the city listens", || async {
        telegram.received().into_iter().find(|message| message.path.ends_with("/setWebhook")).map(|message| body(&message))
    })
    .await;
    assert_eq!((&set["url"], telegram.received()[0].path.as_str()), (&json!("https://city.example/telegram"), "/bot123:abc/setWebhook"));
    let url = act(city, LINK, "linkTelegram", json!({})).await["url"].as_str().unwrap().to_owned();
    let token = url.strip_prefix("https://t.me/turkistan_bot?start=").unwrap();
    let message = json!({ "chat": { "id": 42, "type": "private" }, "text": format!("/start {token}") });
    let heard = reqwest::Client::new()
        .post(format!("{}/telegram", city.url))
        .header("x-telegram-bot-api-secret-token", set["secret_token"].as_str().unwrap())
        .header("content-type", "application/json")
        .body(json!({ "update_id": 1, "message": message }).to_string());
    let said: Value = serde_json::from_slice(&heard.send().await.unwrap().bytes().await.unwrap()).unwrap();
    assert_eq!((&said["method"], &said["chat_id"]), (&json!("sendMessage"), &json!(42)));
}

/// Confirms a telephone with the code that went there.
async fn confirm_phone(city: &City, sms: &Recorder) {
    let phone = act(city, PHONE, "addPhone", json!({ "number": "8 701 234 56 78" })).await;
    let sent = eventually("the code arrives", || async { sms.received().pop() }).await;
    assert_eq!((&body(&sent)["to"], sent.headers["authorization"].to_str().unwrap()), (&json!("+77012345678"), "Bearer letmein"));
    let text = body(&sent)["text"].as_str().unwrap().to_owned();
    let code = text.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 6).unwrap_or_else(|| panic!("{text}"));
    let input = json!({ "endpoint": phone["endpoint"]["id"], "code": code });
    assert_eq!(act(city, CONFIRM, "confirmPhone", input).await, json!({ "endpoint": { "state": "ACTIVE" }, "errors": [] }));
}

#[tokio::test]
async fn a_chat_and_a_telephone_are_told_of_a_report_and_of_none_of_its_text() {
    let (telegram, sms) = (Recorder::start("{\"ok\":true}").await, Recorder::start("{}").await);
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("city.toml");
    std::fs::write(&config, "telegram_token = \"123:abc\"\nsms_token = \"letmein\"\n").unwrap();
    let arguments = [
        "--config",
        config.to_str().unwrap(),
        "--public-url",
        "https://city.example",
        "--telegram-bot",
        "turkistan_bot",
        "--telegram-api",
        &telegram.url,
        "--sms-url",
        &sms.url,
    ];
    let arguments = arguments.map(str::to_owned).to_vec();
    let city = City::start(&Store::Sqlite, Options { arguments, ..Options::default() }).await;
    link_chat(&city, &telegram).await;
    confirm_phone(&city, &sms).await;
    let reference = file(&city).await;
    eventually("both are told", || async {
        let told =
            |recorder: &Recorder| recorder.received().iter().any(|message| String::from_utf8_lossy(&message.body).contains(&reference));
        (told(&telegram) && told(&sms)).then_some(())
    })
    .await;
    city.idle().await;
    for message in telegram.received().iter().chain(&sms.received()) {
        let text = String::from_utf8_lossy(&message.body).into_owned();
        assert!(!text.contains("Абай") && !text.contains("ағып"), "{text}");
    }
    let chat = telegram.received().pop().unwrap();
    assert_eq!((chat.path.as_str(), &body(&chat)["chat_id"]), ("/bot123:abc/sendMessage", &json!(42)));
}

#[tokio::test]
async fn a_report_s_messages_arrive_at_a_browser_after_a_failure_and_hold_none_of_its_text() {
    let service = Recorder::failing_first(1, "").await;
    let arguments =
        ["--trusted-host", "127.0.0.1", "--push-contact", "mailto:it@turkistan.example", "--public-url", "https://city.example"];
    let arguments = arguments.map(str::to_owned).to_vec();
    let city = City::start(&Store::Sqlite, Options { arguments, ..Options::default() }).await;
    let key = city.ask(None, "{ webPushKey }", json!({})).await.body["data"]["webPushKey"].as_str().unwrap().to_owned();
    let browser = Browser::new();
    let added = subscribe(&city, &browser, &format!("{}/push/1", service.url)).await;
    assert_eq!(added, json!({ "endpoint": { "address": "127.0.0.1", "state": "ACTIVE" }, "errors": [] }));
    let foreign = subscribe(&city, &browser, "http://localhost:1/").await;
    assert_eq!(foreign["errors"][0]["code"], "INVALID", "a host that is not trusted");
    let reference = file(&city).await;
    eventually("the browser is told again", || async { (service.received().len() >= 2).then_some(()) }).await;
    city.idle().await;
    let received = service.received();
    let said: Vec<Value> = received.iter().map(|message| browser.read(message, &key, &service.url)).collect();
    for (message, said) in received.iter().zip(&said) {
        assert!(said["title"].as_str().unwrap().contains(&reference) && said["link"] == "https://city.example", "{said}");
        assert!(message.path == "/push/1" && message.headers["content-encoding"] == "aes128gcm", "{message:?}");
        assert!(!said.to_string().contains("Абай") && !said.to_string().contains("ағып"), "{said}");
    }
    let topics: Vec<_> = received.iter().map(|message| message.headers["topic"].clone()).collect();
    assert!(topics[1..].contains(&topics[0]), "the failed one came again: {topics:?}");
    let messages = city.ask(Some(&city.token("auditor")), DELIVERIES, json!({ "about": reference })).await.body;
    let deliveries: Vec<Value> = messages["data"]["messages"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|m| m["deliveries"].as_array().unwrap().clone())
        .collect();
    for expected in [
        json!({ "channel": "PUSH", "outcome": "DEFERRED", "replyCode": 503 }),
        json!({ "channel": "PUSH", "outcome": "SENT", "replyCode": 200 }),
        json!({ "channel": "MAIL", "outcome": "SENT", "replyCode": null }),
    ] {
        assert!(deliveries.contains(&expected), "{expected}: {deliveries:?}");
    }
}
