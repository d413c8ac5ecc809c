//! Whoever sends nonsense, too much, or too slowly is refused with the code that `docs/api-design.md` names, within its time, and the
//! city stays small and answers everybody else.

#![expect(clippy::unwrap_used, reason = "a test that finds no value fails")]

use std::{
    collections::BTreeMap,
    process::Command,
    time::{Duration, Instant},
};

use serde_json::json;
use tests::{City, Heard, Options, Store, Wire, eventually, post_head};

/// What the city may hold at most, whatever is done to it, beside its own program, which is three times as large when it is built for tests.
const MEMORY_KB_MAX: u64 = 150 * 1024;
const BODY_BYTES_MAX: usize = 256 * 1024;
/// The wait for a head or a body, and a machine that is busy.
const SLOW_MAX: Duration = Duration::from_secs(10 + 5);
const PROMPT_MAX: Duration = Duration::from_secs(5);
/// A hundred parties with forty services each: near the most that one operation may cost.
const COSTLY: &str = "{ parties(first: 100) { nodes { id name slug services(first: 20) { nodes { id title } } } } }";

/// How many attack at once.
fn attackers() -> usize {
    std::env::var("TURKISTAN_TEST_ATTACKERS").ok().and_then(|count| count.parse().ok()).unwrap_or(800)
}

async fn city() -> City {
    City::start(&Store::Sqlite, Options::default()).await
}

fn with_length(body: &[u8]) -> Vec<u8> {
    [&post_head(&format!("Content-Length: {}\r\n", body.len())), body].concat()
}

fn asking(query: &str) -> Vec<u8> {
    json!({ "query": query }).to_string().into_bytes()
}

async fn check(city: &City, name: &str, sent: &[u8], status: u16, code: &str) {
    let began = Instant::now();
    let mut wire = Wire::open(&city.url).await;
    wire.send(sent).await;
    if name.ends_with("breaks off") {
        wire.finish().await;
    }
    assert_eq!(wire.hear().await, Heard { status, code: code.to_owned() }, "{name}");
    assert!(began.elapsed() < PROMPT_MAX, "{name}: {:?}", began.elapsed());
}

/// The most memory that the city has held so far, without the pages of its program.
fn memory_peak_kb(city: &City) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", city.process_id())).unwrap();
    let kb = |name: &str| -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    };
    kb("VmHWM:") - kb("RssFile:")
}

async fn check_well(city: &City) {
    let answered = || async {
        let answer = city.ask(None, "{ parties(first: 1) { nodes { slug } } }", json!({})).await;
        (answer.status == 200).then(|| answer.data("/parties/nodes/0/slug"))
    };
    assert!(eventually("an ordinary request is answered", answered).await.is_string());
    let peak = memory_peak_kb(city);
    assert!(peak < MEMORY_KB_MAX, "{peak} kB");
}

