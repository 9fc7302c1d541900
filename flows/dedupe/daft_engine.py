"""The candidate join on Daft, for histories too large for one machine (`pip install presslake[daft]`).

Daft runs the same SQL over the same Parquet files, in this process or on a Ray cluster
(`daft.set_runner_ray()` before the first call).
"""

import os
from collections.abc import Iterator
from datetime import date
from importlib import import_module

from flows.dedupe.candidates import Inputs


def with_daft(inputs: Inputs, sql: str) -> Iterator[tuple[int, int, str, int, date, int, int]]:
    """An `Engine` for `decide_batch`. Raises ImportError where the extra `daft` isn't installed."""
    os.environ.setdefault("DAFT_ANALYTICS_ENABLED", "0")
    daft = import_module("daft")
    tables = {"batch": daft.from_arrow(inputs.batch)}
    for name, table, files in (
        ("postings", inputs.postings, inputs.files.postings),
        ("docs", inputs.docs, inputs.files.docs),
    ):
        new = daft.from_arrow(table)
        tables[name] = new.union_all(daft.read_parquet(list(files)).select(*table.column_names)) if files else new
    for row in daft.sql(sql, **tables).iter_rows():
        yield tuple(row.values())
