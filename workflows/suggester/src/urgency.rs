//! How pressing a text itself says the matter is.
//!
//! The rules are data (`dangers.txt`), because those who know the dangers are not those who know the code. They only ever add
//! haste: a text without such words keeps the urgency of its category.

use std::sync::OnceLock;

use crate::{
    Suggester,
    features::features,
    fold::{Word, fold, words},
    strongest,
};

/// The rules, one a line; the file explains its form.
const DANGERS: &str = include_str!("dangers.txt");

/// Words of one rule stand within this many words of the text.
const WINDOW: usize = 7;

/// How pressing the text says the matter is, and by which words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UrgencyWords {
    /// Life may be in danger: the person is told to call 112 first. Every emergency is so, and more.
    pub call_first: bool,
    /// Life is in danger.
    pub emergency: bool,
    /// The matter cannot wait for the ordinary term. Every emergency is urgent.
    pub urgent: bool,
    /// The words that say so, as typed, in the order of the text.
    pub words: Vec<String>,
}

/// From this probability of an emergency on, the person is told to call 112 first. Low on purpose: an emergency that is not recognised costs
/// more than a number shown to somebody who does not need it.
const CALL: f32 = 0.2;
/// From this one on, the report is handled as an emergency.
const EMERGENCY: f32 = 0.6;
/// From this one on, it is handled as what cannot wait; a wrong alarm takes an officer's day.
const URGENT: f32 = 0.9;
/// What the rules find is believed unless the model holds it for less likely than this.
const UNLIKELY: f32 = 0.05;

/// Reads how pressing the text says the matter is: by the rules, and by the model, which knows dangers that are told of in other words.
#[must_use]
pub fn urgency(text: &str) -> UrgencyWords {
    let folded = words(text);
    let mut found = ruled(&folded);
    let model = Suggester::embedded().model;
    let seen = model.look(&features(&folded));
    if seen.is_empty() {
        return found;
    }
    let [emergency, urgent] = model.dangers(&seen);
    found.emergency = (found.emergency && emergency >= UNLIKELY) || emergency >= EMERGENCY;
    found.call_first = found.emergency || emergency >= CALL;
    found.urgent |= found.emergency || urgent >= URGENT;
    if (found.urgent || found.call_first) && found.words.is_empty() {
        found.words = strongest(&folded, &model.alarms(&seen, usize::from(!found.call_first), folded.len()));
    }
    found
}

/// How pressing the rules say the matter is.
fn ruled(text: &[Word<'_>]) -> UrgencyWords {
    static RULES: OnceLock<Vec<Rule>> = OnceLock::new();
    let mut found = UrgencyWords::default();
    let mut places = Vec::new();
    for rule in RULES.get_or_init(rules) {
        if let Some(matched) = rule.holds(text) {
            found.urgent = true;
            found.emergency |= rule.emergency;
            found.call_first |= rule.emergency;
            places.extend(matched);
        }
    }
    places.sort_unstable();
    places.dedup();
    found.words = places.into_iter().map(|place| text[place].typed.to_owned()).collect();
    found
}

struct Rule {
    emergency: bool,
    groups: Vec<Vec<Stem>>,
    silenced_by: Vec<Stem>,
}

/// A word of a rule, folded.
struct Stem {
    folded: String,
    whole: bool,
}

impl Stem {
    fn read(written: &str) -> Stem {
        Stem { folded: fold(written), whole: written.ends_with('.') }
    }

    fn is(&self, word: &Word<'_>) -> bool {
        if self.whole { word.folded == self.folded } else { word.folded.starts_with(&self.folded) }
    }
}

fn rules() -> Vec<Rule> {
    let stems = |written: &str| written.split_whitespace().map(Stem::read).collect::<Vec<_>>();
    DANGERS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(": "))
        .map(|(level, rule)| {
            let (groups, silencers) = rule.split_once(" - ").unwrap_or((rule, ""));
            Rule { emergency: level == "emergency", groups: groups.split(" + ").map(stems).collect(), silenced_by: stems(silencers) }
        })
        .collect()
}

