"""Every site on every day, a row a site: the whole lake at a glance, worst first."""

from collections import Counter
from html import escape

from flows.health.model import COMPLETED, Health, SiteHealth
from flows.health.words import minutes, number, percent
from flows.report import svg
from flows.report.charts import KINDS, kind_of, level, position
from flows.report.marks import anchor, icon

_LEGEND = (
    ("background:var(--c4)", "as usual"),
    ("background:var(--c3)", "less"),
    ("background:var(--c2)", "under half"),
    ("background:var(--c1)", "next to nothing"),
    ("box-shadow:inset 0 0 0 1.5px var(--faint)", "no run"),
    ("background:var(--un)", "too little history"),
    ("box-shadow:inset 0 0 0 2px var(--c4)", "today, so far"),
    ("background:var(--critical);height:3px;vertical-align:2px", "since something broke"),
)


def overview(health: Health) -> str:
    """The table of all sites, with its legend."""
    if not health.sites:
        return ""
    longest = max(len(site.days) for site in health.sites)
    rows = "".join(_row(site, longest) for site in health.sites)
    legend = "".join(f'<span><i style="{style}"></i>{text}</span>' for style, text in _LEGEND)
    head = (
        f'<div class="row head"><span>Site</span><span>Articles per day against usual, {longest} days</span>'
        '<span class="num">24 h / usual</span><span class="num">Latency</span><span>Fields</span>'
        "<span>Outcomes, 7 days</span></div>"
    )
    return f'<h2>Every site, every day</h2><div class="sheet">{head}{rows}</div><div class="legend">{legend}</div>'


def _row(site: SiteHealth, longest: int) -> str:
    missing = longest - len(site.days)
    cells = [("none", "before the first run")] * missing + [level(day) for day in site.days]
    usual = number(site.recent_usual) if site.recent_usual is not None else "–"
    strip = svg.strip(cells, name=f"{site.site}: days against usual", marked=_marked(site, missing))
    told = "; ".join(finding.title for finding in site.findings)
    return (
        f'<div class="row"><span class="name"><span class="{site.state} badge">{icon(site.state)}</span>'
        f'<a href="#{escape(anchor(site.site))}">{escape(site.site)}</a></span>'
        f'<span class="heat">{strip}</span>'
        f'<span class="num" data-unit="in 24 h"><b>{site.recent}</b> <span class="soft">/ {usual}</span></span>'
        f'<span class="num">{minutes(site.latency)}</span>'
        f'<span class="fields">{_fields(site)}</span><span class="outcomes">{_outcomes(site)}</span>'
        + (f'<span class="what">{escape(told)}</span>' if told else "")
        + "</div>"
    )


def _marked(site: SiteHealth, missing: int) -> tuple[int, str] | None:
    """The day from which on something is broken, also what the number of articles doesn't show."""
    begun = [f.since for f in site.findings if f.since is not None and f.severity != "info"]
    day = position(site, min(begun, default=None))
    return (missing + day, site.state) if day is not None else None


def _fields(site: SiteHealth) -> str:
    """A small column for each field, as high as the share of the newest articles that have it."""
    lost = {finding.subject for finding in site.findings if finding.rule == "field"}
    return "".join(
        f'<i{" class=lost" if name in lost else ""} style="--h:{share:.0%}" title="{name}: {percent(share)}"></i>'
        for name in COMPLETED
        if (share := site.complete.get(name)) is not None
    )


def _outcomes(site: SiteHealth) -> str:
    counts: Counter[str] = Counter()
    for day in site.days[-7:]:
        counts.update(day.outcomes)
    kinds: dict[str, list[str]] = {kind: [] for kind in KINDS}
    amounts: Counter[str] = Counter()
    for outcome, count in counts.most_common():
        kinds[kind_of(outcome)].append(f"{count} {outcome}")
        amounts[kind_of(outcome)] += count
    parts = [(kind, float(amounts[kind]), ", ".join(kinds[kind])) for kind in KINDS if amounts[kind]]
    return svg.share(parts, name=f"{site.site}: outcomes of seven days") if parts else ""
