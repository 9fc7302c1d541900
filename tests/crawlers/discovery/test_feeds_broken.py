"""Feeds that are broken, hostile or none: what they hold is read, what they are is named."""

import time
import tracemalloc

import pytest

from crawlers.discovery import discover
from crawlers.discovery.gathering import MAX_LEADS
from crawlers.model import Discovery
from schemas import Outcome
from tests.crawlers.discovery.feeding import NOON, RSS_20, URL, feed, rss


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
