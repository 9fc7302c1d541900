"""Figures on recorded pages that must not fall; the corpora lie beside the repository, not in it."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from crawlers.extract.offline import extract_parquet
from tests.recorded import CORPORA, scorer

FLOORS = {
    ("zyte181", 2): {"f1": 0.978, "exact": 0.54},
    ("fundus_eval", 1): {"f1": 0.984, "exact": 0.75},
    ("fundus_pages", 2): {"f1": 0.967, "exact": 0.48, "title": 0.83, "authors": 0.90, "published_instant": 0.95},
    ("sites_over_years", 3): {"f1": 0.950},
}
"""By corpus, and of how many pages one is read; all of them are in tests/bench/bench_quality.py."""


@pytest.mark.shared
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the recorded corpora are not beside the repository")
@pytest.mark.parametrize(("name", "every"), FLOORS)
def test_figures_do_not_fall(name: str, every: int, tmp_path: Path) -> None:
    table = pq.read_table(CORPORA / f"{name}.parquet")
    table = table.take(list(range(0, len(table), every)))
    pq.write_table(table, tmp_path / "in.parquet")
    counts = extract_parquet(tmp_path / "in.parquet", tmp_path / "out.parquet", processes=2, page_timeout=60)
    assert counts.total() == len(table)
    result, _ = scorer().score(table.to_pylist(), pq.read_table(tmp_path / "out.parquet").to_pylist())
    floors = FLOORS[name, every]
    assert {figure: result[figure] for figure, floor in floors.items() if result[figure] < floor} == {}
