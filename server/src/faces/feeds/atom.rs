//! Atom (RFC 4287).

use std::io;

use chrono::SecondsFormat;

use super::{Entry, Feed};
use crate::faces::xml::Xml;

/// The feed as Atom.
pub(super) fn write(feed: &Feed) -> io::Result<Vec<u8>> {
    let mut xml = Xml::begin()?;
    let names =
        [("xmlns", "http://www.w3.org/2005/Atom"), ("xmlns:georss", "http://www.georss.org/georss"), ("xml:lang", feed.locale.tag())];
    xml.open("feed", &names)?;
    xml.text("id", &feed.id)?;
    xml.text("title", &feed.title)?;
    xml.text("subtitle", &feed.description)?;
    xml.text("updated", &instant(feed.updated))?;
    xml.empty("link", &[("rel", "self"), ("type", "application/atom+xml"), ("href", &feed.address)])?;
    xml.empty("link", &[("rel", "alternate"), ("href", &feed.home)])?;
    // §4.1.1: a feed whose entries have no authors has one.
    xml.open("author", &[])?;
    xml.text("name", "Smart Turkistan")?;
    xml.close("author")?;
    feed.entries.iter().try_for_each(|entry| write_entry(&mut xml, entry))?;
    xml.close("feed")?;
    Ok(xml.end())
}

fn write_entry(xml: &mut Xml, entry: &Entry) -> io::Result<()> {
    xml.open("entry", &[])?;
    xml.text("id", &entry.id)?;
    xml.text("title", &entry.title)?;
    xml.text("published", &instant(entry.published))?;
    xml.text("updated", &instant(entry.updated))?;
    xml.empty("link", &[("rel", "alternate"), ("type", "application/json"), ("href", &entry.address)])?;
    if let Some((slug, name)) = &entry.category {
        xml.empty("category", &[("term", slug), ("label", name)])?;
    }
    xml.text("summary", &entry.summary)?;
    if let Some(point) = &entry.point {
        xml.text("georss:point", point)?;
    }
    xml.close("entry")
}

fn instant(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
