use axum::http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{
    Algorithm, EncodingKey, Header, encode,
    jwk::{AlgorithmParameters, Jwk},
};
use kernel::{Actor, Clock, Personal, SystemClock};
use serde_json::{Value, json};

use super::{Identified, Issuer, Persona, identify, issuer::Claims};

fn issuer() -> Issuer {
    Issuer::new(&Personal::new([7; 32])).unwrap()
}

fn now() -> DateTime<Utc> {
    SystemClock.now()
}

/// The claims of a good token, changed.
fn claims(change: impl FnOnce(&mut Value)) -> Value {
    let mut claims = serde_json::to_value(Claims::of(&Persona::Officer.person(), now(), TimeDelta::hours(1))).unwrap();
    change(&mut claims);
    claims
}

fn signed(change: impl FnOnce(&mut Value)) -> String {
    let issuer = issuer();
    encode(&issuer.header(), &claims(change), &issuer.signing).unwrap()
}

fn without(claim: &str) -> String {
    signed(|claims| drop(claims.as_object_mut().unwrap().remove(claim)))
}

fn with(claim: &str, value: Value) -> String {
    signed(|claims| claims[claim] = value)
}

fn from_now(by: TimeDelta) -> Value {
    json!((now() + by).timestamp())
}

/// A token put together by hand, for headers that no library writes.
fn raw(header: &Value, claims: &Value, signature: &[u8]) -> String {
    [header.to_string().as_bytes(), claims.to_string().as_bytes(), signature].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
}

fn symmetric(algorithm: Algorithm) -> String {
    let issuer = issuer();
    let public = Jwk::from_encoding_key(&issuer.signing, Algorithm::EdDSA).unwrap();
    let AlgorithmParameters::OctetKeyPair(pair) = public.algorithm else { panic!("not an Ed25519 key") };
    let key = EncodingKey::from_secret(&URL_SAFE_NO_PAD.decode(pair.x).unwrap());
    encode(&Header { alg: algorithm, ..issuer.header() }, &claims(|_| ()), &key).unwrap()
}

fn headed(change: impl FnOnce(&mut Header)) -> String {
    let issuer = issuer();
    let mut header = issuer.header();
    change(&mut header);
    encode(&header, &claims(|_| ()), &issuer.signing).unwrap()
}

fn by_another_key() -> String {
    let (ours, other) = (issuer(), Issuer::new(&Personal::new([8; 32])).unwrap());
    encode(&ours.header(), &claims(|_| ()), &other.signing).unwrap()
}

fn tampered(part: usize, to: &str) -> String {
    let token = signed(|_| ());
    let mut parts: Vec<_> = token.split('.').collect();
    parts[part] = to;
    parts.join(".")
}

fn none(name: &str, signature: &[u8]) -> String {
    raw(&json!({ "alg": name, "typ": "JWT", "kid": issuer().key_id }), &claims(|_| ()), signature)
}

#[test]
fn a_good_token_names_its_person_and_its_end() {
    let issuer = issuer();
    let token = Persona::Officer.token(&issuer, now()).unwrap();
    let (person, until) = issuer.verify(&token).unwrap();
    assert_eq!(person, Persona::Officer.person());
    assert!(until > now() + TimeDelta::hours(23));
    issuer.self_test(now()).unwrap();
}

#[test]
fn differences_of_clocks_up_to_the_leeway_are_forgiven() {
    let issuer = issuer();
    for (token, accepted) in [
        (with("exp", from_now(TimeDelta::seconds(-20))), true),
        (with("exp", from_now(TimeDelta::seconds(-40))), false),
        (with("nbf", from_now(TimeDelta::seconds(20))), true),
        (with("nbf", from_now(TimeDelta::seconds(40))), false),
    ] {
        assert_eq!(issuer.verify(&token).is_some(), accepted);
    }
}

