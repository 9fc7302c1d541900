"""The bad feeds."""

from infra.demo.proxy import Answer
from schemas import Outcome
from tests.badweb.cases import HTML, MEGABYTE, PNG, SourceCase
from tests.badweb.story import TITLE, page, passages

ARTICLE = Answer(page(passages("article of the bad feeds")).encode(), HTML)
"""What each of their hosts serves at `/a.html`."""

_TYPE = "application/rss+xml; charset=utf-8"
_ITEM = f"<item><title>{TITLE}</title><link>/a.html</link></item>"
_HEAD = '<?xml version="1.0" encoding="utf-8"?>'
_RSS = f'<rss version="2.0"><channel><title>Bad Press</title>{_ITEM}</channel></rss>'

_ODD_LINKS = (
    "javascript:alert(1)",
    "mailto:clock@badpress.example",
    "ftp://feed-with-odd-links.badpress.example/a.html",
    "file:///etc/hostname",
    "http://",
    "http://[::1",
    "http://127.0.0.1:9/private.html",
    "http://169.254.169.254/latest/meta-data.html",
    "/" + "a" * 100_000,
    "   ",
    "",
)

_ENTITIES = "".join(f'<!ENTITY {name} "{f"&{of};" * 10}">' for name, of in zip("bcdefghi", "abcdefgh", strict=True))
_BOMB = f'<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY x SYSTEM "file:///etc/hostname">{_ENTITIES}]>'


def _bad(site: str, feed: str | bytes, *outcomes: Outcome, finds_article: bool = False, copies: int = 1) -> SourceCase:
    body = feed.encode() if isinstance(feed, str) else feed
    return SourceCase(site, Answer(body, _TYPE, copies=copies), frozenset(outcomes), finds_article)


SOURCES = (
    _bad("feed-is-html", ARTICLE.body, Outcome.NOT_A_FEED),
    _bad("feed-is-empty", b"", Outcome.EMPTY_BODY, Outcome.NOT_A_FEED),
    _bad("feed-is-binary", PNG, Outcome.NOT_A_FEED),
    SourceCase("feed-is-gone", Answer(b"gone\n", "text/plain", 410), frozenset({Outcome.GONE})),
    _bad("feed-is-huge", f"{_HEAD}<rss>{' ' * 1000}", Outcome.TOO_LARGE, copies=60 * MEGABYTE // 1000),
    _bad("feed-is-cut", _HEAD + _RSS.split("</channel>")[0], Outcome.READ, Outcome.TRUNCATED, finds_article=True),
    _bad("feed-has-nul", _HEAD + _RSS.replace("Town", "To\0wn"), Outcome.READ, finds_article=True),
    _bad(
        "feed-in-latin-1", (_HEAD + _RSS.replace("Town", "Überall")).encode("latin-1"), Outcome.READ, finds_article=True
    ),
    _bad("feed-with-entities", _HEAD + _BOMB + _RSS.replace("Town", "&i;&x; Town"), Outcome.READ, Outcome.NOT_A_FEED),
    _bad(
        "feed-with-odd-links",
        _HEAD + _RSS.replace(_ITEM, "".join(_ITEM.replace("/a.html", link) for link in _ODD_LINKS) + _ITEM),
        Outcome.READ,
        finds_article=True,
    ),
)
