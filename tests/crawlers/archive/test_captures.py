import gzip
import io
import zlib
from collections import Counter
from datetime import UTC, datetime

import pytest

from crawlers.archive.captures import Capture, CaptureReader, next_record
from tests.flows.backfill import gazette

AT = datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC)
STORIES = gazette.past()
RECORDS = gazette.captures(STORIES, AT)


def read(data: bytes, step: int | None = None) -> tuple[list[Capture], Counter[str], Counter[str]]:
    """Captures, damage and what was passed over, read whole or in windows."""
    captures: list[Capture] = []
    damaged: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for start in range(0, len(data), step) if step else (0,):
        reader = CaptureReader(io.BytesIO(data), start, start + step if step else None)
        captures += [found for record in reader if record.is_response() and (found := record.capture())]
        damaged += reader.damaged
        passed += reader.passed
    return captures, damaged, passed


def packed(records: list[bytes]) -> bytes:
    return b"".join(gzip.compress(record, mtime=0) for record in records)


@pytest.mark.parametrize("form", ["members", "one member", "plain"])
def test_every_form_gives_the_same_captures(form: str) -> None:
    plain = b"".join(RECORDS)
    data = {"members": packed(RECORDS), "one member": gzip.compress(plain), "plain": plain}[form]
    captures, damaged, _ = read(data)
    assert [capture.url for capture in captures] == [story.url for story in STORIES]
    assert [capture.body.decode() for capture in captures] == [story.html() for story in STORIES]
    assert {capture.captured_at for capture in captures} == {AT}
    assert not damaged
    originals = [record for record in RECORDS if b"msgtype=response" in record]
    assert [gzip.decompress(capture.member).split() for capture in captures] == [one.split() for one in originals]


def test_members_are_kept_byte_for_byte() -> None:
    captures, _, _ = read(packed(RECORDS))
    members = [gzip.compress(record, mtime=0) for record in RECORDS if b"msgtype=response" in record]
    assert [capture.member for capture in captures] == members


@pytest.mark.parametrize("step", [100, 777, 5_000, 1 << 20])
@pytest.mark.parametrize("compressed", [True, False])
def test_windows_give_each_record_to_exactly_one_reader(step: int, compressed: bool) -> None:
    data = packed(RECORDS) if compressed else b"".join(RECORDS)
    captures, damaged, _ = read(data, step)
    assert [capture.url for capture in captures] == [story.url for story in STORIES]
    assert not damaged


def test_a_torn_tail_costs_the_torn_record_alone() -> None:
    captures, damaged, _ = read(packed(RECORDS)[:-60])
    assert [capture.url for capture in captures] == [story.url for story in STORIES[:-1]]
    assert damaged == {"torn": 1}


@pytest.mark.parametrize("step", [None, 2_000])
@pytest.mark.parametrize("where", ["header", "middle"])
def test_damage_in_the_middle_costs_what_it_hits(where: str, step: int | None) -> None:
    members = [gzip.compress(record, mtime=0) for record in RECORDS]
    broken = bytearray(members[5])
    place = slice(0, 12) if where == "header" else slice(len(broken) // 2, len(broken) // 2 + 12)
    broken[place] = b"\xff" * 12
    captures, damaged, _ = read(b"".join([*members[:5], bytes(broken), *members[6:]]), step)
    assert len(captures) == len(STORIES) - 1
    assert damaged == {"torn": 1}


def test_records_of_other_types_are_counted_by_type() -> None:
    other = [gazette.record(kind, "http://x.example/", AT, b"x") for kind in ("revisit", "resource", "revisit")]
    broken = [
        gazette.record("response", "http://x.example/", AT, b"no http at all"),
        gazette.response("http://x.example/", AT, b"x").replace(b"WARC-Date: 2024", b"WARC-Date: tomo"),
        gazette.response("http://x.example/", AT, b"\x00\x01\x02", headers="Content-Encoding: gzip\r\n"),
    ]
    captures, damaged, passed = read(packed([*other, *broken, *RECORDS]))
    assert len(captures) == len(STORIES)
    assert passed == {"type revisit": 2, "type resource": 1}
    assert damaged == {"not http": 1, "bad date": 1, "bad encoding": 1}


def test_truncation_and_headers_are_told() -> None:
    one = gazette.response(
        "http://x.example/a",
        AT,
        b"<p>x",
        status="410 Gone",
        headers='ETag: "7"\r\n',
        extra="WARC-Truncated: length\r\n",
    )
    ((capture,), _, _) = read(packed([one]))
    assert (capture.status, capture.truncated, capture.headers["etag"]) == (410, "length", '"7"')


def test_a_gzip_header_inside_compressed_data_is_no_record() -> None:
    stored = zlib.compressobj(0, zlib.DEFLATED, 31)
    fake = gazette.response("http://x.example/fake", AT, b"\x1f\x8b\x08\x00" * 50)
    data = stored.compress(fake) + stored.flush()
    assert next_record(io.BytesIO(data), 1) is None


@pytest.mark.parametrize("data", [b"", b"no warc " * 1000, gzip.compress(b"no warc " * 1000, mtime=0), b"\0" * 5000])
def test_what_is_no_warc_gives_nothing_and_ends(data: bytes) -> None:
    captures, damaged, _ = read(data)
    assert captures == []
    assert damaged.total() <= 1
