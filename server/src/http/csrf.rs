//! Requests that another site's page makes a browser send (OWASP, Cross-Site Request Forgery Prevention: Fetch Metadata, with `Origin` for
//! browsers that do not send it).
//!
//! A browser sends a *simple* request to another site without asking that site first. A POST of JSON is never simple, so what remains is a
//! GET without a header that only scripts can set. Anything with cookies is refused from another site whatever its form.

use axum::http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{AUTHORIZATION, COOKIE, HOST, ORIGIN},
};
use kernel::Code;

use super::rejection::Rejection;

/// Headers that a page cannot send to another site without asking it first.
const PREFLIGHTED: [&str; 3] = ["graphql-require-preflight", "apollo-require-preflight", "x-requested-with"];

/// Refuses what a page of another site can bring about without the reader's will.
pub(crate) fn check(method: &Method, headers: &HeaderMap) -> Result<(), Rejection> {
    let asked_first =
        *method == Method::POST || headers.contains_key(AUTHORIZATION) || PREFLIGHTED.iter().any(|name| headers.contains_key(*name));
    if is_cross_site(headers) && (headers.contains_key(COOKIE) || !asked_first) {
        return Err(Rejection::new(StatusCode::FORBIDDEN, Code::Forbidden, "edge-cross-site", &[]));
    }
    Ok(())
}

/// Refuses a socket for a page of another site that is no friend: a browser opens sockets to every site and asks none of them first
/// (RFC 6455 §10.2).
pub(crate) fn check_socket(headers: &HeaderMap, friends: &[HeaderValue]) -> Result<(), Rejection> {
    only_friends(headers, friends, "edge-cross-site-socket")
}

/// Refuses a file from a page of another site that is no friend: a form is sent to every site without asking it first (Fetch §2.2.1).
pub(crate) fn check_file(headers: &HeaderMap, friends: &[HeaderValue]) -> Result<(), Rejection> {
    only_friends(headers, friends, "file-cross-site")
}

fn only_friends(headers: &HeaderMap, friends: &[HeaderValue], otherwise: &str) -> Result<(), Rejection> {
    let is_friend = || headers.get(ORIGIN).is_some_and(|origin| friends.contains(origin));
    if is_cross_site(headers) && (headers.contains_key(COOKIE) || !is_friend()) {
        return Err(Rejection::new(StatusCode::FORBIDDEN, Code::Forbidden, otherwise, &[]));
    }
    Ok(())
}

fn is_cross_site(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site") {
        return !matches!(site.as_bytes(), b"same-origin" | b"same-site" | b"none");
    }
    let Some(origin) = headers.get(ORIGIN) else { return false };
    let origin_host = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    origin_host.is_none() || origin_host != text(HOST)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue, header::CONTENT_TYPE};

    use super::*;
    use crate::http::negotiate;

    type Pair = (&'static str, &'static str);

    /// The two checks that stand between a page of another site and the graph, in the order in which a request meets them.
    fn status(method: &Method, content_type: Option<&'static str>, others: &[Pair]) -> u16 {
        let mut headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("city.example"))]);
        headers.extend(content_type.map(|value| (CONTENT_TYPE, HeaderValue::from_static(value))));
        headers.extend(others.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))));
        let sent = if *method == Method::POST { negotiate::content_type(&headers) } else { Ok(()) };
        sent.and_then(|()| check(method, &headers)).map_or_else(|rejection| rejection.status.as_u16(), |()| 200)
    }

    #[test]
    fn what_another_site_can_send_without_asking_is_refused() {
        const CROSS: Pair = ("sec-fetch-site", "cross-site");
        const SAME: Pair = ("sec-fetch-site", "same-origin");
        const NONE: Pair = ("sec-fetch-site", "none");
        const SUBDOMAIN: Pair = ("sec-fetch-site", "same-site");
        const FOREIGN: Pair = ("origin", "https://evil.example");
        const OWN: Pair = ("origin", "https://city.example");
        const OPAQUE: Pair = ("origin", "null");
        const COOKIES: Pair = ("cookie", "a=b");
        const NAMED: Pair = ("x-requested-with", "fetch");
        const BEARER: Pair = ("authorization", "Bearer x");
        const JSON: Option<&str> = Some("application/json");
        let table: [(Method, Option<&'static str>, &[Pair], u16); 30] = [
            (Method::POST, JSON, &[], 200),
            (Method::POST, JSON, &[SAME], 200),
            (Method::POST, JSON, &[NONE], 200),
            (Method::POST, JSON, &[SUBDOMAIN], 200),
            (Method::POST, JSON, &[CROSS], 200),
            (Method::POST, JSON, &[CROSS, COOKIES], 403),
            (Method::POST, JSON, &[SAME, COOKIES], 200),
            (Method::POST, JSON, &[FOREIGN, COOKIES], 403),
            (Method::POST, JSON, &[OWN, COOKIES], 200),
            (Method::POST, JSON, &[OPAQUE, COOKIES], 403),
            (Method::POST, None, &[], 415),
            (Method::POST, None, &[CROSS], 415),
            (Method::POST, Some("text/plain"), &[], 415),
            (Method::POST, Some("text/plain"), &[SAME], 415),
            (Method::POST, Some("text/plain"), &[NAMED], 415),
            (Method::POST, Some("application/x-www-form-urlencoded"), &[SAME], 415),
            (Method::POST, Some("multipart/form-data; boundary=x"), &[SAME, NAMED], 415),
            (Method::GET, None, &[], 200),
            (Method::GET, None, &[NONE], 200),
            (Method::GET, None, &[SAME], 200),
            (Method::GET, None, &[SUBDOMAIN], 200),
            (Method::GET, None, &[CROSS], 403),
            (Method::GET, None, &[CROSS, NAMED], 200),
            (Method::GET, None, &[CROSS, BEARER], 200),
            (Method::GET, None, &[CROSS, NAMED, COOKIES], 403),
            (Method::GET, None, &[FOREIGN], 403),
            (Method::GET, None, &[FOREIGN, NAMED], 200),
            (Method::GET, None, &[OPAQUE], 403),
            (Method::GET, None, &[OWN], 200),
            (Method::GET, None, &[("sec-fetch-site", "something-new")], 403),
        ];
        for (method, content_type, others, expected) in table {
            assert_eq!(status(&method, content_type, others), expected, "{method} {content_type:?} {others:?}");
        }
    }

    #[test]
    fn a_page_of_another_site_opens_no_socket_unless_it_is_a_friend() {
        let friends = [HeaderValue::from_static("https://app.example")];
        const FRIEND: Pair = ("origin", "https://app.example");
        const OWN: Pair = ("origin", "https://city.example");
        const CROSS: Pair = ("sec-fetch-site", "cross-site");
        const COOKIES: Pair = ("cookie", "a=b");
        let table: [(&[Pair], bool); 11] = [
            (&[], true),
            (&[OWN], true),
            (&[OWN, COOKIES], true),
            (&[OWN, ("sec-fetch-site", "same-origin")], true),
            (&[FRIEND], true),
            (&[FRIEND, CROSS], true),
            (&[FRIEND, CROSS, COOKIES], false),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "https://evil.example"), CROSS, ("authorization", "Bearer x")], false),
            (&[("origin", "null")], false),
            (&[CROSS], false),
        ];
        for (others, allowed) in table {
            let mut headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("city.example"))]);
            headers.extend(others.iter().map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_static(value))));
            assert_eq!(check_socket(&headers, &friends).is_ok(), allowed, "{others:?}");
        }
    }
}
