//! Plain types and rules: what can be filed.

use engine::{Kind, Track};
use kernel::{FileDigest, Locale, Personal, Refusal, RefusalCode, ServiceId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    district,
    error::refusal,
    intake::{self, IntakeAnswer},
    reference::{Category, District, Point, find_category_by_id, find_district, find_district_by_id},
};

/// The longest text, in characters.
pub(crate) const TEXT_CHARS_MAX: usize = 10_000;
/// The longest reason, answer or address, in characters.
pub(crate) const LINE_CHARS_MAX: usize = 2_000;

/// How a category was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum CategorySource {
    Reporter,
    Suggested,
    Officer,
}

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Outcome {
    Satisfied,
    PartlySatisfied,
    Refused,
    Explained,
    Forwarded,
    Duplicate,
    Withdrawn,
    Terminated,
}

impl Outcome {
    /// Whether an officer answers with it. The others are what a case comes to by acts of their own: it was sent on, merged, or taken back.
    pub(crate) fn is_answer(self) -> bool {
        !matches!(self, Outcome::Forwarded | Outcome::Duplicate | Outcome::Withdrawn)
    }
}

/// The longest name of a person, in characters.
const NAME_CHARS_MAX: usize = 200;

/// How many photos and documents one act adds.
pub(crate) const ATTACHMENTS_MAX: usize = 5;

/// With what a photo or document came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Part {
    Report,
    Answer,
    Evidence,
}

/// A file that the edge has read, cleaned and measured.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Upload {
    pub(crate) digest: FileDigest,
    pub(crate) thumbnail: Option<FileDigest>,
    pub(crate) media_type: &'static str,
    pub(crate) bytes: i32,
    /// Width and height in pixels.
    pub(crate) size: Option<(i32, i32)>,
    /// Who sent it, when they have an account.
    pub(crate) uploader: Option<Uuid>,
}

/// What somebody wants to file, as it came in.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Submission {
    pub(crate) track: Track,
    pub(crate) kind: Kind,
    pub(crate) category: Option<String>,
    pub(crate) text: Personal<String>,
    pub(crate) locale: Locale,
    pub(crate) district: Option<String>,
    pub(crate) point: Option<(f64, f64)>,
    pub(crate) address: Option<Personal<String>>,
    pub(crate) service: Option<String>,
    pub(crate) contact: Contact,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) answers: Vec<IntakeAnswer>,
    /// Not in the digest of those that have none, so that keys of acts from before there were signatures hold on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signature: Option<Personal<String>>,
    /// Claims to uploads. Left out where there are none, so that keys of acts from before there were any still fit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) attachments: Vec<Personal<String>>,
}

/// How to reach the reporter. The IIN is checked and then forgotten but for its last four digits.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Contact {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<Personal<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) email: Option<Personal<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<Personal<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) iin: Option<Personal<String>>,
}

/// A submission that can be filed.
#[derive(Clone, Debug)]
pub(crate) struct Filing {
    pub(crate) track: Track,
    pub(crate) kind: Kind,
    pub(crate) category: Option<&'static Category>,
    pub(crate) text: Personal<String>,
    pub(crate) locale: Locale,
    pub(crate) district: Option<&'static District>,
    pub(crate) point: Option<Point>,
    pub(crate) address: Option<Personal<String>>,
    pub(crate) service: Option<ServiceId>,
    pub(crate) contact: Contact,
    pub(crate) answers: Vec<IntakeAnswer>,
}

/// Reads the key that a client made for its act.
pub(crate) fn act_key(key: &str) -> Result<Uuid, Refusal> {
    Uuid::parse_str(key).map_err(|_| refusal(RefusalCode::Invalid, "refusal-key-not-uuid", &[]).at("input.idempotencyKey"))
}

/// Checks a text that an officer or a reporter wrote.
pub(crate) fn line(text: &str, field: &str) -> Result<String, Refusal> {
    checked_text(text, LINE_CHARS_MAX, field)
}

/// Checks a text of so many characters at the most.
pub(crate) fn checked_text(text: &str, chars_max: usize, field: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(refusal(RefusalCode::Invalid, "refusal-text-empty", &[]).at(field));
    }
    not_longer(text, chars_max, field)?;
    Ok(text.to_owned())
}

/// Checks that a text has so many characters at the most.
fn not_longer(text: &str, chars_max: usize, field: &str) -> Result<(), Refusal> {
    if text.chars().count() > chars_max {
        return Err(refusal(RefusalCode::LimitReached, "refusal-text-long", &[("max", chars_max.into())]).at(field));
    }
    Ok(())
}

