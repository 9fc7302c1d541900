import gzip
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from flows.backfill.blobs import SourceError, WarcFile, find, measured, open_file
from flows.backfill.ccnews import begun_at, files_of, select
from flows.backfill.windows import parse_span
from flows.errors import SettingsError
from tests.flows.backfill import gazette
from tests.flows.backfill.support import articles, backfill, outcomes, settings_for

AT = datetime(2024, 2, 29, 23, 30, tzinfo=UTC)
STORIES = [story for story in gazette.past() if story.status == 200]


def name(text: str, number: int = 0) -> str:
    return f"crawl-data/CC-NEWS/{text[:4]}/{text[4:6]}/CC-NEWS-{text}-{number:05d}.warc.gz"


def content() -> bytes:
    return b"".join(gzip.compress(record, mtime=0) for record in gazette.captures(STORIES, AT))


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2024-02", "2024-02", ["20240131200000", "20240201030000", "20240229220000"]),
        ("2024-03", "2024-03", ["20240229220000", "20240301060000", "20240331235959"]),
        # The one before was open until the next was begun, for all that its name says.
        ("2024-02-29", "2024-02-29", ["20240201030000", "20240229220000"]),
        ("2024-01-31", "2024-01-31", ["20240131200000"]),
        ("2024-04-01T00:00", "2024-04-01T01:00", ["20240331235959"]),
        ("2024-05", "2024-05", []),
    ],
)
def test_files_are_chosen_by_what_they_may_hold(since: str, until: str, expected: list[str]) -> None:
    begun = ["20240131200000", "20240201030000", "20240229220000", "20240301060000", "20240331235959"]
    files = [WarcFile(f"s3://commoncrawl/{name(text)}", 1) for text in begun]
    found = [file.uri.partition("CC-NEWS-")[2][:14] for file in select(files, parse_span(since, until))]
    assert found == expected


def test_names_that_are_no_files_of_the_archive() -> None:
    assert begun_at("s3://commoncrawl/x/warc.paths.gz") is None
    assert begun_at(name("20241399000000")) is None
    assert begun_at(name("20240229235959")) == datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)


def test_a_span_without_end_is_refused() -> None:
    with pytest.raises(SettingsError, match="first and a last"):
        files_of(parse_span("2024-02", None))


@pytest.fixture
def bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    import boto3

    client = boto3.client(
        "s3", endpoint_url=s3_server, aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1"
    )
    client.create_bucket(Bucket="commoncrawl")
    for text in ("20240131200000", "20240229220000", "20240301060000"):
        body = content() if text == "20240229220000" else b""
        client.put_object(Bucket="commoncrawl", Key=name(text), Body=body, ACL="public-read")
    monkeypatch.setenv("PRESSLAKE_COMMONCRAWL", f"s3+{s3_server}")
    yield client
    for entry in client.list_objects_v2(Bucket="commoncrawl")["Contents"]:
        client.delete_object(Bucket="commoncrawl", Key=entry["Key"])
    client.delete_bucket(Bucket="commoncrawl")


def test_from_s3_by_listing_across_the_end_of_a_month(bucket: Any, tmp_path: Path) -> None:
    settings = settings_for(tmp_path, gazette.declare(tmp_path / "sites"))
    report = backfill(settings, "cc-news", since="2024-02-29", until="2024-02-29")
    assert outcomes(report) == {"new": len(STORIES)}
    assert [row["url"] for row in articles(settings)] == sorted(story.url for story in STORIES)
    none = backfill(settings, "cc-news", since="2024-03-01", until="2024-03-01")
    assert none.passed == {"outside the dates": len(STORIES)}


def test_a_place_that_is_a_prefix_of_a_bucket(bucket: Any) -> None:
    found = find(["s3://commoncrawl/crawl-data/CC-NEWS/2024/02/"])
    assert [file.name for file in found] == ["CC-NEWS-20240229220000-00000.warc.gz"]
    with open_file(found[0]) as stream:
        stream.seek(-10, 2)
        assert stream.read() == content()[-10:]


class Mirror(BaseHTTPRequestHandler):
    """Serves the archive over HTTP, with byte ranges."""

    files: ClassVar[dict[str, bytes]] = {}

    def do_HEAD(self) -> None:
        self._answer(head=True)

    def do_GET(self) -> None:
        self._answer(head=False)

    def _answer(self, *, head: bool) -> None:
        body = self.files.get(self.path)
        status = 404 if body is None else 200
        body = body or b""
        wanted = self.headers.get("Range")
        if wanted and status == 200:
            first, last = (int(part) for part in wanted.removeprefix("bytes=").split("-"))
            body, status = body[first : last + 1], 206
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not head:
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Any:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    Thread(target=server.serve_forever, daemon=True).start()
    root = f"http://127.0.0.1:{server.server_address[1]}"
    monkeypatch.setenv("PRESSLAKE_COMMONCRAWL", root)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    names = [name("20240229220000")]
    Mirror.files = {
        "/crawl-data/CC-NEWS/2024/02/warc.paths.gz": gzip.compress("\n".join(names).encode()),
        "/crawl-data/CC-NEWS/2024/03/warc.paths.gz": gzip.compress(b""),
        f"/{names[0]}": content(),
    }
    yield root
    server.shutdown()
    server.server_close()


def test_over_http_where_there_is_no_s3(mirror: str, tmp_path: Path) -> None:
    settings = settings_for(tmp_path, gazette.declare(tmp_path / "sites"))
    report = backfill(settings, "cc-news", since="2024-02-29", until="2024-02-29")
    assert outcomes(report) == {"new": len(STORIES)}


def test_a_source_that_is_not_there_says_so(mirror: str) -> None:
    with pytest.raises(SourceError, match="404"):
        measured(WarcFile(f"{mirror}/nothing.warc.gz", None))
    with pytest.raises(SourceError, match="404"):
        files_of(parse_span("2023-05", "2023-05"))


def test_blocks_are_read_as_they_are_needed(mirror: str) -> None:
    with open_file(WarcFile(f"{mirror}/{name('20240229220000')}", None)) as stream:
        whole = stream.read()
    assert whole == content()
