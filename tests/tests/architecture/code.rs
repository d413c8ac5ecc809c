//! Rust text parted into code, comments and the contents of literals, so that a word in a comment or a string is not taken for code.

/// A Rust file's three voices, each with the lines of the file.
#[derive(Default)]
pub(crate) struct Voices {
    /// The code, literals emptied.
    pub(crate) code: String,
    /// The comments.
    pub(crate) comments: String,
}

/// Parts a Rust file.
pub(crate) fn part(source: &str) -> Voices {
    let mut voices = Voices::default();
    let mut rest = source;
    while !rest.is_empty() {
        let (length, comment) = if rest.starts_with("//") {
            (rest.find('\n').unwrap_or(rest.len()), true)
        } else if rest.starts_with("/*") {
            (rest.find("*/").map_or(rest.len(), |at| at + 2), true)
        } else {
            (literal(rest, voices.code.chars().next_back()), false)
        };
        if length == 0 {
            let character = rest.chars().next().unwrap_or_default();
            voices.code.push(character);
            if character == '\n' {
                voices.comments.push('\n');
            }
            rest = &rest[character.len_utf8()..];
        } else {
            let (taken, left) = rest.split_at(length);
            let lines = "\n".repeat(taken.matches('\n').count());
            voices.comments.push_str(if comment { taken } else { &lines });
            voices.code.push_str(if comment { "" } else { "\"\"" });
            voices.code.push_str(&lines);
            rest = left;
        }
    }
    voices
}

/// The length of the literal that the text begins with, 0 for none.
fn literal(text: &str, before: Option<char>) -> usize {
    let word = before.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if text.starts_with('"') {
        return quoted(text);
    }
    if let Some(raw) = text.strip_prefix('r').filter(|_| !word || before == Some('b')) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if raw[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let begin = 2 + hashes;
            return text[begin..].find(&end).map_or(text.len(), |at| begin + at + end.len());
        }
    }
    if let Some(escape) = text.strip_prefix("'\\") {
        return escape.char_indices().skip(1).find(|(_, c)| *c == '\'').map_or(0, |(at, _)| at + 3);
    }
    let mut characters = text.char_indices().skip(1);
    match (text.starts_with('\''), characters.next(), characters.next()) {
        (true, Some(_), Some((at, '\''))) => at + 1,
        _ => 0,
    }
}

fn quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The words of code: identifiers and keywords.
pub(crate) fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}

#[test]
fn code_is_told_from_comments_and_literals() {
    fn check(source: &str, code: &str, comments: &str) {
        let voices = part(source);
        assert_eq!((voices.code.as_str(), voices.comments.as_str()), (code, comments), "{source}");
    }
    check("a // axum\nb", "a \nb", "// axum\n");
    check("a(\"axum // \\\" x\") // y", "a(\"\") ", "// y");
    check("r#\"axum \"x\"#; b", "\"\"; b", "");
    check("fn a<'x>(c: &'x str) == '\"' || '\\'' // z", "fn a<'x>(c: &'x str) == \"\" || \"\" ", "// z");
    check("for r in \"two\nlines\"", "for r in \"\"\n", "\n");
}
