//! Personal data in a text: found, and covered before the public reads it.
//!
//! What has a form of its own (numbers, addresses of mail) is found surely, and a text that still holds it is not published. Names and places
//! of living are found by the words around them, and some are missed: an officer reads every text before it is published.

use std::{borrow::Cow, ops::Range, sync::OnceLock};

use kernel::Locale;
use regex::{Regex, RegexBuilder};
use serde::Serialize;

use crate::error::words;

/// A kind of personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub(crate) enum Kind {
    /// An individual identification number: twelve digits.
    Iin,
    /// An account (IBAN), or another long number: a document, a card.
    Number,
    /// A phone number.
    Phone,
    /// A mail address, or a name in a messenger or network.
    Mail,
    /// The name of a person.
    Name,
    /// The number of a house or flat.
    Address,
}

impl Kind {
    /// Whether it has a form of its own, so that it is never taken for something else.
    pub(crate) fn is_sure(self) -> bool {
        !matches!(self, Kind::Name | Kind::Address)
    }

    fn word(self) -> &'static str {
        match self {
            Kind::Iin => "masked-iin",
            Kind::Number => "masked-number",
            Kind::Phone => "masked-phone",
            Kind::Mail => "masked-mail",
            Kind::Name => "masked-name",
            Kind::Address => "masked-address",
        }
    }
}

/// A text without what is personal in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Masked {
    /// With a word in brackets in the place of each part.
    pub(crate) text: String,
    /// What was covered, each kind once.
    pub(crate) kinds: Vec<Kind>,
}

/// How many parts of a reporter's name are looked for.
const NAME_PARTS_MAX: usize = 8;

/// The forms, the surest first: what one has found, the next do not look at. A group `x`, where there is one, is what is covered.
///
/// - Kazakh puts the street before its word and the house before its own (Абай көшесі 15, 15-үй), Russian after it (улица Абая, дом 15).
/// - A patronymic ends a name in Russian (-ович, -овна) and in Kazakh (-ұлы, -қызы).
const FORMS: [(Option<Kind>, &str); 16] = [
    // Not personal: the number of a report, a day, a time; but a number of our country with points in it looks like one.
    (None, r"\bTK-\d{4}-\d{6}\b|\b\d{4}-\d{2}-\d{2}\b"),
    (Some(Kind::Phone), r"(?:\+\s?7|\b[78])[\s().\p{Pd}]{0,3}\d{3}[\s().\p{Pd}]{0,3}\d{3}[\s.\p{Pd}]{0,2}\d{2}[\s.\p{Pd}]{0,2}\d{2}\b"),
    (None, r"\b\d{1,2}[.:]\d{2}(?:[.:]\d{2,4})?\b"),
    (Some(Kind::Mail), r"[\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+"),
    (Some(Kind::Mail), r"(?i)\b(?:t\.me|wa\.me|instagram\.com|facebook\.com|vk\.com)/[^\s,;]+|(?:^|\s)(?P<x>@[a-z0-9_.]{4,})"),
    (Some(Kind::Number), r"(?i)\bKZ\s?\d{2}(?:\s?[A-Z0-9]){16}\b"),
    (Some(Kind::Number), r"\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b"),
    (Some(Kind::Iin), r"\b\d{6}\s?\d{6}\b"),
    (Some(Kind::Phone), r"\+?\d(?:[\s().\p{Pd}]{0,2}\d){9,14}"),
    (Some(Kind::Phone), r"\b\d{1,3}\p{Pd}\d{2}\p{Pd}\d{2}\b"),
    (Some(Kind::Number), r"\b[NН№]?\s?\d{9,}\b"),
    (
        Some(Kind::Address),
        r"(?i)\b(?:дом|д\.|кв\.?|квартира|квартире|house|apt\.?|apartment|flat)\s*№?\s*(?P<x>\d+[а-яa-z]?(?:[/-]\d+)?)\b",
    ),
    (Some(Kind::Address), r"(?i)\b(?P<x>\d+[а-я]?(?:/\d+)?)\s?[-–]?\s?(?:үй|пәтер|дом|квартира)(?:\p{L}*)\b"),
    (
        Some(Kind::Address),
        r"(?ix)\b(?:көшесі\p{L}*|к-сі|даңғылы\p{L}*|мкр|microdistrict|street|avenue|
          (?:ул\.|улиц[аеы]|проспект\p{L}?|пр\.|переулок|пер\.|мкр\.|микрорайоне?)\s[\p{L}.\x20-]{2,40}?)
          ,?\s*№?\s*(?P<x>\d+[а-яa-z]?(?:[/-]\d+)?)\b",
    ),
    (
        Some(Kind::Name),
        r"\p{Lu}\p{Ll}+(?:\s+\p{Lu}\p{Ll}+)?\s+\p{Lu}\p{Ll}*(?:ович|евич|ович[аеу]|евич[аеу]|овн[аеуы]|евн[аеуы]|ұлы|қызы|улы|кызы)\p{L}{0,4}\b|\b\p{Lu}\p{Ll}{2,}\s\p{Lu}\.\s?(?:\p{Lu}\.)?|\b\p{Lu}\.\s?\p{Lu}\.\s?\p{Lu}\p{Ll}{2,}",
    ),
    (
        Some(Kind::Name),
        r"(?:[Мм]еня зовут|[Мм]о[её] имя|[Фф]амилия|[Мм]енің атым|[Аа]ты-?жөнім|[Ее]сімім|[Mm]y name is|[Ii] am called)[:\s–-]+(?P<x>\p{Lu}\p{L}+(?:\s+\p{Lu}\p{L}+){0,2})",
    ),
];

