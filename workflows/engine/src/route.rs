//! From a row of the table to a party of the directory.

use kernel::{Fact, Locale};
use serde::{Deserialize, Serialize};

use crate::{
    Decision, PartyFacts,
    fact::Known,
    table::{Executor, Row},
    words,
};

/// Which of a row's parties a case went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The one that does such work.
    Executor,
    /// There is no executor for the place.
    Otherwise,
    /// The place is not known.
    WithoutPlace,
    /// None of the row's parties is in the directory.
    Triage,
}

impl Because {
    /// The message instead of the row's own.
    pub(crate) fn message(self) -> Option<&'static str> {
        match self {
            Because::Executor => None,
            Because::Otherwise => Some("why-otherwise"),
            Because::WithoutPlace => Some("why-without-place"),
            Because::Triage => Some("why-nobody"),
        }
    }
}

/// Where a case is, and who is there.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a, 'k> {
    pub(crate) known: &'k Known<'k>,
    pub(crate) facts: PlaceFacts,
    pub(crate) parties: &'a [PartyFacts],
}

/// Where among the declared facts stands what a place is known by.
#[derive(Clone, Copy)]
pub(crate) struct PlaceFacts {
    pub(crate) district: usize,
    pub(crate) service_provider: usize,
    pub(crate) building_manager: usize,
}

pub(crate) fn route<'a>(row: &Row, triage: &str, place: Place<'a, '_>) -> kernel::Result<(&'a PartyFacts, Because)> {
    let candidates = [
        (Some(&row.executor), Because::Executor),
        (row.otherwise.as_ref(), Because::Otherwise),
        (row.without_place.as_ref(), Because::WithoutPlace),
    ];
    // A row that asks for a place goes, without one, to the party that it names for this, not to the one for a place without executor.
    let placeless = row.executor.needs_place() && place.district().is_empty();
    let usable = candidates.into_iter().filter(|(_, because)| !placeless || *because != Because::Otherwise);
    usable
        .filter_map(|(executor, because)| Some((executor?.find(place)?, because)))
        .next()
        .or_else(|| place.by_slug(triage).map(|party| (party, Because::Triage)))
        .ok_or_else(|| kernel::Error::internal(format!("the directory has no party `{triage}`")))
}

impl Executor {
    fn needs_place(&self) -> bool {
        matches!(self, Executor::AkimatOfDistrict | Executor::UtilityOfDistrict(_) | Executor::BuildingManagerOfAddress)
    }

    fn find<'a>(&self, place: Place<'a, '_>) -> Option<&'a PartyFacts> {
        match self {
            Executor::Party(slug) => place.by_slug(slug),
            Executor::AkimatOfDistrict => place.here(|party| matches!(party.kind.as_str(), "city_akimat" | "district_akimat")).next(),
            Executor::UtilityOfDistrict(prefix) => {
                place.here(|party| party.slug.strip_prefix(prefix.as_str()).is_some_and(|rest| rest.starts_with('-'))).next()
            }
            Executor::BuildingManagerOfAddress => {
                let named = place.known.text(place.facts.building_manager);
                let mut managers = place.here(|party| party.kind == "building_manager" && (named.is_empty() || party.slug == named));
                managers.next().filter(|_| managers.next().is_none())
            }
            Executor::ProviderOfService => place.by_slug(place.known.text(place.facts.service_provider)),
        }
    }
}

impl<'a, 'k> Place<'a, 'k> {
    fn district(self) -> &'k str {
        self.known.text(self.facts.district)
    }

    fn by_slug(self, slug: &str) -> Option<&'a PartyFacts> {
        self.parties.iter().find(|party| party.slug == slug)
    }

    fn here(self, fits: impl Fn(&PartyFacts) -> bool) -> impl Iterator<Item = &'a PartyFacts> {
        let district = self.district();
        self.parties.iter().filter(move |party| fits(party) && party.territories.iter().any(|served| served == district))
    }
}

impl Decision {
    /// Why this desk, in one language. `name` gives the name of a thing in that language: it is asked for the `party`, and for the
    /// `category`, `district` and `service_provider` when they mattered, with their slugs.
    pub fn text(&self, locale: Locale, name: impl Fn(&str, &str) -> String) -> String {
        let cited = |fact: &str| {
            let slug = self.facts.iter().find(|cited| cited.name == fact).map(|cited| cited.value.text()).unwrap_or_default();
            if slug.is_empty() { String::new() } else { name(fact, slug) }
        };
        let facts: [Fact<'_>; 3] =
            [("party", name("party", &self.party).into()), ("category", cited("category").into()), ("district", cited("district").into())];
        words().text(locale, &self.why, &facts)
    }
}
