"""The contract with readers: one module per table, each field with its meaning and version."""

from schemas.articles import ARTICLES
from schemas.copies import COPIES
from schemas.fetches import FETCHES
from schemas.outcomes import Outcome
from schemas.revisions import REVISIONS
from schemas.runs import RUNS
from schemas.table import Field, Table

TABLES: dict[str, Table] = {table.name: table for table in (ARTICLES, REVISIONS, COPIES, FETCHES, RUNS)}
"""All tables of the lake by name."""

__all__ = ["ARTICLES", "COPIES", "FETCHES", "REVISIONS", "RUNS", "TABLES", "Field", "Outcome", "Table"]
