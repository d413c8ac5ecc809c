//! The rooms that this one asks, as far as it asks them.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use kernel::{Actor, Answer, Code, Document, Fault, Graph, PartyId, PersonId, Request, ServiceId};
use serde_json::{Map, Value, json};

/// Slug, kind, territories, who supervises it.
type Party = (&'static str, &'static str, &'static [&'static str], Option<&'static str>);

const PARTIES: [Party; 7] = [
    ("akim-office", "DIRECTORATE", &[], None),
    ("akimat-arys", "DISTRICT_AKIMAT", &["arys"], None),
    ("digitalization", "DIRECTORATE", &[], None),
    ("energy-housing", "DIRECTORATE", &[], None),
    ("passenger-transport-roads", "DIRECTORATE", &[], None),
    ("public-service-corporation", "STATE_BODY", &[], Some("digitalization")),
    ("water-turkistan-city", "UTILITY", &["turkistan-city"], Some("energy-housing")),
];

/// How many parties one page of the directory holds: fewer than there are.
const PAGE: usize = 3;

/// Slug, party, mail address, language.
const OFFICERS: [(&str, &str, Option<&str>, &str); 6] = [
    ("officer", "water-turkistan-city", Some("officer@water.kz"), "KK"),
    ("officer-two", "water-turkistan-city", Some("two@water.kz"), "RU"),
    ("officer-three", "water-turkistan-city", None, "RU"),
    ("officer-roads", "passenger-transport-roads", Some("officer@roads.kz"), "RU"),
    ("supervisor", "energy-housing", Some("supervisor@energy.kz"), "EN"),
    ("clerk", "akim-office", Some("clerk@akim.kz"), "KK"),
];

/// What the other rooms were told, and which of them are away.
#[derive(Default)]
pub(super) struct Neighbours {
    /// The inputs of `queueMessage`, in order.
    pub(super) messages: Mutex<Vec<Value>>,
    /// The texts of all messages, in order.
    pub(super) said: Mutex<Vec<String>>,
    /// The inputs of `announceEvent`, in order.
    pub(super) announced: Mutex<Vec<Value>>,
    /// What messages and what comments were erased of, in order.
    pub(super) erased: Mutex<Vec<Value>>,
    /// Of how many reports each question was that asked what reporters were told.
    pub(super) asked: Mutex<Vec<usize>>,
    /// Documents that are not answered.
    pub(super) away: Mutex<BTreeSet<&'static str>>,
    /// The refusal of the next messages.
    pub(super) refused: Mutex<Option<&'static str>>,
}

