"""Takedown: an article, or all of a site, leaves tables, archive and exports, and does not come back.

1. The ledger gets its entry, so that decisions from now on leave the article out.
2. A sequence number is taken: whoever decided before must have committed, or decides again.
3. Rows leave the tables, pages the archive; the lake's own export is written anew.
4. Earlier versions of the tables hold the rows until maintenance vacuums them after its retention; `purge` does it
   at once and ends time travel. Publishers may be at work (`removal`), other maintenance may not (`leases`).

What stays: pages of other articles are archived as they came, with teasers that may quote a headline and a first
sentence, and so may their `removed_blocks`; feeds that name the article after its takedown are archived like any.
Copies at other sites are those sites' own articles: they stay, and so do their rows in `copies`.
"""

import json
import tempfile
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crawlers.archive.reader import ArchiveError, read_page
from flows.lake.batches import take_turn
from flows.lake.export import MANIFEST, export
from flows.lake.lake import Lake, open_lake
from flows.lake.ledger import Takedown, enter, extend
from flows.lake.maintain import maintain
from flows.lake.postings import DOCS
from flows.lake.quarantine import QUARANTINE
from flows.lake.query import rows
from flows.lake.tables import remove
from flows.lake.warc_erase import erase_records
from schemas import ARTICLES, COPIES, FETCHES, REVISIONS


@dataclass(frozen=True)
class Removal:
    """What a takedown came to. Copies are articles of other sites with the same words, which stay."""

    entry: Takedown
    articles: int
    pages: int
    sources: int
    export_renewed: bool
    copies: tuple[str, ...]
    purged: bool


def takedown(
    lake: Lake,
    *,
    url: str | None = None,
    site: str | None = None,
    reason: str = "",
    purge: bool = False,
    now: datetime | None = None,
) -> Removal:
    """Remove one article (`url`) or all of a site. Calling it again goes on where it was interrupted.

    Raises LakeError where a store refuses; the ledger then has the entry and another call finishes the work.
    """
    now = now or datetime.now(UTC)
    entry = enter(lake, url=url, site=site, reason=reason, now=now)
    take_turn(lake, f"takedown-{entry.id}")
    found = _articles(lake, entry)
    entry = extend(lake, entry, found)
    copies = _copies(lake, entry)
    # The archive before the tables: these say where the pages are, also to a second call.
    pages, sources = _erase_archive(lake, entry)
    _remove_rows(lake, entry)
    # A batch decided meanwhile can have taken an old row from revisions to articles; from here on none can.
    take_turn(lake, f"takedown-{entry.id}")
    _remove_rows(lake, entry)
    manifest = lake.store.get(f"export/{MANIFEST}")
    if manifest:
        _renew_export(lake, json.loads(manifest))
    if purge:
        maintain(lake, retention=timedelta(0), now=now, forget=True)
    return Removal(entry, len(found), pages, sources, manifest is not None, copies, purge)


def _articles(lake: Lake, entry: Takedown) -> set[str]:
    if entry.site:
        found = rows(lake, "SELECT DISTINCT article_id FROM revisions WHERE site = ?", [entry.site])
    else:
        ids = list(entry.article_ids)
        found = rows(
            lake,
            "SELECT DISTINCT article_id FROM revisions WHERE article_id IN (SELECT unnest($1)) OR url_key = $2 "
            "UNION SELECT article_id FROM fetches WHERE url_key = $2 AND article_id IS NOT NULL",
            [ids, entry.url_key],
        )
    return {row["article_id"] for row in found}


def _copies(lake: Lake, entry: Takedown) -> tuple[str, ...]:
    ids = list(entry.article_ids)
    sql = (
        "SELECT url FROM copies WHERE (original_id IN (SELECT unnest($1)) OR leader_id IN (SELECT unnest($1))) "
        "AND article_id NOT IN (SELECT unnest($1)) ORDER BY url"
    )
    return tuple(row["url"] for row in rows(lake, sql, [ids]))


