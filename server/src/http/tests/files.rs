//! Files as browsers and programs send them and look at them.

use axum::{body::Body, http::Request};
use kernel::Clock;
use serde_json::{Value, json};

use super::{Answer, FRIEND, House, Persona, SystemClock, closed, open};
use crate::files::tests::telltale_jpeg;

const PDF: &[u8] = b"%PDF-1.4\n%%EOF\n";

async fn send(house: &House, body: impl Into<Body>, headers: &[(&str, &str)]) -> Answer {
    let request = headers.iter().fold(Request::post("/files"), |request, (name, value)| request.header(*name, *value));
    house.send(request.body(body.into()).unwrap()).await
}

/// A form as a page without a script sends it.
fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, bytes) in parts {
        let head =
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"photo.svg\"\r\nContent-Type: text/html\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--x--\r\n");
    body
}

const FORM: (&str, &str) = ("content-type", "multipart/form-data; boundary=x");

/// Files a report with an upload, and gives its first attachment as the reporter sees it.
async fn file(house: &House, id: &Value) -> Value {
    let submit = "mutation($i: SubmitFeedbackInput!) { submitFeedback(input: $i) { coupon { reference key } feedback { attachments { \
                  mediaType width height url thumbnailUrl } } errors { message } } }";
    let input =
        json!({ "idempotencyKey": house.edge.rng.uuid_v7(SystemClock.now()), "text": "Шұңқыр", "locale": "KK", "attachments": [id] });
    let answer = house.post(json!({ "query": submit, "variables": { "i": input } }).to_string(), &[]).await.json();
    assert_eq!(answer["data"]["submitFeedback"]["errors"], json!([]), "{answer}");
    answer["data"]["submitFeedback"]["feedback"]["attachments"][0].clone()
}

/// All that is kept in the folder of files.
fn kept(house: &House) -> Vec<Vec<u8>> {
    let shelves = std::fs::read_dir(house._folder.path().join("files")).into_iter().flatten();
    let files = shelves.flat_map(|shelf| std::fs::read_dir(shelf.unwrap().path()).unwrap());
    files.map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
}

#[tokio::test]
async fn a_photo_goes_from_a_form_to_the_report_and_back_to_its_reader() {
    let house = open().await;
    for (body, headers) in [
        (telltale_jpeg(), vec![("content-type", "image/jpeg")]),
        (telltale_jpeg(), vec![("content-type", "text/html")]),
        (telltale_jpeg(), vec![]),
        (form(&[("photo", &telltale_jpeg())]), vec![FORM]),
    ] {
        let taken = send(&house, body, &headers).await;
        let told = taken.json();
        assert_eq!((taken.status.as_u16(), taken.header("cache-control")), (201, "no-store"), "{told}");
        assert_eq!((&told["mediaType"], &told["width"], &told["height"]), (&json!("image/jpeg"), &json!(32), &json!(48)));
        assert!(told["expiresAt"].is_string());
        let attachment = file(&house, &told["id"]).await;
        for (name, width) in [("url", 32), ("thumbnailUrl", 32)] {
            let url = attachment[name].as_str().unwrap();
            let shown = house.get(url, &[]).await;
            assert_eq!((shown.status.as_u16(), shown.header("content-type")), (200, "image/jpeg"));
            assert_eq!((shown.header("content-disposition"), shown.header("x-content-type-options")), ("inline", "nosniff"));
            assert!(shown.header("content-security-policy").contains("sandbox"));
            let seconds = shown.header("cache-control").strip_prefix("private, max-age=").and_then(|age| age.parse::<u32>().ok());
            // An hour from the ten minutes in which the address was made, which may have ended since.
            assert!(seconds.is_some_and(|seconds| (2_940..=3_600).contains(&seconds)), "{}", shown.header("cache-control"));
            assert!(!shown.body.windows(6).any(|window| window == b"CANARY"));
            assert_eq!(crate::files::clean(shown.body.clone()).unwrap().photo.unwrap().width, width);
            let again = house.get(url, &[("if-none-match", shown.header("etag"))]).await;
            assert_eq!((again.status.as_u16(), again.body.len()), (304, 0));
        }
    }
    let kept = kept(&house);
    assert_eq!(kept.len(), 2, "equal photos are kept once, each with its small picture");
    assert!(kept.iter().all(|bytes| !bytes.windows(6).any(|window| window == b"CANARY")));
}

