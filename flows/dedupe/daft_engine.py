"""The candidate join on Daft, for histories too large for one machine (`pip install presslake[daft]`).

Daft runs the same SQL over the same Parquet files in a process of its own, or from there on a Ray cluster
(`DAFT_RUNNER=ray`, and `RAY_ADDRESS` where it isn't this machine; then the postings have to be where every worker
of the cluster reads them). A process of its own because Daft 0.7 now and then ends it with SIGSEGV when a query is
done (a thread of its tokio runtime drops a Python context without holding the GIL): a run must not die of that.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from flows.dedupe.candidates import Inputs

_TRIES = 3


def with_daft(inputs: Inputs, sql: str) -> Iterator[tuple[int, int, str, int, date, int, int]]:
    """An `Engine` for `decide_batch`. Raises ImportError where the extra `daft` isn't installed.

    Raises RuntimeError with what Daft said where it fails.
    """
    if find_spec("daft") is None:
        raise ImportError("Daft is not installed: pip install 'presslake[daft]'")
    with tempfile.TemporaryDirectory(prefix="presslake-daft-") as name:
        folder = Path(name)
        for table in ("batch", "postings", "docs"):
            pq.write_table(getattr(inputs, table), folder / f"{table}.parquet")
        query = {"sql": sql, "postings": inputs.files.postings, "docs": inputs.files.docs}
        (folder / "query.json").write_text(json.dumps(query))
        for row in _joined(folder).to_pylist():
            yield tuple(row.values())


def _joined(folder: Path) -> pa.Table:
    """What the child found. That it was aborted counts only where there is no result, and then it is asked again."""
    done = folder / "result.parquet"
    environment = {"DAFT_ANALYTICS_ENABLED": "0", **os.environ}
    for _ in range(_TRIES):
        child = subprocess.run(
            [sys.executable, "-m", __name__, folder], env=environment, capture_output=True, text=True, check=False
        )
        if done.exists():
            return pq.read_table(done)
        if child.returncode > 0:
            break
    raise RuntimeError(f"the join on Daft failed (exit {child.returncode}): {child.stderr.strip()[-2000:]}")


def _join(folder: Path) -> None:
    daft = import_module("daft")
    query = json.loads((folder / "query.json").read_text())
    tables = {"batch": daft.read_parquet(str(folder / "batch.parquet"))}
    for name in ("postings", "docs"):
        new, stored = daft.read_parquet(str(folder / f"{name}.parquet")), query[name]
        tables[name] = new.union_all(daft.read_parquet(stored).select(*new.column_names)) if stored else new
    partial = folder / "partial"
    pq.write_table(daft.sql(query["sql"], **tables).to_arrow(), partial)
    partial.rename(folder / "result.parquet")


if __name__ == "__main__":
    _join(Path(sys.argv[1]))
