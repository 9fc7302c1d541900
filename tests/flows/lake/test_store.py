import multiprocessing
import os
from pathlib import Path

import boto3
import pytest

from flows.errors import LakeError, SettingsError
from flows.lake import Lake, open_lake
from flows.lake.tables import open_table
from schemas import RUNS


def test_objects_are_written_read_listed_and_deleted(lake: Lake, tmp_path: Path) -> None:
    store = lake.store
    store.put("archive/site=a/one.gz", b"one")
    big = tmp_path / "big"
    big.write_bytes(os.urandom(1 << 20))
    store.put_file("archive/site=a/two.gz", big)
    store.put("archive/site=ab/three.gz", b"three")

    assert store.get("archive/site=a/one.gz") == b"one"
    assert store.size("archive/site=a/two.gz") == 1 << 20
    with store.open("archive/site=a/two.gz", 1000) as stream:
        assert stream.read() == big.read_bytes()[1000:]
    assert list(store.names("archive/site=a/")) == ["archive/site=a/one.gz", "archive/site=a/two.gz"]
    assert list(store.names("archive/site=a")) == sorted(store.names("archive/"))

    store.delete("archive/site=a/one.gz")
    store.delete("archive/site=a/one.gz")
    assert store.get("archive/site=a/one.gz") is None
    assert store.size("archive/site=a/one.gz") is None
    with pytest.raises(FileNotFoundError):
        store.open("archive/site=a/one.gz")


def test_an_existing_object_is_not_overwritten(lake: Lake) -> None:
    assert lake.store.put_if_absent("state/batches/1.json", b"first")
    assert not lake.store.put_if_absent("state/batches/1.json", b"second")
    assert lake.store.get("state/batches/1.json") == b"first"


def _race(root: str, mark: bytes, names: list[str], results: "multiprocessing.Queue[list[str]]") -> None:
    store = open_lake(root).store
    results.put([name for name in names if store.put_if_absent(name, mark)])


def test_of_many_writers_one_wins_each_name(tmp_path: Path) -> None:
    names = [f"state/race/{n}" for n in range(50)]
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    writers = [context.Process(target=_race, args=(str(tmp_path), bytes([65 + n]), names, results)) for n in range(4)]
    for writer in writers:
        writer.start()
    won = [results.get(timeout=60) for _ in writers]
    for writer in writers:
        writer.join()
    assert sorted(name for names_ in won for name in names_) == sorted(names)


def test_no_half_written_object_is_ever_listed(tmp_path: Path) -> None:
    store = open_lake(str(tmp_path)).store
    store.put("state/x/whole", b"x")
    (tmp_path / "state/x/.part-killed").write_bytes(b"ha")
    assert list(store.names("state/")) == ["state/x/whole"]


def test_a_read_only_directory_says_what_to_do(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a directory")
    for place in (str(blocked / "lake"), "/proc/no/lake"):  # below a file, and where nothing can be made
        with pytest.raises(LakeError, match="Check free space and permissions, or point PRESSLAKE_LAKE elsewhere"):
            open_lake(place)


def test_a_missing_bucket_says_what_to_do(s3_lake: Lake) -> None:
    with pytest.raises(LakeError, match="Create the bucket, or correct PRESSLAKE_LAKE"):
        open_lake("s3://no-such-bucket-here/news")


def test_only_paths_and_s3_are_lakes(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="only a path"):
        open_lake("gs://bucket/x")
    with pytest.raises(SettingsError, match="names no bucket"):
        open_lake("s3:///prefix")
    assert open_lake(f"file://{tmp_path}/a%20b").root.endswith("/a%20b")


def test_a_profile_names_server_region_and_credentials(
    s3_lake: Lake, s3_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name)
    config, secrets = tmp_path / "config", tmp_path / "credentials"
    config.write_text(f"[profile paper]\nregion = eu-west-1\nendpoint_url = {s3_server}\n")
    secrets.write_text("[paper]\naws_access_key_id = of-the-profile\naws_secret_access_key = never-shown\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(secrets))
    monkeypatch.setenv("AWS_PROFILE", "paper")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers the configuration of its first use
    lake = open_lake(s3_lake.root)
    lake.store.put("archive/one", b"1")
    assert open_table(lake, RUNS).version() == 0, "deltalake finds them, too"
    assert "never-shown" not in repr(lake)
