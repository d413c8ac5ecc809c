//! Filing a report.

use axum::http::{
    HeaderMap, HeaderName, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use chrono::DateTime;
use kernel::{Document, Locale, city_day};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Answer, Parameters, Refused, Visit, clients,
    definitions::{self, Kind, Service},
    words,
};
use crate::http::Edge;

/// Files a report.
pub(crate) static FILE: Document = Document {
    name: "server.Open311File",
    text: "mutation Open311File($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { \
           coupon { reference key } errors { __typename message path } } }",
};

/// By what a program names one filing, so that sending it again files nothing new (draft-ietf-httpapi-idempotency-key-header).
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest such name, in bytes.
const KEY_BYTES_MAX: usize = 255;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filed {
    submit_feedback: Payload,
}

#[derive(Deserialize)]
struct Payload {
    coupon: Option<Coupon>,
    errors: Vec<UserError>,
}

#[derive(Deserialize)]
struct Coupon {
    reference: String,
    key: String,
}

#[derive(Deserialize)]
struct UserError {
    message: String,
    path: Vec<String>,
}

/// Refuses what is no form. Files do not come in forms: they would come as `multipart/form-data`.
pub(super) fn check_form(headers: &HeaderMap, locale: Locale) -> Result<(), Refused> {
    let name = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).and_then(|value| value.split(';').next());
    let is_form = name.is_some_and(|name| name.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"));
    if is_form && !headers.contains_key(CONTENT_ENCODING) {
        return Ok(());
    }
    Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, locale, "open311-form"))
}

/// `POST requests`.
pub(super) async fn file(visit: &Visit<'_>, edge: &Edge, headers: &HeaderMap, form: &Parameters) -> Result<Answer, Refused> {
    let locale = visit.request.locale;
    let client = visit.faces.open311.client(form, locale)?;
    visit.faces.open311.check_jurisdiction(form, locale)?;
    let key = match named(headers, locale)? {
        Some(name) => clients::act_key(&visit.house.secret, client, name),
        None => edge.rng.uuid_v7(visit.request.now),
    };
    let code = form.get("service_code").ok_or_else(|| Refused::bad(locale, "open311-service-missing", &[]))?;
    let service = definitions::all(visit).await?.into_iter().find(|service| service.slug == code);
    let service = service.ok_or_else(|| Refused::new(StatusCode::NOT_FOUND, locale, "open311-service-unknown"))?;
    let answers = answers(form, &service);
    let input = input(form, key, &service, &answers, locale)?;
    let filed = visit.ask::<Filed>(&FILE, json!({ "input": input })).await;
    match filed.map_err(|rejection| Refused::of(&rejection, locale))?.submit_feedback {
        Payload { coupon: Some(Coupon { reference, key }), .. } => {
            tracing::info!(client, "a report came by Open311");
            // Whoever files for somebody hands this on: with it the reporter can ask, contest and withdraw, and nobody else.
            let notice = words().text(locale, "open311-notice", &[("reference", (&*reference).into()), ("key", key.into())]);
            let request = json!({ "service_request_id": reference, "service_notice": notice, "account_id": null });
            Ok(Answer::created("service_requests", json!([request])))
        }
        Payload { errors, .. } => {
            let reason = |error: &UserError| format!("{}: {}", parameter(&error.path, &answers), error.message);
            Err(Refused { status: StatusCode::BAD_REQUEST, reasons: errors.iter().map(reason).collect() })
        }
    }
}

/// What the program calls this filing.
fn named(headers: &HeaderMap, locale: Locale) -> Result<Option<&str>, Refused> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let name = value.to_str().ok().map(|name| name.trim().trim_matches('"'));
    let name = name.filter(|name| (1..=KEY_BYTES_MAX).contains(&name.len()));
    name.map(Some).ok_or_else(|| Refused::bad(locale, "open311-idempotency", &[("max", KEY_BYTES_MAX.into())]))
}

