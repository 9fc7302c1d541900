"""Rules about runs and answers: not run, failing, blocked, unreadable, erring, backlog."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from flows.health.measure import Facts
from flows.health.model import Finding
from flows.health.rules import Rule
from flows.health.sql import TROUBLE
from flows.health.words import duration, percent
from schemas.outcomes import MEANING, Outcome

_CAUSES = {
    "refused": "the site blocks this crawler by its address or user agent, or asks for slower requests (403, 429)",
    "challenge": "a bot check (Cloudflare, DataDome …) or a consent wall stands before the pages",
    "dns_failed": "the host name no longer resolves: the site moved, or this machine's DNS fails",
    "connection_failed": "the server refuses connections or its TLS certificate is broken",
    "timed_out": "the server is overloaded or drops our packets",
    "not_a_feed": "the feed's address now gives something else: it moved or was removed",
    "no_article": "the page type or the layout changed: the text is no longer where it was",
    "javascript_shell": "pages are now filled by scripts; the text may be in an API or in JSON-LD",
    "soft_404": "the addresses in the feed lead to error pages",
}
"""The likely cause behind an outcome that many requests share."""

_TROUBLED = frozenset(outcome for outcomes in TROUBLE.values() for outcome in outcomes)

IN_THE_WAY = 0.25
"""Share of the newest requests that met trouble, from which that is told as the reason for what is missing."""


def not_run(facts: Facts, rule: Rule) -> Iterator[Finding]:
    """No run for longer than several of its usual intervals."""
    health = facts.health
    usual = health.interval or 24.0
    hours = (facts.at - health.last_run) / timedelta(hours=1) if health.last_run else None
    if hours is not None and hours <= max(rule["hours"], rule["intervals"] * usual):
        return
    yield Finding(
        "not_run", rule.severity, health.site,
        f"No run for {duration(hours)}" if hours is not None else "No run in weeks",
        f"usually one every {duration(usual)}" if hours is not None else "its last run is before this report begins",
        "the scheduler or its worker is down, the deployment is paused, or runs die before they publish",
        f"presslake ingest {health.site}", health.last_run,
    )  # fmt: skip


def failing(facts: Facts, rule: Rule) -> Iterator[Finding]:
    """The last runs failed, one after the other."""
    streak = next((n for n, state in enumerate(facts.states) if state != "failed"), len(facts.states))
    if streak < max(1, rule["runs"]):
        return
    yield Finding(
        "failing", rule.severity, facts.health.site,
        "The last run failed" if streak == 1 else f"The last {streak} runs failed",
        facts.health.last_problem or "no source of the site could be read",
        _cause(facts) or "the sources that are declared for it no longer answer as feeds or sitemaps",
        f"presslake sites check {facts.health.site}", facts.starts[streak - 1],
    )  # fmt: skip


def blocked(facts: Facts, rule: Rule) -> Iterator[Finding]:
    """The site refuses us or shows a bot check."""
    return _trouble(facts, rule, "Blocked: {share} of requests refused or met with a bot check")


def unreadable(facts: Facts, rule: Rule) -> Iterator[Finding]:
    """Pages come but no article is found in them."""
    return _trouble(facts, rule, "No article in {share} of the pages")


def erring(facts: Facts, rule: Rule) -> Iterator[Finding]:
    """The site's servers answer with errors."""
    return _trouble(facts, rule, "{share} of requests fail")


def backlog(facts: Facts, rule: Rule) -> Iterator[Finding]:
    """Each of the last runs left at least as many addresses for later as the one before, and now many."""
    left = facts.health.left[::-1][: max(2, int(rule["runs"]))]
    growing = len(left) >= max(2, rule["runs"]) and all(new >= old for new, old in pairwise(left))
    if not growing or left[0] < rule["addresses"] or left[0] == left[-1]:
        return
    yield Finding(
        "backlog", rule.severity, facts.health.site, f"Backlog grows: {left[0]} addresses left for later",
        "left by the last runs, newest first: " + ", ".join(map(str, left)),
        "more is published than max_pages, pages_per_day and delay allow: run more often, or raise what holds it back",
        f"presslake sites list --json | jq '.[] | select(.id == \"{facts.health.site}\")'",
        facts.starts[len(left) - 1],
    )  # fmt: skip


def _trouble(facts: Facts, rule: Rule, title: str) -> Iterator[Finding]:
    """A kind of trouble that many of the newest requests met, and clearly more than before."""
    kind = rule.id
    counted, called = ("pages", "pages") if kind == "unreadable" else ("tries", "requests")
    share, tries = facts.tries.get(kind) or 0.0, facts.tries.get(counted, 0)
    before = facts.tries_before.get(kind) or 0.0
    if tries < rule["tries"] or share < rule["share"] or (share < before + rule["more"] and share < 0.8):
        return
    met = _met(facts, kind)
    listed = ", ".join(f"'{outcome}'" for outcome, _ in met)
    yield Finding(
        kind, rule.severity, facts.health.site, title.format(share=percent(share)),
        ", ".join(f"{count} {outcome}" for outcome, count in met)
        + f" of the last {tries} {called}; before it was {percent(before)}",
        _cause(facts, kind) or rule.meaning,
        'presslake query "SELECT fetched_at, outcome, status, detail, url FROM fetches '
        f"WHERE site = '{facts.health.site}' AND outcome IN ({listed}) ORDER BY fetched_at DESC LIMIT 20\"",
        facts.onsets.get(kind),
    )  # fmt: skip


def in_the_way(facts: Facts) -> tuple[str, str] | None:
    """What the newest requests met and the likely cause of it; None where fewer than IN_THE_WAY of them met trouble."""
    tries, met = facts.outcomes.total(), _met(facts)
    if not met or sum(count for _, count in met) < IN_THE_WAY * tries:
        return None
    told = ", ".join(f"{count} ended as {outcome}" for outcome, count in met)
    return f"of its newest {tries} requests {told}", _cause_of(met[0][0])


def _met(facts: Facts, kind: str | None = None) -> list[tuple[str, int]]:
    """The troubled outcomes of the newest requests, of one kind of trouble or of all, with how many met them."""
    troubled = TROUBLE[kind] if kind is not None else _TROUBLED
    return [(outcome, count) for outcome, count in facts.outcomes.most_common() if outcome in troubled]


def _cause(facts: Facts, kind: str | None = None) -> str | None:
    """The likely cause behind the troubled outcome that the newest requests met most."""
    return next((_cause_of(outcome) for outcome, _ in _met(facts, kind)), None)


def _cause_of(outcome: str) -> str:
    return _CAUSES.get(outcome) or MEANING[Outcome(outcome)]
