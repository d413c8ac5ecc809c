"""The feeds of the public list, read by PyPI `feedparser`.

    TURKISTAN_URL=http://127.0.0.1:8080 python3 tests/peers/feeds.py

The city has its demonstration data. Exits with 1 at the first thing that is amiss.
"""

import os

import feedparser

CITY = os.environ["TURKISTAN_URL"]


def read(name: str, **known: object) -> feedparser.FeedParserDict:
    feed = feedparser.parse(f"{CITY}/feeds/{name}", request_headers={"Accept-Language": "ru"}, **known)
    assert not feed.bozo, (name, feed.get("bozo_exception"))
    return feed


def main() -> None:
    atom, rss = read("feedback.atom"), read("feedback.rss")
    assert (atom.version, rss.version, atom.feed.title) == ("atom10", "rss20", rss.feed.title)
    assert len(atom.entries) == 50 and len({entry.id for entry in atom.entries}) == 50
    for one, other in zip(atom.entries, rss.entries, strict=True):
        # What an Atom entry links to is no page, and the reader takes nothing else for its link.
        assert (one.id, one.title, one.links[0].href, one.summary) == (other.id, other.title, other.link, other.summary), (one, other)
        assert one.id.startswith("tag:") and one.updated_parsed >= one.published_parsed == other.published_parsed
    assert atom.feed.updated_parsed == max(entry.updated_parsed for entry in atom.entries)
    assert read("feedback.atom", etag=atom.etag).status == 304
    assert read("feedback.rss", modified=rss.modified).status == 304
    subject = next(entry.tags[0].term for entry in atom.entries if "tags" in entry)
    narrowed = read(f"feedback.atom?category={subject}&open=true")
    assert narrowed.entries and all(entry.tags[0].term == subject for entry in narrowed.entries)
    assert narrowed.feed.id != atom.feed.id
    print(f"{len(atom.entries)} entries are the same in Atom and RSS")


main()
