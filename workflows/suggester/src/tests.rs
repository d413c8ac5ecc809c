//! The suggester against messages that it has never seen: those of the corpus' third writer, and the sample appeals, which somebody else wrote.
//! The floors stand a little below what was measured, so that a change for the worse is caught and a change for the better may raise them.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::*;
use crate::corpus::{Corpus, Message, Pressing};

#[derive(Deserialize)]
struct Sample {
    lang: String,
    text: String,
    expected: Expected,
}

#[derive(Deserialize)]
struct Expected {
    category: String,
    urgent: bool,
}

fn samples() -> Vec<Sample> {
    include_str!("../../../tests/data/feedback-samples.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}

fn corpus() -> Corpus {
    Corpus::read(&folder(), &folder().join("../../../resolvers/feedback/src/reference/categories.json")).unwrap()
}

/// The messages of the test that are about something, with the slugs of their categories.
fn unseen(corpus: &Corpus) -> Vec<(&Message, &str)> {
    let of = corpus.test.iter().filter(|message| message.writer == "test");
    of.map(|message| (message, corpus.categories[message.category].as_str())).collect()
}

fn share(of: usize, all: usize) -> f32 {
    of as f32 / all as f32
}

/// The floors of the first and the first three proposals.
#[track_caller]
fn check(name: &str, messages: &[(&str, &str)], first_floor: f32, three_floor: f32) {
    let right_among = |count: usize| {
        let right = |(text, category): &&(&str, &str)| {
            Suggester::embedded().suggest(text).iter().take(count).any(|suggestion| suggestion.category == *category)
        };
        share(messages.iter().filter(right).count(), messages.len())
    };
    let (first, three) = (right_among(1), right_among(3));
    assert!(first >= first_floor && three >= three_floor, "{name}: first {first}, three {three}");
}

#[test]
fn the_model_was_trained_on_this_corpus() {
    let corpus = corpus();
    assert_eq!(Suggester::embedded().corpus(), corpus.digest, "train it: cargo run --release -p suggester --example suggester -- train");
    assert_eq!(Suggester::embedded().categories(), corpus.categories);
    assert!(EMBEDDED.len() <= 4_000_000, "{} bytes", EMBEDDED.len());
}

#[test]
fn layers_are_judged_on_the_messages_of_the_test() {
    let corpus = corpus();
    let judged: Vec<(&str, &str)> = learning::validation().collect();
    let test: Vec<(&str, &str)> = unseen(&corpus).into_iter().map(|(message, slug)| (message.text.as_str(), slug)).collect();
    assert!(judged == test, "write them: cargo run --release -p suggester --example suggester -- train");
}

#[test]
fn no_message_of_the_test_stands_in_the_training() {
    let corpus = corpus();
    let folded = |text: &str| words(text).into_iter().map(|word| word.folded).collect::<Vec<_>>();
    let learnt: std::collections::HashSet<_> = corpus.train.iter().map(|message| folded(&message.text)).collect();
    for message in &corpus.test {
        assert!(!learnt.contains(&folded(&message.text)), "{}", message.text);
    }
    assert!(corpus.train.len() > 42 * 250 && corpus.test.len() > 42 * 20);
}

#[test]
fn categories_of_unseen_messages_are_proposed_rightly_in_every_language() {
    let corpus = corpus();
    let unseen = unseen(&corpus);
    for (language, first, three) in [("kk", 0.82, 0.93), ("ru", 0.81, 0.93), ("en", 0.75, 0.87), ("mix", 0.88, 0.95)] {
        let of: Vec<(&str, &str)> = unseen
            .iter()
            .filter(|(message, _)| message.language == language)
            .map(|(message, slug)| (message.text.as_str(), *slug))
            .collect();
        check(language, &of, first, three);
    }
}

#[test]
fn categories_of_the_samples_are_proposed_rightly_in_every_language() {
    let samples = samples();
    for (language, first, three) in [("kk", 0.86, 0.94), ("ru", 0.83, 0.92), ("en", 0.75, 0.92)] {
        let of: Vec<(&str, &str)> = samples
            .iter()
            .filter(|sample| sample.lang == language)
            .map(|sample| (sample.text.as_str(), sample.expected.category.as_str()))
            .collect();
        check(language, &of, first, three);
    }
}

#[test]
fn what_is_routed_without_a_person_is_right_and_confidence_is_true() {
    let corpus = corpus();
    let unseen = unseen(&corpus);
    let judged: Vec<(f32, bool)> = unseen
        .iter()
        .filter_map(|(message, slug)| {
            Suggester::embedded().suggest(&message.text).first().map(|first| (first.confidence, first.category == *slug))
        })
        .collect();
    let routed: Vec<bool> = judged.iter().filter(|(confidence, _)| *confidence >= Suggester::THRESHOLD).map(|(_, right)| *right).collect();
    let (right, coverage) = (share(routed.iter().filter(|right| **right).count(), routed.len()), share(routed.len(), unseen.len()));
    assert!(right >= 0.95 && coverage >= 0.5, "right {right}, coverage {coverage}");
    let claimed = judged.iter().map(|(confidence, _)| confidence).sum::<f32>() / judged.len() as f32;
    let right = share(judged.iter().filter(|(_, right)| *right).count(), judged.len());
    assert!((right - claimed).abs() < 0.1, "claimed {claimed}, right {right}");
}

#[test]
fn what_is_routed_of_the_samples_is_mostly_right() {
    let samples = samples();
    let routed: Vec<bool> = samples
        .iter()
        .filter_map(|sample| {
            let first = Suggester::embedded().suggest(&sample.text).into_iter().next()?;
            (first.confidence >= Suggester::THRESHOLD).then(|| first.category == sample.expected.category)
        })
        .collect();
    let (right, coverage) = (share(routed.iter().filter(|right| **right).count(), routed.len()), share(routed.len(), samples.len()));
    assert!(right >= 0.9 && coverage >= 0.75, "right {right}, coverage {coverage}");
}

#[test]
fn in_an_emergency_one_is_told_to_call_and_in_hardly_any_other_case() {
    let corpus = corpus();
    let shares = |writer: &str, pressing: Pressing| {
        let of = corpus.test.iter().filter(|message| message.writer == writer && message.pressing == Some(pressing));
        let read: Vec<UrgencyWords> = of.map(|message| urgency(&message.text)).collect();
        let of =
            |read: &Vec<UrgencyWords>, which: fn(&UrgencyWords) -> bool| share(read.iter().filter(|read| which(read)).count(), read.len());
        (of(&read, |read| read.call_first), of(&read, |read| read.emergency))
    };
    let (called, handled) = shares("emergencies", Pressing::Emergency);
    assert!(called >= 0.98 && handled >= 0.9, "emergencies: called {called}, handled {handled}");
    for writer in ["calm", "test"] {
        let (called, handled) = shares(writer, Pressing::No);
        assert!(called <= 0.12 && handled <= 0.04, "{writer}: called {called}, handled {handled}");
    }
}

#[test]
fn urgency_is_read_from_the_samples() {
    let samples = samples();
    let said = |sample: &&Sample| urgency(&sample.text).urgent;
    let meant = samples.iter().filter(|sample| sample.expected.urgent).count();
    let found = samples.iter().filter(|sample| sample.expected.urgent).filter(said).count();
    let all_said = samples.iter().filter(said).count();
    let (recall, precision) = (share(found, meant), share(found, all_said));
    assert!(recall >= 0.55 && precision >= 0.8, "recall {recall}, precision {precision}");
}

#[test]
fn one_text_typed_in_many_ways_gets_one_answer() {
    let suggester = Suggester::embedded();
    let first = |text: &str| suggester.suggest(text).into_iter().next().map(|suggestion| (suggestion.category, suggestion.confidence));
    let typed = first("Көшемізде шұңқыр көп, жолды жөндеңіздер");
    assert_eq!(typed.map(|(category, _)| category), Some("road-damage"));
    assert_eq!(typed, first("Кошемизде шункыр коп, жолды жонденіздер"));
    assert_eq!(typed, first("Koshemizde shunqyr kop, zholdy zhondenizder"));
    assert_eq!(typed, first("Köşemizde şuñqır köp, joldı jöndeñizder"));
    assert_eq!(typed, first("Кошeмiздe шyңқыp көп, жoлды жөндeңіздep"));
}

#[test]
fn typing_slips_are_forgiven() {
    let first = |text: &str| Suggester::embedded().suggest(text).into_iter().next().map(|suggestion| suggestion.category);
    assert_eq!(first("во дворе незакрываетса подьезд и сломан лифф"), Some("apartment-building"));
    assert_eq!(first("фанари ни гарят на улице"), Some("street-lighting"));
}

#[test]
fn reasons_are_words_of_the_text_as_typed() {
    let text = "Біздің ауылда ИНТЕРНЕТ мүлдем жоқ, байланыс нашар";
    let first = Suggester::embedded().suggest(text).into_iter().next().unwrap();
    assert_eq!(first.category, "internet-connection");
    assert!(first.words.contains(&"ИНТЕРНЕТ".to_owned()), "{:?}", first.words);
    assert!(first.words.len() <= REASONS && first.words.iter().all(|word| text.contains(word)));
}

#[test]
fn a_text_without_known_words_gets_no_answer() {
    for text in ["", "...!", "qwzxv 00000", "你好"] {
        assert_eq!(Suggester::embedded().suggest(text), Vec::new(), "{text}");
    }
}

#[test]
fn suggestions_come_best_first_and_few() {
    let suggestions = Suggester::embedded().suggest("мектеп жанында қоқыс және ит көп");
    assert_eq!(suggestions.len(), Suggester::MOST);
    assert!(suggestions.windows(2).all(|pair| pair[0].confidence >= pair[1].confidence));
    assert!(suggestions.iter().all(|suggestion| (0.0..=1.0).contains(&suggestion.confidence)));
}

#[test]
fn a_very_long_text_is_read() {
    let text = "жол нашар, көше қараңғы ".repeat(2_000);
    assert!(!Suggester::embedded().suggest(&text).is_empty());
    assert!(!urgency(&text).urgent);
}

#[test]
fn bytes_that_are_no_model_are_not_read() {
    assert!(Suggester::read(EMBEDDED).is_some());
    for bytes in [&[] as &[u8], b"TKSUGG02", &EMBEDDED[1..], &EMBEDDED[..EMBEDDED.len() - 1]] {
        assert!(Suggester::read(bytes).is_none());
    }
}
