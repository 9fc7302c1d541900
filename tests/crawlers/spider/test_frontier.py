"""Leads: what is answered for at once, what waits, and in which order."""

from datetime import UTC, datetime, timedelta

import pytest

from crawlers.model import Lead
from crawlers.spider.frontier import Frontier, Settled, Task
from crawlers.spider.known import Known, SiteKnown
from crawlers.spider.restraints import Restraints
from crawlers.urlkey import article_id
from schemas import Outcome
from tests.crawlers.crawling import site

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
SITE = site("example.org", max_age_days=7)


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def known(*entries: Known) -> SiteKnown:
    return SiteKnown(articles={entry.url_key: entry for entry in entries})


def frontier(*entries: Known) -> Frontier:
    return Frontier(SITE, known(*entries), NOW)


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        (Lead("https://example.org/2026/a"), None),
        (Lead("https://www.example.org/2026/a"), None),
        (Lead("https://news.example.org/a"), None),
        (Lead("https://example.org.evil.test/a"), Outcome.OFF_SITE),
        (Lead("https://other.test/a"), Outcome.OFF_SITE),
        (Lead("mailto:a@example.org"), Outcome.UNSAFE_ADDRESS),
        (Lead("javascript:void(0)"), Outcome.UNSAFE_ADDRESS),
        (Lead("file:///etc/passwd"), Outcome.UNSAFE_ADDRESS),
        (Lead("https://[::1/a"), Outcome.UNSAFE_ADDRESS),
        (Lead("https:///a"), Outcome.UNSAFE_ADDRESS),
        (Lead("http://127.0.0.1/a"), Outcome.UNSAFE_ADDRESS),
        (Lead("http://169.254.169.254/latest/meta-data"), Outcome.UNSAFE_ADDRESS),
        (Lead("http://localhost:8080/a"), Outcome.UNSAFE_ADDRESS),
        (Lead(""), Outcome.UNSAFE_ADDRESS),
        (Lead("https://example.org/b", published_at=ago(24 * 8)), Outcome.OUT_OF_RANGE),
        (Lead("https://example.org/b", modified_at=ago(24 * 8)), Outcome.OUT_OF_RANGE),
        (Lead("https://example.org/b", published_at=ago(24 * 6)), None),
        (Lead("https://example.org/b", published_at=datetime(2203, 1, 1, tzinfo=UTC)), None),
        (Lead("https://example.org/known"), Outcome.KNOWN),
        (Lead("http://m.example.org/known?utm_campaign=x#top"), Outcome.KNOWN),
        (Lead("https://example.org/known", modified_at=ago(0.5)), None),
        (Lead("https://example.org/waiting"), None),
        (Lead("https://example.org/failed"), Outcome.TIMED_OUT),
    ],
)
def test_each_lead_is_settled_or_waits(lead: Lead, expected: Outcome | None) -> None:
    entries = (
        Known("https://example.org/known", "example.org/known", Outcome.NEW, ago(1)),
        Known("https://example.org/waiting", "example.org/waiting", Outcome.OVER_BUDGET, ago(1)),
        Known("https://example.org/failed", "example.org/failed", Outcome.TIMED_OUT, ago(0.01)),
    )
    taken = frontier(*entries).add(lead)
    assert (taken.outcome if isinstance(taken, Settled) else None) == expected
    assert taken is not None


def test_a_failure_that_is_not_due_keeps_its_time() -> None:
    failed = Known("https://example.org/a", "example.org/a", Outcome.SERVER_ERROR, ago(0.01))
    taken = frontier(failed).add(Lead("https://example.org/a"))
    assert isinstance(taken, Settled)
    assert (taken.outcome, taken.at) == (Outcome.SERVER_ERROR, failed.fetched_at)


def test_one_of_many_variants() -> None:
    leads = ["https://example.org/a/b-c", "http://www.example.org/a/b-c/", "https://example.org/a/b-c?fbclid=1"]
    one = frontier()
    results = [one.add(Lead(url)) for url in [*leads, leads[0]]]
    assert isinstance(results[0], Task)
    assert [result.outcome for result in results[1:3] if isinstance(result, Settled)] == [Outcome.DUPLICATE_URL] * 2
    assert results[3] is None
    assert one.discovered == 3


