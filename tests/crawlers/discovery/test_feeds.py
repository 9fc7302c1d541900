from datetime import UTC, datetime

import pytest

from crawlers.discovery import discover, read
from crawlers.discovery.gathering import MAX_TITLE
from schemas import Outcome
from tests.crawlers.discovery.feeding import NOON, RSS_20, URL, feed, rss

FEEDBURNER = 'xmlns:f="http://rssnamespace.org/feedburner/ext/1.0"'
COUNTED = "<link>https://feeds.feedblitz.com/~/1</link>"

RSS_090 = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/">
<channel><title>Paper</title><link>https://paper.example/</link></channel>
<item><title>Story</title><link>https://paper.example/story</link></item></rdf:RDF>"""
RSS_091 = """<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">
<rss version="0.91"><channel><title>Paper</title><link>https://paper.example/</link><language>en</language>
<item><title>Story</title><link>https://paper.example/story</link></item></channel></rss>"""
RSS_092 = """<rss version="0.92"><channel><title>Paper</title><link>https://paper.example/</link><language>en</language>
<item><title>Story</title><link>https://paper.example/story</link><description>Long.</description></item></channel></rss>"""
RSS_10 = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://paper.example/rss"><title>Paper</title><link>https://paper.example/</link>
<items><rdf:Seq><rdf:li rdf:resource="https://paper.example/story"/></rdf:Seq></items><dc:language>en</dc:language></channel>
<item rdf:about="https://paper.example/story"><title>Story</title><link>https://paper.example/story</link>
<dc:date>2025-03-02T13:00:00+01:00</dc:date></item></rdf:RDF>"""
ATOM_03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#" xml:lang="en"><title>Paper</title>
<link rel="alternate" type="text/html" href="https://paper.example/"/>
<entry><title mode="escaped" type="text/html">Story</title>
<link rel="alternate" type="text/html" href="https://paper.example/story"/>
<issued>2025-03-02T13:00:00+01:00</issued><modified>2025-03-02T12:30:00Z</modified></entry></feed>"""
ATOM_10 = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<title>Paper</title><entry><title>Story</title><id>tag:paper.example,2025:1</id>
<link rel="enclosure" href="https://cdn.example/a.mp3"/>
<link rel="alternate" type="application/json" href="/story.json"/>
<link href="https://paper.example/story"/><published>2025-03-02T12:00:00Z</published><updated>2025-03-02T12:30:00Z</updated>
</entry></feed>"""
JSON_11 = """{"version": "https://jsonfeed.org/version/1.1", "title": "Paper", "language": "en", "items": [
{"id": "1", "url": "https://paper.example/story", "title": "Story", "date_published": "2025-03-02T13:00:00+01:00"}]}"""


@pytest.mark.parametrize(
    ("body", "form", "dated", "language"),
    [
        (RSS_090, "rdf", False, None),
        (RSS_091, "rss", False, "en"),
        (RSS_092, "rss", False, "en"),
        (RSS_10, "rdf", True, "en"),
        (RSS_20, "rss", True, "en"),
        (ATOM_03, "atom", True, "en"),
        (ATOM_10, "atom", True, "en"),
        (JSON_11, "json feed", True, "en"),
    ],
)
def test_every_format_is_read(body: str, form: str, dated: bool, language: str | None) -> None:
    reading = read(body.encode(), url=URL, kind="feed")
    assert (reading.format, reading.title, reading.language) == (form, "Paper", language)
    (lead,) = reading.discovery.leads
    assert (lead.url, lead.title, lead.found_in) == ("https://paper.example/story", "Story", URL)
    assert lead.published_at == (NOON if dated else None)
    assert (reading.discovery.outcome, reading.discovery.problem) == (Outcome.READ, None)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("<link>https://a.example/1</link>", "https://a.example/1"),
        ("<link>\n  https://a.example/1\n</link>", "https://a.example/1"),
        ("<link><![CDATA[https://a.example/?a=1&b=2]]></link>", "https://a.example/?a=1&b=2"),
        ("<link>https://a.example/?a=1&b=2</link>", "https://a.example/?a=1&b=2"),
        ("<link>https://a.example/?a=1&amp;amp;b=2</link>", "https://a.example/?a=1&b=2"),
        ("<link>https://a.example/?a=1&copy=2</link>", "https://a.example/?a=1&copy=2"),
        ("<link>/rooted</link>", "https://paper.example/rooted"),
        ("<link>//a.example/x</link>", "https://a.example/x"),
        ("<link>https://a.example/x#comments</link>", "https://a.example/x"),
        ("<link>HTTPS://a.example/x y</link>", "https://a.example/x%20y"),
        ("<guid>https://a.example/permanent</guid>", "https://a.example/permanent"),
        ('<guid isPermaLink="true">https://a.example/permanent</guid>', "https://a.example/permanent"),
        ('<link/><guid isPermaLink="false">https://a.example/id</guid>', None),
        ("<guid>tag:a.example,2025:1</guid>", None),
        (f"{COUNTED}<guid isPermaLink='false'>https://a.example/id</guid>", "https://a.example/id"),
        (f"{COUNTED}<guid isPermaLink='false'>4711</guid>", "https://feeds.feedblitz.com/~/1"),
        ("<link>mailto:desk@a.example</link>", None),
        ("<link>javascript:void(0)</link>", None),
        ("<link>https://[not-an-address/</link>", None),
        ("<link>ftp://a.example/</link><guid>https://a.example/g</guid>", "https://a.example/g"),
        ('<atom:link xmlns:atom="http://www.w3.org/2005/Atom" href="https://a.example/1"/>', "https://a.example/1"),
        (
            f"<link>https://f.example/~1</link><f:origLink {FEEDBURNER}>https://a.example/1</f:origLink>",
            "https://a.example/1",
        ),
        ("<link>b.html</link>", "https://paper.example/b.html"),
    ],
)
def test_where_an_rss_item_points(item: str, expected: str | None) -> None:
    found = feed(rss(f"<item><title>T</title>{item}</item>"))
    assert [lead.url for lead in found.leads] == ([expected] if expected else [])
    assert found.problem == (None if expected else "1 entries without a web address")


def test_relative_links_follow_xml_base() -> None:
    found = feed(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/news/">'
        '<entry xml:base="2025/"><link href="one.html"/></entry><entry><link href="../two.html"/></entry></feed>'
    )
    assert [lead.url for lead in found.leads] == ["https://a.example/news/2025/one.html", "https://a.example/two.html"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("<title>Plain &amp; simple</title>", "Plain & simple"),
        ("<title>AT&amp;amp;T &amp;#8217;s</title>", "AT&T ’s"),
        ("<title><![CDATA[A <b>bold</b> move<br/>now]]></title>", "A bold movenow"),
        ("<title>If x &lt; y and y &gt; z</title>", "If x < y and y > z"),
        ("<title>a <i>real</i> element</title>", "a real element"),
        ("<title>\n  two\n  lines </title>", "two lines"),
        ("<title>caf&eacute; &hellip;</title>", "café …"),
        ("<title></title>", None),
        ("", None),
        ('<m:title xmlns:m="http://search.yahoo.com/mrss/">Caption</m:title><title>Story</title>', "Story"),
        ('<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">Story</dc:title>', "Story"),
        ("<dc:title>undeclared prefix</dc:title>", "undeclared prefix"),
    ],
)
def test_titles_become_plain_text(title: str, expected: str | None) -> None:
    (lead,) = feed(rss(f"<item>{title}<link>https://a.example/</link></item>")).leads
    assert lead.title == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("<title>Use of &lt;b> in HTML</title>", "Use of <b> in HTML"),
        ('<title type="html">Use of &lt;b>bold&lt;/b></title>', "Use of bold"),
        ('<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <em>new</em> day</div></title>', "A new day"),
    ],
)
def test_atom_titles_are_of_the_type_they_say(title: str, expected: str) -> None:
    (lead,) = feed(f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{title}<link href="/x"/></entry></feed>').leads
    assert lead.title == expected


def test_a_very_long_title_is_cut() -> None:
    (lead,) = feed(rss(f"<item><title>{'long ' * 2000}</title><link>https://a.example/</link></item>")).leads
    assert lead.title is not None
    assert len(lead.title) <= MAX_TITLE
    assert lead.title.endswith("…")


@pytest.mark.parametrize(
    ("date", "zone", "expected"),
    [
        ("<pubDate>Sun, 02 Mar 2025 13:00:00 +0100</pubDate>", None, NOON),
        ("<pubDate>Sun, 02 Mar 2025 13:00:00</pubDate>", None, None),
        ("<pubDate>Sun, 02 Mar 2025 13:00:00</pubDate>", "Europe/Paris", NOON),
        ("<pubDate>rubbish</pubDate><dc:date>2025-03-02T12:00:00Z</dc:date>", None, NOON),
        ("<pubdate>Sun, 02 Mar 2025 12:00:00 GMT</pubdate>", None, NOON),
        ("<pubDate>2025-03-02</pubDate>", "Europe/Paris", None),
        ("<pubDate>Thu, 02 Mar 2203 12:00:00 GMT</pubDate>", None, NOON.replace(year=2203)),
        ("<pubDate/>", None, None),
    ],
)
def test_rss_dates(date: str, zone: str | None, expected: datetime | None) -> None:
    (lead,) = feed(rss(f"<item><link>https://a.example/</link>{date}</item>"), zone=zone).leads
    assert lead.published_at == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("23/11/2025 10:00", datetime(2025, 3, 2, 12, tzinfo=UTC)),
        ("11/23/2025 10:00", datetime(2025, 2, 3, 12, tzinfo=UTC)),
        ("01/01/2025 10:00", None),
    ],
)
def test_one_date_tells_how_the_others_are_meant(other: str, expected: datetime | None) -> None:
    items = (f"<item><link>https://a.example/{n}</link><pubDate>{date}</pubDate></item>"
             for n, date in enumerate(("02/03/2025 12:00", other)))  # fmt: skip
    assert feed(rss("".join(items)), zone="UTC").leads[0].published_at == expected


def test_an_update_is_no_publication() -> None:
    (lead,) = feed(
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><link href="https://a.example/"/>'
        "<updated>2025-03-02T12:00:00Z</updated></entry></feed>"
    ).leads
    assert (lead.published_at, lead.modified_at) == (None, NOON)


def test_variants_of_an_address_are_one_lead_with_all_that_is_said_of_it() -> None:
    found = feed(
        rss(
            "<item><link>https://a.example/story-of-the-day?utm_source=rss</link></item>"
            "<item><title>Story</title><link>https://www.a.example/story-of-the-day/amp/</link>"
            "<pubDate>Sun, 02 Mar 2025 12:00:00 GMT</pubDate></item>"
            "<item><title>Other title</title><link>https://a.example/story-of-the-day#comments</link></item>"
        )
    )
    (lead,) = found.leads
    assert (lead.url, lead.title) == ("https://a.example/story-of-the-day?utm_source=rss", "Story")
    assert lead.published_at == NOON


@pytest.mark.parametrize(
    ("body", "hub"),
    [
        (rss("", '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="https://hub.example/"/>'), True),
        ('<feed xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="https://hub.example/"/></feed>', True),
        ('{"version": "1", "items": [], "hubs": [{"type": "WebSub", "url": "https://hub.example/"}]}', True),
        ('{"version": "1", "items": [], "hubs": [{"type": "rssCloud", "url": "https://hub.example/"}, 3]}', False),
        (rss("<item><atom:link rel='hub' href='https://hub.example/'/><link>https://a.example/</link></item>"), False),
    ],
)
def test_websub_hub(body: str, hub: bool) -> None:
    assert feed(body).hub == ("https://hub.example/" if hub else None)
    told = discover(body.encode(), url=URL, kind="feed", link='<https://better.example/>; rel="hub"')
    assert told.hub == "https://better.example/", "headers come first"


@pytest.mark.parametrize("form", ["atom", "json"])
def test_further_pages_are_offered_only_where_something_may_have_been_missed(form: str) -> None:
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><link rel="next" href="?page=2"/>'
        '<entry><link href="https://a.example/new-story"/></entry></feed>'
    )
    json = '{"items": [{"url": "https://a.example/new-story"}], "next_url": "?page=2"}'
    body = (atom if form == "atom" else json).encode()

    def further(*known: str) -> list[tuple[str, str]]:
        found = discover(body, url=URL, kind="feed", known=known)
        return [(source.url, source.kind) for source in found.sub_sources]

    assert further() == []
    assert further("http://www.a.example/new-story", "https://a.example/x") == []
    assert further("https://a.example/old-story") == [(f"{URL}?page=2", "feed")]
