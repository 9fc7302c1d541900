"""What belongs to nothing is removed on the second look only: at the first it may be somebody's work in progress."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta


def long_stale(
    names: Collection[str], remembered: Mapping[str, str], now: datetime, grace: timedelta
) -> tuple[set[str], dict[str, str]]:
    """Names that were stale `grace` ago already, and what to remember of the others (name: first seen, ISO 8601)."""
    seen = {name: remembered.get(name, now.isoformat()) for name in sorted(names)}
    gone = {name for name, since in seen.items() if datetime.fromisoformat(since) <= now - grace}
    return gone, {name: since for name, since in seen.items() if name not in gone}
