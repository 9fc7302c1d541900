"""A lake of simulated weeks: sites with a rhythm of their own, and some to which something happens.

Written through `flows.lake.batches.publish`, a batch a week, with the tables' full columns, so that whatever reads a
lake can read it. `python -m tests.flows.health.simulated DIRECTORY` writes one that ends now.
"""

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from crawlers.urlkey import article_id
from flows.lake import Lake, open_lake
from flows.lake.batches import Batch, publish
from flows.lake.tables import DELETE
from flows.rows import run_row
from flows.summary import SiteSummary
from schemas import ARTICLES, COPIES, FETCHES, REVISIONS, RUNS, Outcome

HOURS = (1, 1, 1, 1, 2, 4, 6, 8, 9, 9, 9, 9, 8, 8, 8, 8, 8, 7, 6, 5, 4, 3, 2, 1)
"""Weights of a newsroom's day."""


@dataclass(frozen=True)
class Newsroom:
    """A simulated site: its volume, and what happens to it `since` days before the end."""

    site: str
    weekday: float
    weekend: float
    event: str | None = None
    since: float = 0.0
    every: float = 2.0
    """Hours between runs."""
    copies: str | None = None
    """The site whose stories it repeats."""
    age: float | None = None
    """Days since its first run; None: it was there before the window."""


NEWSROOMS = (
    Newsroom("agence-presse", 110, 70),
    Newsroom("morgenblatt", 60, 32),
    Newsroom("harbour-post", 48, 20),
    Newsroom("la-gazzetta", 36, 24),
    Newsroom("city-mirror", 30, 22, copies="agence-presse"),
    Newsroom("village-notes", 2, 1),
    Newsroom("young-wire", 18, 12, age=3),
    Newsroom("quiet-courier", 40, 18, "quiet", 2.1),
    Newsroom("walled-herald", 45, 25, "blocked", 1.4),
    Newsroom("redesigned-times", 38, 20, "layout", 3.2),
    Newsroom("nameless-news", 34, 18, "field", 4.3),
    Newsroom("slow-standard", 26, 14, "late", 1.2),
    Newsroom("broken-bugle", 22, 12, "failing", 0.6),
    Newsroom("flooded-focus", 40, 30, "backlog", 0.8),
)


FURTHER = (
    Newsroom("thin-tribune", 90, 70, "thin", 1.1),
    Newsroom("erring-echo", 60, 40, "erring", 0.5),
    Newsroom("shell-sentinel", 60, 40, "unreadable", 0.5),
)
"""Troubles of their own, in lakes of their own: they would lengthen every other test."""


@dataclass
class _Made:
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {t.name: [] for t in _TABLES})


_TABLES = (REVISIONS, COPIES, ARTICLES, FETCHES, RUNS)


def simulate(
    lake: Lake, end: datetime, *, days: int = 21, newsrooms: tuple[Newsroom, ...] = NEWSROOMS, seed: int = 7
) -> None:
    """Fill the lake with the runs of `days` days up to `end` (UTC), a batch a week."""
    dice = random.Random(seed)
    begin = end - timedelta(days=days)
    schedule = sorted(run for newsroom in newsrooms for run in _runs(newsroom, begin, end, dice))
    by_site = {newsroom.site: newsroom for newsroom in newsrooms}
    for number in range(0, days, 7):
        first, made = begin + timedelta(days=number), _Made()
        for moment, site in schedule:
            if first <= moment < first + timedelta(days=7):
                _run(made, by_site[site], moment, end, dice)
        if made.rows["runs"]:
            _publish(lake, made, f"week-{number // 7:03d}")


def _runs(newsroom: Newsroom, begin: datetime, end: datetime, dice: random.Random) -> Iterator[tuple[datetime, str]]:
    moment = max(begin, end - timedelta(days=newsroom.age)) if newsroom.age else begin
    moment += timedelta(minutes=dice.uniform(1, 40))
    while moment < end:
        yield moment, newsroom.site
        moment += timedelta(hours=newsroom.every, seconds=dice.uniform(-120, 120))


