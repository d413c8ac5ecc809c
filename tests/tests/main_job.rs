//! The main job, from door to door: citizens file, the city routes, officers work, and everybody is told.

#![expect(clippy::unwrap_used, reason = "a test that finds no value fails")]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::{City, MailServer, Options, Store, eventually, samples, uuid};

const SUBMIT: &str = "mutation Submit($input: SubmitFeedbackInput!) {
    submitFeedback(input: $input) {
        coupon { reference key registeredOn receivedAt dueOn acceptedBy { slug } }
        feedback { reference categorySource category { slug } deadline { dueOn steps { rule article calendarVersion text } } }
        errors { __typename message code path }
    }
}";

const REPORT: &str = "query Report($reference: String!, $key: String) {
    feedback(reference: $reference, key: $key) {
        status text urgency categorySource
        category { slug }
        responsible { slug }
        why { rule ruleVersion facts { name value } kk: text(locale: KK) ru: text(locale: RU) en: text(locale: EN) }
        timeline(first: 50) { nodes { kind text } }
    }
}";

const DESK: &str = "query Desk($after: String) {
    desk(first: 100, after: $after) {
        nodes { id reference version state contested workingMinutesLeft feedback { deadline { dueAt } responsible { slug } } }
        pageInfo { hasNextPage endCursor }
    }
}";

/// What a citizen got.
#[derive(Clone, Debug)]
struct Coupon {
    reference: String,
    key: String,
}

/// The ids of all things of one kind by their slugs.
async fn ids(city: &City, query: &str, list: &str, name: &str) -> BTreeMap<String, String> {
    let things = city.ask(None, query, json!({})).await.data(list);
    let pair = |thing: &Value| (thing[name].as_str().unwrap().to_owned(), thing["id"].as_str().unwrap().to_owned());
    things.as_array().unwrap().iter().map(pair).collect()
}