_WHERE = "(site = $1 OR article_id IN (SELECT unnest($2::VARCHAR[])) OR url_key = $3)"


def _erase_archive(lake: Lake, entry: Takedown) -> tuple[int, int]:
    """Erase the archived pages, and the feeds and sitemaps that told of them with title or text."""
    values = [entry.site, list(entry.article_ids), entry.url_key]
    places: dict[str, set[int]] = defaultdict(set)
    looked = f"SELECT warc_file, warc_offset FROM fetches WHERE warc_file IS NOT NULL AND {_WHERE}"
    # reextract and old runs: a revision knows its page, too
    stored = f"SELECT warc_file, warc_offset FROM revisions WHERE warc_file IS NOT NULL AND {_WHERE}"
    for row in rows(lake, f"{looked} UNION {stored}", values):
        places[row["warc_file"]].add(row["warc_offset"])
    pages = sum(erase_records(lake.store, name, offsets) for name, offsets in places.items())
    sources = sum(erase_records(lake.store, name, at) for name, at in _telling(lake, values).items())
    return pages, sources


def _telling(lake: Lake, values: list[Any]) -> Mapping[str, Collection[int]]:
    """Archived feeds, sitemaps and sections in which an address or title of what goes is found."""
    named = rows(
        lake, f"SELECT DISTINCT url, lead_title, site FROM fetches WHERE {_WHERE} AND kind = 'article'", values
    )
    named += rows(lake, f"SELECT DISTINCT url, title AS lead_title, site FROM revisions WHERE {_WHERE}", values)
    words = {word.encode() for row in named for word in (row["url"], row["lead_title"]) if word}
    sites = sorted({row["site"] for row in named})
    places = rows(
        lake,
        "SELECT DISTINCT warc_file, warc_offset FROM fetches WHERE site IN (SELECT unnest(?::VARCHAR[])) "
        "AND kind NOT IN ('article', 'robots') AND warc_file IS NOT NULL",
        [sites],
    )
    by_file: dict[str, list[int]] = defaultdict(list)
    for row in places:
        by_file[row["warc_file"]].append(row["warc_offset"])
    found: dict[str, list[int]] = {}
    with tempfile.TemporaryDirectory(prefix="presslake-") as folder:
        for name, offsets in by_file.items():
            path = Path(folder) / "archive.warc.gz"
            path.write_bytes(lake.store.get(name) or b"")
            if telling := [offset for offset in offsets if _tells(path, offset, words)]:
                found[name] = telling
    return found


def _tells(path: Path, offset: int, words: Collection[bytes]) -> bool:
    try:
        body = read_page(path, offset).body
    except (ArchiveError, OSError):
        return False  # erased before
    return any(word in body for word in words)


def _remove_rows(lake: Lake, entry: Takedown) -> None:
    ids = ", ".join(f"'{one}'" for one in sorted(entry.article_ids))
    parts = [f"article_id IN ({ids})"] if ids else []
    by_site = [f"site = {_quoted(entry.site)}"] if entry.site else []
    by_key = [f"url_key = {_quoted(entry.url_key)}"] if entry.url_key else []
    for table, terms in (
        (ARTICLES, parts + by_site + by_key),
        (REVISIONS, parts + by_site + by_key),
        (COPIES, parts + by_site),
        (FETCHES, parts + by_site + by_key),
        (QUARANTINE, parts + by_site + by_key),
        (DOCS, parts),
    ):
        if terms:
            remove(lake, table, " OR ".join(terms))


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _renew_export(lake: Lake, manifest: Mapping[str, Any]) -> None:
    target = open_lake(f"{lake.root}/export").store
    fresh = export(lake, target, tuple(manifest["tables"]), keep=1)
    for name in list(target.names("snapshots/")):
        if not name.startswith(f"{fresh['snapshot']}/"):
            target.delete(name)
