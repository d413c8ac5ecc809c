//! Which district a text names.
//!
//! Only a help for those who picked no place: a place the person picked always wins. Silence is better than a wrong place, so
//! when a text names two districts alike, or a name stands in the name of a street, nothing is said.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;
use suggester::{Word, fold, words};

/// Districts, their names and well-known settlements; the settlements come from general geography and are yet to be checked
/// against the official classifier. Names of settlements that many districts share (Абай, Бірлік, Достық) or
/// that are common words (Бадам, Темір) are left out on purpose.
const DISTRICTS: &str = include_str!("reference/districts.json");

/// The slug of the district named in the text.
pub(crate) fn named_in(text: &str) -> Option<&'static str> {
    static NAMES: OnceLock<Vec<Name>> = OnceLock::new();
    let names = NAMES.get_or_init(names);
    let text = words(text);
    let mut found: Vec<(Strength, &'static str)> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let Some((length, name)) = name_at(names, &text, at) else {
            at += 1;
            continue;
        };
        found.extend(name.means(&text, at, at + length));
        at += length;
    }
    let (strongest, slug) = found.iter().max_by_key(|(strength, _)| *strength).copied()?;
    found.iter().all(|(strength, other)| *strength < strongest || *other == slug).then_some(slug)
}

/// How surely a mention names a district.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    /// A village; many names are borne by several.
    Settlement,
    /// The bare name of the district or city.
    Bare,
    /// With the word district or city: «Арыс қаласы».
    Full,
}

struct Name {
    slug: &'static str,
    /// Folded, words run together: people write «Төле би» and «Төлеби».
    folded: String,
    /// Ends with a soft sign: Арысь, в Арыси.
    soft: bool,
    strength: Strength,
}

#[derive(Deserialize)]
struct District {
    #[serde(borrow)]
    slug: &'static str,
    #[serde(borrow)]
    name: BTreeMap<&'static str, &'static str>,
    #[serde(borrow)]
    aliases: Vec<&'static str>,
    #[serde(borrow)]
    settlements: Vec<&'static str>,
}

/// Words that make a bare name a full one; the names in the file carry them too.
const KINDS: [&str; 6] = ["аудан", "қала", "район", "город", "district", "city"];
/// A part of a city or a street may bear the name of any district.
const STREETS_AFTER: [&str; 11] = ["көше", "даңғыл", "тұйық", "street", "avenue", "ave", "st", "road", "мкр", "микрорайон", "атындағы"];
const STREETS_BEFORE: [&str; 8] = ["улиц", "ул", "проспект", "пр", "переул", "пер", "имени", "им"];
/// The small districts of a city: two words of which the second alone would mean a district.
const SMALL: [&str; 3] = ["шағын", "ықшам", "мөлтек"];
/// The whole region is called by its chief city.
const REGIONS: [&str; 4] = ["облыс", "област", "обл", "region"];

/// A microdistrict of Turkistan city is called Otyrar, after the district.
const MICRODISTRICT: (&str, &str) = ("otyrar", "turkistan-city");