fn forms() -> &'static [(Option<Kind>, Regex)] {
    static FORM: OnceLock<Vec<(Option<Kind>, Regex)>> = OnceLock::new();
    FORM.get_or_init(|| FORMS.iter().map(|(kind, form)| (*kind, Regex::new(form).expect("the forms are part of the program"))).collect())
}

/// The personal parts of a text, in order; `name` is the reporter's own, as they gave it.
pub(crate) fn find(text: &str, name: Option<&str>) -> Vec<(Kind, Range<usize>)> {
    // What was found is blanked, so that the next forms see where words end and nothing else of it.
    let mut rest = text.to_owned();
    let mut found: Vec<(Kind, Range<usize>)> = Vec::new();
    let own = name.into_iter().flat_map(own_name).map(|form| (Some(Kind::Name), Cow::Owned(form)));
    let known = forms().iter().map(|(kind, form)| (*kind, Cow::Borrowed(form)));
    for (kind, form) in own.chain(known) {
        let ranges: Vec<Range<usize>> = form
            .captures_iter(&rest)
            .filter_map(|captures| captures.name("x").or_else(|| captures.get(0)))
            .map(|part| part.range())
            .collect();
        for range in ranges {
            wipe(&mut rest, range.clone());
            found.extend(kind.map(|kind| (kind, range)));
        }
    }
    found.sort_by_key(|(_, range)| range.start);
    found
}

/// The parts of the reporter's own name, with the endings of cases.
fn own_name(name: &str) -> Vec<Regex> {
    let parts = name.split_whitespace().filter(|part| part.chars().count() >= 3).take(NAME_PARTS_MAX);
    let form = |part: &str| {
        let stem = part.trim_end_matches(['а', 'я', 'й', 'ь']);
        RegexBuilder::new(&format!(r"\b{}\p{{L}}{{0,4}}\b", regex::escape(stem))).case_insensitive(true).build().ok()
    };
    parts.filter_map(form).collect()
}

/// A text without what is personal.
pub(crate) fn blank(text: &str, name: Option<&str>) -> String {
    let mut rest = text.to_owned();
    for (_, range) in find(text, name) {
        wipe(&mut rest, range);
    }
    rest
}

