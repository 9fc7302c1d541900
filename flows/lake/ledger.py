"""The ledger of takedowns: what must not come back. It knows identities and addresses, never content."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from crawlers.urlkey import article_id, url_key
from flows.lake.lake import Lake

FOLDER = "state/takedowns/"
TOMBSTONES = "tables/_TAKEDOWNS.jsonl"
"""For readers: a line for each takedown, beside the tables; they remove the same articles from their own copies."""

TAKEN_DOWN = "taken down"
"""How the detail of a fetch begins whose article the ledger forbids."""


@dataclass(frozen=True)
class Takedown:
    """One entry. `site` is set where all of a site goes; `requested_at` is ISO 8601 in UTC."""

    id: str
    url_key: str | None
    site: str | None
    requested_at: str
    reason: str
    article_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ledger:
    """All entries, as they stood when read."""

    entries: tuple[Takedown, ...]

    def blocks(self, site: str, article: str, key: str, url: str) -> Takedown | None:
        """The takedown that forbids to publish this article, if there is one."""
        keys = {key, url_key(url)}
        for entry in self.entries:
            if entry.site == site or article in entry.article_ids or (entry.url_key in keys):
                return entry
        return None


def read_ledger(lake: Lake) -> Ledger:
    """Raises LakeError where it can't be read: without it, nothing may be published."""
    entries = []
    for name in lake.store.names(FOLDER):
        if data := lake.store.get(name):
            found = json.loads(data)
            entries.append(Takedown(**found | {"article_ids": tuple(found["article_ids"])}))
    return Ledger(tuple(entries))


def enter(lake: Lake, *, url: str | None, site: str | None, reason: str, now: datetime) -> Takedown:
    """Write the entry, before anything is removed: from here on no new decision publishes the article."""
    key = url_key(url) if url else None
    name = f"site-{site}" if site else article_id(key or "")
    ids = (article_id(key),) if key else ()
    entry = Takedown(name, key, site, now.isoformat(), reason, ids)
    if not lake.store.put_if_absent(_name(entry), _json(entry)):
        known = [found for found in read_ledger(lake).entries if found.id == entry.id]
        return known[0] if known else entry
    return entry


def extend(lake: Lake, entry: Takedown, article_ids: set[str]) -> Takedown:
    """Note the articles that were found, and publish the tombstones."""
    entry = replace(entry, article_ids=tuple(sorted(article_ids.union(entry.article_ids))))
    lake.store.put(_name(entry), _json(entry))
    lines = [json.dumps(asdict(found)) for found in sorted(read_ledger(lake).entries, key=lambda e: e.requested_at)]
    lake.store.put(TOMBSTONES, "".join(f"{line}\n" for line in lines).encode())
    return entry


def _name(entry: Takedown) -> str:
    return f"{FOLDER}{entry.id}.json"


def _json(entry: Takedown) -> bytes:
    return json.dumps(asdict(entry), indent=1).encode()
