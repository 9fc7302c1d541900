"""How long the archive is kept: for ever, unless maintenance is told otherwise.

Pages that go leave their rows as they are, with the place where the page was (`warc_file`, `warc_offset`,
`warc_digest`). That the archive no longer reaches so far back is noted in `state/archive-expiry.json` before anything
goes, so whoever looks for a page is told why it isn't there.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime

from flows.lake.lake import Lake
from flows.lake.quarantine import waiting_pages

NOTE = "state/archive-expiry.json"


@dataclass(frozen=True)
class Expired:
    """What left the archive in one round."""

    objects: int = 0
    bytes: int = 0
    kept: int = 0
    """Objects old enough that stay, because a page in them is in quarantine."""


def expire(lake: Lake, before: date) -> Expired:
    """Remove archive objects of pages fetched before this day (UTC). Raises LakeError."""
    reached = expired_before(lake)
    if reached is None or reached < before:
        note = {"before": before.isoformat(), "noted_at": datetime.now(UTC).isoformat()}
        lake.store.put(NOTE, json.dumps(note, indent=1).encode())
    waiting = {row["warc_file"] for row in waiting_pages(lake)}
    old = [name for name in lake.store.names("archive/") if (day := _day(name)) and day < before]
    gone = [name for name in old if name not in waiting]
    with ThreadPoolExecutor(8) as pool:
        sizes = list(pool.map(lambda name: lake.store.size(name) or 0, gone))
        list(pool.map(lake.store.delete, gone))
    return Expired(len(gone), sum(sizes), len(old) - len(gone))


def expired_before(lake: Lake) -> date | None:
    """The day before which fetched pages have left the archive; None where it is kept for ever."""
    data = lake.store.get(NOTE)
    return date.fromisoformat(json.loads(data)["before"]) if data else None


def has_expired(name: str, before: date | None) -> bool:
    """Whether an object of this name is old enough to have left the archive (unless a page in it was waiting)."""
    day = _day(name)
    return before is not None and day is not None and day < before


def missing(lake: Lake, name: str) -> str | None:
    """Why the archive object isn't there, in words for people; None where it is."""
    if lake.store.size(name) is not None:
        return None
    before = expired_before(lake)
    if before is not None and has_expired(name, before):
        return f"it has expired: the archive is kept from {before} on, by maintenance"
    return "it is gone from the archive, though it has not expired"


def _day(name: str) -> date | None:
    folder = next((part for part in name.split("/") if part.startswith("date=")), "")
    try:
        return date.fromisoformat(folder.removeprefix("date="))
    except ValueError:
        return None  # not put there by us: never removed
