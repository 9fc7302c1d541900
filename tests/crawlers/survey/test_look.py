"""What a look at a site finds."""

from datetime import UTC, datetime

import pytest

from crawlers.survey import declaration_toml, survey
from schemas import Outcome
from tests.crawlers.survey.web import FRONT, HOME, NOW, Web, alternate, index, rss, urlset


def declared(web: Web, url: str = HOME) -> dict[str, list[str]]:
    found = survey(url, web, now=NOW)
    return {field: [report.url for report in reports] for field, reports in found.declared.items()}


def test_what_is_made_for_news_is_declared() -> None:
    web = Web(
        {
            HOME: alternate("/all.rss", "/sport.rss", "/gone.rss", "/page.rss"),
            f"{HOME}all.rss": rss("story-one", "story-two"),
            f"{HOME}sport.rss": rss("story-two"),
            f"{HOME}page.rss": "<!doctype html><title>Moved</title>",
            f"{HOME}robots.txt": f"Sitemap: {HOME}sitemap.xml\nSitemap: {HOME}news.xml",
            f"{HOME}news.xml": urlset("story-three"),
            f"{HOME}sitemap.xml": index(y2024="2024-12-31", y2025="2025-03-02"),
            f"{HOME}y2025.xml": urlset("story-one", news=False),
            f"{HOME}y2024.xml": urlset("old-story", news=False),
        }
    )
    found = survey(HOME, web, now=NOW)
    assert {field: [report.url for report in reports] for field, reports in found.declared.items()} == {
        "feeds": [f"{HOME}all.rss"],  # the other one says nothing more
        "news_sitemaps": [f"{HOME}news.xml"],
    }
    assert [report.url for report in found.sitemaps] == [f"{HOME}sitemap.xml"]
    assert (found.name, found.language, found.country, found.domain) == ("The Paper", "de", "at", "paper.example")
    feed = found.feeds[0]
    assert (len(feed.leads), feed.newest, feed.format) == (2, datetime(2025, 3, 2, 12, tzinfo=UTC), "rss")
    assert feed.samples == ("About story-one", "About story-two")
    assert [(problem.code, problem.url) for problem in found.problems] == [
        ("gone", f"{HOME}gone.rss"),
        ("not_a_feed", f"{HOME}page.rss"),
    ]
    assert len(web.asked) == len(set(web.asked))


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ({HOME: FRONT, f"{HOME}feed": rss("one")}, {"feeds": [f"{HOME}feed"]}),
        ({HOME: FRONT, f"{HOME}feed": "<html>", f"{HOME}rss.xml": rss("one")}, {"feeds": [f"{HOME}rss.xml"]}),
        ({HOME: FRONT + "<a href='/my.rss'>RSS</a>", f"{HOME}my.rss": rss("one")}, {"feeds": [f"{HOME}my.rss"]}),
        (
            # What is announced as a feed is a page that lists feeds.
            {
                HOME: FRONT + "<a href='/rss/'>RSS</a>",
                f"{HOME}rss/": "<html><a href='/rss/all.xml'>All</a><a href='/rss/sport.xml'>Sport</a></html>",
                f"{HOME}rss/all.xml": rss("one", "two"),
                f"{HOME}rss/sport.xml": rss("three"),
            },
            {"feeds": [f"{HOME}rss/all.xml", f"{HOME}rss/sport.xml"]},
        ),
        (
            {HOME: FRONT, f"{HOME}feed": "<a href='/feeds/all.rss'>All</a>", f"{HOME}feeds/all.rss": rss("one")},
            {"feeds": [f"{HOME}feeds/all.rss"]},
        ),
        ({HOME: FRONT, f"{HOME}news-sitemap.xml": urlset("one")}, {"news_sitemaps": [f"{HOME}news-sitemap.xml"]}),
        ({HOME: FRONT, f"{HOME}sitemap.xml": urlset("one", news=False)}, {"sitemaps": [f"{HOME}sitemap.xml"]}),
        ({f"{HOME}sitemap.xml": urlset("one")}, {"news_sitemaps": [f"{HOME}sitemap.xml"]}),  # no front page at all
        (
            # A news sitemap inside the general index is declared by itself, one that carries a date is not.
            {
                f"{HOME}robots.txt": f"Sitemap: {HOME}index.xml",
                f"{HOME}index.xml": index(news="2025-03-02", pages="2025-03-02"),
                f"{HOME}news.xml": urlset("one"),
                f"{HOME}pages.xml": urlset("about", news=False),
            },
            {"news_sitemaps": [f"{HOME}news.xml"]},
        ),
        (
            {
                f"{HOME}robots.txt": f"Sitemap: {HOME}index.xml",
                f"{HOME}index.xml": index(news1="2025-03-02", news2="2025-03-01"),
                f"{HOME}news1.xml": urlset("one"),
                f"{HOME}news2.xml": urlset("two"),
            },
            {"news_sitemaps": [f"{HOME}index.xml"]},
        ),
        (
            # Index of indexes.
            {
                f"{HOME}robots.txt": f"Sitemap: {HOME}index.xml",
                f"{HOME}index.xml": index(years="2025-03-02"),
                f"{HOME}years.xml": index(months="2025-03-02"),
                f"{HOME}months.xml": urlset("one", news=False),
            },
            {"sitemaps": [f"{HOME}index.xml"]},
        ),
        (
            # Nothing but pages: those with articles of their own.
            {
                HOME: FRONT,
                f"{HOME}world": "<h3><a href='/dam-holds-for-the-moment'>Dam holds for the moment</a></h3>",
            },
            {"sections": [HOME, f"{HOME}world"]},
        ),
        ({HOME: "<html><p>Nothing.</p></html>"}, {}),
        ({HOME: Outcome.ROBOTS}, {}),
        ({}, {}),
    ],
)
def test_wherever_articles_are_announced(documents: dict[str, str | Outcome], expected: dict[str, list[str]]) -> None:
    assert declared(Web(documents)) == expected


