"""The bad web serves what its table says."""

import gzip

import pytest
from lxml import etree

from crawlers.declarations import load_sites
from schemas import Outcome
from tests.badweb import BADWEB_SITES, PAGES, SOURCES, BadWeb
from tests.badweb.story import passages
from tests.infra.client import ask


def test_every_case_is_listed_once_and_served() -> None:
    with BadWeb() as web:
        listed = etree.fromstring(ask(web.proxy_url, "http://www.badpress.example/feed").body).xpath(
            "//item/link/text()"
        )
        assert listed == [case.url for case in PAGES]
        assert len(set(listed)) == len(listed)
        for case in PAGES:
            reply = ask(web.proxy_url, case.url, "HEAD")
            assert reply.status == case.answer.status
            assert int(reply.headers["content-length"]) == len(case.answer.body) * case.answer.copies
        for source in SOURCES:
            assert ask(web.proxy_url, source.url, "HEAD").status == source.answer.status
            assert ask(web.proxy_url, f"http://{source.host}/a.html").status == 200
        assert ask(web.proxy_url, "http://badpress.example/").status == 502


def test_declarations_name_every_source() -> None:
    sites = load_sites(BADWEB_SITES)
    feeds = {name: site.feeds for name, site in sites.items()}
    assert feeds.pop("badpress") == ("http://www.badpress.example/feed",)
    assert feeds == {source.site: (source.url,) for source in SOURCES}
    assert all(len(PAGES) < site.max_pages for site in sites.values())


def test_the_bad_pages_are_as_bad_as_announced() -> None:
    pages = {case.name: case.answer for case in PAGES}
    assert len(pages["40-megabytes"].body) * pages["40-megabytes"].copies >= 40 * 1024 * 1024
    assert len(gzip.decompress(pages["gzip-bomb"].body)) > 500 * len(pages["gzip-bomb"].body)
    assert b"\0" in pages["nul-bytes"].body
    assert b" and again" * 1000 in pages["title-of-10000-characters"].body
    assert b"\\ud83d" in pages["lone-surrogate"].body
    with pytest.raises(UnicodeDecodeError):
        pages["latin-1-as-utf-8"].body.decode()


def test_an_answer_can_end_too_soon() -> None:
    (case,) = [case for case in PAGES if case.name == "cut-short"]
    with BadWeb() as web, pytest.raises(Exception, match="IncompleteRead"):
        ask(web.proxy_url, case.url)


def test_every_outcome_is_named_and_every_story_another() -> None:
    for case in (*PAGES, *SOURCES):
        assert case.outcomes
        assert all(isinstance(outcome, Outcome) for outcome in case.outcomes)
    published = [case for case in PAGES if case.outcomes == {Outcome.NEW}]
    assert len({case.passages for case in published}) == len(published)
    assert not set(passages("one")) & set(passages("another"))
