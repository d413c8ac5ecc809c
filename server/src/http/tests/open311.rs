//! Open311 as programs of other cities meet it.

use axum::{body::Body, http::Request};
use quick_xml::{Reader, events::Event};
use serde_json::{Value, json};

use super::{Answer, House, closed, open_with};

const CONFIG: &str = "[open311]\njurisdiction = \"turkistan.test\"\n[open311.keys]\nbus = \"a-key-of-the-bus-company\"\nmap = \"a-key-of-those-with-maps\"\n";
const BUS: &str = "api_key=a-key-of-the-bus-company";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const ENGLISH: (&str, &str) = ("accept-language", "en");

async fn open() -> House {
    open_with(CONFIG).await
}

async fn post(house: &House, path: &str, form: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::post(format!("/open311/{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    house.send(request.body(Body::from(form.to_owned())).unwrap()).await
}

async fn get(house: &House, path: &str) -> Answer {
    house.get(&format!("/open311/{path}"), &[ENGLISH]).await
}

/// Files a report, and gives what is answered about it.
async fn file(house: &House, more: &str) -> Value {
    let form = format!("{BUS}&service_code=water-supply&description=%D0%A1%D1%83+%D0%B6%D0%BE%D2%9B&{more}");
    let answer = post(house, "v2/requests.json", &form, &[FORM, ENGLISH]).await;
    assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (201, "no-store"), "{}", answer.json());
    answer.json()[0].clone()
}

/// The texts of a JSON answer, in their order.
fn leaves(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(leaves).collect(),
        Value::Object(fields) => fields.values().flat_map(leaves).collect(),
        Value::Null => vec![String::new()],
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

/// The texts of an XML answer, in their order, as another reader finds them.
fn xml_leaves(bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut reader = Reader::from_str(text);
    let (mut leaves, mut held): (Vec<String>, Option<String>) = (Vec::new(), None);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return leaves,
            Event::Empty(_) => leaves.push(String::new()),
            Event::Text(piece) => held.get_or_insert_default().push_str(&piece),
            Event::GeneralRef(name) => held.get_or_insert_default().push_str(match &*name {
                "lt" => "<",
                "gt" => ">",
                "amp" => "&",
                "quot" => "\"",
                "apos" => "'",
                other => panic!("an entity of nobody: {other}"),
            }),
            Event::End(_) => leaves.extend(held.take()),
            _ => {}
        }
    }
}

#[tokio::test]
async fn both_formats_say_the_same_of_every_resource() {
    let house = open().await;
    let number = file(&house, "lat=43.30042&long=68.25017").await["service_request_id"].as_str().unwrap().to_owned();
    for path in [
        "discovery".to_owned(),
        "v2/services".to_owned(),
        "v2/services/water-supply".to_owned(),
        "v2/requests".to_owned(),
        format!("v2/requests/{number}"),
        format!("v2/tokens/{number}"),
        "v2/services/nothing".to_owned(),
        "v2/requests/TK".to_owned(),
    ] {
        let headers = [ENGLISH, ("host", "city.test")];
        let json = house.get(&format!("/open311/{path}.json"), &headers).await;
        let xml = house.get(&format!("/open311/{path}.xml"), &headers).await;
        assert_eq!(
            (json.header("content-type"), xml.header("content-type")),
            ("application/json; charset=utf-8", "text/xml; charset=utf-8")
        );
        assert_eq!((xml.status, xml_leaves(&xml.body)), (json.status, leaves(&json.json())), "{path}");
        assert!(!leaves(&json.json()).is_empty(), "{path}");
    }
}

