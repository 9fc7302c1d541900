"""SQL over the lake's tables by name, with DuckDB."""

import re
from typing import Any

import duckdb
import pyarrow as pa

from flows.duck import connected
from flows.errors import SettingsError
from flows.lake.lake import Lake
from flows.lake.tables import dataset, is_gone
from schemas import TABLES

_LOOKS = 2


def connect(lake: Lake, sql: str) -> duckdb.DuckDBPyConnection:
    """A connection that knows the tables which `sql` names, each as a snapshot of now.

    Times are shown in UTC. Tables that the query doesn't name are not opened: on S3 that saves round trips.
    """
    connection = connected()
    for name, table in TABLES.items():
        if re.search(rf"\b{name}\b", sql):
            connection.register(name, dataset(lake, table))
    return connection


def query(lake: Lake, sql: str, parameters: list[Any] | None = None) -> pa.Table:
    """The result of one SQL statement. Raises SettingsError, with DuckDB's explanation, where it is wrong.

    Where a file of the snapshot was removed meanwhile, a newer snapshot is asked.
    """
    for _ in range(_LOOKS):
        try:
            return _query(lake, sql, parameters)
        except SettingsError as error:
            if not is_gone(error):
                raise
    return _query(lake, sql, parameters)


def _query(lake: Lake, sql: str, parameters: list[Any] | None) -> pa.Table:
    with connect(lake, sql) as connection:
        try:
            relation = connection.sql(sql, params=parameters or [])
            if relation is None:
                raise SettingsError("the statement gives no rows; query reads the lake and changes nothing")
            return relation.to_arrow_table()
        except duckdb.Error as error:
            hint = f"The tables are {', '.join(TABLES)}." if isinstance(error, duckdb.CatalogException) else ""
            raise SettingsError(f"{error}\n{hint}".strip()) from error


def rows(lake: Lake, sql: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
    """The same as a list of dictionaries."""
    found: list[dict[str, Any]] = query(lake, sql, parameters).to_pylist()
    return found
