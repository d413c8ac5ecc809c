//! A decision of the city's table with its explanation: below 50 µs. And the proof of that table: well below a second.

#![expect(missing_docs, clippy::unwrap_used, reason = "a bench")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use engine::{Facts, Library, PartyFacts};

#[derive(serde::Deserialize)]
struct City {
    parties: Vec<PartyFacts>,
}

fn decide(c: &mut Criterion) {
    let city: City = serde_json::from_str(include_str!("../src/tests/data/city.json")).unwrap();
    let table = Library::embedded().latest_table("routing").unwrap();
    let case = |category: &str| {
        Facts::new()
            .with("track", "REQUEST")
            .with("kind", "MESSAGE")
            .with("category", category)
            .with("district", "arys")
            .with("service_provider", "")
            .with("urgent_by_default", true)
            .with("urgent_words", true)
            .with("life_in_danger", false)
    };
    for (name, facts) in [("an early row", case("road-damage")), ("the last subject", case("official-conduct")), ("triage", case(""))] {
        c.bench_function(&format!("decide: {name}"), |b| b.iter(|| table.decide(black_box(&facts), &city.parties).unwrap()));
    }
    let facts = case("water-supply");
    c.bench_function("urgency", |b| b.iter(|| table.urgency(black_box(&facts)).map(|(urgency, _)| urgency).unwrap()));
    let text = include_str!("../../definitions/routing.v1.toml");
    c.bench_function("load and prove the city's table", |b| b.iter(|| Library::load(black_box(&[("routing.v1.toml", text)])).unwrap()));
    let files = Library::embedded_files();
    c.bench_function("load and prove everything", |b| b.iter(|| Library::load(black_box(&files)).unwrap()));
}

criterion_group!(benches, decide);
criterion_main!(benches);
