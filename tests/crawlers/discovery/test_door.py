"""Whatever comes, discovery ends in a Discovery: documents spoilt at random, and bytes that are none."""

import random
import time
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawlers.discovery import KINDS, discover, read
from crawlers.discovery.robots import robots_sitemaps
from crawlers.model import Discovery
from schemas import Outcome
from tests.crawlers.discovery import test_feeds as feeds
from tests.crawlers.discovery import test_feeds_broken as broken
from tests.crawlers.discovery import test_sections as sections
from tests.crawlers.discovery import test_sitemaps as sitemaps
from tests.crawlers.discovery.packing import gz

URL = "https://www.paper.example/a/b?x=1"
SOUND = [
    *(
        text.encode()
        for text in (feeds.RSS_091, feeds.RSS_10, feeds.RSS_20, feeds.ATOM_03, feeds.ATOM_10, feeds.JSON_11)
    ),
    sections.BROADCASTER.encode(),
    broken.BILLION_LAUGHS.encode(),
    sitemaps.INDEX,
    gz(sitemaps.INDEX),
]
SPOILERS = (
    b"<", b">", b"&", b"<![CDATA[", b"]]>", b"<!--", b"\x00", b"\xff\xfe", b"<!DOCTYPE x [", b'"', b"http://[", b"//:",
    b'xml:base="http://[::"', b"\xed\xa0\x80", b"&#xD800;", b"&#99999999;", b"%ff", b"<item>", b"</item>", b"<link>",
    b'<base href="http://[">', b"{", b"[", b"9" * 30, b"<html>", b"<urlset>",
)  # fmt: skip


def spoilt(chance: random.Random) -> bytes:
    body = bytearray(chance.choice(SOUND))
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(body) + 1)
        match chance.randrange(5):
            case 0 | 1:
                body[place:place] = chance.choice(SPOILERS)
            case 2:
                del body[place : place + chance.randint(1, 50)]
            case 3:
                body = body[:place] + bytes([chance.randrange(256)]) + body[place + 1 :]
            case _:
                body = body[:place]
    return bytes(body)


def as_it_should_be(found: Discovery) -> None:
    assert found.problem or found.outcome is Outcome.READ
    urls = [lead.url for lead in found.leads] + [source.url for source in found.sub_sources]
    assert all(url.startswith(("http://", "https://")) for url in urls)
    dates = [date for lead in found.leads for date in (lead.published_at, lead.modified_at) if date]
    assert all(date.utcoffset() == timedelta(0) for date in dates)


@pytest.mark.parametrize("seed", range(8))
def test_spoilt_documents(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(60):
        body, zone = spoilt(chance), chance.choice([None, "Europe/Berlin"])
        content_type = chance.choice([None, "text/xml; charset=utf-16", "text/html; charset=x"])
        for kind in KINDS:
            as_it_should_be(discover(body, url=URL, kind=kind, content_type=content_type, zone=zone, known=(URL, "x")))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(KINDS))
def test_any_bytes(body: bytes, kind: str) -> None:
    as_it_should_be(discover(body, url=URL, kind=kind))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=40))
def test_any_text_in_an_entry(title: str, link: str, date: str) -> None:
    body = (
        f"<rss><channel><item><title>{title}</title><link>{link}</link><pubDate>{date}</pubDate></item></channel></rss>"
    )
    found = discover(body.encode("utf-8", "replace"), url=URL, kind="feed", zone="America/New_York")
    as_it_should_be(found)
    assert len(found.leads) <= 2 + body.count("<item") + body.count("<entry")


TIRESOME = {
    "doctypes": b"<?xml version='1.0'?>" + b"<!DOCTYPE [" * 100_000,
    "quotes": b'<!DOCTYPE rss "' + b"'a' \"" * 100_000,
    "comments": b"<!--" * 200_000,
    "instructions": b"<rss>" + b"<?a?>" * 200_000,
    "sections": b"<rss><![CDATA[" * 50_000,
    "ampersands": b"<rss>" + b"&" * 500_000,
    "brackets": b"<rss>" + b"<" * 500_000,
    "blanks": b"<rss>" + b"\n" * 1_000_000,
    "blanks first": b" " * 1_000_000 + b"<html>",
    "attributes": b"<rss " + b"a='b' " * 100_000,
    "links": b"<html>" + b"<a href=/x>x" * 20_000,
    "nested links": b"<html>" + b"<div><a href=/x-y-z>" * 20_000,
    "classes": b"<html>" + b"<div class='" + b"nav- " * 50_000 + b"'><a href=/x>x</a>",
    "json": b'{"items": [' + b"{}," * 100_000 + b"{}]}",
    "dates": b"<rss><channel><item><link>/x</link><pubDate>" + b"1/1/" * 50_000 + b"</pubDate></item></channel></rss>",
    "titles": b"<rss><channel><item><link>/x</link><title>" + b"&lt;b " * 100_000 + b"</title></item></channel></rss>",
    "text sitemap": b"https://a.example/1\n" * 50_000,
}


@pytest.mark.parametrize("name", TIRESOME)
def test_no_document_takes_long(name: str) -> None:
    started = time.process_time()
    for kind in KINDS:
        as_it_should_be(discover(TIRESOME[name], url=URL, kind=kind))
    assert time.process_time() - started < 8


def test_no_robots_txt_takes_long() -> None:
    started = time.process_time()
    for body in (b"\n" * 500_000, b"sitemap:" * 60_000, b"Sitemap: /x\n" * 40_000, b" " * 500_000 + b"sitemap"):
        robots_sitemaps(body, URL)
    assert time.process_time() - started < 4


def test_the_same_bytes_give_the_same() -> None:
    for body in SOUND:
        for kind in KINDS:
            assert read(body, url=URL, kind=kind) == read(body, url=URL, kind=kind)
