from datetime import UTC, datetime, timedelta

import pytest

from crawlers.discovery import changed_since, discover, needs_reading, read
from crawlers.discovery.gathering import MAX_LEADS
from crawlers.model import Lead, SubSource
from schemas import Outcome
from tests.crawlers.discovery.packing import gz

URL = "https://paper.example/sitemaps/map.xml"
NOON = datetime(2025, 3, 2, 12, tzinfo=UTC)
SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def urlset(entries: str, namespaces: str = f"{SITEMAP} {NEWS}") -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {namespaces}>{entries}</urlset>'.encode()


def test_a_news_sitemap_gives_publication_title_and_language() -> None:
    reading = read(
        urlset(
            "<url><loc>https://paper.example/story</loc><lastmod>2025-03-02T13:30:00+01:00</lastmod>"
            "<news:news><news:publication><news:name>The Paper</news:name><news:language>de</news:language>"
            "</news:publication><news:publication_date>2025-03-02T13:00:00+01:00</news:publication_date>"
            "<news:title>S&amp;amp;P f&auml;llt</news:title><news:keywords>x</news:keywords></news:news>"
            '<image:image xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">'
            "<image:loc>https://cdn.example/1.jpg</image:loc><image:title>Not this</image:title></image:image></url>"
        ),
        url=URL,
        kind="sitemap",
    )
    assert (reading.format, reading.title, reading.language) == ("news sitemap", "The Paper", "de")
    expected = Lead("https://paper.example/story", URL, "S&P fällt", NOON, NOON + timedelta(minutes=30))
    assert reading.discovery.leads == (expected,)
    assert reading.discovery.problem is None


@pytest.mark.parametrize(
    ("fields", "zone", "published", "modified"),
    [
        ("<news:publication_date>2025-03-02</news:publication_date>", None, None, None),
        ("<news:publication_date>2025-03-02T13:00</news:publication_date>", None, None, None),
        ("<news:publication_date>2025-03-02T13:00</news:publication_date>", "Europe/Paris", NOON, None),
        ("<lastmod>2025-03-02</lastmod>", None, None, datetime(2025, 3, 3, 12, tzinfo=UTC)),
        ("<lastmod>2025-03-02T12:00:00.000Z</lastmod>", None, None, NOON),
        ("<lastmod>0000-00-00</lastmod>", None, None, None),
        ("", None, None, None),
    ],
)
def test_dates(fields: str, zone: str | None, published: datetime | None, modified: datetime | None) -> None:
    body = urlset(f"<url><loc>https://paper.example/x</loc><news:news>{fields}</news:news>{fields}</url>")
    (lead,) = discover(body, url=URL, kind="sitemap", zone=zone).leads
    assert (lead.published_at, lead.modified_at) == (published, modified)


@pytest.mark.parametrize(
    "namespaces",
    [
        SITEMAP,
        'xmlns="http://www.google.com/schemas/sitemap/0.84"',
        "",
        'xmlns="https://www.sitemaps.org/schemas/sitemap/0.9/"',
    ],
)
def test_namespaces_are_not_what_tells_a_sitemap(namespaces: str) -> None:
    body = urlset("<url><loc> https://paper.example/x\n</loc></url>", namespaces)
    assert [lead.url for lead in discover(body, url=URL, kind="sitemap").leads] == ["https://paper.example/x"]


def test_prefixed_elements_are_read_too() -> None:
    body = f"<s:urlset {SITEMAP.replace('xmlns', 'xmlns:s')}><s:url><s:loc>https://paper.example/x</s:loc></s:url></s:urlset>"
    found = discover(body.encode(), url=URL, kind="sitemap")
    assert [lead.url for lead in found.leads] == ["https://paper.example/x"]
    assert found.outcome is Outcome.READ


INDEX = f"""<sitemapindex {SITEMAP}>
<sitemap><loc>https://paper.example/2025-03.xml.gz</loc><lastmod>2025-03-02T12:00:00Z</lastmod></sitemap>
<sitemap><loc>/2025-02.xml?a=1&amp;b=2</loc><lastmod>2025-02-28</lastmod></sitemap>
<sitemap><loc>https://paper.example/undated.xml</loc></sitemap>
<sitemap><lastmod>2025-02-28</lastmod></sitemap>
<sitemap><loc>{URL}</loc></sitemap>
</sitemapindex>""".encode()


def test_an_index_names_sitemaps_and_when_they_changed() -> None:
    reading = read(INDEX, url=URL, kind="sitemap")
    assert reading.format == "sitemap index"
    assert reading.discovery.leads == ()
    assert reading.discovery.sub_sources == (
        SubSource("https://paper.example/2025-03.xml.gz", "sitemap", NOON),
        SubSource("https://paper.example/2025-02.xml?a=1&b=2", "sitemap", datetime(2025, 3, 1, 12, tzinfo=UTC)),
        SubSource("https://paper.example/undated.xml", "sitemap", None),
    )
    assert reading.discovery.problem == "1 entries without a web address"