def _run(made: _Made, newsroom: Newsroom, moment: datetime, end: datetime, dice: random.Random) -> None:
    """One run of one site: what it finds, and what becomes of it."""
    event = newsroom.event if moment > end - timedelta(days=newsroom.since) else None
    run_id = f"{moment:%Y%m%dT%H%M%SZ}-{dice.randrange(16**6):06x}"
    outcomes: Counter[Outcome] = Counter()
    sources = _sources(made, newsroom, moment, run_id, event, dice)
    state, problem = ("failed", "no source could be read") if sources == "failed" else ("ok", None)
    copies = 0
    for number, published in enumerate(_published(newsroom, moment, event, dice) if sources == "read" else ()):
        outcome = _outcome(event, dice)
        outcomes[outcome] += 1
        url = f"http://{newsroom.site}.example/{published:%Y/%m/%d}/story-{moment:%H%M}-{number}"
        row = _article(newsroom, url, published, moment, event, run_id, dice) if outcome is Outcome.NEW else None
        made.rows["fetches"].append(
            _fetch(newsroom, "article", url, outcome, moment, run_id, dice, row and row["article_id"])
        )
        if row is not None:
            copies += _store(made, newsroom, row, dice)
    outcomes[Outcome.KNOWN] += 40
    if newsroom.event == "backlog" and event:
        hours = (moment - (end - timedelta(days=newsroom.since))) / timedelta(hours=1)
        outcomes[Outcome.OVER_BUDGET] += int(20 + 14 * hours)
    summary = SiteSummary(
        newsroom.site, state, problem, outcomes, outcomes[Outcome.NEW], 0, copies, 2, 2 if sources == "failed" else 0,
        3 + sum(outcomes.values()) - outcomes[Outcome.KNOWN], 40_000,
    )  # fmt: skip
    _time(summary, event, run_id)
    finished = moment + timedelta(minutes=dice.uniform(1.5, 4))
    made.rows["runs"].append(run_row(summary, run_id, "crawl", moment, finished))


def _time(summary: SiteSummary, event: str | None, run_id: str) -> None:
    """What the stages took: politeness makes fetching the longest, but where each page takes long to read."""
    dice = random.Random(run_id)
    pages = 1 + summary.new
    summary.fetch_seconds = 4 + 1.2 * pages * dice.uniform(0.8, 1.3)
    summary.archive_seconds = 0.02 * pages
    summary.extract_seconds = (15.0 if event == "late" else 0.03) * pages * dice.uniform(0.9, 1.1)
    summary.dedupe_seconds = 0.05 + 0.004 * pages


def _sources(
    made: _Made, newsroom: Newsroom, moment: datetime, run_id: str, event: str | None, dice: random.Random
) -> str:
    outcome = {"failing": Outcome.DNS_FAILED, "blocked": Outcome.REFUSED}.get(event or "", Outcome.READ)
    if event == "blocked" and dice.random() < 0.5:
        outcome = Outcome.READ  # the feed sometimes answers, the pages never
    for kind, path in (("feed", "rss.xml"), ("sitemap", "sitemap-news.xml")):
        url = f"http://{newsroom.site}.example/{path}"
        made.rows["fetches"].append(_fetch(newsroom, kind, url, outcome, moment, run_id, dice))
    return "read" if outcome is Outcome.READ else "failed"


def _published(newsroom: Newsroom, moment: datetime, event: str | None, dice: random.Random) -> list[datetime]:
    """Instants of publication of what is new since the run before."""
    if event == "quiet":
        return []
    found = []
    late = 9.0 if event == "late" else 0.0
    for minute in range(int(newsroom.every * 60)):
        instant = moment - timedelta(hours=late, minutes=minute + dice.random())
        volume = newsroom.weekday if instant.weekday() < 5 else newsroom.weekend
        volume *= 0.2 if event == "thin" else 1
        if dice.random() < volume * HOURS[instant.hour] / sum(HOURS) / 60:
            found.append(instant)
    return found


def _outcome(event: str | None, dice: random.Random) -> Outcome:
    if event == "blocked":
        return Outcome.CHALLENGE if dice.random() < 0.7 else Outcome.REFUSED
    if event == "erring" and dice.random() < 0.6:
        return Outcome.SERVER_ERROR
    if event == "unreadable" and dice.random() < 0.7:
        return Outcome.JAVASCRIPT_SHELL
    if event == "layout" and dice.random() < 0.45:
        return Outcome.NO_ARTICLE
    chance = dice.random()
    return Outcome.NO_ARTICLE if chance < 0.02 else Outcome.GONE if chance < 0.03 else Outcome.NEW


