//! What the program says when it is ready: where it is, who you can be, and what to ask first.

use std::net::SocketAddr;

use chrono::{DateTime, Utc};
use clap::ValueEnum;
use kernel::{Document, Personal, Result};
use serde_json::json;

use crate::{
    console,
    identity::{Issuer, Persona},
};

/// What to ask first: one question that four rooms answer together.
pub(crate) static FIRST_QUERY: Document = Document {
    name: "server.FirstQuery",
    text: "{ service(code: \"water-connection\") { title provider { name } rating { band } \
           feedback(first: 1, open: true) { nodes { reference deadline { dueOn } } } } }",
};

/// Says it; `demo` is the key by which programs file in a demo city.
pub(crate) fn greet(address: SocketAddr, issuer: &Issuer, demo: Option<&Personal<String>>, now: DateTime<Utc>) -> Result<()> {
    let url = format!("http://{address}");
    console::say(&format!(
        "ready\n\n  graph     {url}/graphql\n  explorer  {url}/explorer\n  health    {url}/health/ready\n  metrics   {url}/metrics\n  open311   {url}/open311/discovery.json\n"
    ))?;
    if let Some(open311) = demo {
        console::say("Tokens of the demo city, valid for 24 hours (send one as `Authorization: Bearer …`):\n")?;
        for persona in Persona::value_variants() {
            console::say(&format!("  {:<14}{}", persona.slug(), persona.token(issuer, now)?))?;
        }
        console::say(&format!("\nThe demo city's key for Open311 (`api_key`):\n\n  {:<14}{}\n", "open311", open311.reveal()))?;
    }
    let body = json!({ "query": FIRST_QUERY.text });
    console::say(&format!(
        "Try:\n\n  curl -s {url}/graphql -H 'Content-Type: application/json' -H 'Accept-Language: en' \\\n    -d '{body}'\n"
    ))
}
