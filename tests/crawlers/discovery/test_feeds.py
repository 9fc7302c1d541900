import time
import tracemalloc
from datetime import UTC, datetime

import pytest

from crawlers.discovery import discover, read
from crawlers.discovery.gathering import MAX_LEADS, MAX_TITLE
from crawlers.model import Discovery
from schemas import Outcome

URL = "https://paper.example/feeds/all.xml"
FEEDBURNER = 'xmlns:f="http://rssnamespace.org/feedburner/ext/1.0"'
COUNTED = "<link>https://feeds.feedblitz.com/~/1</link>"
NOON = datetime(2025, 3, 2, 12, tzinfo=UTC)


def feed(body: str | bytes, content_type: str | None = None, zone: str | None = None) -> Discovery:
    data = body if isinstance(body, bytes) else body.encode()
    return discover(data, url=URL, kind="feed", content_type=content_type, zone=zone)


def rss(items: str, head: str = "<link>https://paper.example/</link>") -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Paper</title>{head}{items}</channel></rss>'


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
RSS_20 = rss(
    """<item><title>Story</title><link>https://paper.example/story</link><guid isPermaLink="false">17</guid>
<pubDate>Sun, 02 Mar 2025 13:00:00 +0100</pubDate></item>""",
    "<link>https://paper.example/</link><language>en</language>",
)
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


@pytest.mark.parametrize(
    ("body", "outcome", "said"),
    [
        ("", Outcome.EMPTY_BODY, "nothing"),
        (" \n\ufeff\x00", Outcome.EMPTY_BODY, "nothing"),
        ("<!doctype html><title>Just a\nmoment…</title>", Outcome.NOT_A_FEED, "titled 'Just a moment…'"),
        ("<html><body>404</body></html>", Outcome.NOT_A_FEED, "an HTML page"),
        ("<p>no doctype</p>", Outcome.NOT_A_FEED, "an HTML page"),
        ("Service unavailable", Outcome.NOT_A_FEED, "neither XML nor JSON"),
        ("\x89PNG\r\n\x1a\n\x00\x00", Outcome.NOT_A_FEED, "neither"),
        ('<?xml version="1.0"?><opml><body><p>x</p></body></opml>', Outcome.NOT_A_FEED, "<opml>"),
        ("<html><body><feed >by a custom element</feed></body></html>", Outcome.NOT_A_FEED, "an HTML page"),
        ('<!doctype html><svg><?xml version="1.0"?></svg>', Outcome.NOT_A_FEED, "an HTML page"),
        ('{"error": "rate limit"}', Outcome.NOT_A_FEED, "no items"),
        ("[1, 2]", Outcome.NOT_A_FEED, "no items"),
        ("{broken", Outcome.NOT_A_FEED, "not JSON"),
        ("[" * 100_000, Outcome.NOT_A_FEED, "not JSON"),
        ("https://a.example/1\nhttps://a.example/2", Outcome.NOT_A_FEED, "neither"),
    ],
)
def test_what_is_no_feed_is_named(body: str, outcome: Outcome, said: str) -> None:
    found = feed(body, content_type="application/rss+xml")
    assert found.outcome is outcome
    assert said in (found.problem or "")
    assert found.leads == ()


def test_an_empty_feed_is_read() -> None:
    assert feed(rss("")) == Discovery()
    assert feed('{"items": []}') == Discovery()


ITEM = "<item><title>T{n}</title><link>https://a.example/story-number-{n}</link></item>"


@pytest.mark.parametrize(
    ("spoil", "expected", "outcome"),
    [
        (lambda text: "\n\n" + text, 3, Outcome.READ),
        (lambda text: "<br />\n<b>Warning</b>: mysql in /x.php<br />\n" + text, 3, Outcome.READ),
        (lambda text: text.replace("T1", "A & B < C &nbsp; &undefined; \x0b"), 3, Outcome.READ),
        (lambda text: text.replace("</title>", "", 1), 3, Outcome.READ),
        (lambda text: text.replace("<item>", '<item a="1" a="2">', 1), 3, Outcome.READ),
        (lambda text: text[: text.index("T2")], 2, Outcome.TRUNCATED),
        (lambda text: text.replace("</channel></rss>", ""), 3, Outcome.TRUNCATED),
        (lambda text: text.replace("<channel>", "").replace("</channel>", ""), 3, Outcome.READ),
        (lambda text: text + "\n<script>x</script>", 3, Outcome.READ),
        (lambda text: text.replace("<rss", '<rss xmlns="http://unheard.example/of"'), 3, Outcome.READ),
    ],
)
def test_a_broken_feed_gives_what_it_holds(spoil, expected: int, outcome: Outcome) -> None:  # type: ignore[no-untyped-def]
    found = feed(spoil(rss("".join(ITEM.format(n=n) for n in range(3)))))
    assert len(found.leads) >= expected
    assert {lead.url for lead in found.leads} >= {f"https://a.example/story-number-{n}" for n in range(expected)}
    assert found.outcome is outcome


