//! Folding: one alphabet for every way the same word is typed.
//!
//! Citizens type Kazakh in Cyrillic, in Cyrillic without the special letters (к for қ), and in several Latin spellings (q, k,
//! sh, w); Russian too is typed in Latin. Every word is carried into one small Latin-like alphabet in which all these are equal:
//! `шұңқыр`, `шункыр`, `shuńqyr` and `Shunkir` all become `xunkir`. In that alphabet `x` stands for ш and `c` for ч, so that
//! every sound is one letter and the parts of a word line up.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A word of the text: as typed, and folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<'t> {
    /// As the citizen typed it.
    pub typed: &'t str,
    /// In the folded alphabet; never empty.
    pub folded: String,
}

/// The words of a text, in order.
#[must_use]
pub fn words(text: &str) -> Vec<Word<'_>> {
    text.split(|c: char| !belongs_to_word(c))
        .map(|typed| Word { typed: typed.trim_matches(is_apostrophe), folded: fold(typed) })
        .filter(|word| !word.folded.is_empty())
        .collect()
}

/// Folds one word.
#[must_use]
pub fn fold(word: &str) -> String {
    let letters: Vec<char> = one_script(&word.nfkc().filter(|&c| !is_ignored(c)).collect::<Vec<_>>())
        .into_iter()
        .flat_map(char::to_lowercase)
        .flat_map(|c| if KEPT_WHOLE.contains(&c) { vec![c] } else { std::iter::once(c).nfd().collect() })
        .filter(|&c| !is_combining_mark(c))
        .collect();
    let mut folded = String::with_capacity(letters.len());
    let mut rest = letters.as_slice();
    while let Some(&first) = rest.first() {
        let (sound, taken) = sound(first, rest.get(1).copied());
        for letter in sound.chars() {
            // Doubled letters carry no meaning here and are a common slip.
            if !folded.ends_with(letter) || letter.is_ascii_digit() {
                folded.push(letter);
            }
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    folded
}

/// Letters whose mark makes another letter of them (й is not и with an accent); the marks of all others are dropped.
const KEPT_WHOLE: [char; 7] = ['й', 'ї', 'ў', 'ş', 'ç', 'ý', 'š'];

/// The folded sound that begins with `c`, and how many letters it takes.
fn sound(c: char, next: Option<char>) -> (&'static str, usize) {
    match (c, next) {
        ('s', Some('h')) => return ("x", 2),
        ('c', Some('h')) => return ("c", 2),
        ('z', Some('h')) => return ("j", 2),
        ('g', Some('h')) => return ("g", 2),
        ('k', Some('h')) => return ("h", 2),
        ('c', Some('e' | 'i' | 'y')) => return ("s", 1),
        _ => {}
    }
    let sound = match c {
        'а' | 'ә' | 'a' | 'ə' => "a",
        'б' | 'b' => "b",
        'в' | 'v' | 'w' => "v",
        'г' | 'ғ' | 'g' => "g",
        'д' | 'd' => "d",
        'е' | 'ё' | 'э' | 'є' | 'e' => "e",
        'ж' | 'j' => "j",
        'з' | 'z' => "z",
        'и' | 'і' | 'ы' | 'й' | 'ї' | 'i' | 'ı' | 'y' => "i",
        'к' | 'қ' | 'k' | 'q' | 'c' => "k",
        'л' | 'l' => "l",
        'м' | 'm' => "m",
        'н' | 'ң' | 'n' | 'ŋ' => "n",
        'о' | 'ө' | 'o' => "o",
        'п' | 'p' => "p",
        'р' | 'r' => "r",
        'с' | 's' => "s",
        'т' | 't' => "t",
        // ý is у in the Kazakh Latin alphabet of 2018.
        'у' | 'ұ' | 'ү' | 'ў' | 'u' | 'ý' => "u",
        'ф' | 'f' => "f",
        'х' | 'һ' | 'h' | 'x' => "h",
        'ц' => "ts",
        'ч' | 'ç' => "c",
        'ш' | 'щ' | 'ş' | 'š' => "x",
        'ю' => "iu",
        'я' => "ia",
        digit => DIGITS.get(digit.to_digit(10).map_or(usize::MAX, |d| d as usize)).copied().unwrap_or(""),
    };
    (sound, 1)
}

const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/// Pairs of letters that look alike: Cyrillic, Latin. Typed instead of each other when the keyboard lacks one (бip for бір).
const LOOKALIKES: [(char, char); 19] = [
    ('а', 'a'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('у', 'y'),
    ('х', 'x'),
    ('і', 'i'),
    ('һ', 'h'),
    ('А', 'A'),
    ('В', 'B'),
    ('Е', 'E'),
    ('К', 'K'),
    ('М', 'M'),
    ('Н', 'H'),
    ('О', 'O'),
    ('Р', 'P'),
    ('С', 'C'),
    ('Т', 'T'),
];

/// A word of mixed script made whole, when the letters of one script can all be read as the other. What can be read neither
/// way (eGovқа) is left: each letter then folds by its own alphabet.
fn one_script(letters: &[char]) -> Vec<char> {
    let cyrillic = |c: &char| ('\u{0400}'..='\u{052f}').contains(c);
    if !(letters.iter().any(cyrillic) && letters.iter().any(char::is_ascii_alphabetic)) {
        return letters.to_vec();
    }
    let to_cyrillic = |c: &char| LOOKALIKES.iter().find(|pair| pair.1 == *c).map(|pair| pair.0);
    let to_latin = |c: &char| LOOKALIKES.iter().find(|pair| pair.0 == *c).map(|pair| pair.1);
    let cyrillic_reading: Option<Vec<char>> =
        letters.iter().map(|c| if c.is_ascii_alphabetic() { to_cyrillic(c) } else { Some(*c) }).collect();
    let latin_reading = || letters.iter().map(|c| if cyrillic(c) { to_latin(c) } else { Some(*c) }).collect();
    cyrillic_reading.or_else(latin_reading).unwrap_or_else(|| letters.to_vec())
}

fn belongs_to_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || is_ignored(c)
}

/// Signs inside a word that say nothing: soft hyphens, zero-width marks, apostrophes.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}') || is_apostrophe(c)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '`' | '´')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(spellings: &[&str], folded: &str) {
        for spelling in spellings {
            assert_eq!(fold(spelling), folded, "{spelling}");
        }
    }

    #[test]
    fn spellings_of_one_word_fold_alike() {
        check(&["шұңқыр", "шункыр", "Шұнқыр", "shunqyr", "shunkyr", "shuńqyr", "şuñqır", "ШҰҢҚЫР"], "xunkir");
        check(&["көшесінде", "кошесинде", "koshesinde", "köşesinde", "kóshesinde"], "koxesinde");
        check(&["жол", "jol", "zhol"], "jol");
        check(&["қоқыс", "кокыс", "qoqys", "kokys"], "kokis");
        check(&["су", "su", "sý"], "su");
        check(&["яма", "yama"], "iama");
        check(&["улица", "ulitsa"], "ulitsa");
        check(&["һәм", "хам", "ham"], "ham");
    }

    #[test]
    fn letters_of_the_other_script_are_read_as_the_word_needs() {
        // Latin i, p, c, y, a inside Cyrillic words; a Cyrillic а inside a Latin word.
        check(&["бip", "бір"], "bir");
        check(&["жapық", "жарық"], "jarik");
        check(&["yчаcток", "участок"], "ucastok");
        check(&["gаs", "gas"], "gas");
        check(&["eGovқа"], "egovka");
    }

    #[test]
    fn composed_and_decomposed_letters_are_equal() {
        check(&["й", "и\u{306}"], "i");
        check(&["ёлка", "е\u{308}лка", "елка"], "elka");
        check(&["ｇａｚ", "g\u{ad}az", "gaz"], "gaz");
    }

    #[test]
    fn words_are_kept_as_typed() {
        let text = "«Қоқыс-жәшік», 103!";
        let typed: Vec<&str> = words(text).iter().map(|word| word.typed).collect();
        assert_eq!(typed, ["Қоқыс", "жәшік", "103"]);
    }

    #[test]
    fn signs_alone_are_no_words() {
        assert!(words(" … — !!! ' 😀 ъ").is_empty());
    }
}
