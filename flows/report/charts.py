"""Which chart shows what of a site: the drawing is `svg.py`'s."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from flows.health.model import Day, Finding, SiteHealth
from flows.health.sql import TROUBLE
from flows.health.words import minutes, number, percent
from flows.report import svg

KINDS = ("fine", "dull", "unreadable", "erring", "blocked")
"""Outcomes by colour, from the ground up: published, harmless or left out, and the kinds of trouble."""

_JUDGED = 6
"""Articles that must be usual on a day for it to be called poor: with fewer, chance does as much."""

_OF: dict[str, str] = {outcome: kind for kind, outcomes in TROUBLE.items() for outcome in outcomes}


def kind_of(outcome: str) -> str:
    """The colour class of an outcome."""
    if outcome in ("new", "revised", "unchanged"):
        return "fine"
    return _OF.get(outcome, "dull")


def level(day: Day) -> tuple[str, str]:
    """A day's cell: how it compares with what is usual, and the same in words."""
    when = f"{day.date:%a} {day.date.day} {day.date:%b}"
    if not day.runs and not day.articles:
        return "none", f"{when}: no run"
    text = f"{when}: {day.articles} articles" + (f", usual {number(day.usual)}" if day.usual is not None else "")
    if day.usual is None:
        return "unjudged", text + " (too little history to judge)"
    going, text = ("", text) if day.over else ("today ", text + " until the last run")
    if day.failed and day.failed == day.runs:
        return going + "zero", f"{text}; all {day.runs} runs failed"
    if day.usual < _JUDGED:
        return going + "full", text
    ratio = day.articles / day.usual
    return going + ("zero" if ratio < 0.1 else "few" if ratio < 0.5 else "less" if ratio < 0.75 else "full"), text


def span(site: SiteHealth) -> tuple[str, str]:
    """Labels of the time axis: first and last day."""
    if not site.days:
        return "", ""
    first, last = site.days[0].date, site.days[-1].date
    return f"{first.day} {first:%b}", f"{last.day} {last:%b}"


def articles(site: SiteHealth, since: datetime | None = None) -> str:
    """Articles a day and what is usual."""
    items = [svg.Bar(day.articles, day.usual, "going" if not day.over else "fine", level(day)[1]) for day in site.days]
    return svg.bars(items, span(site), name=f"{site.site}: articles per day", break_at=position(site, since))


def outcomes(site: SiteHealth, since: datetime | None = None) -> str:
    """What became of the addresses that were asked for, a day a bar."""
    items: list[Mapping[str, float]] = []
    tips = []
    for day in site.days:
        kinds: Counter[str] = Counter()
        for outcome, count in day.outcomes.items():
            kinds[kind_of(outcome)] += count
        items.append({kind: float(count) for kind, count in kinds.items()})
        listed = sorted(day.outcomes.items(), key=lambda item: -item[1])
        tips.append(f"{day.date.day} {day.date:%b}: " + (", ".join(f"{n} {o}" for o, n in listed) or "none"))
    name = f"{site.site}: outcomes per day"
    return svg.stacks(items, KINDS, span(site), name=name, tips=tips, break_at=position(site, since))


def field(site: SiteHealth, name: str, since: datetime | None = None) -> str:
    """Share of each day's articles that have the field."""
    values = [day.complete.get(name) if day.articles else None for day in site.days]
    tips = [
        f"{d.date.day} {d.date:%b}: {percent(v)} have {name}" if v is not None else "" for d, v in _with(site, values)
    ]
    return svg.line(
        values, span(site), name=f"{site.site}: completeness of {name}", top=1, top_label="100 %", tips=tips,
        break_at=position(site, since),
    )  # fmt: skip


def words(site: SiteHealth, since: datetime | None = None) -> str:
    """Median words of each day's articles."""
    return _line(site, "words", lambda day: day.words, lambda value: f"{value:.0f} words", since)


def runs(site: SiteHealth, since: datetime | None = None) -> str:
    """Runs a day, the failed ones on top."""
    items = [{"fine": float(day.runs - day.failed), "blocked": float(day.failed)} for day in site.days]
    tips = [f"{day.date.day} {day.date:%b}: {day.runs} runs, {day.failed} failed" for day in site.days]
    name = f"{site.site}: runs per day"
    return svg.stacks(items, KINDS, span(site), name=name, tips=tips, break_at=position(site, since))


def left(site: SiteHealth) -> str:
    """Addresses that each of the last runs left for later."""
    items = [svg.Bar(count, kind="erring", tip=f"{count} addresses") for count in site.left]
    labels = (f"{len(site.left)} runs ago", "last run")
    return svg.bars(items, labels, name=f"{site.site}: addresses left by each run")


def latency(site: SiteHealth, since: datetime | None = None) -> str:
    """Median time from publication to availability by day."""
    return _line(site, "latency", lambda day: day.latency, minutes, since)


def for_finding(site: SiteHealth, finding: Finding) -> str:
    """The chart that shows the finding."""
    if finding.rule == "field" and finding.subject:
        return field(site, finding.subject, finding.since)
    if finding.rule == "layout":
        return words(site, finding.since)
    if finding.rule == "late":
        return latency(site, finding.since)
    if finding.rule in ("blocked", "unreadable", "erring"):
        return outcomes(site, finding.since)
    if finding.rule == "backlog":
        return left(site)
    return runs(site, finding.since) if finding.rule == "failing" else articles(site, finding.since)


CAPTIONS = {
    "backlog": "addresses left for later, per run",
    "failing": "runs per day; red: failed",
    "field": "share of articles with the field, per day",
    "layout": "median words per article, per day",
    "late": "median time to availability, per day",
    "blocked": "outcomes per day",
    "unreadable": "outcomes per day",
    "erring": "outcomes per day",
}
"""What `for_finding` shows, where it isn't articles per day."""


def _line(
    site: SiteHealth, name: str, of: Callable[[Day], float | None], say: Callable[[float], str], since: datetime | None
) -> str:
    values = [of(day) if day.articles else None for day in site.days]
    tips = [
        f"{day.date.day} {day.date:%b}: {say(value)}" if value is not None else "" for day, value in _with(site, values)
    ]
    top = max((value for value in values if value is not None), default=0)
    return svg.line(
        values, span(site), name=f"{site.site}: {name}", top_label=say(top), tips=tips, break_at=position(site, since)
    )


def _with(site: SiteHealth, values: list[float | None]) -> list[tuple[Day, float | None]]:
    return list(zip(site.days, values, strict=True))


def position(site: SiteHealth, since: datetime | None) -> int | None:
    """The day on which it began, as a place in the chart."""
    if since is None or not site.days:
        return None
    return min(max(0, (since.astimezone(UTC).date() - site.days[0].date).days), len(site.days) - 1)
