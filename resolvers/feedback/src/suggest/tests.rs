//! The suggester against the sample appeals, which it has never seen. The floors stand a little below what was measured, so
//! that a change for the worse is caught and a change for the better may raise them.

use serde::Deserialize;

use super::*;

const SAMPLES: &str = include_str!("../../../../tests/data/feedback-samples.jsonl");

#[derive(Deserialize)]
struct Sample {
    lang: String,
    text: String,
    expected: Expected,
    district_in_text: bool,
}

#[derive(Deserialize)]
struct Expected {
    category: String,
    district: Option<String>,
    urgent: bool,
}

fn samples() -> Vec<Sample> {
    SAMPLES.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn share(of: usize, all: usize) -> f32 {
    of as f32 / all as f32
}

/// The floors of first and first three proposals for samples of one language.
#[track_caller]
fn check(lang: &str, first_floor: f32, three_floor: f32) {
    let suggester = Suggester::embedded();
    let of_language: Vec<Sample> = samples().into_iter().filter(|sample| sample.lang == lang).collect();
    let right_among = |count: usize| {
        let right = |sample: &&Sample| {
            suggester.suggest(&sample.text).iter().take(count).any(|suggestion| suggestion.category == sample.expected.category)
        };
        share(of_language.iter().filter(right).count(), of_language.len())
    };
    let (first, three) = (right_among(1), right_among(3));
    assert!(first >= first_floor && three >= three_floor, "{lang}: first {first}, three {three}");
}

#[test]
fn categories_are_proposed_rightly_in_three_languages() {
    check("kk", 0.86, 0.94);
    check("ru", 0.83, 0.92);
    check("en", 0.78, 0.92);
}

#[test]
fn what_may_be_routed_is_mostly_right() {
    let suggester = Suggester::embedded();
    let samples = samples();
    let routed: Vec<bool> = samples
        .iter()
        .filter_map(|sample| {
            let first = suggester.suggest(&sample.text).into_iter().next()?;
            (first.confidence >= Suggester::THRESHOLD).then(|| first.category == sample.expected.category)
        })
        .collect();
    let precision = share(routed.iter().filter(|right| **right).count(), routed.len());
    let coverage = share(routed.len(), samples.len());
    assert!(precision >= 0.9 && coverage >= 0.75, "precision {precision}, coverage {coverage}");
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
fn districts_are_read_from_the_samples() {
    let samples: Vec<Sample> = samples().into_iter().filter(|sample| sample.district_in_text).collect();
    let found: Vec<(Option<&str>, Option<String>)> =
        samples.into_iter().map(|sample| (district(&sample.text), sample.expected.district)).collect();
    let right = share(found.iter().filter(|(said, meant)| *said == meant.as_deref()).count(), found.len());
    let wrong = share(found.iter().filter(|(said, meant)| said.is_some() && *said != meant.as_deref()).count(), found.len());
    assert!(right >= 0.93 && wrong <= 0.01, "right {right}, wrong {wrong}");
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
    assert_eq!(first.words.first().map(String::as_str), Some("ИНТЕРНЕТ"));
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
    assert_eq!(district(&text), None);
}