async fn file(city: &City, input: Value) -> Coupon {
    let answer = city.ask(None, SUBMIT, json!({ "input": input })).await;
    assert!(answer.refusals("/submitFeedback").is_empty(), "{}", answer.body);
    let coupon = answer.data("/submitFeedback/coupon");
    let text = |name: &str| coupon[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(coupon["acceptedBy"]["slug"], "akim-office");
    assert_eq!(answer.headers["cache-control"], "no-store", "a coupon is never cached");
    Coupon { reference: text("reference"), key: text("key") }
}

async fn report(city: &City, coupon: &Coupon) -> Value {
    let variables = json!({ "reference": coupon.reference, "key": coupon.key });
    city.ask(None, REPORT, variables).await.data("/feedback")
}

async fn routed(city: &City, coupon: &Coupon) -> Value {
    let what = format!("{} is routed", coupon.reference);
    eventually(&what, || async {
        let report = report(city, coupon).await;
        (!report["responsible"].is_null()).then_some(report)
    })
    .await
}

/// Files all samples as their forms would: every second with its category, all with their district, every seventh with a mail address.
async fn file_samples(city: &City) -> Vec<(Value, bool, Coupon)> {
    let categories = ids(city, "{ categories { id slug } }", "/categories", "slug").await;
    let districts = ids(city, "{ districts { id slug } }", "/districts", "slug").await;
    let mut filed = Vec::new();
    for (number, sample) in samples().into_iter().enumerate() {
        let expected = &sample["expected"];
        let chosen = number % 2 == 0;
        let input = json!({
            "idempotencyKey": uuid(),
            "text": sample["text"],
            "locale": sample["lang"].as_str().unwrap().to_uppercase(),
            "category": chosen.then(|| &categories[expected["category"].as_str().unwrap()]),
            "place": expected["district"].as_str().map(|slug| json!({ "district": districts[slug] })),
            "contact": (number % 7 == 0).then(|| json!({ "email": format!("reporter{number}@turkistan.example") })),
        });
        filed.push((sample, chosen, file(city, input).await));
    }
    filed
}

async fn check_main_job(store: Store) {
    let mail = MailServer::start();
    let city = City::start(&store, Options { smtp_url: Some(mail.url.clone()), ..Options::default() }).await;
    let filed = file_samples(&city).await;
    assert_eq!(filed.len(), 280);
    check_routing(&city, &filed).await;
    check_public_view(&city, &filed[0].2).await;
    let case = check_desk(&city).await;
    check_work(&city, &case).await;
    check_mail(&city, &mail, &filed).await;
}

/// Every report finds a party, for a reason that three languages tell.
async fn check_routing(city: &City, filed: &[(Value, bool, Coupon)]) {
    let (mut suggested, mut right, mut triaged) = (0, 0, 0);
    for (sample, chosen, coupon) in filed {
        let report = routed(city, coupon).await;
        let expected = &sample["expected"];
        for language in ["kk", "ru", "en"] {
            assert!(report["why"][language].as_str().is_some_and(|text| text.len() > 10), "{report}");
        }
        assert_eq!(report["text"], sample["text"], "the reporter reads their own words");
        match report["categorySource"].as_str() {
            Some("REPORTER") => {
                assert!(*chosen);
                assert_eq!(report["category"]["slug"], expected["category"]);
            }
            Some("SUGGESTED") => {
                suggested += 1;
                right += i32::from(report["category"]["slug"] == expected["category"]);
            }
            _ => {
                triaged += 1;
                assert_eq!(report["responsible"]["slug"], "akim-office", "without a category a person decides");
            }
        }
        if *chosen && expected["category"] == "waste-collection" && expected["district"] == "turkistan-city" {
            assert_eq!(report["responsible"]["slug"], "waste-turkistan-city");
        }
    }
    assert_eq!(suggested + triaged, 140);
    assert!(right * 100 >= suggested * 85, "{right} of {suggested} suggestions are right");
    assert!(suggested >= 90, "{suggested} of 140 were routed without a person");
}

/// No text leaks before an officer has released one.
async fn check_public_view(city: &City, coupon: &Coupon) {
    let public = city.ask(None, REPORT, json!({ "reference": coupon.reference })).await.data("/feedback");
    assert!(public["text"].is_null());
    assert!(!public["responsible"].is_null());
    let wrong = json!({ "reference": coupon.reference, "key": format!("{}A", &coupon.key[1..]) });
    assert!(city.ask(None, REPORT, wrong).await.data("/feedback").is_null(), "a wrong key answers as no report");
}

/// An officer sees their own party's cases, least time left first; an officer of another party none of them.
async fn check_desk(city: &City) -> Value {
    let (officer, other) = (city.token("officer"), city.token("officer-roads"));
    let desk = city.ask(Some(&officer), DESK, json!({})).await.data("/desk/nodes");
    let cases = desk.as_array().unwrap();
    assert!(!cases.is_empty());
    let due: Vec<(bool, &str)> =
        cases.iter().map(|case| (case["contested"] == false, case["feedback"]["deadline"]["dueAt"].as_str().unwrap())).collect();
    assert!(due.is_sorted(), "what was contested stands first: {due:?}");
    assert!(cases.iter().all(|case| case["feedback"]["responsible"]["slug"] == "water-turkistan-city"));
    let theirs = city.ask(Some(&other), DESK, json!({})).await.data("/desk/nodes");
    let mine: Vec<&Value> = cases.iter().map(|case| &case["reference"]).collect();
    assert!(theirs.as_array().unwrap().iter().all(|case| !mine.contains(&&case["reference"])));
    let query = "query Case($reference: String!) { case(reference: $reference) { id } }";
    let hidden = city.ask(Some(&other), query, json!({ "reference": cases[0]["reference"] })).await;
    assert!(hidden.data("/case").is_null(), "what one may not see answers as what does not exist");
    assert_eq!(city.ask(None, DESK, json!({})).await.faults(), ["UNAUTHENTICATED"]);
    let assigned = cases.iter().find(|case| case["state"] == "assigned");
    assigned.expect("a case that nobody has taken up").clone()
}

async fn act(city: &City, token: &str, name: &str, input: Value) -> (Value, Vec<String>) {
    let type_name = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation Act($input: {type_name}!) {{ {name}(input: $input) {{ case {{ id version state reference }} errors {{ code message }} }} }}"
    );
    let answer = city.ask(Some(token), &query, json!({ "input": input })).await;
    (answer.data(&format!("/{name}/case")), answer.refusals(&format!("/{name}")))
}

