"""The door to the lake's health: measure, judge, put the worst first."""

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.errors import LakeError
from flows.health.judge import judge
from flows.health.measure import WINDOW, Facts, measure
from flows.health.model import SEVERITIES, Finding, Health, SiteHealth
from flows.health.rules import DEFAULT_RULES, Rules
from flows.health.storage import check_storage, unreachable
from flows.lake import Lake, open_lake
from flows.lake.templates import load_templates

_LEARNS = frozenset({"layout", "unreadable", "field"})


def assess(
    lake: Lake,
    *,
    at: datetime | None = None,
    window: int = WINDOW,
    rules: Rules = DEFAULT_RULES,
    sites: Collection[str] | None = None,
    spool: Path | None = None,
    probe: bool = False,
) -> Health:
    """The lake's health at `at` (UTC; now), looking back `window` days.

    `sites`: those to tell about (None: all that had a run; those without one in the window are told as not run).
    `spool`: its disk is looked at, too. `probe`: see `check_storage`. A lake that fails is a finding, no error.
    """
    at = at or datetime.now(UTC)
    found: list[Finding] = []
    facts: list[Facts] = []
    try:
        found = check_storage(lake, rules, at, spool, probe=probe)
        facts = measure(lake, at, window)
    except (LakeError, OSError) as error:
        found.append(unreachable(error, rules.rule("storage"), lake.root))
    chosen = [item for item in facts if sites is None or item.health.site in sites]
    for item in chosen:
        item.health.findings = judge(item, rules)
        if any(finding.rule in _LEARNS for finding in item.health.findings):
            item.health.drifted = load_templates(lake, item.health.site).drifted[item.health.site]
    return Health(lake.root, at, sorted((item.health for item in chosen), key=_badness), _together(chosen, found))


def assess_root(
    root: str, *, at: datetime | None = None, rules: Rules = DEFAULT_RULES, **more: Any
) -> tuple[Health, Lake | None]:
    """The same of the lake at `root`, and that lake; None, and a finding, where it can't even be opened."""
    try:
        lake = open_lake(root)
    except (LakeError, OSError) as error:
        finding = unreachable(error, rules.rule("storage"), root)
        return Health(root, at or datetime.now(UTC), [], [finding]), None
    return assess(lake, at=at, rules=rules, **more), lake


def _badness(site: SiteHealth) -> tuple[int, int, str]:
    ranks = [SEVERITIES.index(finding.severity) for finding in site.findings]
    return min(ranks, default=len(SEVERITIES)), -len(ranks), site.site


def _together(facts: list[Facts], found: list[Finding]) -> list[Finding]:
    """Sites that stopped being run all together are one finding: the scheduler is down, not the sites."""
    idle = [f for item in facts for f in item.health.findings if f.rule == "not_run"]
    if len(idle) < 2 or len(idle) < len(facts):
        return found
    latest = max(idle, key=lambda finding: finding.since.timestamp() if finding.since else 0.0)
    for item in facts:
        item.health.findings = [finding for finding in item.health.findings if finding.rule != "not_run"]
    whole = Finding(
        "not_run", latest.severity, None, f"{latest.title}, of any site", latest.detail,
        "the Prefect server, the scheduler or the workers are down", "prefect flow-run ls --limit 10",
        latest.since,
    )  # fmt: skip
    return [*found, whole]
