"""Where runs spend their time: the sites with the longest stages, a bar each."""

from html import escape

from flows.health.model import Health
from flows.health.words import seconds
from flows.report import svg
from flows.report.marks import anchor
from schemas.runs import STAGE_SECONDS

MOST = 6
"""Sites that are shown."""

_COLOURS = {
    "fetch": "var(--bar)",
    "archive": "var(--c3)",
    "extract": "var(--c2)",
    "dedupe": "var(--ok)",
    "publish": "var(--dull)",
}


def slowest(health: Health) -> str:
    """The sites whose runs take longest, with the seconds of each stage; nothing where no run was timed."""
    timed = sorted((site for site in health.sites if site.stages), key=lambda site: -sum(site.stages.values()))[:MOST]
    if not timed:
        return ""
    longest = sum(timed[0].stages.values()) or 1.0
    rows = ""
    for site in timed:
        parts = [(f"s-{stage}", took, f"{stage}: {seconds(took)}") for stage, took in site.stages.items()]
        parts.append(("s-rest", longest - sum(site.stages.values()), ""))
        worst = max(site.stages, key=lambda stage: site.stages[stage])
        said = ", ".join(
            f"<b>{stage} {escape(seconds(took))}</b>" if stage == worst else f"{stage} {escape(seconds(took))}"
            for stage, took in site.stages.items()
        )
        rows += (
            f'<div class="row"><span class="name"><a href="#{escape(anchor(site.site))}">{escape(site.site)}</a></span>'
            f'<span class="bar">{svg.share(parts, name=f"{site.site}: seconds of each stage")}</span>'
            f'<span class="said">{said}</span></div>'
        )
    legend = "".join(f'<span><i style="background:{_COLOURS[stage]}"></i>{stage}</span>' for stage in STAGE_SECONDS)
    return (
        f'<h2 id="stages">Slowest stages, median of the last runs</h2><div class="sheet times">{rows}</div>'
        f'<div class="legend">{legend}</div>'
    )
