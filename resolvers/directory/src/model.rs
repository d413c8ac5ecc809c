//! Parties, districts and officers, as the room speaks of them.

use kernel::{DistrictId, Locale, LocalizedText, PartyId, PersonId, Personal};
use serde::Deserialize;

/// What kind of body a party is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PartyKind {
    Directorate,
    CityAkimat,
    DistrictAkimat,
    TerritorialBody,
    StateCorporation,
    Utility,
    TransportOperator,
    HealthFacility,
    BuildingManager,
    Office,
}

impl PartyKind {
    pub(crate) const ALL: [PartyKind; 10] = [
        PartyKind::Directorate,
        PartyKind::CityAkimat,
        PartyKind::DistrictAkimat,
        PartyKind::TerritorialBody,
        PartyKind::StateCorporation,
        PartyKind::Utility,
        PartyKind::TransportOperator,
        PartyKind::HealthFacility,
        PartyKind::BuildingManager,
        PartyKind::Office,
    ];

    /// The word that data and tables use.
    pub(crate) fn word(self) -> &'static str {
        match self {
            PartyKind::Directorate => "directorate",
            PartyKind::CityAkimat => "city_akimat",
            PartyKind::DistrictAkimat => "district_akimat",
            PartyKind::TerritorialBody => "territorial_body",
            PartyKind::StateCorporation => "state_corporation",
            PartyKind::Utility => "utility",
            PartyKind::TransportOperator => "transport_operator",
            PartyKind::HealthFacility => "health_facility",
            PartyKind::BuildingManager => "building_manager",
            PartyKind::Office => "office",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<PartyKind> {
        PartyKind::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Whoever can be responsible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Party {
    pub(crate) id: PartyId,
    pub(crate) slug: String,
    pub(crate) name: LocalizedText,
    pub(crate) kind: PartyKind,
    pub(crate) supervised_by: Option<PartyId>,
    /// Invented for the demonstration.
    pub(crate) synthetic: bool,
}

/// A city or a district of the region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct District {
    pub(crate) id: DistrictId,
    pub(crate) slug: String,
    pub(crate) name: LocalizedText,
    /// The classifier of administrative units, nine digits.
    pub(crate) kato: Option<String>,
    /// Other spellings that people use.
    pub(crate) aliases: Vec<String>,
}

/// A person who works for a party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Officer {
    pub(crate) id: PersonId,
    pub(crate) party: PartyId,
    pub(crate) name: Personal<String>,
    pub(crate) email: Personal<String>,
    pub(crate) locale: Locale,
}

/// Which parties are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct PartyFilter {
    pub(crate) kind: Option<PartyKind>,
    /// Folded words, all of which the party's names hold.
    pub(crate) words: Vec<String>,
}

/// The longest text that parties are searched by.
pub(crate) const QUERY_CHARS_MAX: usize = 100;

/// Folds what is searched for into words; `None` when it is too long.
pub(crate) fn words(query: &str) -> Option<Vec<String>> {
    (query.chars().count() <= QUERY_CHARS_MAX).then(|| kernel::fold(query).split_whitespace().map(str::to_owned).collect())
}

/// What is stored for search: the slug and the names in all languages, folded.
pub(crate) fn folded(slug: &str, name: &LocalizedText) -> String {
    [slug, &name.kk, &name.ru, &name.en].map(kernel::fold).join("\n")
}
