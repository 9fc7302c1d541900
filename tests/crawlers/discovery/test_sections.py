import pytest

from crawlers.discovery import discover, pages, read
from crawlers.discovery.sections import section_links
from crawlers.discovery.shapes import Shapes, may_be_section, shape, url_score
from crawlers.model import Discovery
from schemas import Outcome

URL = "https://www.paper.example/politics"
SITE = "https://www.paper.example"

BROADCASTER = """<!doctype html><html lang="en-GB"><head><title>Politics - Paper</title>
<link rel="alternate" type="application/rss+xml" title="Politics" href="/politics/rss.xml">
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">
<link rel="alternate" hreflang="de" href="https://www.paper.example/de">
<script type="application/ld+json">{"@type": "ItemList", "itemListElement": [
 {"@type": "ListItem", "url": "/politics/2025/03/02/from-json-ld-only", "name": "Only in the list"}]}</script></head>
<body>
<header><a href="/">Paper</a><nav><ul><li><a href="/world">World</a></li><li><a href="/business">Business</a></li>
<li><a href="/politics/elections-and-everything-about-them">Elections and everything about them</a></li></ul></nav>
</header>
<main>
<article><a href="/politics/budget-vote-delayed-for-now-4711"><img alt="Hall"></a>
<h2>
<a href="/politics/budget-vote-delayed-for-now-4711?intcmp=top">Budget vote delayed after night of talks</a></h2>
<p>By <a href="/authors/ann-example">Ann Example</a> in <a href="/topics/budget-and-taxes">Budget and taxes</a></p>
<a href="/politics/budget-vote-delayed-for-now-4711#comments">14 comments</a></article>
<article><h3><a href="/politics/mayor-steps-down">Mayor steps down</a></h3></article>
<div class="teaser"><a href="/politics/2025/03/01/a-short-one"><h3>Short one</h3><p>With a summary behind it.</p></a>
</div>
<h3><a href="https://live.paper.example/politics/live-coverage-of-the-debate">Live: the debate, minute by minute</a>
</h3>
<h3><a href="https://other.example/a-story-on-another-site-altogether-123456">A story on another site altogether</a>
</h3>
<h3><a href="/files/report-on-the-state-of-the-budget.pdf">Report on the state of the budget as PDF</a></h3>
<a href="?page=2">2</a> <a href="?page=3">3</a> <a href="/politics?page=1">1</a>
</main>
<aside class="sidebar">
<a href="/newsletter/the-best-of-our-politics-desk-every-morning">Our newsletter, every morning</a></aside>
<footer>
<a href="/about">About us</a> <a href="/privacy-policy-and-cookies-on-this-site">Privacy policy and cookies here</a>
</footer></body></html>"""


def section(body: str, url: str = URL, known: tuple[str, ...] = (), domains: tuple[str, ...] = ()) -> Discovery:
    return discover(body.encode(), url=url, kind="section", known=known, domains=domains)


def test_articles_are_told_from_navigation() -> None:
    reading = read(BROADCASTER.encode(), url=URL, kind="section")
    assert (reading.format, reading.title, reading.language) == ("page", "Politics - Paper", "en-GB")
    found = reading.discovery
    assert [(lead.url.removeprefix(SITE), lead.title) for lead in found.leads] == [
        ("/politics/2025/03/02/from-json-ld-only", "Only in the list"),
        ("/politics/budget-vote-delayed-for-now-4711", "Budget vote delayed after night of talks"),
        ("/politics/mayor-steps-down", "Mayor steps down"),
        ("/politics/2025/03/01/a-short-one", "Short one"),
        ("https://live.paper.example/politics/live-coverage-of-the-debate", "Live: the debate, minute by minute"),
    ]
    assert {lead.found_in for lead in found.leads} == {URL}
    assert [(source.url.removeprefix(SITE), source.kind) for source in found.sub_sources] == [
        ("/politics/rss.xml", "feed"),
        ("/politics?page=2", "section"),
    ]
    assert (found.outcome, found.problem) == (Outcome.READ, None)


def test_domains_say_what_belongs_to_the_site() -> None:
    found = section(BROADCASTER, domains=("other.example",))
    assert [lead.url for lead in found.leads] == ["https://other.example/a-story-on-another-site-altogether-123456"]