/// Accept, refuse the stale, release a text, answer; another party's officer can do none of it. Forward to roads.
async fn check_work(city: &City, case: &Value) {
    let (officer, other) = (city.token("officer"), city.token("officer-roads"));
    let on = |version: &Value| json!({ "idempotencyKey": uuid(), "case": case["id"], "version": version });
    let (_, refused) = act(city, &other, "acceptCase", on(&case["version"])).await;
    assert_eq!(refused, ["NOT_FOUND"]);
    let key = on(&case["version"]);
    let (accepted, refused) = act(city, &officer, "acceptCase", key.clone()).await;
    assert!(refused.is_empty() && accepted["state"] == "accepted", "{refused:?} {accepted}");
    let (again, refused) = act(city, &officer, "acceptCase", key).await;
    assert!(refused.is_empty() && again["version"] == accepted["version"], "the same key is the same act");
    let (_, refused) = act(city, &officer, "acceptCase", on(&case["version"])).await;
    assert_eq!(refused, ["STALE_VERSION"]);
    let mut release = on(&accepted["version"]);
    release["text"] = json!("Көшеде су ағып жатыр.");
    let (released, refused) = act(city, &officer, "releaseText", release).await;
    assert!(refused.is_empty());
    let public = city.ask(None, REPORT, json!({ "reference": case["reference"] })).await.data("/feedback");
    assert_eq!(public["text"], "Көшеде су ағып жатыр.");
    let parties = ids(city, "{ parties(first: 100) { nodes { id slug } } }", "/parties/nodes", "slug").await;
    let mut forward = on(&released["version"]);
    forward["to"] = json!(parties["passenger-transport-roads"]);
    forward["reason"] = json!("The road is damaged, not the pipe.");
    let (gone, refused) = act(city, &officer, "forwardCase", forward).await;
    assert!(refused.is_empty(), "{refused:?}");
    let (_, refused) = act(city, &officer, "acceptCase", on(&gone["version"])).await;
    assert_eq!(refused, ["NOT_FOUND"], "it is another party's now");
    let mut respond = on(&gone["version"]);
    respond["outcome"] = json!("SATISFIED");
    respond["text"] = json!("The road was repaired.");
    let (answered, refused) = act(city, &other, "respondToCase", respond).await;
    assert!(refused.is_empty() && answered["state"] == "answered", "{refused:?}");
    let timeline = city.ask(None, REPORT, json!({ "reference": case["reference"] })).await.data("/feedback/timeline/nodes");
    let kinds: Vec<&str> = timeline.as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["submitted", "assigned", "accepted", "text_released", "forwarded", "answered"]);
}

/// Each reporter who left an address was mailed a code there, and nothing else; now they confirm it.
async fn confirm_addresses(city: &City, mail: &MailServer, filed: &[(Value, bool, Coupon)]) {
    let reporters = filed.len().div_ceil(7);
    let codes = eventually("every code was mailed", || async {
        let own = |mail: &tests::Mail| mail.to.starts_with("reporter");
        let mails: BTreeMap<String, String> = mail.mails().into_iter().filter(own).map(|mail| (mail.to, mail.text)).collect();
        (mails.len() == reporters).then_some(mails)
    })
    .await;
    for (number, (.., coupon)) in filed.iter().enumerate().step_by(7) {
        let text = &codes[&format!("reporter{number}@turkistan.example")];
        assert!(!text.contains(&coupon.key), "the key goes to nobody but the reporter");
        let code = text.split_whitespace().find(|word| word.len() == 8 && word.chars().all(|c| c.is_ascii_digit())).expect("a code");
        let confirm = "mutation Confirm($input: ConfirmContactInput!) { confirmContact(input: $input) { errors { code } } }";
        let input = json!({ "idempotencyKey": uuid(), "reference": coupon.reference, "code": code });
        let answer = city.ask(None, confirm, json!({ "input": input })).await;
        assert!(answer.refusals("/confirmContact").is_empty(), "{}", answer.body);
    }
}

/// Officers are told in their language, reporters get the coupon in theirs, each once, and the key in the mail opens the report.
async fn check_mail(city: &City, mail: &MailServer, filed: &[(Value, bool, Coupon)]) {
    confirm_addresses(city, mail, filed).await;
    let reporters = filed.len().div_ceil(7);
    eventually("every coupon was mailed", || async {
        let coupons = mail.mails().into_iter().filter(|mail| filed.iter().any(|(.., coupon)| mail.text.contains(&coupon.key)));
        (coupons.count() == reporters).then_some(())
    })
    .await;
    city.idle().await;
    let mails = mail.mails();
    let mut message_ids: Vec<&str> = mails.iter().map(|mail| mail.message_id.as_str()).collect();
    message_ids.sort_unstable();
    message_ids.dedup();
    assert_eq!(message_ids.len(), mails.len(), "each mail was sent once");
    assert!(mails.iter().any(|mail| mail.to == "officer@turkistan.example" && mail.language == "kk"));
    for (sample, _, coupon) in filed.iter().step_by(7) {
        let sent = mails.iter().find(|mail| mail.text.contains(&coupon.key)).expect("a coupon");
        assert_eq!(sent.language, sample["lang"].as_str().unwrap());
        assert!(sent.subject.contains(&coupon.reference));
        assert!(sent.html.contains(&format!("<html lang=\"{}\"", sent.language)) && sent.html.contains(&coupon.key), "{}", sent.html);
    }
    for (sample, ..) in filed {
        let text = sample["text"].as_str().unwrap();
        assert!(mails.iter().all(|mail| !mail.text.contains(text)), "no mail carries what a citizen wrote");
    }
}

#[tokio::test]
async fn a_complaint_finds_the_party_responsible_and_everybody_is_told() {
    for store in Store::all() {
        check_main_job(store).await;
    }
}

