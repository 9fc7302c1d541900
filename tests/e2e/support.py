"""What the end-to-end tests share: settings with a lake of their own, sites without delays, rows to compare."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flows.lake import Lake, open_lake
from flows.lake.query import rows
from flows.settings import Settings
from infra.demo import SITES
from schemas.runs import STAGE_SECONDS

BY_RUN = frozenset(
    {"run_id", "fetched_at", "first_seen_at", "decided_at", "warc_file", "warc_offset", "warc_digest", "started_at",
     "finished_at", "elapsed_ms", *(f"{stage}_seconds" for stage in STAGE_SECONDS)}
)  # fmt: skip
"""Columns that differ between two runs of the same."""


def quick_sites(folder: Path, names: Iterable[str] = (), source: Path = SITES) -> Path:
    """The demo's declarations, without a pause between requests."""
    for path in source.rglob("*.toml"):
        if names and path.stem not in names:
            continue
        target = folder / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(re.sub(r"(?m)^delay = .*$", "delay = 0.0", path.read_text("utf-8")), "utf-8")
    return folder


def settings(folder: Path, sites: Path, lake: str | None = None) -> Settings:
    """Settings of a run whose lake and spool are below `folder`."""
    return Settings(lake=lake or str(folder / "lake"), spool=folder / "spool", sites=sites, processes=2)


def content(lake: Lake | str, table: str) -> list[dict[str, Any]]:
    """A table's rows without what depends on when and by which run they came, in a fixed order."""
    lake = open_lake(lake) if isinstance(lake, str) else lake
    found = [{k: v for k, v in row.items() if k not in BY_RUN} for row in rows(lake, f"SELECT * FROM {table}")]
    return sorted(found, key=lambda row: (str(row.get("article_id")), row.get("revision", 0), str(row.get("url"))))


def whoever_judged(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows without what tells how a page was read: whether by a template depends on how many of its sisters were there.

    The blocks that were removed stay, by their words.
    """
    return [
        {key: value for key, value in row.items() if key != "template"}
        | ({"removed_blocks": [block["text"] for block in row["removed_blocks"]]} if "removed_blocks" in row else {})
        for row in found
    ]
