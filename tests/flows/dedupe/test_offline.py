"""The offline door: any Parquet file of articles."""

import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.dedupe.offline import InputError, dedupe_parquet
from tests.flows.dedupe.making import EDITS, START, text

A, B = text(300, 1), text(300, 2)


def row(id_: Any, body: str | None, hour: float = 0, url: str | None = None, **more: object) -> dict[str, Any]:
    return {
        "id": id_,
        "url": url or f"https://h{id_}.example/story-{id_}",
        "title": f"Story {id_}",
        "published_at": START + timedelta(hours=hour),
        "text": body,
        **more,
    }


def dedupe(tmp_path: Path, rows: list[dict[str, Any]], **options: Any) -> list[dict[str, Any]]:
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in.parquet")
    dedupe_parquet(tmp_path / "in.parquet", tmp_path / "out.parquet", **options)
    return pq.read_table(tmp_path / "out.parquet").to_pylist()


def test_columns_and_order(tmp_path: Path) -> None:
    """A row out for a row in, in their order, whatever the order of time."""
    out = dedupe(tmp_path, [row("late", A, 9), row("other", B, 3), row("early", A, 1)])
    assert list(out[0]) == ["id", "cluster_id", "canonical_id", "relation", "containment", "jaccard", "rule"]
    assert [(r["id"], r["cluster_id"], r["canonical_id"], r["relation"]) for r in out] == [
        ("late", "early", "early", "copy"),
        ("other", "other", "other", None),
        ("early", "early", "early", None),
    ]
    assert (out[0]["containment"], out[0]["jaccard"], out[0]["rule"]) == (1.0, 1.0, "exact/1")


def test_revisions(tmp_path: Path) -> None:
    url = "https://h.example.org/story"
    out = dedupe(tmp_path, [row(1, A, 0, url), row(2, A + " corrected", 5, url + "?utm_source=x"), row(3, A, 6)])
    assert [(r["cluster_id"], r["canonical_id"], r["relation"]) for r in out] == [
        (1, 1, None),
        (1, 1, "revision"),
        (1, 1, "copy"),
    ]
    assert out[1]["rule"] == "url/1"
    assert 0.9 < out[1]["jaccard"] < 1


def test_batches_do_not_matter(tmp_path: Path) -> None:
    chance = random.Random(1)
    rows = []
    for number in range(60):
        body = text(chance.randint(60, 300), chance.randint(0, 12))
        rows.append(row(number, EDITS[chance.choice(sorted(EDITS))](body, chance), chance.choice([0, 4, 30, 200])))
    whole = dedupe(tmp_path, rows)
    assert sum(r["relation"] is not None for r in whole) > 20
    assert dedupe(tmp_path, rows, batch_rows=7) == whole
    chance.shuffle(rows)
    assert sorted(dedupe(tmp_path, rows), key=lambda r: r["id"]) == whole


def test_least_columns(tmp_path: Path) -> None:
    out = dedupe(tmp_path, [{"id": n, "text": body} for n, body in enumerate([A, B, A])])
    assert [r["cluster_id"] for r in out] == [0, 1, 0]


def test_optional_columns(tmp_path: Path) -> None:
    rows = [row("a", A, 0, credited_source="hb.example", site="a"), row("b", A, 5, site="b", credited_source=None)]
    rows[1]["url"] = "https://hb.example/x-1"
    out = dedupe(tmp_path, rows)
    assert [(r["canonical_id"], r["relation"]) for r in out] == [("b", "copy"), ("b", None)]
    assert {r["cluster_id"] for r in out} == {"a"}


def test_bad_rows(tmp_path: Path) -> None:
    """Missing values are normal: a row with nothing in it is its own cluster."""
    rows = [row("a", A), row("b", None), row("c", ""), row("d", A), row("d", B)]
    rows[0]["published_at"] = rows[3]["title"] = rows[4]["url"] = rows[4]["published_at"] = None
    out = dedupe(tmp_path, rows)
    assert [r["id"] for r in out] == ["a", "b", "c", "d", "d"]
    assert out[1]["cluster_id"] == "b"
    assert out[2]["cluster_id"] == "c"


def test_times_as_text(tmp_path: Path) -> None:
    rows = [row("a", A), row("b", A), row("c", B)]
    rows[0]["published_at"], rows[1]["published_at"], rows[2]["published_at"] = (
        "2026-03-02T10:00:00+02:00",
        "2026-03-02T07:00:00",
        "soon",
    )
    assert [r["canonical_id"] for r in dedupe(tmp_path, rows)] == ["b", "b", "c"]


def test_empty_file(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"id": pa.array([], pa.string()), "text": pa.array([], pa.string())}), tmp_path / "in.parquet"
    )
    counts = dedupe_parquet(tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert (counts.rows, counts.clusters, counts.by_relation) == (0, 0, {})
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 0


def test_not_articles(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": [1], "body": ["x"]}), tmp_path / "in.parquet")
    with pytest.raises(InputError, match="column 'text' is missing; it has id, body"):
        dedupe_parquet(tmp_path / "in.parquet", tmp_path / "out.parquet")
    (tmp_path / "junk").write_bytes(b"junk")
    with pytest.raises(InputError, match="not a Parquet file"):
        dedupe_parquet(tmp_path / "junk", tmp_path / "out.parquet")
    with pytest.raises(InputError, match="not a Parquet file"):
        dedupe_parquet(tmp_path / "missing", tmp_path / "out.parquet")


def test_progress(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    dedupe(tmp_path, [row(n, text(50, n)) for n in range(5)], batch_rows=2, on_progress=lambda *at: told.append(at))
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_command(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([row("a", A), row("b", A, 2)]), tmp_path / "in.parquet")
    command = [sys.executable, "-m", "flows.dedupe", str(tmp_path / "in.parquet"), str(tmp_path / "out.parquet")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "2 rows, 1 clusters: 1 copy, 1 original\n")
    done = subprocess.run([*command[:-2], "nowhere", "x"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "not a Parquet file" in done.stderr


def test_near_misses(tmp_path: Path) -> None:
    rows = [row("a", A), row("b", " ".join(A.split()[:150]) + " " + B, 3), row("c", text(300, 9), 4)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in.parquet")
    dedupe_parquet(tmp_path / "in.parquet", tmp_path / "out.parquet", near_misses=tmp_path / "near.parquet")
    (miss,) = pq.read_table(tmp_path / "near.parquet").to_pylist()
    assert (miss["id"], miss["other_id"], miss["reason"]) == ("b", "a", "boilerplate")
    assert 0.4 < miss["containment"] < 0.6
