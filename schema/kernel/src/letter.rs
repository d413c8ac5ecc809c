//! What a message says, once: the same letter is written as plain text and as HTML, so that nobody reads other facts than their neighbour.

use crate::Locale;

/// What a person reads of a message, part by part.
///
/// **Invariant:** both forms hold the same words in the same order. No part holds a control character or one that changes the direction of
/// the text beside it (Unicode, UAX #9 §2): somebody else's words could otherwise rearrange ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Heading(String),
    /// Lines that stand together.
    Paragraph(Vec<String>),
    Link {
        label: String,
        url: String,
    },
    /// What is said of the message itself.
    Note(String),
}

impl Letter {
    /// The letter of a plain text: an empty line divides paragraphs. An address of the web within it stays text: only the house's own
    /// [links](Letter::link) are links.
    #[must_use]
    pub fn of(text: &str) -> Letter {
        let text = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
        let mut letter = Letter::default();
        let mut lines = Vec::new();
        for line in text.split('\n').map(|line| one_line(line).trim_end().to_owned()) {
            if line.is_empty() {
                letter.paragraph(std::mem::take(&mut lines));
            } else {
                lines.push(line);
            }
        }
        letter.paragraph(lines);
        letter
    }

    fn paragraph(&mut self, lines: Vec<String>) {
        if !lines.is_empty() {
            self.0.push(Part::Paragraph(lines));
        }
    }

    /// The letter with a heading before it.
    #[must_use]
    pub fn headed(mut self, heading: &str) -> Letter {
        self.0.insert(0, Part::Heading(one_line(heading)));
        self
    }

    /// The letter with another after it.
    #[must_use]
    pub fn followed_by(mut self, other: Letter) -> Letter {
        self.0.extend(other.0);
        self
    }

    /// The letter with a link at its end: in HTML a button, in both forms written out. An address that is not `https://…` is left out.
    #[must_use]
    pub fn link(mut self, label: &str, url: &str) -> Letter {
        let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}');
        if url.starts_with("https://") && url.chars().all(plain) {
            self.0.push(Part::Link { label: one_line(label), url: url.to_owned() });
        }
        self
    }

    /// The letter with something said of itself at its end, such as why it comes.
    #[must_use]
    pub fn note(mut self, text: &str) -> Letter {
        self.0.push(Part::Note(one_line(text)));
        self
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The letter as plain text: an empty line between its parts.
    #[must_use]
    pub fn text(&self) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Heading(text) | Part::Note(text) => text.clone(),
            Part::Paragraph(lines) => lines.join("\n"),
            Part::Link { label, url } => format!("{label}\n{url}"),
        });
        parts.collect::<Vec<_>>().join("\n\n")
    }

    /// The letter as a whole page of HTML that names its language and asks for nothing from elsewhere: no picture, no font, no script.
    /// `title` is the message's subject. Mail programs know little of style sheets, so styles stand where they are used; colours are the
    /// reader's own.
    #[must_use]
    pub fn html(&self, locale: Locale, title: &str) -> String {
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"{}\" dir=\"ltr\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{}</title>\n</head>\n<body style=\"margin:0 auto;max-width:40em;padding:1em;font:1em/1.5 sans-serif\">\n<main>\n",
            locale.tag(),
            escape(&one_line(title))
        );
        for part in &self.0 {
            page.push_str(&part.markup());
        }
        page.push_str("</main>\n</body>\n</html>\n");
        page
    }
}

impl Part {
    fn markup(&self) -> String {
        match self {
            Part::Heading(text) => format!("<h2 style=\"font-size:1.2em\">{}</h2>\n", escape(text)),
            Part::Paragraph(lines) => {
                let lines: Vec<_> = lines.iter().map(|line| escape(line)).collect();
                format!("<p>{}</p>\n", lines.join("<br>\n"))
            }
            // Some 44 pixels high: WCAG 2.2, 2.5.8 asks for 24.
            Part::Link { label, url } => format!(
                "<p><a href=\"{0}\" style=\"display:inline-block;padding:.6em 1em;border:2px solid\">{1}</a><br>\n{0}</p>\n",
                escape(url),
                escape(label)
            ),
            Part::Note(text) => format!("<p style=\"border-top:1px solid;padding-top:1em\">{}</p>\n", escape(text)),
        }
    }
}

/// A text on one line, without characters that control anything: a header, a title or a line of a letter.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.chars()
        .filter(|c| !is_directional(*c))
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect::<String>()
        .trim_end()
        .to_owned()
}

/// Characters that change the direction of other ones (Unicode `Bidi_Control`). Kazakh, Russian and English need none.
fn is_directional(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// A text within HTML, also within a quoted attribute (OWASP, Cross Site Scripting Prevention, rules for HTML and attribute contexts).
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_and_lines_stay_apart_in_both_forms() {
        fn check(text: &str, plain: &str, html: &str) {
            let letter = Letter::of(text);
            assert_eq!(letter.text(), plain, "{text:?}");
            let page = letter.html(Locale::Kk, "x");
            let main = page.split("<main>\n").nth(1).unwrap().split("</main>").next().unwrap();
            assert_eq!(main, html, "{text:?}");
        }
        check("", "", "");
        check("a\nb\n\n\nc\n", "a\nb\n\nc", "<p>a<br>\nb</p>\n<p>c</p>\n");
        check("a\r\nb\rc", "a\nb\nc", "<p>a<br>\nb<br>\nc</p>\n");
        check("a\tb\u{7}", "a b", "<p>a b</p>\n");
        check("a\u{2029}b", "a\nb", "<p>a<br>\nb</p>\n");
        check("1 < 2 & \"x\" 'y'", "1 < 2 & \"x\" 'y'", "<p>1 &lt; 2 &amp; &quot;x&quot; &#39;y&#39;</p>\n");
        check("\u{202E}gpj.exe\u{2069}", "gpj.exe", "<p>gpj.exe</p>\n");
    }

    #[test]
    fn only_an_address_of_the_web_becomes_a_link() {
        for (url, linked) in [
            ("https://turkistan.example/a?b=c&d=e", true),
            ("http://turkistan.example", false),
            ("javascript:alert(1)", false),
            ("https://x\" onclick=\"y", false),
            ("https://x\r\nBcc: y", false),
            ("https://мысал.қаз", false),
        ] {
            let letter = Letter::of("a").link("Ашу", url);
            assert_eq!(letter.html(Locale::Kk, "x").contains("<a href="), linked, "{url}");
            assert_eq!(letter.text().contains(url), linked, "{url}");
        }
    }

    #[test]
    fn a_page_names_its_language_and_asks_for_nothing() {
        for locale in Locale::ALL {
            let page = Letter::of("a").headed("<b>").note("c").link("d", "https://e.example/").html(locale, "</title><script>");
            assert!(page.contains(&format!("<html lang=\"{}\"", locale.tag())), "{page}");
            assert!(page.contains("<title>&lt;/title&gt;&lt;script&gt;</title>") && page.contains("&lt;b&gt;"), "{page}");
            for asked in ["src=", "url(", "<img", "<link", "<script", "@import"] {
                assert!(!page.contains(asked), "{asked}: {page}");
            }
        }
    }
}
