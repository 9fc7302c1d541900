from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crawlers.extract.offline import SCHEMA, InputError, extract_parquet
from tests.crawlers.extract.pages import PROSE, article

URL = "https://www.harbournews.example/1"


def written(path: Path, rows: list[dict[str, object]], types: dict[str, pa.DataType] | None = None) -> Path:
    types = {
        "id": pa.string(),
        "site": pa.string(),
        "url": pa.string(),
        "fetched_at": pa.string(),
        "html": pa.binary(),
    } | (types or {})
    pq.write_table(pa.Table.from_pylist(rows, pa.schema(list(types.items()))), path)
    return path


def row(name: str, html: object) -> dict[str, object]:
    return {"id": name, "site": "harbour", "url": URL, "fetched_at": "2026-03-02T12:00:00+00:00", "html": html}


def test_a_row_for_every_page_with_the_declared_schema(tmp_path):
    source = written(tmp_path / "in.parquet", [row("a", article().encode()), row("b", b""), row("c", b"%PDF-1.4")])
    progress: list[tuple[int, int]] = []
    counts = extract_parquet(
        source, tmp_path / "out.parquet", processes=1, on_progress=lambda done, total: progress.append((done, total))
    )
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.schema.equals(SCHEMA)
    assert table["id"].to_pylist() == ["a", "b", "c"]
    assert table["outcome"].to_pylist() == ["extracted", "empty_body", "not_html"]
    assert table["text"][0].as_py() == "\n".join(PROSE)
    assert counts == {"extracted": 1, "empty_body": 1, "not_html": 1}
    assert progress[-1] == (3, 3)


def test_html_may_be_text_and_the_fetch_a_timestamp_or_unknown(tmp_path):
    rows = [
        row("a", article()) | {"fetched_at": datetime(2026, 3, 2, tzinfo=UTC)},
        row("b", article()) | {"fetched_at": None},
    ]
    source = written(tmp_path / "in.parquet", rows, {"html": pa.string(), "fetched_at": pa.timestamp("us", tz="UTC")})
    assert extract_parquet(source, tmp_path / "out.parquet", processes=1)["extracted"] == 2


def test_a_missing_column_is_named_and_nothing_is_written(tmp_path):
    pq.write_table(pa.table({"id": ["a"], "html": ["x"]}), tmp_path / "in.parquet")
    with pytest.raises(InputError, match="site, url, fetched_at"):
        extract_parquet(tmp_path / "in.parquet", tmp_path / "out.parquet", processes=1)
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_the_target_appears_only_when_complete(tmp_path):
    source = written(tmp_path / "in.parquet", [row("a", article().encode()), row("b", article().encode())])

    class StoppedError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        assert not (tmp_path / "out.parquet").exists()
        raise StoppedError

    with pytest.raises(StoppedError):
        extract_parquet(source, tmp_path / "out.parquet", processes=1, on_progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["in.parquet"]


def test_an_empty_file_gives_an_empty_file(tmp_path):
    source = written(tmp_path / "in.parquet", [])
    assert extract_parquet(source, tmp_path / "out.parquet", processes=1).total() == 0
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 0
