"""The page: what broke first, then every site on every day, then the details of each."""

from collections import Counter
from datetime import timedelta
from html import escape
from statistics import median

from flows.health.model import Health
from flows.health.words import minutes, moment, number, percent
from flows.report.details import detail
from flows.report.findings import card
from flows.report.marks import icon
from flows.report.overview import overview
from flows.report.stages import slowest
from flows.report.style import CSS

_HEAD = (
    '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark">'
    # Nothing is loaded and nothing runs, whatever a site's words may hold.
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)


def render(health: Health) -> str:
    """The report as one HTML document."""
    sites = {site.site: site for site in health.sites}
    told = [finding for finding in health.all_findings if finding.severity != "info"]
    if told:
        cards = "".join(card(finding, sites.get(finding.site or ""), health.at) for finding in told)
        broke = f'<h2 id="broke">What broke</h2><div class="cards">{cards}</div>'
    else:
        broke = '<h2 id="broke">What broke</h2><div class="sheet fine-note">Nothing that the rules look for.</div>'
    details = "".join(detail(site) for site in health.sites)
    title = escape(f"{_verdict(health)} · presslake")
    return (
        f"{_HEAD}<title>{title}</title><style>{CSS}</style></head><body><main>"
        f'<div class="top"><span><b>presslake</b> · {escape(health.lake)}</span><span>{moment(health.at)}</span></div>'
        f"<h1>{escape(_verdict(health))}</h1>{_pills(health)}{_tiles(health)}{broke}{overview(health)}{slowest(health)}"
        f'<h2>Each site</h2><div class="sheet">{details}</div></main></body></html>\n'
    )


def _verdict(health: Health) -> str:
    if health.findings:
        return health.findings[0].title
    if not health.sites:
        return "No run yet"
    troubled = sum(site.state in ("critical", "warning") for site in health.sites)
    if not troubled and all(site.state == "learning" for site in health.sites):
        return "Too little history to judge yet"
    if not troubled:
        return f"All {len(health.sites)} sites are as usual" if len(health.sites) > 1 else "As usual"
    return f"{troubled} of {len(health.sites)} sites {'needs' if troubled == 1 else 'need'} a look"


def _pills(health: Health) -> str:
    counts = Counter(site.state for site in health.sites)
    names = {"critical": "broken", "warning": "with warnings", "ok": "as usual", "learning": "still learning"}
    pills = "".join(
        f'<span class="pill {state}">{icon(state)}{counts[state]} {name}</span>'
        for state, name in names.items()
        if counts[state]
    )
    return f'<div class="pills">{pills}</div>'


def _tiles(health: Health) -> str:
    sites = health.sites
    judged = [site for site in sites if site.recent_usual is not None]
    usual = sum(site.recent_usual or 0 for site in judged)
    recent = sum(site.recent for site in sites)
    latencies = [site.latency for site in sites if site.latency is not None]
    fresh = sum(bool(site.last_run and health.at - site.last_run < timedelta(hours=24)) for site in sites)
    week = [day for site in sites for day in site.days[-7:]]
    copies, articles = sum(day.copies for day in week), sum(day.articles for day in week)
    tiles = (
        (str(recent), "articles in 24 hours" + (f"; usual {number(usual)}" if judged else "")),
        (minutes(median(latencies) if latencies else None), "publication to availability, median of sites"),
        (f"{fresh} of {len(sites)}", "sites crawled in the last 24 hours"),
        (percent(copies / articles) if articles else "–", "of a week's articles repeat another"),
    )  # fmt: skip
    drawn = "".join(f"<div class=tile><b>{figure}</b><span>{escape(text)}</span></div>" for figure, text in tiles)
    return f'<div class="tiles">{drawn}</div>'