def test_only_what_may_have_changed_is_opened() -> None:
    def source(modified_at: datetime | None) -> SubSource:
        return SubSource("https://paper.example/m.xml", "sitemap", modified_at)

    assert needs_reading(source(NOON), None)
    assert needs_reading(source(None), NOON)
    assert needs_reading(source(NOON), NOON)
    assert needs_reading(source(NOON), NOON - timedelta(days=1))
    assert needs_reading(source(NOON), NOON + timedelta(minutes=1))  # clocks differ
    assert not needs_reading(source(NOON), NOON + timedelta(hours=1))


@pytest.mark.parametrize(
    ("last_read_at", "opened"),
    [
        (datetime(2025, 2, 28, 23, tzinfo=UTC), 3),  # on the day of a lastmod without time
        (datetime(2025, 3, 1, 13, tzinfo=UTC), 2),
        (datetime(2025, 3, 2, 13, tzinfo=UTC), 1),
    ],
)
def test_changed_since(last_read_at: datetime, opened: int) -> None:
    sources = discover(INDEX, url=URL, kind="sitemap").sub_sources
    assert len(changed_since(sources, {source.url: last_read_at for source in sources})) == opened
    assert changed_since(sources, {}) == sources


@pytest.mark.parametrize("pack", [gz, lambda body: gz(gz(body))])
def test_gzip_is_told_by_its_bytes(pack) -> None:  # type: ignore[no-untyped-def]
    body = urlset("<url><loc>https://paper.example/x</loc></url>")
    for packed in (body, pack(body)):
        found = discover(packed, url=URL + ".gz", kind="sitemap", content_type="application/octet-stream")
        assert [lead.url for lead in found.leads] == ["https://paper.example/x"]


def test_a_torn_gzip_gives_what_came() -> None:
    entries = "".join(f"<url><loc>https://paper.example/story-{n * 7919 % 10007}</loc></url>" for n in range(5000))
    packed = gz(urlset(entries))
    found = discover(packed[: len(packed) // 2], url=URL, kind="sitemap")
    assert 1000 < len(found.leads) < 4500
    assert found.outcome is Outcome.TRUNCATED
    assert "gzip stream ends early" in (found.problem or "")


@pytest.mark.parametrize(
    ("body", "outcome", "leads"),
    [
        (b"https://a.example/1\r\nhttps://a.example/2\n\n", Outcome.READ, 2),
        (b"\xef\xbb\xbfhttps://a.example/1", Outcome.READ, 1),
        (b"https://a.example/1\nhttps://a.example/2\nnot an address", Outcome.READ, 2),
        ("https://a.example/ü".encode(), Outcome.READ, 1),
        (b"some words\nhttps://a.example/1", Outcome.NOT_A_FEED, 0),
    ],
)
def test_text_sitemaps(body: bytes, outcome: Outcome, leads: int) -> None:
    found = discover(body, url="https://a.example/sitemap.txt", kind="sitemap", content_type="text/plain")
    assert (found.outcome, len(found.leads)) == (outcome, leads)


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"<!DOCTYPE html><html><title>Sitemap</title><a href=/x>x</a></html>", Outcome.NOT_A_FEED),
        (b"", Outcome.EMPTY_BODY),
        (gz(b""), Outcome.EMPTY_BODY),
        (gz(b"\0" * 2**20 * 80), Outcome.TOO_LARGE),
        (b"\x1f\x8b\x08garbage", Outcome.TRUNCATED),
        (urlset(""), Outcome.READ),
        (f"<urlset {SITEMAP}/>".encode(), Outcome.READ),
        (urlset("<url><loc>https://a.example/1</loc></url><url><loc>https://a.ex")[:-9], Outcome.TRUNCATED),
    ],
)
def test_what_is_no_whole_sitemap_is_named(body: bytes, outcome: Outcome) -> None:
    found = discover(body, url=URL, kind="sitemap")
    assert found.outcome is outcome
    assert (found.problem is None) is (outcome is Outcome.READ)


def test_an_index_of_more_than_can_be_is_bounded() -> None:
    entry = "<sitemap><loc>https://a.example/{}.xml</loc></sitemap>"
    body = f"<sitemapindex {SITEMAP}>{''.join(entry.format(n) for n in range(MAX_LEADS + 1))}</sitemapindex>"
    found = discover(body.encode(), url=URL, kind="sitemap")
    assert (len(found.sub_sources), found.outcome) == (MAX_LEADS, Outcome.TOO_LARGE)
