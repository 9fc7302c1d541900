"""A card for each finding: what, since when, a chart that shows it, the likely cause, a command that looks closer."""

from datetime import datetime, timedelta
from html import escape

from flows.health.model import Finding, SiteHealth
from flows.health.words import duration, moment
from flows.report.charts import CAPTIONS, for_finding
from flows.report.marks import anchor, icon


def card(finding: Finding, site: SiteHealth | None, at: datetime) -> str:
    """The finding as a card; with a chart where it is about a site."""
    if site is not None:
        name = f'<a href="#{escape(anchor(site.site))}">{escape(site.site)}</a>'
        caption = CAPTIONS.get(finding.rule, "articles per day; dashed: usual")
        figure = f"<figure>{for_finding(site, finding)}<figcaption>{caption}</figcaption></figure>"
    else:
        name, figure = "<b>the lake</b>", ""
    return (
        f'<article class="card is-{finding.severity}"><header>'
        f'<span class="badge {finding.severity}">{icon(finding.severity)}{name}</span>'
        f'<span class="soft">{_since(finding, at)}</span></header><h3>{escape(finding.title)}</h3>'
        f'<p class="soft">{escape(_sentence(finding.detail))}</p>{figure}'
        f'<p class="why"><b>Likely:</b> {escape(finding.cause)}</p><pre>{escape(finding.look)}</pre></article>'
    )


def _since(finding: Finding, at: datetime) -> str:
    if finding.since is None:
        return ""
    hours = (at - finding.since) / timedelta(hours=1)
    return f'<span title="{moment(finding.since)}">since {duration(hours)}</span>'


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