def test_the_shape_of_known_articles_finds_what_is_set_like_navigation() -> None:
    # A front of nothing but short links: no heading, no text to speak of.
    body = "".join(
        f'<td><a href="/n/{number}.html">{word}</a></td>' for number, word in ((812, "Vote"), (813, "Storm"))
    )
    body = f"<table><tr>{body}<td><a href='/n/old.html'>Archive</a></td><td><a href='/t/812'>Tag</a></td></tr></table>"
    assert section(body).leads == ()
    known = tuple(f"{SITE}/n/{number}.html" for number in range(700, 720))
    assert [lead.url for lead in section(body, known=known).leads] == [f"{SITE}/n/812.html", f"{SITE}/n/813.html"]


def test_known_articles_of_another_shape_tell_against_a_link() -> None:
    body = "<a href='/topic-pages/everything-on-budgets'>Everything that we have on budgets</a>"
    assert len(section(body).leads) == 1
    known = tuple(f"{SITE}/2025/03/02/story-number-{number}" for number in "abcdefghijklmno")
    assert section(body, known=known).leads == ()


def test_paging_goes_on_while_there_is_something_new() -> None:
    body = "<h2><a href='/2025/03/02/one-story-of-today'>One story of today</a></h2>"
    body += "<a rel='next' href='/politics/page/3'>Older</a>"

    def further(known: tuple[str, ...], url: str = URL) -> list[str]:
        return [source.url for source in section(body, url, known).sub_sources]

    assert further(()) == [f"{SITE}/politics/page/3"]
    assert further((f"{SITE}/2025/03/01/another-story-of-yesterday",)) == [f"{SITE}/politics/page/3"]
    assert further((f"{SITE}/2025/03/02/one-story-of-today/",)) == []
    assert further((), f"{SITE}/politics/page/100") == []  # a calendar without end


@pytest.mark.parametrize(
    ("url", "links", "expected"),
    [
        ("/politics", ["?page=2", "?page=3"], "/politics?page=2"),
        ("/politics?page=2&sort=new", ["?sort=new&page=1", "?sort=new&page=3"], "/politics?sort=new&page=3"),
        ("/politics/", ["/politics/page/2/"], "/politics/page/2/"),
        ("/politics/page/2", ["/politics/page/1", "/politics/page/3"], "/politics/page/3"),
        ("/politics/seite-2.html", ["/politics/seite-3.html"], "/politics/seite-3.html"),
        ("/politics/2", ["/politics/1", "/politics/3"], "/politics/3"),
        ("/politics", ["/world?page=2", "/politics?page=3", "/politics?sort=old"], None),
    ],
)
def test_next_page(url: str, links: list[str], expected: str | None) -> None:
    tree = pages.parse("".join(f'<a href="{link}">x</a>' for link in links))
    assert tree is not None
    following = pages.next_page(tree, SITE + url, pages.links(tree, SITE + url))
    assert following == (SITE + expected if expected else None)


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        ("<article><h3><a href='/news/canada/river-rises'>River rises</a></h3></article>", ["River rises"]),
        ("<h2>水位上昇の<a href='/articles/ASR3257'>水位上昇、避難指示が出る</a></h2>", ["水位上昇、避難指示が出る"]),
        (
            "<li><a href='/أخبار/محلي/ارتفاع-منسوب-النهر'>ارتفاع منسوب النهر بعد أمطار غزيرة</a></li>",
            ["ارتفاع منسوب النهر بعد أمطار غزيرة"],
        ),
        ("<a href='/a-1234'><script>x()</script><style>y</style>River rises after days of heavy rain</a>",
         ["River rises after days of heavy rain"]),
        ("<base href='https://www.paper.example/deep/'><h2><a href='river-rises-after-rain'>River rises</a></h2>",
         ["River rises"]),
        ("<h2><a href='/river-rises-after-rain'>River <b>ri</b>ses</h2></a><h2><a href=/dam-holds-for-now>Dam holds",
         ["River rises", "Dam holds"]),
        ("<h2><a href=''>Nowhere</a><a>No target</a><a href='#x'>Here</a></h2>", []),
        ("<h2><a href='/politics'>This very page, with many words in its link</a></h2>", []),
        ("<script type='application/ld+json'>{broken</script><p>", []),
    ],
)  # fmt: skip
def test_pages_of_many_kinds(body: str, titles: list[str]) -> None:
    assert [lead.title for lead in section(body).leads] == titles


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"", Outcome.EMPTY_BODY),
        (b"\x89PNG\r\n\x1a\n\0\0", Outcome.NOT_HTML),
        (b'<?xml version="1.0"?><error/>', Outcome.NOT_HTML),
        (b"plain text", Outcome.NOT_HTML),
        (b"<html></html>", Outcome.READ),
        (b"<p>" * 100_000, Outcome.READ),
    ],
)
def test_what_is_no_page_is_named(body: bytes, outcome: Outcome) -> None:
    assert discover(body, url=URL, kind="section").outcome is outcome


