"""What is known of the lake's health: per site, per day, and what somebody should look at."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Severity = Literal["critical", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "info")
"""Worst first."""

COMPLETED = ("title", "published_at", "authors", "description", "section", "tags", "image_url", "language")
"""Columns of `revisions` whose completeness is watched."""


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be. `since` is UTC; `look` is the command that looks closer."""

    rule: str
    severity: Severity
    site: str | None
    """None: it concerns the lake as a whole."""
    title: str
    detail: str
    cause: str
    look: str
    since: datetime | None = None
    subject: str | None = None
    """What within the site, e.g. a field's name."""

    @property
    def key(self) -> str:
        """Identity over time: the same trouble has the same key in every assessment."""
        return ":".join(filter(None, (self.rule, self.site or "-", self.subject)))


@dataclass
class Day:
    """One UTC day of one site. Articles count on their day of publication, runs and tries on their own."""

    date: date
    articles: int = 0
    usual: float | None = None
    """Articles to be expected on this day, today until the last run; None where there is too little history."""
    copies: int = 0
    words: float | None = None
    """Median of `word_count`."""
    templated: float | None = None
    """Share of the articles read with a learned template, 0 to 1."""
    complete: Mapping[str, float] = field(default_factory=dict)
    """Share of the articles with each of `COMPLETED`, 0 to 1."""
    latency: float | None = None
    """Median minutes from publication to availability."""
    runs: int = 0
    failed: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    """Article addresses that were tried, by outcome."""
    over: bool = True
    """False for the day that is still going on."""


@dataclass(frozen=True)
class Gap:
    """A stretch without a run, UTC."""

    begin: datetime
    end: datetime


@dataclass
class SiteHealth:
    """One site. Instants are UTC; durations say their unit."""

    site: str
    days: list[Day]
    findings: list[Finding] = field(default_factory=list)
    first_run: datetime | None = None
    last_run: datetime | None = None
    last_state: str | None = None
    last_problem: str | None = None
    last_article: datetime | None = None
    recent: int = 0
    """Articles of the 24 hours before the last run."""
    recent_usual: float | None = None
    complete: Mapping[str, float] = field(default_factory=dict)
    """Share of the newest articles with each field."""
    complete_usual: Mapping[str, float] = field(default_factory=dict)
    latency: float | None = None
    """Median minutes from publication to availability, newest articles."""
    latency_p90: float | None = None
    latency_usual: float | None = None
    interval: float | None = None
    """Median hours between runs."""
    run_minutes: float | None = None
    """Median minutes from the start of a run to the site's publication."""
    stages: Mapping[str, float] = field(default_factory=dict)
    """Median seconds of each stage in the last runs, in order; those that nobody timed are missing."""
    fetch_ms: float | None = None
    """Median of `elapsed_ms` of the newest tries."""
    fetch_ms_p95: float | None = None
    left: list[int] = field(default_factory=list)
    """Addresses that the last runs left for later, oldest first."""
    copies_of: list[tuple[str, int]] = field(default_factory=list)
    """Sites it repeats and how often, most frequent first."""
    gaps: list[Gap] = field(default_factory=list)
    template: str | None = None
    """Main template version of the newest articles."""
    drifted: int | None = None
    """Pages that none of the site's learned templates explained."""

    @property
    def articles(self) -> int:
        """Articles of all its days."""
        return sum(day.articles for day in self.days)

    @property
    def state(self) -> str:
        """`critical`, `warning`, `learning` (too little history to judge) or `ok`."""
        for severity in ("critical", "warning"):
            if any(finding.severity == severity for finding in self.findings):
                return severity
        return "ok" if self.days and self.days[-1].usual is not None else "learning"


@dataclass
class Health:
    """The lake at a moment (UTC)."""

    lake: str
    at: datetime
    sites: list[SiteHealth]
    """Worst first."""
    findings: list[Finding] = field(default_factory=list)
    """Those of the lake as a whole."""

    @property
    def all_findings(self) -> list[Finding]:
        """Lake's and sites' findings, worst first."""
        found = [*self.findings, *(finding for site in self.sites for finding in site.findings)]
        return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))

    def slowest(self, count: int) -> list[tuple[str, str, float]]:
        """Where runs spend their time: site, stage and median seconds, the slowest first."""
        timed = [(site.site, stage, seconds) for site in self.sites for stage, seconds in site.stages.items()]
        return sorted(timed, key=lambda entry: (-entry[2], entry[0]))[:count]

    @property
    def state(self) -> str:
        """The worst of all findings: `critical`, `warning` or `ok`."""
        worst = {finding.severity for finding in self.all_findings} - {"info"}
        return "critical" if "critical" in worst else "warning" if worst else "ok"

    def to_dict(self) -> dict[str, Any]:
        """For `--json` and programs; instants stay datetimes."""
        return {
            "lake": self.lake,
            "at": self.at,
            "state": self.state,
            "findings": [asdict(finding) | {"key": finding.key} for finding in self.all_findings],
            "sites": [{"state": site.state, **asdict(site)} for site in self.sites],
        }