/// Checks a submission. All that is wrong with it is told at once.
pub(crate) fn check(submission: &Submission) -> Result<Filing, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let mut keep = |result: Result<(), Refusal>| refusals.extend(result.err());

    let text = checked_text(submission.text.reveal(), TEXT_CHARS_MAX, "input.text");
    keep(text.as_ref().map(|_| ()).map_err(Clone::clone));
    let category = resolve(submission.category.as_deref(), "input.category", "refusal-category-unknown", |id| {
        kernel::CategoryId::from_global(id).and_then(find_category_by_id)
    });
    keep(category.as_ref().map(|_| ()).map_err(Clone::clone));
    let district = resolve(submission.district.as_deref(), "input.place.district", "refusal-district-unknown", |id| {
        kernel::DistrictId::from_global(id).and_then(find_district_by_id)
    });
    keep(district.as_ref().map(|_| ()).map_err(Clone::clone));
    let service = resolve(submission.service.as_deref(), "input.service", "refusal-service-unknown", ServiceId::from_global);
    keep(service.as_ref().map(|_| ()).map_err(Clone::clone));
    let point = submission.point.map(|(lat, lon)| Point { lat, lon });
    keep(
        point
            .filter(|point| !point.in_region())
            .map_or(Ok(()), |_| Err(refusal(RefusalCode::Invalid, "refusal-point-outside", &[]).at("input.place.point"))),
    );
    let address = submission.address.as_ref().map(|address| line(address.reveal(), "input.place.address")).transpose();
    keep(address.as_ref().map(|_| ()).map_err(Clone::clone));
    for refusal in submission.contact.check(submission.track, submission.signature.is_some()) {
        keep(Err(refusal));
    }

    let answers = intake::check(&submission.answers, category.as_ref().ok().copied().flatten());
    for refusal in answers.as_ref().err().into_iter().flatten() {
        keep(Err(refusal.clone()));
    }

    match (text, category, district, service, address, answers) {
        (Ok(text), Ok(category), Ok(district), Ok(service), Ok(address), Ok(answers)) if refusals.is_empty() => Ok(Filing {
            track: submission.track,
            kind: submission.kind,
            category,
            locale: submission.locale,
            // The place that the person picked wins; then the point; then what the address names; then a place that the text names.
            district: district.or_else(|| point.and_then(Point::nearest_district)).or_else(|| {
                let named = address.iter().chain([&text]).find_map(|text| district::named_in(text));
                named.filter(|_| point.is_none()).and_then(find_district)
            }),
            point,
            address: address.map(Personal::new),
            text: Personal::new(text),
            service,
            contact: submission.contact.masked(),
            answers,
        }),
        _ => Err(refusals),
    }
}

fn resolve<T>(id: Option<&str>, field: &str, message: &'static str, find: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Refusal> {
    match id {
        None => Ok(None),
        Some(id) => find(id).map(Some).ok_or_else(|| refusal(RefusalCode::NotFound, message, &[]).at(field)),
    }
}

impl Contact {
    /// A signature names its author's IIN by itself.
    fn check(&self, track: Track, signed: bool) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        // A name is looked for in each text that is to be published.
        refusals.extend(self.name.as_ref().and_then(|name| not_longer(name.reveal(), NAME_CHARS_MAX, "input.contact.name").err()));
        let mut invalid = |message, field: &str| refusals.push(refusal(RefusalCode::Invalid, message, &[]).at(field));
        if self.email.as_ref().is_some_and(|email| !is_email(email.reveal())) {
            invalid("refusal-email", "input.contact.email");
        }
        if self.phone.as_ref().is_some_and(|phone| !is_phone(phone.reveal())) {
            invalid("refusal-phone", "input.contact.phone");
        }
        if self.iin.as_ref().is_some_and(|iin| !is_iin(iin.reveal())) {
            invalid("refusal-iin", "input.contact.iin");
        }
        // APPC Art. 63: an appeal names its author; an anonymous one is not considered.
        if track == Track::Appeal {
            if self.name.as_ref().is_none_or(|name| name.reveal().trim().is_empty()) {
                invalid("refusal-appeal-name", "input.contact.name");
            }
            if self.iin.is_none() && !signed {
                invalid("refusal-appeal-iin", "input.contact.iin");
            }
        }
        refusals
    }

    /// What may be stored: of the IIN only the last four digits.
    fn masked(&self) -> Contact {
        let iin = self.iin.as_ref().map(|iin| Personal::new(mask_iin(iin.reveal())));
        Contact { iin, ..self.clone() }
    }
}

/// Of an IIN the last four digits.
pub(crate) fn mask_iin(iin: &str) -> String {
    format!("********{}", &iin[iin.len().saturating_sub(4)..])
}

/// The number of an appeal in the national register. Its format is published nowhere, so only its shape is checked: 4 to 40 letters, digits,
/// dashes, dots and strokes, with a digit among them.
pub(crate) fn external_number(number: &str, field: &str) -> Result<String, Refusal> {
    let number = number.trim().to_uppercase();
    let shaped = (4..=40).contains(&number.chars().count())
        && number.chars().all(|c| c.is_alphanumeric() || "-./".contains(c))
        && number.starts_with(char::is_alphanumeric)
        && number.contains(|c: char| c.is_ascii_digit());
    if shaped { Ok(number) } else { Err(refusal(RefusalCode::Invalid, "refusal-external-number", &[]).at(field)) }
}

