//! RSS 2.0, for readers that have not heard of Atom.

use std::io;

use super::{Entry, Feed, http_date};
use crate::faces::xml::Xml;

/// The feed as RSS.
pub(super) fn write(feed: &Feed) -> io::Result<Vec<u8>> {
    let mut xml = Xml::begin()?;
    let names = [("version", "2.0"), ("xmlns:atom", "http://www.w3.org/2005/Atom"), ("xmlns:georss", "http://www.georss.org/georss")];
    xml.open("rss", &names)?;
    xml.open("channel", &[])?;
    xml.text("title", &feed.title)?;
    xml.text("link", &feed.home)?;
    xml.text("description", &feed.description)?;
    xml.text("language", feed.locale.tag())?;
    xml.text("lastBuildDate", &http_date(feed.updated))?;
    xml.empty("atom:link", &[("rel", "self"), ("type", "application/rss+xml"), ("href", &feed.address)])?;
    feed.entries.iter().try_for_each(|entry| write_entry(&mut xml, entry))?;
    xml.close("channel")?;
    xml.close("rss")?;
    Ok(xml.end())
}

fn write_entry(xml: &mut Xml, entry: &Entry) -> io::Result<()> {
    xml.open("item", &[])?;
    xml.text("title", &entry.title)?;
    xml.text("link", &entry.address)?;
    xml.text_with("guid", &[("isPermaLink", "false")], &entry.id)?;
    xml.text("pubDate", &http_date(entry.published))?;
    if let Some((_, name)) = &entry.category {
        xml.text("category", name)?;
    }
    xml.text("description", &entry.summary)?;
    // RSS itself knows no time of a change.
    xml.text("atom:updated", &entry.updated.to_rfc3339())?;
    if let Some(point) = &entry.point {
        xml.text("georss:point", point)?;
    }
    xml.close("item")
}