#[tokio::test]
async fn a_document_is_downloaded_and_runs_nothing() {
    let house = open().await;
    let told = send(&house, PDF, &[]).await.json();
    let attachment = file(&house, &told["id"]).await;
    assert_eq!((&attachment["mediaType"], &attachment["thumbnailUrl"]), (&json!("application/pdf"), &Value::Null));
    let shown = house.get(attachment["url"].as_str().unwrap(), &[]).await;
    assert_eq!((shown.header("content-type"), shown.body.as_slice()), ("application/pdf", PDF));
    assert_eq!(shown.header("content-disposition"), "attachment; filename=\"document.pdf\"");
    assert_eq!(shown.header("content-security-policy"), "default-src 'none'; sandbox; frame-ancestors 'none'");
}

#[tokio::test]
async fn what_is_not_taken_is_refused_as_problem_details_in_the_readers_language() {
    let house = open().await;
    let jpeg = telltale_jpeg();
    type Header = (&'static str, &'static str);
    let table: [(Vec<u8>, Vec<Header>, u16, &str); 12] = [
        (Vec::new(), vec![], 422, "Файл пуст."),
        (vec![0; 11 * 1024 * 1024], vec![], 413, "Файл слишком большой: не больше 10 МБ."),
        (b"<svg/>".to_vec(), vec![("content-type", "image/jpeg")], 415, "Принимаются только фотографии (JPEG, PNG, WebP) и документы PDF."),
        (b"\0\0\0\x18ftypheic".to_vec(), vec![], 415, "Это фотография HEIC"),
        (jpeg[..200].to_vec(), vec![], 422, "Файл повреждён или оборвался в пути."),
        (form(&[("a", PDF), ("b", PDF)]), vec![FORM], 400, "Отправьте сам файл или форму с одним файлом"),
        (form(&[]), vec![FORM], 400, "Отправьте сам файл или форму с одним файлом"),
        (PDF.to_vec(), vec![FORM], 400, "Отправьте сам файл или форму с одним файлом"),
        (PDF.to_vec(), vec![("content-type", "multipart/form-data")], 400, "Отправьте сам файл или форму с одним файлом"),
        (PDF.to_vec(), vec![("authorization", "Bearer x.y.z")], 401, ""),
        (PDF.to_vec(), vec![("origin", "https://evil.example")], 403, "Страница этого сайта не может отправлять сюда файлы."),
        (PDF.to_vec(), vec![("sec-fetch-site", "cross-site"), ("origin", FRIEND), ("cookie", "a=b")], 403, "Страница этого сайта"),
    ];
    for (body, mut headers, status, title) in table {
        headers.push(("accept-language", "ru"));
        let refused = send(&house, body, &headers).await;
        let problem = refused.json();
        assert_eq!((refused.status.as_u16(), refused.header("content-type")), (status, "application/problem+json"), "{problem}");
        assert!(problem["title"].as_str().unwrap().starts_with(title), "{problem}");
        assert_eq!((&problem["status"], refused.header("content-language")), (&json!(status), "ru"));
    }
    assert!(kept(&house).is_empty(), "nothing of them was kept");
    let friend = send(&house, PDF, &[("origin", FRIEND), ("sec-fetch-site", "cross-site")]).await;
    assert_eq!((friend.status.as_u16(), friend.header("access-control-allow-origin")), (201, FRIEND));
    assert_eq!(house.get("/files", &[]).await.status.as_u16(), 405);
}

#[tokio::test]
async fn a_file_is_its_senders_and_an_address_opens_nothing_else() {
    let house = open().await;
    let token = Persona::Citizen.token(&house.issuer, SystemClock.now()).unwrap();
    let told = send(&house, PDF, &[("authorization", &format!("Bearer {token}"))]).await.json();
    let submit = "mutation($i: SubmitFeedbackInput!) { submitFeedback(input: $i) { errors { code path } } }";
    let input =
        json!({ "idempotencyKey": "7f1c1c2e-0000-4000-8000-000000000001", "text": "x", "locale": "KK", "attachments": [told["id"]] });
    let refused = house.post(json!({ "query": submit, "variables": { "i": input } }).to_string(), &[]).await.json();
    let errors = &refused["data"]["submitFeedback"]["errors"];
    assert_eq!(*errors, json!([{ "code": "NOT_FOUND", "path": ["input", "attachments", "0"] }]));
    for token in ["x", told["id"].as_str().unwrap(), "..%2Fsecret.key", "%00", "%F0%9F%98%80"] {
        let gone = house.get(&format!("/files/{token}"), &[]).await;
        assert_eq!((gone.status.as_u16(), gone.header("content-type")), (404, "application/problem+json"), "{token}");
    }
}

#[tokio::test]
async fn a_city_that_is_not_open_yet_takes_no_files() {
    let (house, _, _) = closed().await;
    assert_eq!(send(&house, PDF, &[]).await.status.as_u16(), 503);
    assert_eq!(house.get("/files/x", &[]).await.status.as_u16(), 503);
}
