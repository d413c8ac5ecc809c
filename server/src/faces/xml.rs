//! XML 1.0 in UTF-8, with whatever people wrote inside.

use std::{borrow::Cow, io};

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

/// A document that is being written.
pub(crate) struct Xml(Writer<Vec<u8>>);

impl Xml {
    /// Begins a document.
    ///
    /// # Errors
    /// As all of them: when memory does not take what is written.
    pub(crate) fn begin() -> io::Result<Xml> {
        let mut writer = Writer::new(Vec::new());
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        Ok(Xml(writer))
    }

    /// Begins an element.
    pub(crate) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.0.write_event(Event::Start(with(name, attributes)))
    }

    /// Writes an element that holds nothing.
    pub(crate) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.0.write_event(Event::Empty(with(name, attributes)))
    }

    /// Ends an element.
    pub(crate) fn close(&mut self, name: &str) -> io::Result<()> {
        self.0.write_event(Event::End(BytesEnd::new(name)))
    }

    /// Writes an element that holds a text, or nothing.
    pub(crate) fn text(&mut self, name: &str, text: &str) -> io::Result<()> {
        self.text_with(name, &[], text)
    }

    /// The same with attributes.
    pub(crate) fn text_with(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) -> io::Result<()> {
        if text.is_empty() {
            return self.empty(name, attributes);
        }
        self.open(name, attributes)?;
        self.0.write_event(Event::Text(BytesText::new(&legible(text))))?;
        self.close(name)
    }

    /// The whole document.
    pub(crate) fn end(self) -> Vec<u8> {
        self.0.into_inner()
    }
}

fn with<'e>(name: &'e str, attributes: &[(&str, &str)]) -> BytesStart<'e> {
    let legible: Vec<_> = attributes.iter().map(|(name, value)| (*name, legible(value))).collect();
    BytesStart::new(name).with_attributes(legible.iter().map(|(name, value)| (*name, &**value)))
}

/// A text of characters that XML can hold (XML 1.0 §2.2); in the place of each other one stands U+FFFD. Lines end as XML reads them (§2.11).
pub(crate) fn legible(text: &str) -> Cow<'_, str> {
    let is_character = |c: char| matches!(c, '\t' | '\n' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    if text.chars().all(is_character) {
        return Cow::Borrowed(text);
    }
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(lines.chars().map(|c| if is_character(c) { c } else { char::REPLACEMENT_CHARACTER }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_marked_and_all_else_stays() {
        for (text, expected) in [
            ("Су жоқ ]]> <b>&amp;", "Су жоқ ]]> <b>&amp;"),
            ("a\r\nb\rc\n\td", "a\nb\nc\n\td"),
            ("\u{0}\u{1}\u{1f}\u{fffe}\u{ffff}", "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}"),
            ("\u{7f}\u{85}\u{2028}👩‍👩‍👧 \u{10ffff}", "\u{7f}\u{85}\u{2028}👩‍👩‍👧 \u{10ffff}"),
        ] {
            assert_eq!(legible(text), expected, "{text:?}");
        }
    }

    #[test]
    fn markup_in_a_text_is_a_text() {
        let mut xml = Xml::begin().unwrap();
        xml.open("a", &[("b", "\"<'&")]).unwrap();
        xml.text("c", "]]> <x y=\"z\"/> &").unwrap();
        xml.text("d", "").unwrap();
        xml.close("a").unwrap();
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a b=\"&quot;&lt;&apos;&amp;\">\
                        <c>]]&gt; &lt;x y=&quot;z&quot;/&gt; &amp;</c><d/></a>";
        assert_eq!(String::from_utf8(xml.end()).unwrap(), expected);
    }
}
