//! One step of a case, without a routing table: below 5 µs.

#![expect(missing_docs, clippy::unwrap_used, reason = "a bench")]

use std::hint::black_box;

use chrono::{TimeZone, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use engine::{Event, Kind, Library, Terms, Track, Urgency, Who};

fn step(c: &mut Criterion) {
    let process = Library::embedded().latest_process("appeal").unwrap();
    let received_at = Utc.with_ymd_and_hms(2026, 11, 24, 5, 0, 0).unwrap();
    let registered_on = process.calendar().registration_date(received_at);
    let terms = Terms { track: Track::Appeal, kind: Kind::Message, urgency: Urgency::Ordinary, received_at, registered_on };
    let filed = process.start(terms).unwrap().state;
    let route = Event::new("route", Who::System).with("triage", false);
    let assigned = process.step(&filed, &route, received_at).unwrap().state;
    let (accept, forward) = (Event::new("accept", Who::Officer), Event::new("forward", Who::Officer));
    c.bench_function("step: accept", |b| b.iter(|| process.step(black_box(&assigned), &accept, received_at).unwrap()));
    c.bench_function("step: route, with the term derived anew", |b| {
        b.iter(|| process.step(black_box(&filed), &route, received_at).unwrap());
    });
    c.bench_function("step: forward, with a timer", |b| b.iter(|| process.step(black_box(&assigned), &forward, received_at).unwrap()));
    c.bench_function("start", |b| b.iter(|| process.start(black_box(terms)).unwrap()));
    c.bench_function("deadline", |b| b.iter(|| process.deadline(black_box(&assigned)).unwrap()));
    c.bench_function("allowed", |b| b.iter(|| process.allowed(black_box(&assigned), &[Who::Officer]).unwrap()));
}

criterion_group!(benches, step);
criterion_main!(benches);