fn names() -> Vec<Name> {
    // A fault in the embedded file is a fault of the build, and the tests of this module fail.
    let districts: Vec<District> = serde_json::from_str(DISTRICTS).unwrap_or_default();
    let name = |slug, written: &str, strength| Name {
        slug,
        folded: run_together(words(written).iter().filter(|word| !starts(word, &KINDS))),
        soft: written.ends_with('ь'),
        strength,
    };
    districts
        .iter()
        .flat_map(|district| {
            let bare = district.name.iter().filter(|(language, _)| **language != "ru").map(|(_, written)| written).chain(&district.aliases);
            bare.map(|written| name(district.slug, written, Strength::Bare))
                .chain(district.settlements.iter().map(|written| name(district.slug, written, Strength::Settlement)))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Words without the spaces between them, doubled letters made one as folding does within a word.
fn run_together<'w>(words: impl Iterator<Item = &'w Word<'w>>) -> String {
    let mut letters: Vec<char> = words.flat_map(|word| word.folded.chars()).collect();
    letters.dedup();
    letters.into_iter().collect()
}

/// Longest name, in words.
const LONGEST: usize = 3;

/// Words that read as an inflected name but are words of their own: lion (from Arys), next (Keles).
const HOMOGRAPHS: [&str; 2] = ["aristan", "kelesi"];

/// The longest name that begins at this place, and how many words it takes: «Арыстан баб» is no «Арыс».
fn name_at<'n>(names: &'n [Name], text: &[Word<'_>], at: usize) -> Option<(usize, &'n Name)> {
    let mut shorter = 0;
    let mut found = None;
    for length in 1..=LONGEST.min(text.len() - at) {
        let run = run_together(text[at..at + length].iter());
        // A name that ends before the last word would take that word for its ending.
        let fitting = names.iter().filter(|name| shorter < name.folded.len() && name.inflected(&run));
        found = fitting.max_by_key(|name| name.folded.len()).map(|name| (length, name)).or(found);
        shorter = run.len();
    }
    found
}

impl Name {
    /// The name itself, or the name with a Kazakh, Russian or English ending.
    fn inflected(&self, word: &str) -> bool {
        if HOMOGRAPHS.contains(&word) {
            return false;
        }
        let closed =
            |rest: &str| rest.is_empty() || ENDINGS.contains(&rest) || (self.soft && SOFT_ENDINGS.contains(&rest)) || is_adjective(rest);
        // Russian puts its endings in place of a last vowel: Шардара, в Шардаре; Ордабасы, Ордабасинский.
        let open = |rest: &str| OPEN_ENDINGS.contains(&rest) || is_adjective(rest);
        word.strip_prefix(&self.folded).is_some_and(closed)
            || self.folded.strip_suffix('a').and_then(|stem| word.strip_prefix(stem)).is_some_and(open)
            || self.folded.strip_suffix('i').and_then(|stem| word.strip_prefix(stem)).is_some_and(is_adjective)
    }

    /// What the mention says: nothing when it is part of another name.
    fn means(&self, text: &[Word<'_>], start: usize, end: usize) -> Option<(Strength, &'static str)> {
        let before = start.checked_sub(1).and_then(|place| text.get(place));
        let after = text.get(end);
        let is = |word: Option<&Word<'_>>, beginnings: &[&str]| word.is_some_and(|word| starts(word, beginnings));
        if is(after, &SMALL) || is(after, &["мкр", "микрорайон"]) || is(before, &["мкр", "микрорайон"]) {
            return (self.slug == MICRODISTRICT.0).then_some((Strength::Bare, MICRODISTRICT.1));
        }
        if is(after, &REGIONS) || is(after, &STREETS_AFTER) || is(before, &STREETS_BEFORE) {
            return None;
        }
        let full = self.strength == Strength::Bare && (is(after, &KINDS) || is(before, &["город", "район", "г"]));
        Some((if full { Strength::Full } else { self.strength }, self.slug))
    }
}

/// Whether the word begins with one of these; short ones must be the whole word.
fn starts(word: &Word<'_>, beginnings: &[&str]) -> bool {
    beginnings
        .iter()
        .map(|beginning| fold(beginning))
        .any(|beginning| if beginning.len() < 4 { word.folded == beginning } else { word.folded.starts_with(&beginning) })
}

/// Case endings, folded: Kazakh, then Russian, then English.
const ENDINGS: [&str; 46] = [
    "din", "tin", "nin", "ga", "ge", "ka", "ke", "di", "ti", "ni", "da", "de", "ta", "te", "dan", "den", "tan", "ten", "nan", "nen", "men",
    "ben", "pen", "dagi", "degi", "tagi", "tegi", "lik", "dik", "tik", "liktar", "likter", "diktar", "dikter", "tiktar", "tikter", "nda",
    "nde", "a", "u", "om", "em", "e", "oi", "iu", "s",
];
/// Endings after a soft sign.
const SOFT_ENDINGS: [&str; 2] = ["i", "iu"];
/// Russian endings in place of a last `a`: Шардара, в Шардаре.
const OPEN_ENDINGS: [&str; 4] = ["i", "e", "u", "oi"];

/// The ending of a Russian adjective: -ский, -инский in all cases; after с the fold leaves one с.
fn is_adjective(ending: &str) -> bool {
    let Some(case) = ["insk", "nsk", "sk", "k"].iter().find_map(|suffix| ending.strip_prefix(suffix)) else {
        return false;
    };
    ["i", "ogo", "omu", "om", "im", "oi", "aia", "uiu", "oe", "ie", "ih"].contains(&case)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, slug: Option<&str>) {
        assert_eq!(named_in(text), slug, "{text}");
    }

    #[test]
    fn districts_are_found_in_all_cases_and_scripts() {
        check("Арыс қаласында жол нашар", Some("arys"));
        check("В Арыси нет воды", Some("arys"));
        check("Saryagash qalasy koshesinde shunqyr kop", Some("saryagash"));
        check("Сарыагашский район, нет света", Some("saryagash"));
        check("Ордабасинского района акимат", Some("ordabasy"));
        check("в Шардаре закрыта аптека", Some("shardara"));
        check("Төлеби ауданы", Some("tolebi"));
        check("Тюлькубасский район", Some("tulkibas"));
        check("Кентаудағы мектеп", Some("kentau"));
        check("Түркістандықтар сұрайды", Some("turkistan-city"));
        check("Түркістанда автобус жоқ", Some("turkistan-city"));
        check("Жетисайда су жок", Some("zhetisai"));
        check("Sozaq district has no signal", Some("sozaq"));
    }

    #[test]
    fn settlements_tell_their_district() {
        check("Леңгірде газ жоқ", Some("tolebi"));
        check("в селе Манкент темно", Some("sairam"));
        check("Шәуілдірдегі аурухана", Some("otyrar"));
    }

    #[test]
    fn names_of_other_things_are_no_districts() {
        check("Төле би көшесінде шам жанбайды", None);
        check("на улице Байдибек яма", None);
        check("келесі аптада келеді деді", None);
        check("арыстан көрдік", None);
        check("Түркістан облысы бойынша тариф", None);
        check("по Туркестанской области", None);
        check("", None);
    }

    #[test]
    fn otyrar_is_a_microdistrict_too() {
        check("Отырар шағын ауданында лифт істемейді", Some("turkistan-city"));
        check("мкр Отрар, дом 4", Some("turkistan-city"));
        check("Отырар ауданы", Some("otyrar"));
    }

    #[test]
    fn two_districts_alike_are_none_and_the_full_name_wins() {
        check("Кентау мен Арыс арасындағы жол", None);
        check("Созақ ауданынан Түркістанға дейін жол жабық", Some("sozaq"));
    }

    #[test]
    fn every_district_is_found_by_its_own_names() {
        let read: Vec<District> = serde_json::from_str(DISTRICTS).unwrap();
        assert_eq!(read.len(), 17);
        for one in &read {
            for written in one.name.values().chain(&one.aliases).chain(&one.settlements) {
                check(written, Some(one.slug));
            }
        }
    }

    #[derive(Deserialize)]
    struct Sample {
        text: String,
        expected: Expected,
        district_in_text: bool,
    }

    #[derive(Deserialize)]
    struct Expected {
        district: Option<String>,
    }

    #[test]
    fn districts_are_read_from_the_samples() {
        let samples = include_str!("../../../tests/data/feedback-samples.jsonl").lines();
        let samples: Vec<Sample> = samples.map(|line| serde_json::from_str(line).unwrap()).collect();
        let samples: Vec<&Sample> = samples.iter().filter(|sample| sample.district_in_text).collect();
        let found: Vec<_> = samples.iter().map(|sample| (named_in(&sample.text), sample.expected.district.as_deref())).collect();
        let share = |right: usize| right as f32 / found.len() as f32;
        let right = share(found.iter().filter(|(said, meant)| said == meant).count());
        let wrong = share(found.iter().filter(|(said, meant)| said.is_some() && said != meant).count());
        assert!(right >= 0.93 && wrong <= 0.01, "right {right}, wrong {wrong}");
    }
}
