"""The details of one site, folded away until somebody asks."""

from html import escape

from flows.health.model import COMPLETED, SiteHealth
from flows.health.words import duration, minutes, moment, percent, seconds
from flows.report import charts
from flows.report.marks import anchor, icon

_MOST_GAPS = 3


def detail(site: SiteHealth) -> str:
    """Charts and figures of the site."""
    figures = [
        (charts.articles(site), "articles per day (by publication); dashed: usual"),
        (charts.outcomes(site), "outcomes per day: published, other, unreadable, error, blocked"),
        (charts.latency(site), "median time from publication to availability"),
    ]
    if site.findings:
        figures += [
            (charts.words(site), "median words per article"),
            (charts.field(site, "published_at"), "share with a publication date"),
            (charts.field(site, "authors"), "share with authors"),
        ]
    drawn = "".join(f"<figure>{chart}<figcaption>{caption}</figcaption></figure>" for chart, caption in figures)
    facts = "".join(f"<div><dt>{escape(k)}</dt><dd>{escape(v)}</dd></div>" for k, v in _facts(site))
    state = site.findings[0].title if site.findings else f"{site.articles} articles in {len(site.days)} days"
    # The anchor is inside, so that a link to it unfolds the details (HTML, "ancestor revealing algorithm").
    return (
        f'<details><summary><span class="badge {site.state}">{icon(site.state)}</span>{escape(site.site)} '
        f'<span class="soft">{escape(state)}</span></summary><div id="{escape(anchor(site.site))}">'
        f'<div class="charts">{drawn}</div><dl class="facts">{facts}</dl></div></details>'
    )


def _facts(site: SiteHealth) -> list[tuple[str, str]]:
    copies = sum(day.copies for day in site.days)
    gaps = [f"{moment(gap.begin)}, {duration((gap.end - gap.begin).total_seconds() / 3600)}" for gap in site.gaps]
    facts = [
        ("last run", f"{moment(site.last_run)}, {site.last_state}" if site.last_run else "none in this window"),
        ("last article", moment(site.last_article) if site.last_article else "none in this window"),
        ("runs", f"one every {duration(site.interval)}" if site.interval else "–"),
        ("a run takes", minutes(site.run_minutes)),
        ("stages of a run", ", ".join(f"{name} {seconds(took)}" for name, took in site.stages.items()) or "–"),
        ("a request takes", _milliseconds(site)),
        ("latency, 90 % within", minutes(site.latency_p90)),
        ("copies", f"{copies} of {site.articles}" + _most_copied(site)),
        ("template", site.template or "none: read the generic way"),
        ("stretches without a run", "; ".join(gaps[-_MOST_GAPS:]) or "none"),
    ]
    if site.drifted:
        facts.append(("pages no template explained", str(site.drifted)))
    facts += [(name, _completeness(site, name)) for name in COMPLETED if name in site.complete]
    return facts


def _completeness(site: SiteHealth, name: str) -> str:
    before = site.complete_usual.get(name)
    return percent(site.complete[name]) + (f", before {percent(before)}" if before is not None else "")


def _milliseconds(site: SiteHealth) -> str:
    if site.fetch_ms is None:
        return "–"
    return f"{site.fetch_ms:.0f} ms, 95 % within {site.fetch_ms_p95 or 0:.0f} ms"


def _most_copied(site: SiteHealth) -> str:
    return f", most of {site.copies_of[0][0]}" if site.copies_of else ""
