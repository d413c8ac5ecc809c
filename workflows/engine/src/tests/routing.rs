use std::sync::{Arc, LazyLock};

use kernel::Locale;
use proptest::prelude::*;

use crate::{Because, Facts, Library, PartyFacts, Table, Urgency};

#[derive(serde::Deserialize)]
pub(super) struct City {
    pub(super) districts: Vec<String>,
    pub(super) categories: Vec<String>,
    pub(super) parties: Vec<PartyFacts>,
}

pub(super) static CITY: LazyLock<City> = LazyLock::new(|| serde_json::from_str(include_str!("data/city.json")).unwrap());

fn table() -> Arc<Table> {
    Library::embedded().latest_table("routing").unwrap()
}

#[test]
fn a_report_goes_to_whoever_does_the_work_there() {
    let check = |category: &str, district: &str, party: &str, supervisor: &str, because| {
        let facts = Facts::new().with("category", category).with("district", district);
        let decision = table().decide(&facts, &CITY.parties).unwrap();
        assert_eq!((decision.party.as_str(), decision.supervisor.as_str(), decision.because), (party, supervisor, because), "{category}");
    };
    use Because::{Executor, Otherwise, WithoutPlace};
    check("road-damage", "turkistan-city", "turkistan-city-akimat", "passenger-transport-roads", Executor);
    check("road-damage", "sauran", "akimat-sauran", "passenger-transport-roads", Executor);
    check("road-damage", "", "passenger-transport-roads", "passenger-transport-roads", WithoutPlace);
    check("water-supply", "arys", "water-arys", "energy-housing", Executor);
    check("sewage", "", "energy-housing", "energy-housing", WithoutPlace);
    check("heating", "kentau", "heating-kentau", "energy-housing", Executor);
    check("heating", "sozaq", "akimat-sozaq", "energy-housing", Otherwise);
    check("public-transport", "turkistan-city", "bus-turkistan-city", "passenger-transport-roads", Executor);
    check("public-transport", "arys", "passenger-transport-roads", "passenger-transport-roads", Otherwise);
    check("electricity", "", "power-region", "energy-housing", Executor);
    check("apartment-building", "turkistan-city", "turkistan-city-akimat", "energy-housing", Otherwise);
    check("official-conduct", "arys", "akim-office", "akim-office", Executor);
}

#[test]
fn the_manager_of_the_house_is_found_by_the_address() {
    let facts = Facts::new().with("category", "apartment-building").with("district", "turkistan-city");
    let decision = table().decide(&facts.with("building_manager", "building-manager-2"), &CITY.parties).unwrap();
    assert_eq!(decision.party, "building-manager-2");
}

#[test]
fn a_report_about_a_service_goes_to_its_provider_unless_life_is_in_danger() {
    let facts = Facts::new().with("category", "gas-supply").with("service_provider", "energy-housing");
    let decision = table().decide(&facts, &CITY.parties).unwrap();
    assert_eq!(
        (decision.row.as_str(), decision.party.as_str(), decision.supervisor.as_str()),
        ("service", "energy-housing", "akim-office")
    );
    let decision = table().decide(&facts.with("life_in_danger", true), &CITY.parties).unwrap();
    assert_eq!((decision.party.as_str(), decision.urgency), ("gas-region", Urgency::Emergency));
}

#[test]
fn what_nobody_knows_goes_to_a_person() {
    for category in ["", "no-such-category"] {
        let decision = table().decide(&Facts::new().with("category", category), &CITY.parties).unwrap();
        assert_eq!((decision.party.as_str(), decision.triage), ("akim-office", true));
        assert!(decision.facts.is_empty());
    }
}

#[test]
fn a_directory_without_the_rows_parties_falls_back_to_triage() {
    let only: Vec<PartyFacts> = CITY.parties.iter().filter(|party| party.slug == "akim-office").cloned().collect();
    let facts = Facts::new().with("category", "tourism-heritage");
    let decision = table().decide(&facts, &only).unwrap();
    assert_eq!((decision.party.as_str(), decision.because), ("akim-office", Because::Triage));
    assert!(table().decide(&facts, &[]).is_err());
}

#[test]
fn every_category_in_every_district_has_a_desk() {
    let mut decided = 0;
    for category in &CITY.categories {
        for district in CITY.districts.iter().map(String::as_str).chain([""]) {
            let facts = Facts::new().with("category", category.as_str()).with("district", district);
            let decision = table().decide(&facts, &CITY.parties).unwrap();
            let known = |slug: &str| CITY.parties.iter().any(|party| party.slug == slug);
            assert!(known(&decision.party) && known(&decision.supervisor), "{category} {district}");
            assert_eq!(&decision.row, category);
            assert!(!decision.triage);
            decided += 1;
        }
    }
    assert_eq!(decided, 42 * 18);
}

#[test]
fn a_decision_is_explained_in_three_languages() {
    let mut texts = Vec::new();
    for facts in [
        Facts::new().with("category", "water-supply").with("district", "arys").with("urgent_words", true),
        Facts::new().with("category", "heating").with("district", "sozaq"),
        Facts::new().with("category", "road-damage"),
        Facts::new(),
    ] {
        let decision = table().decide(&facts, &CITY.parties).unwrap();
        for locale in Locale::ALL {
            texts.push(decision.text(locale, |_, slug| slug.to_owned()));
        }
    }
    insta::assert_snapshot!(texts.join("\n"));
}

fn facts() -> impl Strategy<Value = Facts> {
    let or_none = |slugs: Vec<String>| prop_oneof![1 => Just(String::new()), 4 => proptest::sample::select(slugs)];
    let slugs: Vec<String> = CITY.parties.iter().map(|party| party.slug.clone()).collect();
    let flags = (any::<bool>(), any::<bool>(), proptest::bool::weighted(0.2));
    (or_none(CITY.categories.clone()), or_none(CITY.districts.clone()), or_none(slugs), proptest::bool::weighted(0.2), flags).prop_map(
        |(category, district, provider, with_service, (by_default, words, danger))| {
            Facts::new()
                .with("category", category)
                .with("district", district)
                .with("service_provider", if with_service { provider } else { String::new() })
                .with("urgent_by_default", by_default)
                .with("urgent_words", words)
                .with("life_in_danger", danger)
                .with("track", "REQUEST")
        },
    )
}

proptest! {
    /// The explanation is the decision's own: its facts alone decide the same, and each of them is needed.
    #[test]
    fn cited_facts_decide_the_same_and_none_is_idle(facts in facts()) {
        let table = table();
        let decision = table.decide(&facts, &CITY.parties).unwrap();
        let cited: Facts = decision.facts.iter().map(|fact| (fact.name.clone(), fact.value.clone())).collect();
        prop_assert_eq!(&table.decide(&cited, &CITY.parties).unwrap(), &decision);
        for fact in &decision.facts {
            let other = table.decide(&cited.clone().without(&fact.name), &CITY.parties).unwrap();
            prop_assert_ne!(&other, &decision, "{} is idle", fact.name);
        }
    }
}