#[tokio::test]
async fn services_are_the_categories_in_the_readers_language_with_their_questions() {
    let house = open().await;
    let services = get(&house, "v2/services.json").await.json();
    assert_eq!(services.as_array().unwrap().len(), 42);
    let water = services.as_array().unwrap().iter().find(|service| service["service_code"] == "water-supply").unwrap();
    let (name, keywords) = (water["service_name"].as_str().unwrap(), water["keywords"].as_str().unwrap());
    assert!(keywords.contains(name) && keywords.split(", ").count() == 3, "{water}");
    assert_eq!((&water["type"], &water["metadata"]), (&json!("realtime"), &json!(true)));
    let kazakh = house.get("/open311/v2/services.json", &[("accept-language", "kk")]).await;
    assert_eq!(kazakh.header("content-language"), "kk");
    assert_ne!(kazakh.json()[0]["service_name"], services[0]["service_name"]);

    let definition = get(&house, "v2/services/water-supply.json").await.json();
    let attributes = definition["attributes"].as_array().unwrap();
    let types: Vec<_> =
        attributes.iter().map(|attribute| (attribute["code"].as_str().unwrap(), attribute["datatype"].as_str().unwrap())).collect();
    assert_eq!(types, [("water-fault", "singlevaluelist"), ("water-since", "datetime"), ("water-neighbours", "singlevaluelist")]);
    assert_eq!(attributes[2]["values"], json!([{ "key": "yes", "name": "yes" }, { "key": "no", "name": "no" }]));
    assert!(attributes.iter().zip(1..).all(|(attribute, order)| attribute["order"] == order && attribute["required"] == false));
    assert_eq!(get(&house, "v2/services/nothing.json").await.status.as_u16(), 404);
}