/// Whether a text has the form of a mail address.
pub(crate) fn is_email(text: &str) -> bool {
    // RFC 5321 limits; whether a mailbox exists only its server knows.
    text.len() <= 254
        && text.is_ascii()
        && !text.chars().any(|c| c.is_ascii_whitespace() || c.is_ascii_control() || "<>,;:\"()[]\\".contains(c))
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && local.len() <= 64
                && domain.contains('.')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
                && !domain.contains('@')
        })
}

fn is_phone(text: &str) -> bool {
    // E.164 has at most 15 digits; people write spaces, brackets and dashes.
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (10..=15).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || " +-()".contains(c))
}

/// The check digit of an individual identification number.
fn is_iin(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    if text.len() != 12 || digits.len() != 12 {
        return false;
    }
    let sum = |weights: [u32; 11]| digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum::<u32>() % 11;
    let mut check = sum([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    if check == 10 {
        check = sum([3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]);
    }
    check != 10 && check == digits[11]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn submission() -> Submission {
        Submission {
            track: Track::Request,
            kind: Kind::Message,
            category: None,
            text: Personal::new("Көшеде су ағып жатыр".to_owned()),
            locale: Locale::Kk,
            district: None,
            point: None,
            address: None,
            service: None,
            contact: Contact::default(),
            answers: Vec::new(),
            signature: None,
            attachments: Vec::new(),
        }
    }

    fn fields(submission: &Submission) -> Vec<String> {
        check(submission).err().unwrap_or_default().into_iter().map(|refusal| refusal.path.join(".")).collect()
    }

    #[test]
    fn every_wrong_field_is_named_at_once() {
        let wrong = Submission {
            text: Personal::new("   ".to_owned()),
            category: Some("nope".to_owned()),
            point: Some((51.1, 71.4)),
            contact: Contact { email: Some(Personal::new("a@b".to_owned())), ..Contact::default() },
            ..submission()
        };
        assert_eq!(fields(&wrong), ["input.text", "input.category", "input.place.point", "input.contact.email"]);
        assert!(fields(&submission()).is_empty());
    }

    #[test]
    fn a_text_of_ten_thousand_characters_is_the_longest() {
        for (chars, ok) in [(1, true), (TEXT_CHARS_MAX, true), (TEXT_CHARS_MAX + 1, false)] {
            let filed = Submission { text: Personal::new("ә".repeat(chars)), ..submission() };
            assert_eq!(check(&filed).is_ok(), ok, "{chars}");
        }
    }

    #[test]
    fn an_appeal_names_its_author_and_the_iin_is_forgotten() {
        let appeal = Submission { track: Track::Appeal, ..submission() };
        assert_eq!(fields(&appeal), ["input.contact.name", "input.contact.iin"]);
        let signed = Submission { signature: Some(Personal::new("x".to_owned())), ..appeal.clone() };
        assert_eq!(fields(&signed), ["input.contact.name"]);
        let contact = Contact {
            name: Some(Personal::new("Synthetic".to_owned())),
            iin: Some(Personal::new("900101300017".to_owned())),
            ..Contact::default()
        };
        let filing = check(&Submission { contact, ..appeal });
        if let Ok(filing) = filing {
            assert_eq!(filing.contact.iin.as_ref().map(|iin| iin.reveal().as_str()), Some("********0017"));
        }
    }

    #[test]
    fn a_number_of_the_register_is_checked_for_its_shape_only() {
        for (number, read) in [
            (" жт-2026-000123 ", Some("ЖТ-2026-000123")),
            ("3т/2026.17", Some("3Т/2026.17")),
            ("1234", Some("1234")),
            ("123", None),
            ("ABCD", None),
            ("-1234", None),
            ("12 34", None),
            ("<1234>", None),
            (&"1".repeat(41), None),
        ] {
            assert_eq!(external_number(number, "input.number").ok().as_deref(), read, "{number}");
        }
    }

    #[test]
    fn an_iin_needs_its_check_digit() {
        // Weights 1..11 over 90010130001: the sum is 9*1 + 0 + 0 + 1*4 + 0 + 1*6 + 3*7 + 0 + 0 + 0 + 1*11 = 51, and 51 mod 11 is 7.
        for (iin, ok) in [("900101300017", true), ("900101300018", false), ("90010130001", false), ("90010130001x", false)] {
            assert_eq!(is_iin(iin), ok, "{iin}");
        }
    }

    #[test]
    fn mail_and_phone_are_checked_for_form_only() {
        for (email, ok) in [("a@b.kz", true), ("a b@c.kz", false), ("@b.kz", false), ("a@b", false), ("a@b.kz\r\nBcc: c@d.kz", false)] {
            assert_eq!(is_email(email), ok, "{email}");
        }
        for (phone, ok) in [("+7 701 123-45-67", true), ("8(701)1234567", true), ("112", false), ("call me", false)] {
            assert_eq!(is_phone(phone), ok, "{phone}");
        }
    }
}