#[async_trait]
impl Graph for Neighbours {
    async fn execute(&self, document: &'static Document, variables: Map<String, Value>, request: &Arc<Request>) -> Answer {
        if self.away.lock().unwrap().contains(document.name) {
            let fault = Fault { message: String::new(), code: Code::SubgraphUnavailable, path: Vec::new() };
            return Answer { data: Value::Null.into(), faults: vec![fault] };
        }
        let data = match document.name {
            "feedback.PartiesForRouting" => parties(variables["after"].as_str()),
            "feedback.ProviderOfService" => provider(&variables["service"]),
            "feedback.PartyOfOfficer" => party_of_officer(&variables["officer"]),
            "feedback.OfficersOfParty" => {
                assert_eq!(request.actor, Actor::System, "addresses are for the house");
                officers(&variables["party"])
            }
            "feedback.QueueMessage" => {
                assert_eq!(request.actor, Actor::System, "only the house sends messages");
                let errors: Vec<Value> = self.refused.lock().unwrap().iter().map(|code| json!({ "code": code })).collect();
                if errors.is_empty() {
                    self.said.lock().unwrap().push(variables["input"]["text"].as_str().unwrap().to_owned());
                    self.messages.lock().unwrap().push(variables["input"].clone());
                }
                json!({ "queueMessage": { "errors": errors } })
            }
            "feedback.MessagesToReporters" => {
                assert_eq!(request.actor, Actor::System, "only the house asks what reporters were told");
                let about = variables["about"].as_array().unwrap();
                self.asked.lock().unwrap().push(about.len());
                let told = |about| {
                    json!({ "about": about, "label": "Receipt", "email": "a***@e***.kz", "state": "BOUNCED",
                    "createdAt": "2026-11-24T07:00:00Z", "deliveries": [{ "at": "2026-11-24T07:00:01Z" }, { "at": "2026-11-24T07:05:00Z" }] })
                };
                json!({ "messagesToReporters": about.iter().map(told).collect::<Vec<_>>() })
            }
            "feedback.AnnounceEvent" => {
                assert_eq!(request.actor, Actor::System, "only the house announces events");
                self.announced.lock().unwrap().push(variables["input"].clone());
                json!({ "announceEvent": { "errors": [] } })
            }
            "feedback.EraseMessages" => {
                assert_eq!(request.actor, Actor::System, "only the house erases messages");
                self.erased.lock().unwrap().push(variables["input"]["about"].clone());
                json!({ "eraseMessages": { "errors": [] } })
            }
            "feedback.EraseAnswerComments" => {
                assert_eq!(request.actor, Actor::System, "only the house erases comments");
                self.erased.lock().unwrap().push(variables["input"]["feedback"].clone());
                json!({ "eraseAnswerComments": { "errors": [] } })
            }
            "feedback.ServicesForDemo" => json!({ "services": { "nodes": [
                { "id": ServiceId::of_slug("birth-registration").global(), "provider": { "slug": "public-service-corporation" } },
                { "id": ServiceId::of_slug("water-connection").global(), "provider": null },
            ] } }),
            other => panic!("nobody answers {other}"),
        };
        Answer { data: data.into(), faults: Vec::new() }
    }
}

fn parties(after: Option<&str>) -> Value {
    let start = after.map_or(0, |after| after.parse().unwrap());
    let end = (start + PAGE).min(PARTIES.len());
    let node = |(slug, kind, territories, supervisor): &Party| {
        let territories: Vec<Value> = territories.iter().map(|slug| json!({ "slug": slug })).collect();
        json!({
            "id": PartyId::of_slug(slug).global(), "slug": slug, "kind": kind, "territories": territories,
            "kk": format!("{slug} (kk)"), "ru": format!("{slug} (ru)"), "en": format!("{slug} (en)"),
            "supervisedBy": supervisor.map(|slug| json!({ "id": PartyId::of_slug(slug).global(), "slug": slug })),
        })
    };
    let nodes: Vec<Value> = PARTIES[start..end].iter().map(node).collect();
    json!({ "parties": { "nodes": nodes, "pageInfo": { "hasNextPage": end < PARTIES.len(), "endCursor": end.to_string() } } })
}

fn provider(service: &Value) -> Value {
    let provided = |slug: &str, provider: Value| (*service == ServiceId::of_slug(slug).global()).then_some(provider);
    let corporation = json!({ "id": PartyId::of_slug("public-service-corporation").global(), "slug": "public-service-corporation" });
    let provider = provided("birth-registration", corporation).or_else(|| provided("water-connection", Value::Null));
    json!({ "node": provider.map(|provider| json!({ "__typename": "Service", "id": service, "provider": provider })) })
}

fn party_of_officer(id: &Value) -> Value {
    let found = OFFICERS.iter().find(|(slug, ..)| *id == PersonId::of_slug(slug).global());
    json!({ "node": found.map(|(_, party, ..)| json!({ "__typename": "Officer", "id": id, "party": { "id": PartyId::of_slug(party).global() } })) })
}

fn officers(party: &Value) -> Value {
    let there = OFFICERS.iter().filter(|(_, of, ..)| *party == PartyId::of_slug(of).global());
    let officers: Vec<Value> =
        there.map(|(slug, _, email, locale)| json!({ "id": PersonId::of_slug(slug).global(), "email": email, "locale": locale })).collect();
    json!({ "node": { "__typename": "Party", "id": party, "officers": officers } })
}
