"""What a run did, for people (terminal, Prefect artifact) and machines (JSON)."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.outcomes import HARMLESS, MEANING, Outcome


@dataclass
class SiteSummary:
    """One site's share of a run; fields as in `schemas.RUNS`."""

    site: str
    state: str = "ok"
    problem: str | None = None
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    """Article addresses by outcome."""
    new: int = 0
    revised: int = 0
    copies: int = 0
    sources: int = 0
    sources_failed: int = 0
    requests: int = 0
    body_bytes: int = 0
    fetch_seconds: float | None = None
    archive_seconds: float | None = None
    extract_seconds: float | None = None
    dedupe_seconds: float | None = None
    publish_seconds: float | None = None
    """None until the batch is in the tables."""

    @property
    def discovered(self) -> int:
        """Article addresses the run learned of: the sum of the outcomes."""
        return sum(self.outcomes.values())

    def attention(self) -> list[str]:
        """The outcomes somebody may want to look at, e.g. `3 server_error`."""
        return [f"{count} {outcome}" for outcome, count in self.outcomes.most_common() if outcome not in HARMLESS]


@dataclass
class RunSummary:
    """One run over some sites. `recovered` names earlier runs that were killed and are published now."""

    run_id: str
    started_at: datetime
    sites: list[SiteSummary] = field(default_factory=list)
    recovered: list[str] = field(default_factory=list)
    finished_at: datetime | None = None
    busy: list[str] = field(default_factory=list)
    """Sites left out because another run was crawling them."""

    @property
    def state(self) -> str:
        """`ok`, `partial` (some sites or parts failed) or `failed` (all sites did)."""
        states = {site.state for site in self.sites}
        if states == {"failed"}:
            return "failed"
        return "partial" if states - {"ok"} else "ok"

    def message(self) -> str:
        """One line: what came in, and which sites need a look."""
        new, revised = sum(s.new for s in self.sites), sum(s.revised for s in self.sites)
        copies = sum(s.copies for s in self.sites)
        line = f"{new} new articles ({copies} of them copies), {revised} revised, from {len(self.sites)} sites"
        troubled = [f"{s.site}: {s.problem or s.state}" for s in self.sites if s.state != "ok"]
        if self.busy:
            line += f"; another run is crawling {', '.join(self.busy)}"
        return f"{line}; {self.state} — {'; '.join(troubled)}" if troubled else line

    def to_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "run_id": self.run_id,
            "state": self.state,
            "started_at": self.started_at.isoformat(),
            "finished_at": self.finished_at.isoformat() if self.finished_at else None,
            "recovered": self.recovered,
            "busy": self.busy,
            "sites": [
                {
                    "site": s.site,
                    "state": s.state,
                    "problem": s.problem,
                    "discovered": s.discovered,
                    "outcomes": {str(outcome): count for outcome, count in sorted(s.outcomes.items())},
                    "new": s.new,
                    "revised": s.revised,
                    "copies": s.copies,
                    "sources": s.sources,
                    "sources_failed": s.sources_failed,
                    "requests": s.requests,
                    "body_bytes": s.body_bytes,
                }
                for s in sorted(self.sites, key=lambda s: s.site)
            ],
        }

    def table(self) -> list[dict[str, str | int]]:
        """Rows for a table: the troubled sites first."""
        order = {"failed": 0, "partial": 1, "ok": 2}
        return [
            {
                "site": s.site,
                "state": s.state,
                "discovered": s.discovered,
                "new": s.new,
                "revised": s.revised,
                "copies": s.copies,
                "known": s.outcomes[Outcome.KNOWN] + s.outcomes[Outcome.UNCHANGED] + s.outcomes[Outcome.NOT_MODIFIED],
                "later": s.outcomes[Outcome.OVER_BUDGET] + s.outcomes[Outcome.NOT_FETCHED],
                "look at": "; ".join(filter(None, [s.problem, ", ".join(s.attention())])),
            }
            for s in sorted(self.sites, key=lambda s: (order[s.state], s.site))
        ]


def meanings(summary: RunSummary) -> list[str]:
    """A line for each outcome in the summary that isn't harmless, with what it means."""
    seen = sorted({outcome for site in summary.sites for outcome in site.outcomes} - HARMLESS)
    return [f"{outcome}: {MEANING[outcome]}" for outcome in seen]
