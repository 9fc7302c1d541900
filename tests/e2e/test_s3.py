"""A run into a lake on S3 (moto's server), read back by others than us."""

from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable

from flows import pipeline
from flows.lake import Lake
from infra.demo import DemoWeb
from tests.e2e.support import content, quick_sites, settings

SITES = ("harbour-broadcast", "tidewater-notes")


def test_a_bucket_ends_with_the_rows_of_a_directory(
    s3_lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites = quick_sites(tmp_path / "sites", SITES)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with DemoWeb() as web:
        monkeypatch.setenv("http_proxy", web.proxy_url)
        pipeline.ingest(settings(tmp_path / "local", sites))
        bucket = settings(tmp_path / "s3", sites, s3_lake.root)
        for moment in (1, 2):
            web.go_to_moment(moment)
            summary = pipeline.ingest(bucket)
            assert summary.state == "ok"
            if moment == 1:
                for table in ("articles", "revisions", "copies"):
                    assert content(s3_lake, table) == content(str(tmp_path / "local" / "lake"), table)
    assert any(name.endswith(".warc.gz") for name in s3_lake.store.names("archive/"))

    options = s3_lake.storage_options
    seen = pl.scan_delta(f"{s3_lake.root}/tables/revisions", storage_options=options).collect()
    assert len(seen) == len(DeltaTable(f"{s3_lake.root}/tables/revisions", storage_options=options).to_pyarrow_table())
    assert {row["site"] for row in seen.iter_rows(named=True)} == set(SITES)


def test_credentials_stay_out_of_what_a_run_leaves_behind(
    s3_lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret := "s3cret-that-nobody-may-see")
    caplog.set_level("DEBUG", logger="flows")
    with DemoWeb() as web:
        monkeypatch.setenv("http_proxy", web.proxy_url)
        chosen = settings(tmp_path, quick_sites(tmp_path / "sites", SITES[:1]), s3_lake.root)
        summary = pipeline.ingest(chosen, limit=1)
    left = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    left += [s3_lake.store.get(name) or b"" for name in s3_lake.store.names("")]
    assert left
    assert not any(secret.encode() in data for data in left)
    assert secret not in caplog.text + str(summary.to_dict()) + repr(s3_lake)