def test_newest_first_and_undated_before_dated() -> None:
    one = frontier()
    dated = [Lead(f"https://example.org/{n}", published_at=ago(n)) for n in (5, 1, 3)]
    undated = [Lead("https://example.org/u1"), Lead("https://example.org/u2")]
    for lead in [*dated, *undated]:
        one.add(lead)
    assert [task.lead.url[-2:].strip("/") for task in one.ordered()] == ["u1", "u2", "1", "3", "5"]


def test_left_over_is_what_is_due_and_not_listed() -> None:
    entries = (
        Known("https://example.org/done", "example.org/done", Outcome.NEW, ago(1)),
        Known("https://example.org/owed", "example.org/owed", Outcome.OVER_BUDGET, ago(1), lead_title="T"),
        Known("https://example.org/listed", "example.org/listed", Outcome.OVER_BUDGET, ago(1)),
        Known("https://example.org/old", "example.org/old", Outcome.OVER_BUDGET, ago(24 * 30)),
        Known("https://example.org/look", "example.org/look", Outcome.NEW, ago(2), lead_published_at=ago(7)),
    )
    one = frontier(*entries)
    one.add(Lead("https://example.org/listed"))
    left = list(one.left_over())
    assert [lead.url[20:] for lead in left] == ["owed", "look"]
    assert left[0].title == "T"


def test_redirects() -> None:
    entries = (Known("https://example.org/known", "example.org/known", Outcome.NEW, ago(1)),)
    one = frontier(*entries)
    task, other = one.add(Lead("https://example.org/?p=1")), one.add(Lead("https://example.org/other"))
    assert isinstance(task, Task)
    assert isinstance(other, Task)
    cases = {
        "https://example.org/?p=1&utm_source=x": None,
        "https://example.org/free": None,
        "https://other.test/": Outcome.OFF_SITE,
        "https://example.org/other": Outcome.DUPLICATE_URL,
        "https://example.org/known": Outcome.KNOWN,
    }
    for target, expected in cases.items():
        refused = one.redirect_check(task, target)
        assert (refused[0] if refused else None) == expected, target


def test_each_site_has_its_own_revisits() -> None:
    fields = {"outcome": Outcome.UNCHANGED, "fetched_at": ago(5), "lead_published_at": ago(50)}
    entry = Known("https://example.org/a", "example.org/a", **fields)  # type: ignore[arg-type]
    for ages, owed in (((47,), 1), ((6, 24), 0), ((), 0), ((6, 24, 49), 1)):
        paper = site("example.org", revisits=tuple(timedelta(hours=age) for age in ages))
        assert len(list(Frontier(paper, known(entry), NOW).left_over())) == owed


def test_a_revisit_may_be_later_than_new_articles_are_taken() -> None:
    """`max_age_days` bounds what is new, not what is looked at again."""
    paper = site("example.org", max_age_days=7, revisits=(timedelta(days=60),))
    fields = {"outcome": Outcome.UNCHANGED, "fetched_at": ago(24 * 59), "lead_published_at": ago(24 * 60.5)}
    entry = Known("https://example.org/a", "example.org/a", **fields)  # type: ignore[arg-type]
    found = Frontier(paper, known(entry), NOW)
    (lead,) = found.left_over()
    assert isinstance(found.add(lead), Task)


def test_what_was_taken_down_is_nobodys_lead() -> None:
    urls = ["https://example.org/a?utm_source=x", "https://example.org/b", "https://example.org/c"]
    restraints = Restraints(
        keys={"example.org/a": "taken down on 2026-01-01"},
        articles={article_id("example.org/b"): "taken down on 2026-02-02"},
    )
    found = Frontier(SITE, known(), NOW, restraints=restraints)
    taken = [found.add(Lead(url, title="The words that went")) for url in urls]
    assert [getattr(one, "outcome", None) for one in taken] == [Outcome.OPTED_OUT, Outcome.OPTED_OUT, None]
    assert isinstance(taken[0], Settled)
    assert (taken[0].detail, taken[0].lead.title) == ("taken down on 2026-01-01", None)
    assert isinstance(taken[2], Task)
    assert found.redirect_check(taken[2], urls[1]) == (Outcome.OPTED_OUT, "taken down on 2026-02-02")