/// What the form says, as the graph takes it. All that is wrong is told at once.
fn input(form: &Parameters, key: Uuid, service: &Service, answers: &[(&str, Vec<String>)], locale: Locale) -> Result<Value, Refused> {
    let mut wrong = Vec::new();
    let mut keep = |key: &str| wrong.push(words().text(locale, key, &[]));
    if form.get("media_url").is_some() {
        keep("open311-media");
    }
    let number = |name: &str| form.get(name).map(|text| text.parse::<f64>().ok().filter(|number| number.is_finite()));
    let point = match (number("lat"), number("long")) {
        (None, None) => None,
        (Some(Some(lat)), Some(Some(lon))) => Some(json!({ "lat": lat, "lon": lon })),
        _ => {
            keep("open311-coordinates");
            None
        }
    };
    let address = form.get("address_string");
    if point.is_none() && address.is_none() {
        keep(if form.get("address_id").is_some() { "open311-address-id" } else { "open311-place" });
    }
    if !wrong.is_empty() {
        return Err(Refused { status: StatusCode::BAD_REQUEST, reasons: wrong });
    }
    let names: Vec<&str> = ["first_name", "last_name"].into_iter().filter_map(|name| form.get(name)).collect();
    let name = (!names.is_empty()).then(|| names.join(" "));
    let answers: Vec<Value> = answers.iter().map(|(question, values)| json!({ "question": question, "values": values })).collect();
    Ok(json!({
        "idempotencyKey": key,
        "category": service.id,
        "text": form.get("description").unwrap_or_default(),
        "locale": locale.tag().to_uppercase(),
        "place": { "point": point, "address": address },
        "contact": { "name": name, "email": form.get("email"), "phone": form.get("phone") },
        "answers": answers,
    }))
}

/// The answers in a form, `attribute[code]=value`, in the order of their first values; `attribute[code][]` is the same.
fn answers<'f>(form: &'f Parameters, service: &Service) -> Vec<(&'f str, Vec<String>)> {
    let mut answers: Vec<(&str, Vec<String>)> = Vec::new();
    for (name, value) in &form.0 {
        let Some(code) = name.strip_suffix("[]").unwrap_or(name).strip_prefix("attribute[").and_then(|rest| rest.strip_suffix(']')) else {
            continue;
        };
        // An empty field of a form is no answer.
        if value.trim().is_empty() {
            continue;
        }
        let is_day = service.questions.iter().any(|question| question.code == code && question.kind == Kind::Date);
        let value = if is_day { day(value.trim()) } else { value.clone() };
        match answers.iter_mut().find(|(known, _)| *known == code) {
            Some((_, values)) => values.push(value),
            None => answers.push((code, vec![value])),
        }
    }
    answers
}

/// The specification has instants where the city asks for days: the day of an instant by the city's clock.
fn day(text: &str) -> String {
    DateTime::parse_from_rfc3339(text).map_or_else(|_| text.to_owned(), |at| city_day(at.to_utc()).to_string())
}

/// What the specification calls what the graph refuses.
fn parameter(path: &[String], answers: &[(&str, Vec<String>)]) -> String {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let named = match path[..] {
        ["input", "text"] => "description",
        ["input", "category"] => "service_code",
        ["input", "place", "point", ..] => "lat, long",
        ["input", "place", ..] => "address_string",
        ["input", "contact", "email"] => "email",
        ["input", "contact", "phone"] => "phone",
        ["input", "contact", "name"] => "first_name, last_name",
        ["input", "idempotencyKey"] => "Idempotency-Key",
        ["input", "answers", number, ..] => {
            let answer = number.parse().ok().and_then(|number: usize| answers.get(number));
            return answer.map_or_else(|| "attribute".to_owned(), |(code, _)| format!("attribute[{code}]"));
        }
        _ => return path.join("."),
    };
    named.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_has_the_name_that_the_form_gave_it() {
        let answers = [("water-since", vec!["x".to_owned()])];
        for (path, expected) in [
            (["input", "text"].as_slice(), "description"),
            (&["input", "place", "point"], "lat, long"),
            (&["input", "place", "address"], "address_string"),
            (&["input", "answers", "0", "values"], "attribute[water-since]"),
            (&["input", "answers", "7"], "attribute"),
            (&["input", "track"], "input.track"),
        ] {
            let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
            assert_eq!(parameter(&path, &answers), expected);
        }
    }

    #[test]
    fn the_day_of_an_instant_is_the_citys() {
        for (text, expected) in [
            ("2026-11-24T20:00:00Z", "2026-11-25"),
            ("2026-11-24T00:00:00+05:00", "2026-11-24"),
            ("2026-11-24", "2026-11-24"),
            ("soon", "soon"),
        ] {
            assert_eq!(day(text), expected);
        }
    }
}