impl Rule {
    /// The places of the words by which the rule holds.
    fn holds(&self, text: &[Word<'_>]) -> Option<Vec<usize>> {
        if text.iter().any(|word| self.silenced_by.iter().any(|stem| stem.is(word))) {
            return None;
        }
        let hits = |group: &Vec<Stem>| -> Vec<usize> {
            text.iter().enumerate().filter(|(_, word)| group.iter().any(|stem| stem.is(word))).map(|(place, _)| place).collect()
        };
        let hits: Vec<Vec<usize>> = self.groups.iter().map(hits).collect();
        let mut starts = hits.concat();
        starts.sort_unstable();
        starts.into_iter().find_map(|start| {
            let mut places: Vec<usize> = Vec::with_capacity(hits.len());
            for group in &hits {
                // Each group needs a word of its own, so that one word does not fill two groups.
                let from_start = group.get(group.partition_point(|place| *place < start)..)?;
                places.push(*from_start.iter().take_while(|place| **place < start + WINDOW).find(|place| !places.contains(place))?);
            }
            (!denied(text, &places)).then_some(places)
        })
    }
}

/// Whether the text denies the words: «не срочно», «шұғыл емес», «запаха газа нет».
fn denied(text: &[Word<'_>], places: &[usize]) -> bool {
    let is_at = |place: usize, denials: &[&str]| {
        !places.contains(&place) && text.get(place).is_some_and(|word| denials.contains(&word.folded.as_str()))
    };
    places.iter().any(|&place| place.checked_sub(1).is_some_and(|before| is_at(before, &["ne", "not", "isnt"])))
        || places.iter().max().is_some_and(|last| is_at(last + 1, &["emes", "jok", "net"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, emergency: bool, urgent: bool) {
        let found = urgency(text);
        assert_eq!((found.emergency, found.urgent), (emergency, urgent), "{text}: {:?}", found.words);
    }

    #[test]
    fn danger_to_life_is_an_emergency_in_every_language() {
        check("Подъезде газ иісі шығып тұр", true, true);
        check("podezde gaz iisi shygyp tur", true, true);
        check("В доме сильно пахнет газом", true, true);
        check("There is a smell of gas in the hall", true, true);
        check("Провод оборвался и искрит на земле", true, true);
        check("Сым үзіліп, ұшқын шашып жатыр", true, true);
        check("Өрт шықты, көмектесіңіздер", true, true);
        check("The roof of the school collapsed", true, true);
        check("Мужчина без сознания лежит у остановки", true, true);
        check("Әкем есінен танып қалды", true, true);
        check("Су үйлерді басып жатыр", true, true);
    }

    #[test]
    fn haste_without_danger_is_urgent() {
        check("Срочно нужен слесарь", false, true);
        check("Мәселені тез арада шешіңіздер", false, true);
        check("Please repair it immediately", false, true);
        check("Собака покусала прохожего", false, true);
        // What bursts may be an emergency, for all that the text says; in any case it cannot wait.
        assert!(urgency("Құбыр жарылып, су ағып жатыр").urgent);
    }

    #[test]
    fn ordinary_matters_are_not_urgent() {
        check("Автобус уақытында келмейді", false, false);
        check("Жедел жәрдем кеш келді", false, false);
        check("Газ есептегішін ауыстыру керек", false, false);
        check("Пожарная сигнализация в школе старая", false, false);
        check("The library opens too late", false, false);
        check("", false, false);
    }

    #[test]
    fn denied_haste_is_no_haste() {
        check("Это не срочно, когда сможете", false, false);
        check("Шұғыл емес, мүмкіндік болғанда", false, false);
        check("Запаха газа нет, но давление слабое", false, false);
    }

    #[test]
    fn words_are_given_as_typed_in_order() {
        assert_eq!(urgency("Үйде ГАЗ иісі бар").words, ["ГАЗ", "иісі"]);
    }

    #[test]
    fn every_rule_has_words_in_every_group() {
        for rule in rules() {
            assert!(rule.groups.iter().flatten().chain(&rule.silenced_by).all(|stem| !stem.folded.is_empty()));
            assert!(rule.groups.iter().all(|group| !group.is_empty()));
        }
        let lines = DANGERS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        assert!(lines.clone().all(|line| line.starts_with("emergency: ") || line.starts_with("urgent: ")));
        assert_eq!(rules().len(), lines.count());
    }
}
