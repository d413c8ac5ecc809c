//! Why a report went where it went: the decision of the table with the names that its words need, as they were on that day.

use std::collections::BTreeMap;

use engine::Decision;
use kernel::{Error, Locale, LocalizedText, Result};
use serde::{Deserialize, Serialize};

use crate::{
    entity::feedback,
    parties::Roster,
    reference::{find_category, find_district},
};

/// A decision with its names.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Routing {
    pub(crate) decision: Decision,
    names: BTreeMap<String, LocalizedText>,
}

impl Routing {
    /// Keeps a decision with the names that are known now.
    pub(crate) fn new(decision: Decision, roster: &Roster) -> Result<Routing> {
        let mut names = BTreeMap::from([("party".to_owned(), roster.get(&decision.party)?.name.clone())]);
        for fact in &decision.facts {
            let slug = fact.value.text();
            let name = match fact.name.as_str() {
                "category" => find_category(slug).map(|category| category.name.clone()),
                "district" => find_district(slug).map(|district| district.name.clone()),
                "service_provider" | "building_manager" => roster.find(slug).map(|party| party.name.clone()),
                _ => None,
            };
            names.extend(name.map(|name| (fact.name.clone(), name)));
        }
        Ok(Routing { decision, names })
    }

    /// What a report was routed by; none until it was.
    pub(crate) fn of(case: &feedback::Model) -> Result<Option<Routing>> {
        case.routing.clone().map(serde_json::from_value).transpose().map_err(Error::internal)
    }

    /// The name of the party that has a report now; none until it was routed.
    pub(crate) fn party_of(case: &feedback::Model) -> Result<Option<LocalizedText>> {
        Ok(Routing::of(case)?.map(|routing| routing.party_name()))
    }

    /// Why this desk, in words.
    pub(crate) fn text(&self, locale: Locale) -> String {
        self.decision.text(locale, |fact, slug| self.name(fact).map_or_else(|| slug.to_owned(), |name| name.get(locale).to_owned()))
    }

    /// The name of a cited thing.
    pub(crate) fn name(&self, fact: &str) -> Option<&LocalizedText> {
        self.names.get(fact)
    }

    /// The same decision, after people sent the report to another party than it named.
    pub(crate) fn sent_to(mut self, party: LocalizedText) -> Routing {
        self.names.insert("responsible".to_owned(), party);
        self
    }

    /// The name of the party that has it now.
    pub(crate) fn party_name(&self) -> LocalizedText {
        self.name("responsible").or_else(|| self.name("party")).cloned().unwrap_or_default()
    }
}
