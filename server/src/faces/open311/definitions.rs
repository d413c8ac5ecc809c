//! What can be reported: the categories, and the questions about each.

use axum::http::{HeaderMap, StatusCode};
use kernel::{Document, Locale};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Refused, Visit, words};

/// The categories, with the questions about them.
pub(crate) static SERVICES: Document = Document {
    name: "server.Open311Services",
    text: "query Open311Services { categories { id slug name kk: name(locale: KK) ru: name(locale: RU) en: name(locale: EN) \
           questions { code label kind choices { code label } } } }",
};

/// The specification that is kept to.
const SPECIFICATION: &str = "http://wiki.open311.org/GeoReport_v2";
/// When what the endpoint can do was changed last.
const CHANGED: &str = "2026-11-26T00:00:00+05:00";

#[derive(Deserialize)]
struct Services {
    categories: Vec<Service>,
}

/// A category.
#[derive(Deserialize)]
pub(super) struct Service {
    pub(super) id: String,
    pub(super) slug: String,
    name: String,
    kk: String,
    ru: String,
    en: String,
    pub(super) questions: Vec<Question>,
}

/// What is asked about a category.
#[derive(Deserialize)]
pub(super) struct Question {
    pub(super) code: String,
    label: String,
    pub(super) kind: Kind,
    choices: Vec<Choice>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Kind {
    Text,
    Number,
    Date,
    YesNo,
    Choice,
    Choices,
}

#[derive(Deserialize)]
struct Choice {
    code: String,
    label: String,
}

/// All categories.
pub(super) async fn all(visit: &Visit<'_>) -> Result<Vec<Service>, Refused> {
    let answer = visit.ask::<Services>(&SERVICES, json!({})).await;
    answer.map(|answer| answer.categories).map_err(|rejection| Refused::of(&rejection, visit.request.locale))
}

/// `GET services`.
pub(super) async fn list(visit: &Visit<'_>) -> Result<Answer, Refused> {
    let service = |Service { slug, name, kk, ru, en, questions, .. }: Service| {
        // By the names in the other languages others look for it.
        let keywords = [kk, ru, en].join(", ");
        json!({
            "service_code": slug,
            "service_name": name,
            "description": name,
            "metadata": !questions.is_empty(),
            "type": "realtime",
            "keywords": keywords,
            "group": null,
        })
    };
    Ok(Answer::new("services", all(visit).await?.into_iter().map(service).collect()))
}

/// `GET services/{service_code}`.
pub(super) async fn define(visit: &Visit<'_>, code: &str) -> Result<Answer, Refused> {
    let locale = visit.request.locale;
    let found = all(visit).await?.into_iter().find(|service| service.slug == code);
    let service = found.ok_or_else(|| Refused::new(StatusCode::NOT_FOUND, locale, "open311-service-unknown"))?;
    let attributes: Vec<Value> = service.questions.iter().zip(1..).map(|(question, order)| question.attribute(order, locale)).collect();
    Ok(Answer::new("service_definition", json!({ "service_code": service.slug, "attributes": attributes })))
}

impl Question {
    fn attribute(&self, order: usize, locale: Locale) -> Value {
        let word = |key: &str| words().text(locale, key, &[]);
        let value = |(key, name): (&str, &str)| json!({ "key": key, "name": name });
        let choices = self.choices.iter().map(|choice| value((&choice.code, &choice.label))).collect();
        let (datatype, values): (_, Vec<Value>) = match self.kind {
            Kind::Text => ("string", Vec::new()),
            Kind::Number => ("number", Vec::new()),
            Kind::Date => ("datetime", Vec::new()),
            Kind::YesNo => ("singlevaluelist", [("yes", &*word("open311-yes")), ("no", &*word("open311-no"))].map(value).into()),
            Kind::Choice => ("singlevaluelist", choices),
            Kind::Choices => ("multivaluelist", choices),
        };
        json!({
            "variable": true,
            "code": self.code,
            "datatype": datatype,
            "required": false,
            "datatype_description": (self.kind == Kind::Date).then(|| word("open311-day")),
            "order": order,
            "description": self.label,
            "values": values,
        })
    }
}

/// `GET discovery` (wiki.open311.org, Service Discovery).
pub(super) fn discover(visit: &Visit<'_>, headers: &HeaderMap) -> Result<Answer, Refused> {
    let locale = visit.request.locale;
    let base = visit.base(headers).ok_or_else(|| Refused::bad(locale, "face-host", &[]))?;
    let word = |key: &str| words().text(locale, key, &[]);
    Ok(Answer::new(
        "discovery",
        json!({
            "changeset": CHANGED,
            "contact": word("open311-contact"),
            "key_service": word("open311-keys"),
            "endpoints": [{
                "specification": SPECIFICATION,
                "url": format!("{base}/open311/v2"),
                "changeset": CHANGED,
                "type": if visit.faces.public_url.is_some() { "production" } else { "test" },
                "formats": ["text/xml", "application/json"],
            }],
        }),
    ))
}
