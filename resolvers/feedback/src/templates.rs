//! Replies that a party keeps: one text in three languages, with places for what differs from case to case.

use kernel::{Locale, Refusal, RefusalCode};

use crate::{
    entity::{feedback, template::Model},
    error::refusal,
    filing::{category_name, district_name},
};

/// What may stand in braces.
pub(crate) const PLACES: [&str; 4] = ["reference", "category", "district", "due"];

/// Whether a text names only places that there are, and closes its braces.
pub(crate) fn check(text: &str, field: &str) -> Result<(), Refusal> {
    let unknown = |place: &str| refusal(RefusalCode::Invalid, "refusal-template-place", &[("place", place.to_owned().into())]).at(field);
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('{') {
        let (place, after) = after.split_once('}').ok_or_else(|| unknown(after))?;
        if !PLACES.contains(&place) {
            return Err(unknown(place));
        }
        rest = after;
    }
    Ok(())
}

impl Model {
    /// The text as it is kept.
    pub(crate) fn text(&self, locale: Locale) -> &str {
        match locale {
            Locale::Kk => &self.kk,
            Locale::Ru => &self.ru,
            Locale::En => &self.en,
        }
    }

    /// The reply to one case, in the language of its reporter.
    pub(crate) fn reply(&self, case: &feedback::Model, locale: Locale) -> String {
        let (category, district) = (category_name(case, locale), district_name(case, locale));
        let due = case.due_on.format("%d.%m.%Y").to_string();
        let known = [case.reference.as_str(), &category, &district, &due];
        let fill = |text: String, (place, value): (&str, &str)| text.replace(&format!("{{{place}}}"), value);
        PLACES.into_iter().zip(known).fold(self.text(locale).to_owned(), fill)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_that_there_are_may_stand_in_braces() {
        for (text, fine) in [
            ("Сәлеметсіз бе! {reference}: {category}, {due}", true),
            ("no places", true),
            ("{name}", false),
            ("{reference", false),
            ("{ reference }", false),
            ("{}", false),
            ("closed only }", true),
        ] {
            assert_eq!(check(text, "input.kk").is_ok(), fine, "{text}");
        }
    }
}
