"""Rules about what arrives: layout, quiet, thin, field, late."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta

from flows.health.crawling import in_the_way
from flows.health.measure import Facts
from flows.health.model import COMPLETED, Day, Finding
from flows.health.rules import Rule
from flows.health.words import duration, minutes, number, percent

_NAMES = {"published_at": "publication date", "image_url": "lead image"}


def layout(facts: Facts, rule: Rule) -> Iterator[Finding]:
    """Learned templates no longer fit, or texts became short."""
    new, old = facts.newest, facts.before
    if min(new.get("articles", 0), old.get("articles", 0)) < rule["articles"]:
        return
    signs, since = [], []
    fit, fitted = new["templated"], old["templated"]
    if fitted >= 0.5 and fit <= rule["templated"] * fitted:
        signs.append(f"{percent(fit)} of the newest pages fit a learned template, before {percent(fitted)}")
        since.append(_since(facts, lambda day: day.templated, rule["templated"] * fitted))
    if old["words"] and new["words"] < rule["words"] * old["words"]:
        signs.append(f"{number(new['words'])} words an article, before {number(old['words'])}")
        since.append(_since(facts, lambda day: day.words, rule["words"] * old["words"]))
    if not signs:
        return
    if (unread := facts.tries.get("unreadable") or 0.0) > 0.1:
        signs.append(f"no article in {percent(unread)} of the pages")
    yield Finding(
        "layout", rule.severity, facts.health.site, "The layout changed", "; ".join(signs),
        "a redesign, or other pages for us than for readers (teaser, consent, app); templates are being learned anew",
        'presslake query "SELECT fetched_at, template, word_count, title, url FROM revisions '
        f"WHERE site = '{facts.health.site}' ORDER BY fetched_at DESC LIMIT 20\"",
        min((instant for instant in since if instant), default=None),
    )  # fmt: skip


def quiet(facts: Facts, rule: Rule) -> Iterator[Finding]:
    """No article for so long that several would be usual. Held to the last run: later, nobody looked."""
    health = facts.health
    if facts.usual is None or health.last_article is None or health.last_run is None:
        return
    # What takes hours to arrive can't be missed sooner: that is the rule `late`.
    due = health.last_run - timedelta(minutes=health.latency or 0)
    hours = (health.last_run - health.last_article) / timedelta(hours=1)
    expected = facts.usual.between(health.last_article, due) if due > health.last_article else 0.0
    if expected < rule["expected"] or hours < rule["hours"]:
        return
    detail, cause = in_the_way(facts) or (
        "its sources are read, and hold nothing new",
        "its feed is frozen or moved, a cache answers us, or the newsroom publishes elsewhere now",
    )
    yield Finding(
        "quiet", rule.severity, health.site, f"Quiet for {duration(hours)}",
        f"about {number(expected)} articles would be usual in this time; {detail}", cause,
        f"presslake sites check {health.site}", health.last_article,
    )  # fmt: skip


def thin(facts: Facts, rule: Rule) -> Iterator[Finding]:
    """Far fewer articles than usual in the 24 hours before the last run."""
    health = facts.health
    usual = health.recent_usual or 0.0
    if usual < rule["expected"] or health.recent > rule["share"] * usual or health.last_run is None:
        return
    detail, cause = in_the_way(facts) or (
        "its sources are read and give less than on the same weekday of other weeks",
        "one of several feeds is gone or empty, a holiday, or many pages no longer count as articles",
    )
    yield Finding(
        "thin", rule.severity, health.site, f"{health.recent} articles in 24 hours, usual are {number(usual)}",
        detail, cause,
        f"presslake sites check {health.site}", health.last_run - timedelta(hours=24),
    )  # fmt: skip


def field(facts: Facts, rule: Rule) -> Iterator[Finding]:
    """A field that articles used to have is missing from the newest."""
    new, old = facts.newest, facts.before
    if min(new.get("articles", 0), old.get("articles", 0)) < rule["articles"]:
        return
    for name in COMPLETED:
        if old[name] < rule["usual"] or new[name] > rule["share"] * old[name]:
            continue
        called = _NAMES.get(name, name)
        empty = f"coalesce(len({name}), 0) = 0" if name in ("authors", "tags") else f"{name} IS NULL"
        yield Finding(
            "field", rule.severity, facts.health.site, f"Field lost: {called}",
            f"{percent(new[name])} of the newest {new['articles']} articles have it, before {percent(old[name])}",
            "the site's markup changed where this field was read, or the publisher dropped it",
            f'presslake query "SELECT first_seen_at, title, url FROM articles WHERE site = \'{facts.health.site}\' '
            f'AND {empty} ORDER BY first_seen_at DESC LIMIT 10"',
            _since(facts, lambda day, name=name: day.complete.get(name), rule["share"] * old[name]),  # type: ignore[misc]
            name,
        )  # fmt: skip


def late(facts: Facts, rule: Rule) -> Iterator[Finding]:
    """Articles arrive much later after their publication than usual."""
    health = facts.health
    now, usual = health.latency, health.latency_usual
    if now is None or usual is None or facts.timed < rule["articles"]:
        return
    limit = max(rule["minutes"], rule["factor"] * usual)
    if now < limit:
        return
    slow = f"runs take {minutes(health.run_minutes)}, one every {duration(health.interval or 24)}"
    yield Finding(
        "late", rule.severity, health.site, f"Late: {minutes(now)} from publication to availability",
        f"usual are {minutes(usual)}; {slow}",
        "the publisher's feed is behind, runs are rarer or longer than before, or pages wait for the page limit",
        'presslake query "SELECT started_at, requests, new, fetch_seconds, extract_seconds, publish_seconds FROM runs '
        f"WHERE site = '{health.site}' ORDER BY started_at DESC LIMIT 20\"",
        _since(facts, lambda day: -day.latency if day.latency is not None else None, -limit),
    )  # fmt: skip


def _since(facts: Facts, measured: Callable[[Day], float | None], limit: float) -> datetime | None:
    """Begin (UTC) of the days in a row, up to now, on which the value was at most the limit; None where it wasn't."""
    since = None
    for day in reversed(facts.health.days):
        value = measured(day) if day.articles else None
        if value is None:
            continue
        if value > limit:
            break
        since = datetime.combine(day.date, time(), UTC)
    return since
