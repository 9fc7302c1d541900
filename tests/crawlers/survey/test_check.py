"""What is wrong with a declaration."""

from pathlib import Path

import pytest

from crawlers.declarations import Site, parse_site
from crawlers.survey import check
from schemas import Outcome
from tests.crawlers.survey.web import FRONT, HOME, NOW, Web, rss, urlset


def site(**sources: list[str]) -> Site:
    values = {"name": "P", "url": HOME, "language": "en", **sources}
    return parse_site(values, Path("sites/gb/paper.toml"))


@pytest.mark.parametrize(
    ("document", "codes"),
    [
        (rss("one"), []),
        (Outcome.GONE, ["gone"]),
        (Outcome.ROBOTS, ["robots"]),
        (Outcome.TIMED_OUT, ["unreachable"]),
        (Outcome.REFUSED, ["unreachable"]),
        (Outcome.EMPTY_BODY, ["empty"]),
        ("<!doctype html><title>Sorry</title>", ["not_a_feed"]),
        (rss(), ["empty"]),
        (rss("one", date="Mon, 20 Jan 2025 12:00:00 GMT"), ["stale"]),
        (rss("one", date="Sun, 02 Feb 2025 12:00:00 GMT"), []),
        (rss("one", date="Sun, 02 Mar 2025 12:00:00"), ["no_zone"]),
        (rss("one", date=""), []),
        (rss("one", host="https://other.example"), ["off_site"]),
        (rss("one", host="mailto:x"), ["flawed"]),
        (rss("one")[:-12], ["incomplete"]),
    ],
)
def test_check_says_what_is_wrong(document: str | Outcome, codes: list[str]) -> None:
    problems = check(site(feeds=[f"{HOME}feed"]), Web({f"{HOME}feed": document, f"{HOME}one": "<html>"}), now=NOW)
    assert [problem.code for problem in problems] == codes
    assert all(problem.url == f"{HOME}feed" and problem.text for problem in problems)


def test_check_looks_at_every_source_with_the_sites_zone() -> None:
    zoneless = rss("one", date="Sun, 02 Mar 2025 12:00:00")
    documents = {"feed": zoneless, "news.xml": urlset("one"), "world": FRONT, "one": "<html>"}
    web = Web({HOME + path: document for path, document in documents.items()})
    paper = site(feeds=[f"{HOME}feed"], news_sitemaps=[f"{HOME}news.xml"], sections=[f"{HOME}world", f"{HOME}sport"])
    assert [problem.code for problem in check(paper, web, now=NOW)] == ["no_zone", "gone"]
    zoned = parse_site({"name": "P", "url": HOME, "language": "en", "timezone": "Europe/London",
                        "feeds": [f"{HOME}feed"]}, Path("sites/gb/paper.toml"))  # fmt: skip
    assert check(zoned, web, now=NOW) == []


def test_check_fetches_an_article_the_newest_first() -> None:
    older = urlset("two").replace("12:00:00Z</n:", "11:00:00Z</n:")
    web = Web({f"{HOME}news.xml": older, f"{HOME}feed": rss("one"), f"{HOME}one": Outcome.ROBOTS})
    paper = site(feeds=[f"{HOME}feed"], news_sitemaps=[f"{HOME}news.xml"])
    problems = check(paper, web, now=NOW)
    assert web.asked[2:] == [f"{HOME}one", f"{HOME}two"]
    assert [(problem.code, problem.url) for problem in problems] == [("article", f"{HOME}two")]
    web.documents[f"{HOME}two"] = "<html>"
    assert check(paper, web, now=NOW) == []