/// Leaves as many spaces, so that what is found later keeps its place.
fn wipe(text: &mut String, range: Range<usize>) {
    let spaces = " ".repeat(range.len());
    text.replace_range(range, &spaces);
}

/// A text with what is personal covered, in words of the language that it is written in.
pub(crate) fn mask(text: &str, name: Option<&str>, locale: Locale) -> Masked {
    let mut masked = Masked { text: String::with_capacity(text.len()), kinds: Vec::new() };
    let mut at = 0;
    for (kind, range) in find(text, name) {
        masked.text.push_str(text.get(at..range.start).unwrap_or_default());
        masked.text.push('[');
        masked.text.push_str(&words().text(locale, kind.word(), &[]));
        masked.text.push(']');
        masked.kinds.push(kind);
        at = range.end;
    }
    masked.text.push_str(text.get(at..).unwrap_or_default());
    masked.kinds.sort_unstable();
    masked.kinds.dedup();
    masked
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(mask(text, Some("Айгүл Серікова"), Locale::En).text, expected, "{text}");
    }

    #[test]
    fn numbers_and_addresses_of_mail_are_covered() {
        check("Позвоните +7 701 123-45-67 или 8(725)3312345", "Позвоните [phone] или [phone]");
        check("8.701.123.45.67, +7 701 123.45.67, +7 701 123–45–67", "[phone], [phone], [phone]");
        check("12.10.2026 в 10.15 и 8.10.2026 10:15", "12.10.2026 в 10.15 и 8.10.2026 10:15");
        check("тел. 5-12-34, почта a.b@mail.kz", "тел. [phone], почта [mail]");
        check("ЖСН 900101300017, шот KZ86125KZT5004100100", "ЖСН [IIN], шот [number]");
        check("пишите @turkistan_user или t.me/abcde", "пишите [mail] или [mail]");
        check("удостоверение № 012345678", "удостоверение № [number]");
    }

    #[test]
    fn homes_are_covered_and_streets_are_not() {
        check("улица Абая, дом 15, кв. 7", "улица Абая, дом [address], кв. [address]");
        check("Абай көшесі 15, 7-пәтер", "Абай көшесі [address], [address]-пәтер");
        check("дом 5 в подъезде", "дом [address] в подъезде");
        check("15-үйдің алдында", "[address]-үйдің алдында");
        check("ул. Тауке хана 12а протекает труба", "ул. Тауке хана [address] протекает труба");
        check("House 12 on Abay street 4", "House [address] on Abay street [address]");
    }

    #[test]
    fn names_are_covered() {
        check("Я Ахметова Сауле Болатовна, живу тут", "Я [name], живу тут");
        check("Меня зовут Ержан, воды нет", "Меня зовут [name], воды нет");
        check("Менің атым Ержан Оспанов", "Менің атым [name]");
        check("директор Иванов А.Б. сказал", "директор [name] сказал");
        check("Серикбаев Нурлан Ерланұлы келді", "[name] келді");
        check("Пишет Айгүл: нет воды у айгүл Серіковой", "Пишет [name]: нет воды у [name] [name]");
    }

    #[test]
    fn what_is_nobodys_stays() {
        for text in [
            "Су 3 күннен бері жоқ, TK-2026-000123 өтінішім қайда?",
            "Автобус 12 опоздал на 40 минут, 24.11.2026 в 18:30",
            "Шұңқыр тереңдігі 25 см, Абай көшесінде",
            "Потратили 1000000 тенге",
            "В школе № 21 холодно, +12 градусов",
        ] {
            check(text, text);
        }
    }

    proptest! {
        #[test]
        fn a_masked_text_holds_no_sure_form_any_more(text in r"[\p{Cyrillic}a-z0-9 +()@.,№/-]{0,120}") {
            let masked = mask(&text, None, Locale::Kk).text;
            let left: Vec<_> = find(&masked, None).into_iter().filter(|(kind, _)| kind.is_sure()).collect();
            prop_assert!(left.is_empty(), "{text:?} {masked:?} {left:?}");
        }
    }
}