def test_sections_of_a_front_page() -> None:
    body = """<nav><a href="/world">World</a><a href="/world/europe/">Europe</a><a href="/section/news">News</a>
    <a href="/about">About</a><a href="/login">Sign in</a><a href="/tag/budget">Budget</a><a href="https://x.example/y">Y</a>
    <a href="/story/river-rises-after-days-of-rain">River rises</a></nav><a href="/sport">Sport</a>
    <a href="/culture">A sentence that is no section's name</a>"""
    tree = pages.parse(body)
    assert tree is not None
    found = [link.url.removeprefix(SITE) for link in section_links(tree, SITE + "/", ("paper.example",))]
    assert found == ["/world", "/world/europe/", "/section/news", "/sport"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/2025/03/02/river-rises-again/", ("year", "part", "part", "slug")),
        ("/news/2025-03-02-river-rises-again", ("word", "date+slug")),
        ("/news/river-rises-again-4711223.html", ("word", "slug+number", ".html")),
        ("/news/river-rises-again-4711223.html?utm_source=x#y", ("word", "slug+number", ".html")),
        ("/a/3cc842471fb9df42315d658d88c8403a", ("word", "hex")),
        ("/141e61e9-8a07-42e4-a527-2f03f45e7ef0", ("hex",)),
        ("/stories/3376705/", ("word", "number")),
        ("/article/DGXZQOUB148MY0U5A110C2000000/", ("word", "id")),
        ("/show.php?id=4711", ("word", ".php", "?id")),
        ("/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1-%D9%85%D8%AD%D9%84%D9%8A%D8%A9-1", ("slug",)),
        ("/world/europe", ("word", "word")),
        ("/", ()),
    ],
)
def test_shape(path: str, expected: tuple[str, ...]) -> None:
    assert shape(SITE + path) == expected


def test_shapes_learn_nothing_from_words_alone() -> None:
    assert Shapes([f"{SITE}/news/flood", f"{SITE}/news/vote"]).score(f"{SITE}/world/europe") == 0
    assert Shapes([f"{SITE}/news/4711"]).score(f"{SITE}/world/4712") > 0


@pytest.mark.parametrize(
    ("path", "article"),
    [
        ("/2025/03/02/river-rises-again/", True),
        ("/politics/river-rises-after-days-of-rain", True),
        ("/stories/3376705/", True),
        ("/show.php?id=4711", True),
        ("/", False),
        ("/world", False),
        ("/tags/river-rises", False),
        ("/author/ann-example-of-the-paper", False),
        ("/category/news/page/2", False),
        ("/newsletter/best-of-the-week", False),
        ("/2025/03/", False),
    ],
)
def test_url_score(path: str, article: bool) -> None:
    assert (url_score(SITE + path) > 0.5) is article


def test_a_story_is_no_section() -> None:
    assert may_be_section(f"{SITE}/world/middle-east")
    assert not may_be_section(f"{SITE}/world/river-rises-again")
    assert not may_be_section(f"{SITE}/")


def test_a_page_names_its_hub() -> None:
    page = '<html><head><link rel="hub" href="//hub.example/x"></head><body><p>News</p></body></html>'
    assert section(page).hub == "https://hub.example/x"
    assert section(BROADCASTER).hub is None
