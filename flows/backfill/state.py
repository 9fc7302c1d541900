"""What the lake knows of backfills: `state/backfills/<job>/<window>.json`, written when a window's rows are in.

A window without its note is done again; its run id is always the same, so that what it has published is known.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from flows.backfill.model import Taken, Window
from flows.lake import Lake
from flows.lake.query import rows
from flows.stages import STAGES
from flows.summary import SiteSummary
from schemas import Outcome

log = logging.getLogger(__name__)


def note_job(lake: Lake, job: str, spec: dict[str, Any]) -> None:
    """Keep what the job was asked for, for whoever wonders what its id means."""
    lake.store.put_if_absent(f"{_folder(job)}job.json", json.dumps(spec, indent=1, default=str).encode())


def note_done(lake: Lake, job: str, window: Window, taken: Taken) -> None:
    """Mark a window as done."""
    note = {
        "label": window.label,
        "run_ids": taken.run_ids,
        "passed": dict(sorted(taken.passed.items())),
        "damaged": dict(sorted(taken.damaged.items())),
        "finished_at": datetime.now(UTC).isoformat(),
    }
    lake.store.put(f"{_folder(job)}{window.name}.json", json.dumps(note, indent=1).encode())


def done_windows(lake: Lake, job: str) -> set[str]:
    """Names of the windows that are done."""
    folder = _folder(job)
    names = (name.removeprefix(folder).removesuffix(".json") for name in lake.store.names(folder))
    return {name for name in names if name != "job"}


def read_done(lake: Lake, job: str, windows: Iterable[str]) -> Taken:
    """What the windows that are done came to, together, as the lake has it."""
    total = Taken()
    for name in windows:
        data = lake.store.get(f"{_folder(job)}{name}.json")
        if data is None:
            continue
        note = json.loads(data)
        total.run_ids += note["run_ids"]
        total.passed += Counter(note["passed"])
        total.damaged += Counter(note["damaged"])
    total.sites = summaries(lake, total.run_ids)
    return total


def summaries(lake: Lake, run_ids: Iterable[str]) -> list[SiteSummary]:
    """What these runs came to, one summary a site, from the table `runs`."""
    found: dict[str, SiteSummary] = {}
    sql = "SELECT * FROM runs WHERE run_id IN (SELECT unnest(?::VARCHAR[])) ORDER BY site, run_id"
    for row in rows(lake, sql, [sorted(set(run_ids))]):
        site = found.setdefault(row["site"], SiteSummary(row["site"]))
        site.outcomes += Counter({Outcome(entry["outcome"]): entry["urls"] for entry in row["outcomes"]})
        for name in ("new", "revised", "copies", "sources", "sources_failed", "requests", "body_bytes"):
            setattr(site, name, getattr(site, name) + row[name])
        for name in (f"{stage}_seconds" for stage in STAGES):
            if row[name] is not None:
                setattr(site, name, (getattr(site, name) or 0.0) + row[name])
        if row["state"] != "ok":
            site.state, site.problem = row["state"], row["problem"]
    return list(found.values())


def _folder(job: str) -> str:
    return f"state/backfills/{job}/"