#[tokio::test]
async fn a_bad_mark_with_a_reason_opens_a_case_at_the_provider() {
    for store in Store::all() {
        let city = City::start(&store, Options::default()).await;
        let service = "{ service(code: \"water-connection\") { id provider { slug } feedback(first: 5) { nodes { reference responsible { slug } } } } }";
        let before = city.ask(None, service, json!({})).await.data("/service");
        let rate = "mutation Rate($input: RateServiceInput!) { rateService(input: $input) { errors { code message } } }";
        let input = json!({ "idempotencyKey": uuid(), "service": before["id"], "stars": 1, "comment": "Үш апта күттім", "locale": "KK" });
        for _ in 0..2 {
            let answer = city.ask(None, rate, json!({ "input": input })).await;
            assert!(answer.refusals("/rateService").is_empty(), "{}", answer.body);
        }
        let newest = |service: &Value| service["feedback"]["nodes"][0].clone();
        let opened = eventually("a case is opened and routed", || async {
            let now = city.ask(None, service, json!({})).await.data("/service");
            let case = newest(&now);
            (case != newest(&before) && !case["responsible"].is_null()).then_some(case)
        })
        .await;
        assert_eq!(opened["responsible"]["slug"], before["provider"]["slug"]);
    }
}

#[tokio::test]
async fn whoever_contests_an_answer_rates_the_one_that_comes_then_as_well() {
    for store in Store::all() {
        let city = City::start(&store, Options::default()).await;
        let coupon = file_at_water(&city).await;
        assert_eq!(rate_answer(&city, &coupon, 3).await, ["WRONG_STATE"], "there is no answer yet");
        answer(&city, &coupon, json!({ "outcome": "EXPLAINED", "text": "Құбыр жөнделді." })).await;
        assert_eq!(rate_answer(&city, &coupon, 1).await, Vec::<String>::new());
        assert_eq!(rate_answer(&city, &coupon, 5).await, ["WRONG_STATE"], "it has its mark");
        let contest = "mutation Contest($input: ContestClosureInput!) { contestClosure(input: $input) { errors { code } } }";
        let input = json!({ "idempotencyKey": uuid(), "reference": coupon.reference, "key": coupon.key, "reason": "Су әлі ағып тұр" });
        let contested = city.ask(None, contest, json!({ "input": input })).await;
        assert!(contested.refusals("/contestClosure").is_empty(), "{}", contested.body);
        assert_eq!(rate_answer(&city, &coupon, 5).await, ["WRONG_STATE"], "it is contested");
        answer(&city, &coupon, json!({ "outcome": "TERMINATED", "reason": "repeated", "text": "Өтініш қайталанған." })).await;
        assert_eq!(report(&city, &coupon).await["status"], "TERMINATED");
        assert_eq!(rate_answer(&city, &coupon, 2).await, Vec::<String>::new(), "an end without an answer on the substance is rated, too");
        assert_eq!(rate_answer(&city, &coupon, 2).await, ["WRONG_STATE"], "the second answer has its mark");
    }
}

/// Files a report that goes to the desk of the persona `officer`.
async fn file_at_water(city: &City) -> Coupon {
    let categories = ids(city, "{ categories { id slug } }", "/categories", "slug").await;
    let districts = ids(city, "{ districts { id slug } }", "/districts", "slug").await;
    let place = json!({ "district": districts["turkistan-city"] });
    let input =
        json!({ "idempotencyKey": uuid(), "text": "Су ағып тұр", "locale": "KK", "category": categories["water-supply"], "place": place });
    let coupon = file(city, input).await;
    assert_eq!(routed(city, &coupon).await["responsible"]["slug"], "water-turkistan-city");
    coupon
}

/// The officer answers the case as it stands.
async fn answer(city: &City, coupon: &Coupon, reply: Value) {
    let officer = city.token("officer");
    let query = "query Case($reference: String!) { case(reference: $reference) { id version } }";
    let case = city.ask(Some(&officer), query, json!({ "reference": coupon.reference })).await.data("/case");
    let mut respond = reply;
    respond["idempotencyKey"] = json!(uuid());
    respond["case"] = case["id"].clone();
    respond["version"] = case["version"].clone();
    let (answered, refused) = act(city, &officer, "respondToCase", respond).await;
    assert!(refused.is_empty() && answered["state"] == "answered", "{refused:?}");
}

/// Rates the answer and tells the codes of what refuses it.
async fn rate_answer(city: &City, coupon: &Coupon, stars: i32) -> Vec<String> {
    let rate = "mutation Rate($input: RateAnswerInput!) { rateAnswer(input: $input) { rating { verified } errors { code message } } }";
    let input = json!({ "idempotencyKey": uuid(), "reference": coupon.reference, "key": coupon.key, "stars": stars });
    let rated = city.ask(None, rate, json!({ "input": input })).await;
    let refused = rated.refusals("/rateAnswer");
    assert_eq!(rated.data("/rateAnswer/rating"), if refused.is_empty() { json!({ "verified": true }) } else { Value::Null });
    refused
}