#[tokio::test]
async fn a_report_reaches_the_graph_whole_and_the_public_learns_no_more_than_there() {
    let house = open().await;
    let more = "lat=43.30042&long=68.25017&address_string=T%C3%A4uke+khan+25&email=aigul%40example.kz&first_name=A&last_name=B\
                &phone=%2B7+701+123+45+67&attribute[water-fault]=weak&attribute[water-since]=2026-11-23T20:00:00Z&device_id=x&account_id=y";
    let filed = file(&house, more).await;
    let number = filed["service_request_id"].as_str().unwrap();
    let key = filed["service_notice"].as_str().unwrap().split("coupon: ").nth(1).unwrap().split('.').next().unwrap();
    let selection = "text track place { address point { lat lon } } category { slug } intakeAnswers { question { code } values }";
    let query = format!("{{ feedback(reference: \"{number}\", key: \"{key}\") {{ {selection} }} }}");
    let own = house.post(json!({ "query": query }).to_string(), &[]).await.json()["data"]["feedback"].take();
    assert_eq!(
        own,
        json!({
            "text": "Су жоқ", "track": "REQUEST", "category": { "slug": "water-supply" },
            "place": { "address": "Täuke khan 25", "point": { "lat": 43.30042, "lon": 68.25017 } },
            "intakeAnswers": [
                { "question": { "code": "water-fault" }, "values": ["weak"] },
                { "question": { "code": "water-since" }, "values": ["2026-11-24"] },
            ],
        })
    );
    let public = get(&house, &format!("v2/requests/{number}.json")).await;
    let request = public.json()[0].clone();
    assert_eq!(
        (&request["status"], &request["description"], &request["lat"], &request["long"], &request["service_code"]),
        (&json!("open"), &Value::Null, &json!(43.3005), &json!(68.2505), &json!("water-supply"))
    );
    for name in ["requested_datetime", "updated_datetime", "expected_datetime"] {
        assert!(request[name].as_str().unwrap().ends_with("+05:00"), "{name} {request}");
    }
    let text = String::from_utf8(public.body).unwrap();
    for personal in ["aigul", "701", "43.30042", "khan 25", "Су жоқ", key] {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
    let token = get(&house, &format!("v2/tokens/{number}.json")).await.json();
    assert_eq!(token, json!([{ "service_request_id": number, "token": number }]));
}

#[tokio::test]
async fn sending_again_under_the_same_name_files_nothing_new() {
    let house = open().await;
    let named = [FORM, ENGLISH, ("idempotency-key", "\"order-1\"")];
    let send = async |key: &str, text: &str, headers: &[(&str, &str)]| {
        let form = format!("api_key={key}&service_code=water-supply&description={text}&address_string=a");
        post(&house, "v2/requests.json", &form, headers).await
    };
    let number = |answer: &Answer| answer.json()[0]["service_request_id"].as_str().unwrap().to_owned();
    let (bus, map) = ("a-key-of-the-bus-company", "a-key-of-those-with-maps");
    let first = number(&send(bus, "a", &named).await);
    assert_eq!(number(&send(bus, "a", &named).await), first);
    assert_ne!(number(&send(map, "a", &named).await), first, "another program's name for something else");
    assert_ne!(number(&send(bus, "a", &named[..2]).await), first, "without a name each is one more");
    let reused = send(bus, "b", &named).await;
    assert_eq!(reused.status.as_u16(), 400);
    assert!(reused.json()[0]["description"].as_str().unwrap().starts_with("Idempotency-Key: "), "{}", reused.json());
}

#[tokio::test]
async fn what_is_wrong_with_a_report_is_told_by_the_names_of_the_form() {
    let house = open().await;
    let whole = format!("{BUS}&service_code=water-supply&description=a&address_string=b");
    type Header = (&'static str, &'static str);
    async fn check(house: &House, form: &str, headers: &[Header], status: u16, beginnings: &[&str]) {
        let mut all = vec![ENGLISH];
        all.extend(headers);
        let answer = post(house, "v2/requests.json", form, &all).await;
        assert_eq!(answer.status.as_u16(), status, "{form} {}", answer.json());
        let errors = answer.json();
        let told: Vec<_> = errors.as_array().unwrap().iter().map(|error| error["description"].as_str().unwrap()).collect();
        assert_eq!(told.len(), beginnings.len(), "{told:?}");
        assert!(told.iter().zip(beginnings).all(|(told, beginning)| told.starts_with(beginning)), "{told:?} {beginnings:?}");
        assert!(errors.as_array().unwrap().iter().all(|error| error["code"] == status), "{errors}");
    }
    let form = &[FORM][..];
    check(&house, "service_code=water-supply", form, 403, &["api_key"]).await;
    check(&house, "api_key=guess&service_code=water-supply", form, 403, &["api_key"]).await;
    check(&house, &format!("{whole}&jurisdiction_id=chicago"), form, 404, &["jurisdiction_id"]).await;
    check(&house, &format!("{BUS}&description=a&address_string=b"), form, 400, &["service_code"]).await;
    check(&house, &format!("{BUS}&service_code=x&description=a&address_string=b"), form, 404, &["service_code"]).await;
    check(&house, &format!("{BUS}&service_code=water-supply&description=a"), form, 400, &["lat, long or address_string"]).await;
    check(&house, &format!("{BUS}&service_code=water-supply&description=a&address_id=7"), form, 400, &["address_id"]).await;
    check(&house, &format!("{whole}&lat=43.3"), form, 400, &["lat, long"]).await;
    check(&house, &format!("{whole}&lat=43,3&long=NaN&media_url=http://x"), form, 400, &["media_url", "lat, long"]).await;
    check(&house, &format!("{whole}&lat=41.88&long=-87.62"), form, 400, &["lat, long"]).await;
    check(&house, &format!("{BUS}&service_code=water-supply&address_string=b"), form, 400, &["description"]).await;
    check(&house, &format!("{whole}&email=a&phone=b"), form, 400, &["email", "phone"]).await;
    check(
        &house,
        &format!("{whole}&attribute[nope]=1&attribute[water-fault]=x"),
        form,
        400,
        &["attribute[nope]", "attribute[water-fault]"],
    )
    .await;
    check(&house, &whole.replace("description=a", "description=a%00b"), form, 400, &["Variable “$input.text” holds the character U+0000"])
        .await;
    check(&house, &whole, &[("content-type", "multipart/form-data; boundary=x")], 415, &["Send the report as"]).await;
    check(&house, &whole, &[("content-type", "text/plain")], 415, &["Send the report as"]).await;
    check(&house, &whole, &[FORM, ("content-encoding", "gzip")], 415, &["Send the report as"]).await;
    check(&house, &whole, &[FORM, ("idempotency-key", "")], 400, &["Idempotency-Key"]).await;
    let large = format!("{whole}&x={}", "x".repeat(super::BODY_BYTES_MAX));
    check(&house, &large, form, 413, &["The request is larger"]).await;
    check(&house, &whole, &[FORM, ("cookie", "a=b"), ("sec-fetch-site", "cross-site")], 403, &["A request from another site"]).await;
    check(&house, &whole, &[FORM, ("cookie", "a=b"), ("origin", "https://evil.example")], 403, &["A request from another site"]).await;
    let filed = get(&house, "v2/requests.json").await.json();
    assert_eq!(filed, json!([]), "nothing of all this was filed");
    // A page of another site that knows a key is that key's program.
    assert_eq!(post(&house, "v2/requests.xml", &whole, &[FORM, ("sec-fetch-site", "cross-site")]).await.status.as_u16(), 201);
}

#[tokio::test]
async fn requests_are_found_by_number_subject_status_and_time() {
    let house = open().await;
    let mut numbers = Vec::new();
    for place in ["a", "b"] {
        numbers.push(file(&house, &format!("address_string={place}")).await["service_request_id"].as_str().unwrap().to_owned());
    }
    let (first, second) = (numbers[0].as_str(), numbers[1].as_str());
    async fn check(house: &House, query: &str, expected: Result<&[&str], u16>) {
        let answer = get(house, &format!("v2/requests.json?{query}")).await;
        let found = answer.json();
        let told = found.as_array().unwrap().iter().filter_map(|request| request["service_request_id"].as_str()).collect::<Vec<_>>();
        match expected {
            Ok(expected) => assert_eq!((answer.status.as_u16(), told), (200, expected.to_vec()), "{query}"),
            Err(status) => assert_eq!(answer.status.as_u16(), status, "{query}"),
        }
    }
    check(&house, "", Ok(&[second, first])).await;
    check(&house, "jurisdiction_id=turkistan.test", Ok(&[second, first])).await;
    check(&house, "jurisdiction_id=chicago", Err(404)).await;
    check(&house, &format!("service_request_id={first},TK-2026-999999,%00&status=closed"), Ok(&[first])).await;
    check(&house, &format!("service_request_id={}", vec!["TK"; 101].join(",")), Err(400)).await;
    check(&house, "service_code=water-supply,nothing&status=open", Ok(&[second, first])).await;
    check(&house, "service_code=nothing", Ok(&[])).await;
    check(&house, "status=closed", Ok(&[])).await;
    check(&house, "status=done", Err(400)).await;
    check(&house, "start_date=2020-01-01", Ok(&[])).await;
    check(&house, "start_date=soon", Err(400)).await;
}

#[tokio::test]
async fn what_did_not_change_is_not_sent_again() {
    let house = open().await;
    let services = get(&house, "v2/services.xml").await;
    assert_eq!((services.status.as_u16(), services.header("cache-control")), (200, "public, max-age=60"));
    assert!(services.header("vary").contains("Accept-Language"));
    let tag = services.header("etag").to_owned();
    let again = house.get("/open311/v2/services.xml", &[ENGLISH, ("if-none-match", &tag)]).await;
    assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
}

#[tokio::test]
async fn an_address_that_names_nothing_is_told_so_in_xml() {
    let house = open().await;
    for (method, path, status) in [
        ("GET", "v2/services", 404),
        ("GET", "v2/services.csv", 404),
        ("GET", "v3/services.xml", 404),
        ("POST", "v2/requests", 404),
        ("POST", "v2/services.xml", 405),
        ("POST", "v2/requests/TK-2026-000001.xml", 405),
    ] {
        let request = Request::builder().method(method).uri(format!("/open311/{path}")).header(FORM.0, FORM.1);
        let answer = house.send(request.body(Body::from(BUS)).unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (status, "text/xml; charset=utf-8"), "{method} {path}");
        assert_eq!(xml_leaves(&answer.body)[0], status.to_string());
    }
    assert_eq!(house.send(Request::delete("/open311/v2/requests.xml").body(Body::empty()).unwrap()).await.status.as_u16(), 405);
    let nameless = house.get("/open311/discovery.json", &[]).await;
    assert_eq!(nameless.status.as_u16(), 400, "nobody knows where the city is");
}

#[tokio::test]
async fn a_city_that_is_not_open_yet_asks_to_come_later() {
    let (house, _, _) = closed().await;
    let read = get(&house, "v2/services.xml").await;
    assert_eq!((read.status.as_u16(), read.header("retry-after")), (503, "1"));
    assert_eq!(post(&house, "v2/requests.xml", BUS, &[FORM]).await.status.as_u16(), 503);
}
