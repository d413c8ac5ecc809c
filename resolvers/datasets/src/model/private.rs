//! What is not published in any cell: numbers that belong to one person.

use std::sync::LazyLock;

use regex::Regex;

/// A mobile number of Kazakhstan: +7 or 8, then 7xx and seven digits, however it is spaced.
static MOBILE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:\+7|\b8)[ (-]{0,2}7\d{2}[ )-]{0,2}\d{3}[ -]?\d{2}[ -]?\d{2}\b").ok());

/// Whether the text holds an individual identification number or a mobile number.
pub(crate) fn is_personal(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits < 11 {
        return false;
    }
    text.split(|c: char| !c.is_ascii_digit()).any(is_iin) || MOBILE.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

/// Whether twelve digits are an individual identification number: a birth date, a century and sex, a serial number, a control digit. The
/// numbers of organisations (БСН/БИН) have 4 to 6 where the day of birth begins, so they do not pass.
fn is_iin(digits: &str) -> bool {
    let digits: Vec<u32> = digits.bytes().map(|byte| u32::from(byte.wrapping_sub(b'0'))).collect();
    let [_, _, m1, m2, d1, d2, century, .., control] = digits.as_slice() else { return false };
    if digits.len() != 12 || !(1..=12).contains(&(m1 * 10 + m2)) || !(1..=31).contains(&(d1 * 10 + d2)) || !(1..=6).contains(century) {
        return false;
    }
    let sum = |shift: u32| (0..11).zip(&digits).map(|(place, digit)| ((place + shift) % 11 + 1) * digit).sum::<u32>() % 11;
    let expected = match sum(0) {
        10 => sum(2),
        control => control,
    };
    expected == *control
}
