"""The contract with readers: one module per table, each field with its meaning and version."""

from typing import TYPE_CHECKING

from schemas.outcomes import Outcome

if TYPE_CHECKING:
    from schemas.articles import ARTICLES
    from schemas.copies import COPIES
    from schemas.fetches import FETCHES
    from schemas.revisions import REVISIONS
    from schemas.runs import RUNS
    from schemas.table import Field, Table

    TABLES: dict[str, Table]
    """All tables of the lake by name."""

__all__ = ["ARTICLES", "COPIES", "FETCHES", "REVISIONS", "RUNS", "TABLES", "Field", "Outcome", "Table"]


def __getattr__(name: str) -> object:
    """The tables, when they are asked for first.

    They need pyarrow; those who extract pages need the outcomes alone, and spare 50 MB a process.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from schemas import articles, copies, fetches, revisions, runs, table

    tables = (articles.ARTICLES, revisions.REVISIONS, copies.COPIES, fetches.FETCHES, runs.RUNS)
    globals().update({one.name.upper(): one for one in tables})
    globals().update(TABLES={one.name: one for one in tables}, Field=table.Field, Table=table.Table)
    return globals()[name]