#[test]
fn no_bad_token_is_accepted() {
    let issuer = issuer();
    let forged_claims = URL_SAFE_NO_PAD.encode(claims(|claims| claims["roles"] = json!(["admin"])).to_string());
    let table = [
        ("alg none", none("none", &[])),
        ("alg None in another case", none("nOnE", &[])),
        ("alg none with a signature", none("none", &[1; 64])),
        ("no alg", raw(&json!({ "kid": issuer.key_id }), &claims(|_| ()), &[1; 64])),
        ("HS256 with the public key as the secret", symmetric(Algorithm::HS256)),
        ("HS384 with the public key as the secret", symmetric(Algorithm::HS384)),
        ("HS512 with the public key as the secret", symmetric(Algorithm::HS512)),
        (
            "EdDSA signature under another algorithm's name",
            raw(&json!({ "alg": "ES256", "kid": issuer.key_id }), &claims(|_| ()), &[1; 64]),
        ),
        ("another key", by_another_key()),
        ("unknown kid", headed(|header| header.kid = Some("other".into()))),
        ("no kid", headed(|header| header.kid = None)),
        ("kid with a space", headed(|header| header.kid = header.kid.take().map(|kid| format!("{kid} ")))),
        ("expired", with("exp", from_now(TimeDelta::hours(-1)))),
        ("not valid yet", with("nbf", from_now(TimeDelta::hours(1)))),
        ("exp as text", with("exp", json!("4102444800"))),
        ("exp as a fraction", with("exp", json!(4_102_444_800.5))),
        ("exp null", with("exp", Value::Null)),
        ("nbf as text", with("nbf", json!("0"))),
        ("no exp", without("exp")),
        ("no nbf", without("nbf")),
        ("no iat", without("iat")),
        ("no iss", without("iss")),
        ("no aud", without("aud")),
        ("no sub", without("sub")),
        ("no roles", without("roles")),
        ("wrong iss", with("iss", json!("https://other.example"))),
        ("wrong aud", with("aud", json!("other-graph"))),
        ("aud as a list", with("aud", json!(["turkistan-graph", "other-graph"]))),
        ("sub that is no id", with("sub", json!("admin"))),
        ("a role that does not exist", with("roles", json!(["officer", "emperor"]))),
        ("the house's own scope", with("roles", json!(["system"]))),
        ("party that is no id", with("party", json!("akim-office"))),
        ("a language that is not the city's", with("locale", json!("de"))),
        ("claims exchanged", tampered(1, &forged_claims)),
        ("signature exchanged", tampered(2, &URL_SAFE_NO_PAD.encode([0; 64]))),
        ("signature cut off", tampered(2, "")),
        ("two parts", signed(|_| ()).rsplit_once('.').unwrap().0.to_owned()),
        ("four parts", signed(|_| ()) + ".x"),
        ("empty", String::new()),
        ("not a token", "let-me-in".to_owned()),
    ];
    assert!(issuer.verify(&signed(|_| ())).is_some(), "the token that the table changes is good");
    for (name, token) in table {
        assert!(issuer.verify(&token).is_none(), "{name}");
    }
}

#[test]
fn only_the_absence_of_a_token_is_anonymous() {
    let issuer = issuer();
    let token = Persona::Citizen.token(&issuer, now()).unwrap();
    let check = |values: &[&str]| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        identify(Some(&issuer), &headers).map(|Identified { actor, .. }| matches!(actor, Actor::Person(_)))
    };
    assert_eq!(check(&[]), Some(false));
    assert_eq!(check(&[&format!("Bearer {token}")]), Some(true));
    assert_eq!(check(&[&format!("bearer {token}")]), Some(true), "RFC 9110 §11.1: a scheme's case does not matter");
    let bad = [vec![""], vec!["Bearer"], vec!["Bearer "], vec![&token], vec!["Basic YTpi"], vec!["Bearer x.y.z"]];
    for values in bad {
        assert_eq!(check(&values), None, "{values:?}");
    }
    let both = format!("Bearer {token}");
    assert_eq!(check(&[&both, &both]), None, "two credentials are none");
}
