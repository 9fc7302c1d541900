"""What all tests share: an environment of their own, lakes on disk and on S3, the recorded corpora."""

import gc
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from crawlers.extract import Pool
from flows.lake import Lake, open_lake

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are processors: tests wait for half of their time, for servers and for delays."""
    return (os.cpu_count() or 1) + 2


def pytest_configure() -> None:
    """Where a shell runs us in the background, Ctrl-C is ignored, and by every process we start: that is undone."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: Any, log: Any) -> Any:
    """What is set up once for several tests is so in one process."""
    from tests.scheduling import Together

    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests first; otherwise in the usual order."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """Thousands of tests and the modules they import stay to the end: no need to walk over them again and again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """Extension modules complain of leaks where the interpreter ends with its objects still set aside."""
    gc.unfreeze()


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the machine reaches a test, and nothing a test does reaches beyond its directory."""
    for name in list(os.environ):
        if name.startswith(("PRESSLAKE_", "AWS_", "PREFECT_")) or name.lower() in (
            "http_proxy",
            "https_proxy",
            "all_proxy",
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("DO_NOT_TRACK", "1")
    monkeypatch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-aws-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    # A backfill gives way to others; in this process it would take all later tests with it.
    monkeypatch.setattr(os, "nice", lambda more: more)


@pytest.fixture(autouse=True)
def shared_or_skip(request: pytest.FixtureRequest) -> None:
    """Tests marked `shared` need the recorded pages beside the repository."""
    if request.node.get_closest_marker("shared") and not SHARED.is_dir():
        pytest.skip(f"the recorded corpora and news web are not at {SHARED}")


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """A moto S3 server on loopback; gives its address.

    S3 alone: moto's own server looks through the folders of all its services at each request to find the one meant,
    which takes longer than the answer. One request at a time: moto looks whether an object is there and then stores
    it, and two threads of it could both find nothing.
    """
    from moto.moto_server.werkzeug_app import create_backend_app
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Handler(WSGIRequestHandler):
        protocol_version = "HTTP/1.1"  # connections are kept

        def log_request(self, *_: object) -> None:
            pass

    moto, turn = create_backend_app("s3"), threading.Lock()

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        with turn:
            return moto(environ, start_response)

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def s3_lake(s3_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Lake:
    """An empty lake in a bucket of its own."""
    import boto3

    for name, value in {
        "AWS_ENDPOINT_URL": s3_server,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test-secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    bucket = "lake-" + tmp_path.name.lower().replace("_", "-")[:40].strip("-")
    boto3.client("s3").create_bucket(Bucket=bucket)
    return open_lake(f"s3://{bucket}/news")


@pytest.fixture(scope="session")
def one_pool() -> Iterator[Pool]:
    """One set of extraction processes for all tests that ask for `shared_workers`: each takes a second to start."""
    with Pool(1, 10.0) as pool:
        yield pool


@pytest.fixture
def shared_workers(one_pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pipelines of this process extract there, and leave it running."""
    monkeypatch.setattr("flows.pipeline.Pool", lambda processes, page_timeout: nullcontext(one_pool))


@pytest.fixture
def one_lake(tmp_path: Path) -> Lake:
    """An empty lake on disk; on S3 in tests/s3. For tests that take too long to have moto's server, too."""
    return open_lake(str(tmp_path / "lake"))


@pytest.fixture(params=["local", "s3"])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    """An empty lake, on disk and on S3 in turn."""
    if request.param == "s3":
        found: Lake = request.getfixturevalue("s3_lake")
        return found
    return open_lake(str(tmp_path / "lake"))
