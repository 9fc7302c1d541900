"""Figures on recorded pages that must not fall; the corpora lie beside the repository, not in it."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq
import pytest

from crawlers.extract.offline import extract_parquet

CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
FLOORS = {
    "zyte181": {"f1": 0.976, "exact": 0.53},
    "fundus_eval": {"f1": 0.984, "exact": 0.72},
    "fundus_pages": {"f1": 0.969, "exact": 0.40, "title": 0.88, "authors": 0.92, "published_instant": 0.94},
    "sites_over_years": {"f1": 0.949},
}


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("corpora_score", CORPORA / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.shared
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the recorded corpora are not beside the repository")
@pytest.mark.parametrize("name", FLOORS)
def test_figures_do_not_fall(name, tmp_path):
    corpus = CORPORA / f"{name}.parquet"
    counts = extract_parquet(corpus, tmp_path / "out.parquet", processes=2, page_timeout=60)
    assert counts.total() == pq.read_metadata(corpus).num_rows
    result, _ = scorer().score(pq.read_table(corpus).to_pylist(), pq.read_table(tmp_path / "out.parquet").to_pylist())
    below = {figure: result[figure] for figure, floor in FLOORS[name].items() if result[figure] < floor}
    assert not below