#[tokio::test]
async fn what_is_too_deep_too_wide_or_too_large_is_refused_with_its_code() {
    const PARSE: &str = "GRAPHQL_PARSE_FAILED";
    const VALIDATION: &str = "GRAPHQL_VALIDATION_FAILED";
    let city = city().await;
    let many = |count: usize, part: &dyn Fn(usize) -> String| (0..count).map(part).collect::<Vec<_>>().join(" ");
    let nested = |open: &str, depth: usize, inner: &str, close: &str| format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
    let spreads = many(40, &|n| format!("fragment f{n} on Query {{ ...f{0} ...f{0} }}", n + 1));
    for (name, query, code) in [
        ("fields in fields, 50,000 deep", nested("{a", 50_000, "", "}"), PARSE),
        ("known fields in fields", nested("{ services { nodes { provider", 8, " { id }", " } } }"), VALIDATION),
        ("inline fragments, 600 deep", nested("{ ... on Query ", 600, "{ id }", "}"), PARSE),
        ("lists in lists", format!("{{ nodes(ids: {}) {{ id }} }}", nested("[", 5_000, "", "]")), PARSE),
        ("objects in objects", format!("{{ nodes(ids: {}) {{ id }} }}", nested("{a:", 5_000, "1", "}")), PARSE),
        ("500 aliases", format!("{{ {} }}", many(500, &|n| format!("a{n}: __typename"))), VALIDATION),
        ("10,000 aliases", format!("{{ {} }}", many(10_000, &|n| format!("a{n}: __typename"))), VALIDATION),
        ("fragments that double forty times", format!("{{ ...f0 }} {spreads} fragment f40 on Query {{ __typename }}"), VALIDATION),
        ("fragments in a circle", "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }".to_owned(), VALIDATION),
        ("200 directives", format!("{{ __typename {} }}", "@include(if: true) ".repeat(200)), VALIDATION),
        ("400 operations", many(400, &|n| format!("query q{n} {{ __typename }}")), VALIDATION),
        ("a number that no float holds", "{ nodes(ids: [1e400]) { id } }".to_owned(), VALIDATION),
        ("a name of 200,000 letters", format!("{{ {} }}", "a".repeat(200_000)), VALIDATION),
        ("a text without an end", format!("{{ node(id: \"{}", "x".repeat(200_000)), PARSE),
        (
            "a list of lists of everything",
            "{ parties(first: 100) { nodes { services(first: 100) { nodes { id } } } } }".to_owned(),
            "COST_ESTIMATED_TOO_EXPENSIVE",
        ),
        ("a zero byte", "{ __typename }\0".to_owned(), PARSE),
    ] {
        check(&city, name, &with_length(&asking(&query)), 200, code).await;
    }
    check_well(&city).await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_its_status_and_code() {
    const WRONG: &str = "BAD_USER_INPUT";
    let city = city().await;
    let bomb = Command::new("sh").args(["-c", "head -c 67108864 /dev/zero | gzip"]).output().unwrap().stdout;
    let plain = asking("{ __typename }");
    let wide = |start: &[u8], encode: fn(u16) -> [u8; 2]| {
        [start, &String::from_utf8_lossy(&plain).encode_utf16().flat_map(encode).collect::<Vec<_>>()].concat()
    };
    let deep = format!("{{\"query\":\"{{ a }}\",\"variables\":{}}}", "[".repeat(100_000));
    for (name, body, status) in [
        ("nothing", Vec::new(), 400),
        ("JSON without its end", plain[..plain.len() - 4].to_vec(), 400),
        ("JSON and more", [plain.as_slice(), b"}"].concat(), 400),
        ("JSON, 100,000 deep", deep.into_bytes(), 400),
        ("bytes that are not UTF-8", b"{\"query\":\"{ __typename } \xff\xfe\"}".to_vec(), 400),
        ("UTF-8 in more bytes than it needs", b"{\"query\":\"{ __typename } \xc0\xaf\"}".to_vec(), 400),
        ("half a surrogate pair", br#"{"query":"{ __typename } \ud800"}"#.to_vec(), 400),
        ("UTF-8 with a mark", [b"\xef\xbb\xbf", plain.as_slice()].concat(), 400),
        ("UTF-16, little end first", wide(b"\xff\xfe", u16::to_le_bytes), 400),
        ("UTF-16, big end first", wide(b"\xfe\xff", u16::to_be_bytes), 400),
        ("gzip that does not say so", bomb.clone(), 400),
        ("one byte too many", vec![b' '; BODY_BYTES_MAX + 1], 413),
    ] {
        check(&city, name, &with_length(&body), status, WRONG).await;
    }
    for (name, lines, body, status) in [
        ("gzip of 64 MiB", format!("Content-Encoding: gzip\r\nContent-Length: {}\r\n", bomb.len()), bomb.clone(), 415),
        ("a coding that nobody knows", "Content-Encoding: x\r\nContent-Length: 2\r\n".to_owned(), b"{}".to_vec(), 415),
        ("a body that breaks off", "Content-Length: 100\r\n".to_owned(), plain.clone(), 400),
        (
            "chunks without an end",
            "Transfer-Encoding: chunked\r\n".to_owned(),
            ["8\r\n", &" ".repeat(8), "\r\n"].concat().repeat(BODY_BYTES_MAX / 8 + 1).into_bytes(),
            413,
        ),
        ("a chunk that breaks off", "Transfer-Encoding: chunked\r\n".to_owned(), b"ff\r\n{".to_vec(), 400),
        ("a chunk of no size", "Transfer-Encoding: chunked\r\n".to_owned(), b"zz\r\n{}\r\n".to_vec(), 400),
        (
            "a chunk with too much to say",
            "Transfer-Encoding: chunked\r\n".to_owned(),
            [b"1;", "a".repeat(100_000).as_bytes()].concat(),
            400,
        ),
    ] {
        check(&city, name, &[post_head(&lines), body].concat(), status, WRONG).await;
    }
    // What is not even HTTP is refused by its parser, without a body and so without a code.
    for (name, sent, status) in [
        ("an address of 20 KB", format!("GET /graphql?query={} HTTP/1.1\r\n\r\n", "x".repeat(20_000)).into_bytes(), 431),
        ("200 header lines", ["GET /graphql HTTP/1.1\r\n", &"X: y\r\n".repeat(200), "\r\n"].concat().into_bytes(), 431),
        ("two lengths", post_head("Content-Length: 2\r\nContent-Length: 3\r\n"), 400),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(), 400),
        ("a head that breaks off", b"POST /graphql HTTP/1.1\r\nHost: ci".to_vec(), 0),
    ] {
        check(&city, name, &sent, status, "").await;
    }
    check_well(&city).await;
}

#[tokio::test]
async fn whoever_drips_is_let_go_in_time() {
    async fn drip(city: &City, name: &str, start: &[u8], byte: u8, status: u16, code: &str) {
        let began = Instant::now();
        let mut wire = Wire::open(&city.url).await;
        wire.send(start).await;
        assert_eq!(wire.drip(byte).await, Heard { status, code: code.to_owned() }, "{name}");
        assert!(began.elapsed() < SLOW_MAX, "{name}: {:?}", began.elapsed());
    }
    let city = city().await;
    let (sized, chunked) = (post_head("Content-Length: 262144\r\n"), post_head("Transfer-Encoding: chunked\r\n"));
    let begun = [&chunked, b"3ffff\r\n".as_slice()].concat();
    tokio::join!(
        drip(&city, "the first line", b"", b'G', 0, ""),
        drip(&city, "a header", b"GET / HTTP/1.1\r\nX: ", b'x', 0, ""),
        drip(&city, "a body", &sized, b' ', 408, "TIMEOUT"),
        drip(&city, "a chunk", &begun, b' ', 408, "TIMEOUT"),
        drip(&city, "the size of a chunk", &chunked, b'0', 408, "TIMEOUT"),
        drip(&city, "the head of a second request", b"GET /health/live HTTP/1.1\r\nHost: city\r\n\r\nGET ", b'x', 200, ""),
    );
    check_well(&city).await;
}

/// One of a crowd: what it sends before it stops and waits.
fn attack(number: usize) -> Vec<u8> {
    match number % 5 {
        0 => [post_head("Content-Length: 262144\r\n"), vec![b' '; BODY_BYTES_MAX - 1]].concat(),
        1 => [post_head("Transfer-Encoding: chunked\r\n"), b"1\r\n \r\n".repeat(20_000)].concat(),
        2 => ["GET / HTTP/1.1\r\nX: ", &"x".repeat(8_000)].concat().into_bytes(),
        3 => with_length(&asking(&format!("query Costly{number} {COSTLY}"))),
        _ => with_length(&asking(include_str!("../../schema/federation/tests/federation/introspection.graphql"))),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_of_attackers_leaves_the_city_small_and_awake() {
    let city = city().await;
    let crowd = futures_util::future::join_all((0..attackers()).map(|number| {
        let url = &city.url;
        async move {
            let mut wire = Wire::open(url).await;
            wire.send(&attack(number)).await;
            wire
        }
    }));
    let crowd = crowd.await;
    check_well(&city).await;
    let mut ends = BTreeMap::new();
    for heard in futures_util::future::join_all(crowd.into_iter().map(async |mut wire| wire.hear().await)).await {
        *ends.entry((heard.status, heard.code)).or_insert(0) += 1;
    }
    for (status, code) in ends.keys() {
        let known = [(0, ""), (200, ""), (408, "TIMEOUT"), (503, "RATE_LIMITED"), (504, "TIMEOUT")];
        assert!(known.contains(&(*status, code.as_str())), "{ends:?}");
    }
    check_well(&city).await;
}
