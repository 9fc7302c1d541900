"""Edited copies found, kind by kind; never pooled."""

from pathlib import Path

import pytest

from tests.flows.dedupe.recall import corpus_texts, made_up, recall_by_kind
from tests.recorded import CORPORA

LEAST = {
    "unchanged": 1.0,
    "truncated to 50%": 0.99,
    "truncated to 30%": 0.98,
    "boilerplate at both ends": 0.98,
    "lede rewritten": 0.8,
    "paragraphs reordered": 0.95,
    "embedded in a digest": 0.98,
    "quotes and dashes": 1.0,
    "one paragraph translated": 0.8,
}
"""Recall reached at least; a text of two or three paragraphs that loses one is another text."""


def check(directory: Path, texts: list[str]) -> None:
    found = recall_by_kind(directory, texts)
    assert found.keys() == LEAST.keys()
    for kind, (hits, wrong, total) in found.items():
        assert hits / total >= LEAST[kind], kind
        assert wrong <= 0.01 * total, kind


def test_made_up_texts(tmp_path: Path) -> None:
    check(tmp_path, made_up(120))


@pytest.mark.shared
@pytest.mark.parametrize("name", ["zyte181", "fundus_pages"])
def test_corpus_texts(tmp_path: Path, name: str) -> None:
    path = CORPORA / f"{name}.parquet"
    if not path.exists():
        pytest.skip("the recorded corpora are not here")
    check(tmp_path, list(dict.fromkeys(corpus_texts(path)))[::4])


@pytest.mark.shared
def test_marked_pairs(tmp_path: Path) -> None:
    """Of one agency's wire, the pairs marked duplicate are in one cluster, the others are not (labels are weak)."""
    import pyarrow.parquet as pq

    from flows.dedupe.offline import dedupe_parquet

    if not CORPORA.exists():
        pytest.skip("the recorded corpora are not here")
    dedupe_parquet(CORPORA / "dedup_articles.parquet", tmp_path / "out.parquet")
    rows = pq.read_table(tmp_path / "out.parquet").to_pylist()
    cluster = {row["id"]: row["cluster_id"] for row in rows}
    pairs = pq.read_table(CORPORA / "dedup_pairs.parquet").to_pylist()
    together = {
        mark: [cluster[p["id1"]] == cluster[p["id2"]] for p in pairs if p["duplicate"] is mark]
        for mark in (True, False)
    }
    assert sum(together[True]) >= 0.93 * len(together[True])
    assert sum(together[False]) <= 0.01 * len(together[False])
