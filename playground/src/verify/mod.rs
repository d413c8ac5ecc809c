//! The page that verifies a receipt: one file in three languages, which asks nobody for anything, so that it works as well from a disk.

use std::sync::OnceLock;

use axum::{
    Router,
    http::header,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{Fact, Locale, Words};
use sha2::{Digest, Sha256};

const SCRIPT: &str = include_str!("verify.js");
const STYLE: &str = include_str!("style.css");

/// What the words of an outcome tell: their places, which the script fills.
const FACTS: [&str; 5] = ["reference", "at", "digest", "position", "size"];

pub(crate) fn routes(log_key: &str) -> Router {
    let page = render(log_key);
    Router::new().route("/verify", get(async move || answer(page)))
}

fn answer(page: String) -> Response {
    let headers = [
        // `frame-ancestors` counts in a header only (CSP Level 3 §3.3).
        (header::CONTENT_SECURITY_POLICY, format!("{}; frame-ancestors 'none'", policy())),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
    ];
    (headers, Html(page)).into_response()
}

/// Only this page's own script and style, by their hashes, and no address at all.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    format!("default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'", hash(SCRIPT), hash(STYLE))
}

fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::new(include_str!("words/kk.ftl"), include_str!("words/ru.ftl"), include_str!("words/en.ftl")))
}

/// All messages in all languages as JSON, which a browser does not run (HTML §4.12.1).
fn dictionary() -> String {
    let marks = FACTS.map(|name| (name, format!("\u{27e6}{name}\u{27e7}")));
    let facts: Vec<Fact<'_>> = marks.iter().map(|(name, mark)| (*name, mark.as_str().into())).collect();
    let language = |locale: Locale| {
        let texts: serde_json::Map<_, _> = words().keys().map(|key| (key.to_owned(), words().text(locale, key, &facts).into())).collect();
        (locale.tag().to_owned(), texts.into())
    };
    let all: serde_json::Map<String, serde_json::Value> = Locale::ALL.map(language).into_iter().collect();
    serde_json::Value::Object(all).to_string().replace('<', "\\u003c")
}

fn render(log_key: &str) -> String {
    let key = log_key.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let page = include_str!("page.html").replace("{{policy}}", &policy()).replace("{{style}}", STYLE);
    page.replace("{{key}}", &key).replace("{{words}}", &dictionary()).replace("{{script}}", SCRIPT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_has_all_it_needs_and_names_no_address() {
        let page = render("turkistan.test/journal+00000000+AQ==");
        assert!(page.contains("value=\"turkistan.test/journal+00000000+AQ==\""));
        assert!(!page.contains("{{") && !page.contains("http://") && !page.contains("https://") && !page.contains("src="), "{page}");
        for locale in Locale::ALL {
            assert!(page.contains(&format!("\"{}\":{{\"", locale.tag())));
        }
    }

    #[test]
    fn every_message_is_said_and_every_word_is_there() {
        let said = |key: &str| [SCRIPT, include_str!("page.html")].iter().any(|text| text.contains(&format!("\"{key}\"")));
        for key in words().keys().filter(|key| *key != "language") {
            assert!(said(key), "nothing says {key}");
        }
        for key in SCRIPT.split('"').filter(|text| text.starts_with("flaw-")) {
            assert!(words().has(key), "{key}");
        }
    }
}
