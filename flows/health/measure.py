"""Measure: what the lake's tables say of each site, gathered with a handful of aggregating queries."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import duckdb

from flows.health import sql
from flows.health.model import COMPLETED, Day, Gap, SiteHealth
from flows.health.usual import Usual, usual
from flows.lake import Lake
from flows.lake.query import connect

WINDOW = 28
"""Days that are looked back on."""

Row = dict[str, Any]


@dataclass
class Facts:
    """One site as measured: what its report shows, and what the rules judge besides."""

    health: SiteHealth
    at: datetime
    """Instant of the assessment, UTC."""
    usual: Usual | None = None
    states: list[str] = field(default_factory=list)
    """States of the last runs, newest first."""
    starts: list[datetime] = field(default_factory=list)
    """Their starts."""
    newest: Row = field(default_factory=dict)
    """Shares and medians of the newest articles; `before`: of those before."""
    before: Row = field(default_factory=dict)
    tries: Row = field(default_factory=dict)
    """Shares of trouble among the newest tries; `tries_before`: among those before."""
    tries_before: Row = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    """The newest tries by outcome."""
    onsets: dict[str, datetime] = field(default_factory=dict)
    """When each kind of trouble began."""
    timed: int = 0
    """Newest articles whose latency is known."""


def measure(lake: Lake, at: datetime, window: int = WINDOW) -> list[Facts]:
    """All sites that ever had a run, as the tables say, over the `window` days that end at `at` (UTC)."""
    at = at.astimezone(UTC)
    since = at.date() - timedelta(days=window - 1)
    with connect(lake, "revisions runs fetches copies") as connection:
        for statement in sql.prepare(since, at):
            connection.execute(statement)
        found = {
            row["site"]: _site(row, since, at) for row in _ask(connection, sql.FIRST_RUNS) if row["first_run"] <= at
        }
        _runs(connection, found)
        _days(connection, found)
        _newest(connection, found)
        _tries(connection, found)
        hours = defaultdict(list)
        for row in _ask(connection, sql.HOURS):
            hours[row["site"]].append((row["weekend"], row["hour"], row["articles"]))
        for facts in found.values():
            _expect(facts, hours[facts.health.site])
    return [found[site] for site in sorted(found)]


def _ask(connection: duckdb.DuckDBPyConnection, question: str) -> list[Row]:
    answer: list[Row] = connection.sql(question).to_arrow_table().to_pylist()
    return answer


def _site(row: Row, since: date, at: datetime) -> Facts:
    # Before its first run a site isn't empty: it wasn't looked at.
    begin = max(since, row["first_run"].date())
    days = [Day(begin + timedelta(n)) for n in range((at.date() - begin).days + 1)]
    if days:
        days[-1].over = False
    return Facts(SiteHealth(row["site"], days, first_run=row["first_run"]), at)


def _day(found: dict[str, Facts], row: Row) -> Day | None:
    facts = found.get(row["site"])
    if facts is None or not facts.health.days:
        return None
    position = (row["date"] - facts.health.days[0].date).days
    return facts.health.days[position] if 0 <= position < len(facts.health.days) else None


def _runs(connection: duckdb.DuckDBPyConnection, found: dict[str, Facts]) -> None:
    for row in _ask(connection, sql.RUNS):
        facts = found[row["site"]]
        for name in ("last_run", "last_state", "last_problem", "run_minutes"):
            setattr(facts.health, name, row[name])
        facts.states, facts.starts = row["states"], row["starts"]
        facts.health.left = [int(count or 0) for count in reversed(row["backlog"])]
    for row in _ask(connection, sql.STAGES_OF):
        took = {stage: row[f"{stage}_seconds"] for stage in sql.STAGES}
        found[row["site"]].health.stages = {stage: value for stage, value in took.items() if value is not None}
    for row in _ask(connection, sql.INTERVALS):
        health = found[row["site"]].health
        health.interval = row["hours"]
        health.gaps = [Gap(gap["begin"], gap["end"]) for gap in row["gaps"]]


def _days(connection: duckdb.DuckDBPyConnection, found: dict[str, Facts]) -> None:
    for question in (sql.RUN_DAYS, sql.DAYS, sql.COPY_DAYS, sql.LATENCY_DAYS):
        for row in _ask(connection, question):
            day = _day(found, row)
            if day is None:
                continue
            for name, value in row.items():
                if name not in ("site", "date", *COMPLETED):
                    setattr(day, name, value)
            if "title" in row:
                day.complete = {name: row[name] for name in COMPLETED}
    for row in _ask(connection, sql.OUTCOME_DAYS):
        day = _day(found, row)
        if day is not None:
            day.outcomes[row["outcome"]] = row["urls"]


def _newest(connection: duckdb.DuckDBPyConnection, found: dict[str, Facts]) -> None:
    for row in _ask(connection, sql.ARTICLES):
        facts = found.get(row["site"])
        if facts is None:
            continue
        health, shares = facts.health, {name: row[name] for name in COMPLETED}
        if row["newest"]:
            facts.newest, health.complete, health.template = row, shares, row["version"]
            health.last_article = row["last_article"]
        else:
            facts.before, health.complete_usual = row, shares
    for row in _ask(connection, sql.RECENT):
        if row["site"] in found:
            found[row["site"]].health.recent = row["articles"]
    for row in _ask(connection, sql.LATENCY):
        facts = found[row["site"]]
        facts.timed = row["articles"]
        for name in ("latency", "latency_p90", "latency_usual"):
            setattr(facts.health, name, row[name])
    for row in _ask(connection, sql.COPIES_OF):
        if row["site"] in found:
            found[row["site"]].health.copies_of.append((row["original_site"], row["copies"]))


def _tries(connection: duckdb.DuckDBPyConnection, found: dict[str, Facts]) -> None:
    for row in _ask(connection, sql.TRIES):
        facts = found.get(row["site"])
        if facts is None:
            continue
        if row["newest"]:
            facts.tries = row
            facts.health.fetch_ms, facts.health.fetch_ms_p95 = row["fetch_ms"], row["fetch_ms_p95"]
        else:
            facts.tries_before = row
    for row in _ask(connection, sql.TROUBLES):
        if row["site"] in found:
            found[row["site"]].outcomes[row["outcome"]] = row["urls"]
    for row in _ask(connection, sql.ONSETS):
        if row["site"] in found:
            found[row["site"]].onsets[row["trouble"]] = row["since"]


def _expect(facts: Facts, hours: list[tuple[bool, int, int]]) -> None:
    """What is usual, from whole days of looking: after the first run's, and no later than the last article's.

    So a site that fell silent is held to what it was, however long ago that is within the window.
    """
    health = facts.health
    if not health.days or not health.first_run or not health.last_article or not health.last_run:
        return
    first = max(health.days[0].date, health.first_run.date() + timedelta(days=1))
    last = min(health.last_article.date(), health.days[-1].date) - timedelta(days=1)
    counts = {day.date: day.articles for day in health.days}
    facts.usual = usual(counts, hours, first, last)
    if facts.usual is None:
        return
    for day in health.days:
        # Its first day was not looked at as a whole, and the last one isn't over.
        if not day.over:
            midnight = datetime.combine(day.date, time(), UTC)
            day.usual = facts.usual.between(midnight, max(midnight, health.last_run))
        elif day.date >= first:
            day.usual = facts.usual.day(day.date)
    health.recent_usual = facts.usual.between(health.last_run - timedelta(hours=24), health.last_run)