def test_an_index_that_names_itself_in_a_ring_ends() -> None:
    web = Web({f"{HOME}sitemap.xml": index(other="2025-03-02"), f"{HOME}other.xml": index(sitemap="2025-03-02")})
    assert declared(web) == {}
    assert len(web.asked) < 40


def test_what_leads_away_or_has_died_is_not_declared() -> None:
    web = Web(
        {
            HOME: alternate("/podcast.rss", "/dead.rss", "/all.rss"),
            f"{HOME}podcast.rss": rss("one", "two", host="https://audio.example"),
            f"{HOME}dead.rss": rss("three", date="Mon, 20 Jan 2020 12:00:00 GMT"),
            f"{HOME}all.rss": rss("four"),
        }
    )
    assert declared(web) == {"feeds": [f"{HOME}all.rss"]}
    web.documents[f"{HOME}all.rss"] = Outcome.GONE
    assert declared(web) == {"feeds": [f"{HOME}dead.rss"]}  # better than nothing, and it is told


def test_a_bare_host_is_enough_and_the_home_page_may_be_elsewhere() -> None:
    web = Web({"https://paper.example": f"-> {HOME}", HOME: alternate("/all.rss"), f"{HOME}all.rss": rss("one")})
    found = survey("paper.example", web, now=NOW)
    assert found.url == HOME
    assert [report.url for report in found.feeds] == [f"{HOME}all.rss"]


def test_what_the_front_page_does_not_say_is_asked_of_an_article() -> None:
    feed = rss("one").replace("<language>en-gb</language>", "")
    web = Web({HOME: "<p>", f"{HOME}feed": feed, f"{HOME}one": "<html lang='pt_BR'>"})
    found = survey(HOME, web, now=NOW)
    assert (found.language, found.country, found.name) == ("pt", "br", "Paper: all")
    del web.documents[f"{HOME}one"]
    found = survey(HOME, web, now=NOW)
    assert (found.language, found.country) == (None, "zz")
    assert "not_stated" in {problem.code for problem in found.problems}
    assert 'language = "en"  # not stated by the site: please check' in declaration_toml(found)
