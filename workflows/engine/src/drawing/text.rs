//! How wide a text is, near enough to break it: the picture is made without the reader's fonts, so the estimate is generous.

/// The width of a text, in the unit of its size.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let of = |c: char| match c {
        'i' | 'l' | 'j' | 't' | 'f' | 'r' | 'I' | 'і' | 'І' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '(' | ')' | ' ' | '“' | '”' => {
            0.36
        }
        'm' | 'w' | 'M' | 'W' | 'ж' | 'ш' | 'щ' | 'ю' | 'ы' | 'ф' | 'м' | 'Ж' | 'Ш' | 'Щ' | 'Ю' | 'Ы' | 'Ф' | 'М' | '—' | '@' | '%' => {
            0.92
        }
        c if c.is_uppercase() => 0.74,
        _ => 0.61,
    };
    text.chars().map(of).sum::<f64>() * size
}

/// Breaks a text into lines no wider than `room`; a word that is wider stands alone and is cut nowhere.
pub(super) fn wrap(text: &str, room: f64, size: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(line, size) + width(word, size) + 0.36 * size <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// As it stands in XML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
