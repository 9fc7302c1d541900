"""Write the report into the lake."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from flows.health import DEFAULT_RULES, Health, Rules, assess
from flows.lake import Lake
from flows.report.page import render

LATEST = "reports/latest.html"


def write_report(
    lake: Lake,
    *,
    at: datetime | None = None,
    rules: Rules = DEFAULT_RULES,
    sites: Collection[str] | None = None,
    spool: Path | None = None,
    health: Health | None = None,
) -> str:
    """Write `reports/<date>.html` (replaced by each run of the day) and `reports/latest.html`.

    Arguments as in `assess`, unless `health` is known already. Returns the name of the day's page in the lake.
    Raises LakeError where it can't be written.
    """
    health = health or assess(lake, at=at, rules=rules, sites=sites, spool=spool)
    page = render(health).encode()
    name = f"reports/{health.at:%Y-%m-%d}.html"
    lake.store.put(name, page)
    lake.store.put(LATEST, page)
    return name