RAW = """<item><title>Story {0}</title><link>https://paper.example/{0}</link><{1}>{2}</{1}>
<pubDate>Sun, 02 Mar 2025 12:00:00 GMT</pubDate></item>"""


@pytest.mark.parametrize("name", ["description", "content:encoded", "media:description", "content"])
@pytest.mark.parametrize(
    "text",
    [
        "<p>A<br>b</p>",
        "<p>never closed",
        "closed only</p>",
        '<img src="a.jpg">',
        "<p class=lead>A</p>",
        "<iframe allowfullscreen></iframe>",
        "<link>https://elsewhere.example/</link>",
        "<![CDATA[<b>a</b>]]> and <br>",
        "<![CDATA[</description><item>]]>",
        "text</description><!-- <description> --><description>",
    ],
)
def test_html_that_was_not_escaped_costs_no_entry(name: str, text: str) -> None:
    found = feed(rss("".join(RAW.format(number, name, text) for number in range(3))))
    assert [(lead.url, lead.title, lead.published_at) for lead in found.leads] == [
        (f"https://paper.example/{number}", f"Story {number}", NOON) for number in range(3)
    ]
    assert found.problem is None


def test_a_text_without_end_takes_nothing_along() -> None:
    open_end = "<item><title>A</title><link>https://paper.example/a</link><description>text</item>"
    found = feed(rss(open_end + RAW.format("b", "description", "text")))
    assert {lead.url for lead in found.leads} == {"https://paper.example/a", "https://paper.example/b"}


def test_what_is_beyond_repair_is_counted() -> None:
    found = feed(rss("".join(ITEM.format(n=n) for n in range(3))).replace("<item>", "<item a=b c>", 1))
    assert [lead.url for lead in found.leads] == [f"https://a.example/story-number-{n}" for n in (1, 2)]
    assert found.problem == "1 entries without a web address"


BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    + "]><rss><channel><item><title>&l11;</title><link>https://a.example/x</link></item></channel></rss>"
)
QUADRATIC = (
    f'<!DOCTYPE rss [<!ENTITY a "{"a" * 100_000}">]><rss><channel><item><title>{"&a;" * 50_000}</title>'
    "<link>https://a.example/x</link></item></channel></rss>"
)
EXTERNAL = (
    '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>'
    "<rss><channel><item><title>&x;</title><link>https://a.example/x</link></item></channel></rss>"
)


@pytest.mark.parametrize("body", [BILLION_LAUGHS, QUADRATIC, EXTERNAL], ids=["laughs", "quadratic", "external"])
def test_entities_are_never_expanded(body: str) -> None:
    tracemalloc.start()
    found = feed(body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    (lead,) = found.leads
    assert lead.url == "https://a.example/x"
    assert lead.title is not None
    assert lead.title.startswith("&")
    assert peak < 20 * len(body) + 2**20


@pytest.mark.parametrize("tag", ["item", "title", "x"])
def test_deep_nesting_ends(tag: str) -> None:
    found = feed(f"<rss><channel>{f'<{tag}>' * 200_000}")
    assert found.outcome is Outcome.TRUNCATED
    assert found.leads == ()


def test_a_huge_feed_is_read_up_to_the_limit_and_says_so() -> None:
    body = rss("".join(f"<item><link>https://a.example/{n}</link></item>" for n in range(MAX_LEADS + 10)))
    started = time.process_time()
    found = feed(body)
    assert len(found.leads) == MAX_LEADS
    assert found.outcome is Outcome.TOO_LARGE
    assert found.problem == f"10 entries beyond the first {MAX_LEADS} left out"
    assert time.process_time() - started < 20


def test_json_feed_takes_nothing_on_trust() -> None:
    found = feed(
        '{"items": [3, null, {}, {"url": 7, "title": ["x"]}, {"id": "https://a.example/id"}, {"external_url": "/e"},'
        '{"url": "https://a.example/u", "title": {"a": 1}, "date_published": 1700000000, "date_modified": null}],'
        '"next_url": 3, "hubs": "none", "title": 5, "language": []}'
    )
    assert [lead.url for lead in found.leads] == [
        "https://a.example/id",
        "https://paper.example/e",
        "https://a.example/u",
    ]
    assert found.problem == "4 entries without a web address"


@pytest.mark.parametrize("kind", ["feed", "sitemap", "section"])
def test_a_feed_is_read_whatever_it_was_taken_for(kind: str) -> None:
    assert len(discover(RSS_20.encode(), url=URL, kind=kind).leads) == 1


def test_an_unknown_kind_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="must be one of feed, sitemap, section"):
        discover(b"", url=URL, kind="news")
