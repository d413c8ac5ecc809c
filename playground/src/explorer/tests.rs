use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use tower::ServiceExt;

use super::*;

async fn get_with(path: &str, name: header::HeaderName, value: &str) -> Response {
    let request = Request::get(path).header(name, value).body(Body::empty()).unwrap();
    crate::routes("").oneshot(request).await.unwrap()
}

async fn text(response: Response) -> String {
    String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
}

fn value(response: &Response, name: header::HeaderName) -> &str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn page_speaks_the_readers_language() {
    async fn check(path: &str, accepted: &str, language: &str, notice: &str) {
        let response = get_with(path, header::ACCEPT_LANGUAGE, accepted).await;
        assert_eq!(value(&response, header::CONTENT_LANGUAGE), language, "{path} {accepted}");
        let page = text(response).await;
        assert!(page.contains(&format!("<html lang=\"{language}\">")), "{path} {accepted}");
        assert!(page.contains(notice), "{path} {accepted}");
        assert!(!page.contains("{{"), "a place of the page is left empty");
    }
    check("/explorer", "", "kk", "Көрсетілім деректері ойдан алынған").await;
    check("/explorer", "de", "kk", "Көрсетілім деректері ойдан алынған").await;
    check("/explorer", "ru-RU,en;q=0.5", "ru", "Демонстрационные данные вымышлены").await;
    check("/explorer?lang=en", "ru", "en", "Demo data is synthetic").await;
    check("/explorer?lang=xx", "ru", "ru", "Демонстрационные данные вымышлены").await;
}

#[test]
fn every_message_has_its_place_in_the_page() {
    for key in words().keys().filter(|key| *key != "language") {
        assert!(include_str!("../explorer.html").contains(&format!("{{{{{key}}}}}")), "{key}");
    }
}

#[tokio::test]
async fn page_may_load_from_its_own_host_only() {
    let response = get_with("/explorer", header::ACCEPT, "text/html").await;
    assert_eq!(value(&response, header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    assert_eq!(value(&response, header::REFERRER_POLICY), "no-referrer");
    assert_eq!(value(&response, header::CACHE_CONTROL), "no-cache");
    let policy = value(&response, header::CONTENT_SECURITY_POLICY);
    assert!(policy.starts_with("default-src 'self'; ") && policy.ends_with("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains('*') && !policy.contains("http") && !policy.contains("unsafe-eval"), "{policy}");
}

#[tokio::test]
async fn files_named_by_the_page_are_served_for_good() {
    let page = text(get_with("/explorer", header::ACCEPT, "text/html").await).await;
    let paths: Vec<_> = page.split('"').filter(|part| part.starts_with("/explorer/assets/")).collect();
    assert_eq!(paths.len(), 3, "{paths:?}");
    for path in paths {
        let response = get_with(path, header::ACCEPT_ENCODING, "gzip, br").await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(value(&response, header::CONTENT_ENCODING), "gzip");
        assert_eq!(value(&response, header::CACHE_CONTROL), "public, max-age=31536000, immutable");
        assert_eq!(value(&response, header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        let tag = value(&response, header::ETAG).to_owned();
        let again = get_with(path, header::IF_NONE_MATCH, &tag).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
        assert_eq!(text(again).await, "");
    }
}

#[test]
fn every_built_file_has_a_media_type_and_is_gzipped() {
    for name in Assets::iter() {
        let plain = name.strip_suffix(".gz").unwrap();
        assert_ne!(media_type(plain), "application/octet-stream", "{name}");
        assert_eq!(Assets::get(&name).unwrap().data[..2], [0x1f, 0x8b], "{name}");
    }
}

#[tokio::test]
async fn absent_file_is_not_found() {
    for path in ["/explorer/assets/absent.js", "/explorer/assets/..%2Fhead.html", "/explorer/assets/"] {
        assert_eq!(get_with(path, header::ACCEPT, "*/*").await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn root_leads_to_the_explorer() {
    let response = get_with("/", header::ACCEPT, "text/html").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(value(&response, header::LOCATION), "/explorer");
}

#[test]
fn examples_open_in_order_and_cannot_end_their_block() {
    let names: Vec<_> = Examples::iter().collect();
    assert_eq!(names.len(), 6);
    for name in names {
        let file = Examples::get(&name).unwrap();
        let example = std::str::from_utf8(&file.data).unwrap();
        assert!(name.ends_with(".graphql") && !example.contains('<') && example.ends_with("}\n"), "{name}");
    }
    let blocks = examples();
    let first = blocks.find("query ServiceAcrossTheCity").unwrap();
    assert!(blocks.find("query Surveys").unwrap() > first);
}
