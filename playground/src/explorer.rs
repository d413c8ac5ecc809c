//! The explorer: one page in the reader's language, and the built files it loads.

use std::{collections::HashMap, sync::OnceLock};

use axum::{
    Router,
    extract::{Path, Query},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use kernel::{Locale, Words};
use rust_embed::RustEmbed;

/// What the page may load: files of this host only. Monaco writes styles into the page and draws its icons from `data:` addresses.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; \
                                       base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The tags that name the built files of the page.
const HEAD: &str = include_str!("../explorer/dist/head.html");

/// The built files, each gzipped; a name carries its content's hash.
#[derive(RustEmbed)]
#[folder = "explorer/dist/assets"]
struct Assets;

/// Operations that open as tabs, in the order of their names.
#[derive(RustEmbed)]
#[folder = "src/examples"]
struct Examples;

pub(crate) fn routes() -> Router {
    Router::new().route("/explorer", get(page)).route("/explorer/assets/{name}", get(asset))
}

async fn page(Query(query): Query<HashMap<String, String>>, headers: HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let locale = query.get("lang").and_then(|tag| Locale::from_tag(tag)).unwrap_or_else(|| Locale::negotiate(accepted));
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_LANGUAGE, locale.tag()),
        (header::VARY, "accept-language"),
    ];
    (headers, Html(render(locale))).into_response()
}

/// Serves a built file, always gzipped: every browser since 1999 reads that, and the program holds each file once.
async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(file) = Assets::get(&format!("{name}.gz")) else { return StatusCode::NOT_FOUND.into_response() };
    let tag = entity_tag(&file.metadata.sha256_hash());
    let kept = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"))];
    if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let body = [
        (header::CONTENT_TYPE, media_type(&name)),
        (header::CONTENT_ENCODING, "gzip"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (kept, body, file.data.into_owned()).into_response()
}

fn entity_tag(digest: &[u8]) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{}\"", kernel::hex(digest))).unwrap_or(HeaderValue::from_static("\"\""))
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("ttf") => "font/ttf",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words::new(include_str!("words/kk.ftl"), include_str!("words/ru.ftl"), include_str!("words/en.ftl")))
}

/// Fills the page's places, each named after the message that goes there.
fn render(locale: Locale) -> String {
    let mut page = include_str!("explorer.html").to_owned();
    for key in words().keys() {
        page = page.replace(&format!("{{{{{key}}}}}"), &escape(&words().text(locale, key, &[])));
    }
    page.replace("{{head}}", HEAD).replace("{{languages}}", &languages(locale)).replace("{{examples}}", &examples())
}

/// Links to the page in each language, the current one marked.
fn languages(current: Locale) -> String {
    let link = |locale: Locale| {
        let (tag, name) = (locale.tag(), words().text(locale, "language", &[]));
        let mark = if locale == current { " aria-current=\"true\"" } else { "" };
        format!("<a href=\"?lang={tag}\" lang=\"{tag}\" hreflang=\"{tag}\"{mark}>{}</a>", escape(&name))
    };
    Locale::ALL.map(link).join("\n")
}

/// Data blocks, which a browser does not run (HTML §4.12.1); their text needs no escape as long as it has no `<`, which a test holds.
fn examples() -> String {
    let mut names: Vec<_> = Examples::iter().collect();
    names.sort_unstable();
    let files = names.iter().filter_map(|name| Examples::get(name));
    files.map(|file| format!("<script type=\"application/graphql\">\n{}</script>\n", String::from_utf8_lossy(&file.data))).collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests;
