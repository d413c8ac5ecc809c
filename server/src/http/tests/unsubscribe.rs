//! The end of a subscription, as mail programs and browsers bring it about.

use axum::{body::Body, http::Request};

use super::{Answer, House, closed, open};

async fn visit(house: &House, method: &str, token: &str, headers: &[(&str, &str)], body: &'static str) -> Answer {
    let mut request = Request::builder().method(method).uri(format!("/unsubscribe/{token}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    house.send(request.body(Body::from(body)).unwrap()).await
}

const ONE_CLICK: &str = "List-Unsubscribe=One-Click";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[tokio::test]
async fn a_look_at_the_address_asks_in_the_readers_language_and_changes_nothing() {
    let house = open().await;
    for (language, button) in [("kk", "Бас тарту"), ("ru", "Отказаться"), ("en", "Stop them")] {
        let page = visit(&house, "GET", "reminder.x.y", &[("accept-language", language)], "").await;
        let text = String::from_utf8(page.body.clone()).unwrap();
        assert_eq!((page.status.as_u16(), page.header("content-language")), (200, language));
        assert!(text.contains(&format!("<html lang=\"{language}\"")) && text.contains(&format!("<button>{button}</button>")), "{text}");
        assert!(text.contains("<form method=\"post\">") && !text.contains("reminder"), "{text}");
        assert!(page.header("content-security-policy").contains("form-action 'self'"));
        assert_eq!((page.header("cache-control"), page.header("referrer-policy")), ("no-store", "no-referrer"));
    }
}

#[tokio::test]
async fn a_token_that_stands_in_no_mail_is_not_found_and_is_not_told_back() {
    let house = open().await;
    for token in ["x", "reminder.aa.bb", "%3Cscript%3E", "reminder.%00.x"] {
        let page = visit(&house, "POST", token, &[FORM, ("accept-language", "en")], ONE_CLICK).await;
        let text = String::from_utf8(page.body.clone()).unwrap();
        assert_eq!(page.status.as_u16(), 404, "{token}");
        assert!(text.contains("No mail holds this address") && !text.contains("script") && !text.contains("reminder"), "{text}");
    }
    assert_eq!(visit(&house, "DELETE", "x", &[], "").await.status.as_u16(), 405);
}

#[tokio::test]
async fn a_city_that_is_not_open_yet_asks_to_come_later() {
    let (house, _, _) = closed().await;
    assert_eq!(visit(&house, "POST", "x", &[FORM], ONE_CLICK).await.status.as_u16(), 503);
}