def _article(
    newsroom: Newsroom, url: str, published: datetime, moment: datetime, event: str | None, run_id: str,
    dice: random.Random,
) -> dict[str, Any]:  # fmt: skip
    words = max(40, int(dice.gauss(420, 90) * (0.3 if event == "layout" else 1)))
    text = " ".join(f"word{dice.randrange(5000)}" for _ in range(12))
    fetched = moment + timedelta(seconds=dice.uniform(5, 60))
    own = article_id(url)
    return {
        "article_id": own, "revision": 1, "url": url, "canonical_url": None, "url_key": url.removeprefix("http://"),
        "site": newsroom.site, "title": f"Story {own[:6]}", "description": "In short." if dice.random() < 0.9 else None,
        "authors": [] if event == "field" or dice.random() < 0.12 else [f"Author {dice.randrange(9)}"],
        "section": dice.choice(("politics", "sport", "culture")), "tags": ["news"] if dice.random() < 0.7 else [],
        "language": "en", "published_at": published, "published_precision": "second", "published_source": "json-ld",
        "modified_at": None, "text": text, "blocks": [{"kind": "paragraph", "text": text}], "word_count": words,
        "image_url": f"http://{newsroom.site}.example/i.jpg" if dice.random() < 0.8 else None,
        "is_accessible_for_free": None, "credited_source": None, "publisher": None, "agency": None,
        "removed_blocks": [], "text_hash": article_id(text), "change": None, "first_seen_at": fetched,
        "fetched_at": fetched, "warc_file": None, "warc_offset": None, "warc_digest": None,
        "template": None if event == "layout" or dice.random() < 0.06 else f"{newsroom.site}/v1.{30}",
        "extractor_version": "1", "run_id": run_id, "date": published.date(),
    }  # fmt: skip


def _store(made: _Made, newsroom: Newsroom, row: dict[str, Any], dice: random.Random) -> int:
    """Put the article into its tables; 1 where it is a copy."""
    made.rows["revisions"].append(row)
    if not newsroom.copies or dice.random() > 0.55:
        made.rows["articles"].append(row | {DELETE: False})
        return 0
    original = f"http://{newsroom.copies}.example/{row['article_id'][:8]}"
    made.rows["copies"].append(
        {
            "article_id": row["article_id"], "original_id": article_id(original), "relation": "copy",
            "containment": 0.97, "jaccard": 0.9, "rule": "near/1", "evidence": "earliest",
            "leader_id": article_id(original), "cluster_id": article_id(original), "in_articles": False,
            "credited_source": None, "site": newsroom.site, "url": row["url"], "title": row["title"],
            "published_at": row["published_at"], "original_site": newsroom.copies, "original_url": original,
            "decided_at": row["fetched_at"], "run_id": row["run_id"], "date": row["date"], DELETE: False,
        }
    )  # fmt: skip
    return 1


def _fetch(
    newsroom: Newsroom, kind: str, url: str, outcome: Outcome, moment: datetime, run_id: str, dice: random.Random,
    article: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    status = {Outcome.REFUSED: 403, Outcome.GONE: 404, Outcome.DNS_FAILED: None, Outcome.CHALLENGE: 403}.get(
        outcome, 200
    )
    fetched = moment + timedelta(seconds=dice.uniform(1, 60))
    return {
        "run_id": run_id, "site": newsroom.site, "kind": kind, "url": url, "url_key": url.removeprefix("http://"),
        "final_url": url if status else None, "found_in": None, "outcome": str(outcome), "detail": None,
        "article_id": article, "lead_title": None, "lead_published_at": None, "fetched_at": fetched, "status": status,
        "attempts": 1, "elapsed_ms": int(dice.lognormvariate(5.5, 0.5)), "body_bytes": 30_000,
        "content_type": "text/html", "etag": None, "last_modified": None, "warc_file": None, "warc_offset": None,
        "warc_digest": None, "date": fetched.date(),
    }  # fmt: skip


def _publish(lake: Lake, made: _Made, run_id: str) -> None:
    batch: dict[str, pa.Table] = {}
    for table in _TABLES:
        rows = made.rows[table.name]
        schema = table.schema
        if rows and DELETE in rows[0]:
            schema = schema.append(pa.field(DELETE, pa.bool_()))
        batch[table.name] = pa.Table.from_pylist(rows, schema)
    decide: Callable[[], Batch] = lambda: Batch(run_id, batch)  # noqa: E731
    publish(lake, decide)


if __name__ == "__main__":
    simulate(open_lake(sys.argv[1]), datetime.now(UTC))
