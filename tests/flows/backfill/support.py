"""What the backfill tests share: settings, sources, and the lake's content to compare."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flows.backfill import run as backfills
from flows.backfill.request import Request, make_source
from flows.backfill.run import Report
from flows.lake import open_lake
from flows.lake.query import rows
from flows.settings import Settings


def settings_for(folder: Path, sites: Path, lake: str | None = None) -> Settings:
    """Settings with lake and spool below a folder."""
    return Settings(lake or str(folder / "lake"), folder / "spool", sites, processes=1, allow_private=True)


def backfill(settings: Settings, source: str, **asked: Any) -> Report:
    """Run a backfill as the command line does."""
    return backfills.run(settings, make_source(settings, Request(source, **asked)))


def articles(settings: Settings) -> list[dict[str, Any]]:
    """What readers have, by url: id, revisions and the text."""
    return rows(
        open_lake(settings.lake),
        "SELECT url, article_id, title, text, published_at, date, site FROM articles ORDER BY url",
    )


def counts(settings: Settings, table: str, where: str = "true") -> int:
    """Rows of a table."""
    found: int = rows(open_lake(settings.lake), f"SELECT count(*) AS n FROM {table} WHERE {where}")[0]["n"]
    return found


def outcomes(report: Report) -> dict[str, int]:
    """Pages by outcome, plain."""
    return {str(outcome): count for outcome, count in sorted(report.outcomes.items())}


def urls(found: Sequence[dict[str, Any]]) -> list[str]:
    """The addresses."""
    return [row["url"] for row in found]
