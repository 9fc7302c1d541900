"""Deployments as data: which flow runs when, with what, and what happens if a run is still going.

One deployment of `ingest` for each cadence that declarations name; each run looks up the sites of its cadence anew, so
a site that is added needs no new deployment unless its cadence is a new one. `presslake serve` serves them on one
machine; `prefect.yaml` has the same for a work pool.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from crawlers.cadence import Cadence, parse_cadence
from crawlers.declarations import Site, load_sites

SKIP, QUEUE = "skip", "queue"
"""What becomes of a run while the one before is still going: it is left out, or waits for its turn."""

JITTER_SHARE, MOST_JITTER = 0.05, timedelta(minutes=2)
"""A scheduled run begins up to this share of its interval late, so that no server sees us on the stroke of the hour."""

PUBLISH_LIMIT = "presslake-publish"
"""Prefect's global concurrency limit that batches are published under, one at a time."""

EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Deployment:
    """One deployment."""

    flow: str
    """`ingest` or `backfill`."""
    name: str
    entrypoint: str
    """Module path of the flow, as Prefect wants it: `flows.ingest:ingest`."""
    description: str
    cadence: Cadence | None = None
    """None: it runs when somebody asks for it."""
    zone: str = "UTC"
    """IANA time zone of a cron cadence."""
    overlap: str = SKIP
    parameters: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()

    @property
    def anchor(self) -> datetime:
        """An instant on the schedule. Each deployment has its own, so that cadences don't all start together."""
        if self.cadence is None or self.cadence.every is None:
            return EPOCH
        return EPOCH + timedelta(seconds=zlib.crc32(self.name.encode()) % int(self.cadence.every.total_seconds()))


def deployments(sites: Iterable[Site]) -> list[Deployment]:
    """The deployments that these sites need: one a cadence, and the backfill."""
    groups = sorted({group_of(site) for site in sites})
    return [*(_ingest(text, zone) for text, zone in groups), _backfill()]


def group_of(site: Site) -> tuple[str, str]:
    """Cadence and time zone by which a site is grouped: an interval is the same everywhere, six o'clock is not."""
    cadence = parse_cadence(site.cadence)
    return cadence.text, (site.timezone or "UTC") if cadence.cron else "UTC"


def jitter_of(cadence: Cadence) -> timedelta:
    """How late a run of this cadence may begin."""
    every = cadence.every or timedelta(minutes=15)
    return min(every * JITTER_SHARE, MOST_JITTER)


def _ingest(text: str, zone: str) -> Deployment:
    cadence = parse_cadence(text)
    name = cadence.name if zone == "UTC" else f"{cadence.name}-{zone.replace('/', '_')}"
    when = f"every {text}" if cadence.every else f"at {text} ({zone})"
    return Deployment(
        flow="ingest",
        name=name,
        entrypoint="flows.ingest:ingest",
        description=f"Crawls the sites whose declarations say so {when}, and publishes what is new.",
        cadence=cadence,
        zone=zone,
        overlap=SKIP,
        parameters={"cadence": text, "zone": zone, "jitter": round(jitter_of(cadence).total_seconds(), 1)},
        tags=("presslake", "ingest"),
    )


def _backfill() -> Deployment:
    return Deployment(
        flow="backfill",
        name="backfill",
        entrypoint="flows.backfill_flow:backfill",
        description="Brings in articles of the past: from sitemaps, WARC files, CC-NEWS or our own archive.",
        overlap=QUEUE,
        tags=("presslake", "backfill"),
    )


def as_yaml(found: Iterable[Deployment], pool: str = "presslake") -> list[dict[str, Any]]:
    """The deployments as the entries of a `prefect.yaml`."""
    return [
        {
            "name": one.name,
            "entrypoint": one.entrypoint,
            "description": one.description,
            "tags": list(one.tags),
            "parameters": one.parameters,
            "schedules": _schedules(one),
            "concurrency_limit": {
                "limit": 1,
                "collision_strategy": "CANCEL_NEW" if one.overlap == SKIP else "ENQUEUE",
            },
            "work_pool": {"name": pool},
        }
        for one in found
    ]


def _schedules(deployment: Deployment) -> list[dict[str, Any]]:
    cadence = deployment.cadence
    if cadence is None:
        return []
    if cadence.every is not None:
        seconds = int(cadence.every.total_seconds())
        return [{"interval": seconds, "anchor_date": deployment.anchor.isoformat(), "timezone": "UTC"}]
    return [{"cron": cadence.cron, "timezone": deployment.zone}]


if __name__ == "__main__":
    import json

    # JSON is YAML, too.
    print(json.dumps({"deployments": as_yaml(deployments(load_sites().values()))}, indent=2))
