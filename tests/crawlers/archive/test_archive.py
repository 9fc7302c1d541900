"""Written, read, torn, recovered: the archive on good days and bad ones."""

import gzip
import io
import zlib
from datetime import UTC, datetime
from pathlib import Path

import brotli
import pytest
from backports import zstd
from fastwarc.warc import ArchiveIterator, WarcRecordType

from crawlers.archive import (
    ArchiveError,
    ArchiveWriter,
    CodingError,
    CutShortError,
    Exchange,
    TooLargeError,
    decode_body,
    read_page,
    read_pages,
    recover,
)
from crawlers.model import WarcRef

AT = datetime(2026, 1, 31, 23, 59, 59, 123456, UTC)
HTML = b"<html><body><p>" + "Straße — 新聞".encode() + b"</p></body></html>"


def exchange(number: int = 0, *, at: datetime = AT, body: bytes = HTML, **changes: object) -> Exchange:
    values: dict[str, object] = {
        "url": f"https://example.org/a/{number}?x=1",
        "kind": "article",
        "request_headers": [(b"User-Agent", b"presslake/0")],
        "status": 200,
        "headers": [(b"Content-Type", b"text/html; charset=utf-8"), (b"Set-Cookie", b"a=1"), (b"Set-Cookie", b"b=2")],
        "body": body,
        "fetched_at": at,
        "ip_address": "192.0.2.1",
    } | changes
    return Exchange(**values)  # type: ignore[arg-type]


def writer(root: Path, **options: int) -> ArchiveWriter:
    return ArchiveWriter(root, "test", "run", software="presslake/0", **options)


def write(root: Path, count: int) -> list[WarcRef]:
    archive = writer(root)
    refs = [archive.write(exchange(number)) for number in range(count)]
    archive.close()
    return refs


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    archive = writer(tmp_path)
    body = gzip.compress(HTML)
    headers = [(b"Content-Type", b"text/html"), (b"Content-Encoding", b"gzip")]
    ref = archive.write(exchange(7, body=body, headers=headers))
    archive.close()
    assert ref.file == "archive/site=test/date=2026-01-31/run-0.warc.gz"
    page = read_page(tmp_path / ref.file, ref.offset, site="test", ref=ref)
    assert (page.body, page.url, page.fetched_at) == (HTML, "https://example.org/a/7?x=1", AT)
    assert (page.content_type, page.warc, page.site) == ("text/html", ref, "test")


def test_records_as_the_standard_wants_them(tmp_path: Path) -> None:
    (ref,) = write(tmp_path, 1)
    path = tmp_path / ref.file
    with path.open("rb") as file:
        records = [(record, record.headers.to_dict(), record.reader.read()) for record in
                   ArchiveIterator(file, parse_http=False)]  # fmt: skip
    assert [record.record_type for record, _, _ in records] == [
        WarcRecordType.warcinfo,
        WarcRecordType.response,
        WarcRecordType.request,
    ]
    (_, info, fields), (_, response, answered), (_, request, asked) = records
    assert info["WARC-Filename"] == "run-0.warc.gz"
    assert b"software: presslake/0" in fields
    assert response["WARC-Target-URI"] == request["WARC-Target-URI"] == "https://example.org/a/0?x=1"
    assert request["WARC-Concurrent-To"] == response["WARC-Record-ID"]
    assert response["WARC-Date"] == "2026-01-31T23:59:59.123456Z"
    assert response["WARC-Payload-Digest"] == ref.digest
    assert response["WARC-IP-Address"] == "192.0.2.1"
    assert answered.startswith(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nSet-Cookie: a=1\r\n")
    assert answered.endswith(b"\r\n\r\n" + HTML)
    assert asked == b"GET /a/0?x=1 HTTP/1.1\r\nHost: example.org\r\nUser-Agent: presslake/0\r\n\r\n"
    with path.open("rb") as file:
        for record in ArchiveIterator(file, WarcRecordType.response):
            assert record.verify_payload_digest()


def test_a_header_can_not_forge_another(tmp_path: Path) -> None:
    archive = writer(tmp_path)
    ref = archive.write(exchange(headers=[(b"X", b"a\r\n\r\n<html>forged"), (b"Content-Type", b"text/html")]))
    archive.close()
    assert read_page(tmp_path / ref.file, ref.offset).body == HTML


def test_segments_roll_by_size_and_date(tmp_path: Path) -> None:
    archive = writer(tmp_path, segment_bytes=2000)
    refs = [archive.write(exchange(number)) for number in range(6)]
    refs.append(archive.write(exchange(9, at=datetime(2026, 2, 1, tzinfo=UTC))))
    archive.close()
    assert len({ref.file for ref in refs}) == len(archive.files) > 2
    assert refs[-1].file.startswith("archive/site=test/date=2026-02-01/run-")
    assert [read_page(tmp_path / ref.file, ref.offset).body for ref in refs] == [HTML] * 7


def test_a_second_writer_of_the_run_overwrites_nothing(tmp_path: Path) -> None:
    (ref,) = write(tmp_path, 1)
    with (tmp_path / ref.file).open("ab") as file:
        file.write(b"\x1f\x8b\x08torn")
    (second,) = write(tmp_path, 1)
    assert second.file.endswith("run-1.warc.gz")
    assert recover(tmp_path / ref.file).cut == 0  # the second one has cut it already


@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.97])
def test_recover_cuts_exactly_the_torn_tail(tmp_path: Path, keep: float) -> None:
    refs = write(tmp_path, 4)
    path = tmp_path / refs[0].file
    whole = path.read_bytes()
    assert recover(path).cut == 0
    assert path.read_bytes() == whole
    start = refs[-1].offset
    cut_at = start + int((len(whole) - start) * keep * 0.5)  # somewhere inside the last response
    path.write_bytes(whole[:cut_at])
    recovery = recover(path)
    assert (recovery.size, recovery.cut) == (start, cut_at - start)
    assert path.read_bytes() == whole[:start]
    assert len(list(read_pages(path))) == 3


def test_recover_junk_and_nothing(tmp_path: Path) -> None:
    empty, junk = tmp_path / "empty.warc.gz", tmp_path / "junk.warc.gz"
    empty.touch()
    junk.write_bytes(b"not gzip at all")
    assert recover(empty).cut == 0
    assert recover(junk).cut == 15
    assert junk.stat().st_size == 0


def test_damage_in_the_middle_costs_one_record(tmp_path: Path) -> None:
    refs = write(tmp_path, 5)
    path = tmp_path / refs[0].file
    data = bytearray(path.read_bytes())
    data[refs[2].offset + 40 : refs[2].offset + 60] = b"\xff" * 20
    path.write_bytes(data)
    reader = read_pages(path)
    assert [page.url[-5] for page in reader] == ["0", "1", "3", "4"]
    assert sum(reader.skipped.values()) >= 1
    with pytest.raises(ArchiveError):
        read_page(path, refs[2].offset)
    with pytest.raises(ArchiveError):
        read_page(path, refs[2].offset + 3)
    with pytest.raises(ArchiveError):
        read_page(path, 10**9)


def test_only_pages_are_read(tmp_path: Path) -> None:
    archive = writer(tmp_path)
    archive.write(exchange(0, kind="feed", headers=[(b"Content-Type", b"application/rss+xml")]))
    archive.write(exchange(1, status=404))
    archive.write(exchange(2, status=302, headers=[(b"Location", b"/x")]))
    archive.write(exchange(3, headers=[(b"Content-Type", b"image/png")]))
    archive.write(exchange(4, body=b"\1\2\3", headers=[(b"Content-Encoding", b"br")]))
    archive.write(exchange(5))
    archive.write(exchange(6, headers=[]))
    archive.close()
    reader = read_pages(archive.files[0], site="s")
    assert [page.url[-5] for page in reader] == ["5", "6"]
    assert reader.skipped == {"status 404": 1, "status 302": 1, "not html": 1, "bad encoding": 1}
    with archive.files[0].open("rb") as file:
        assert len(list(read_pages(file))) == 2
    assert len(list(read_pages(io.BytesIO(archive.files[0].read_bytes())))) == 2


def test_chunks_kept_by_other_archivers_are_undone() -> None:
    body = b"5;ext=1\r\n<html\r\n4\r\n></h\r\n4\r\ntml>\r\n0\r\n\r\n"
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n" + body
    plain = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n<html></html>"
    warc = b"".join(
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2020-01-01T00:00:00Z\r\n"
        b"WARC-Target-URI: https://example.org/\r\nContent-Type: application/http\r\n"
        b"Content-Length: %d\r\n\r\n%b\r\n\r\n" % (len(block), block)
        for block in (http, plain)
    )
    assert [page.body for page in read_pages(io.BytesIO(warc))] == [b"<html></html>"] * 2


RAW_DEFLATE = zlib.compressobj(wbits=-15)


@pytest.mark.parametrize(
    ("encoding", "body", "expected"),
    [
        (None, HTML, HTML),
        ("identity", HTML, HTML),
        ("gzip", gzip.compress(HTML, mtime=0), HTML),
        ("GZIP", gzip.compress(HTML, mtime=0), HTML),
        ("x-gzip", gzip.compress(HTML[:10], mtime=0) + gzip.compress(HTML[10:], mtime=0), HTML),
        ("gzip", gzip.compress(HTML, mtime=0) + b"\0\0\0", HTML),
        ("deflate", zlib.compress(HTML), HTML),
        ("deflate", RAW_DEFLATE.compress(HTML) + RAW_DEFLATE.flush(), HTML),
        ("br", brotli.compress(HTML), HTML),
        ("zstd", zstd.compress(HTML), HTML),
        ("zstd", zstd.compress(HTML[:9]) + zstd.compress(HTML[9:]), HTML),
        ("gzip, br", brotli.compress(gzip.compress(HTML, mtime=0)), HTML),
        ("gzip", HTML, HTML),
        ("br", HTML, HTML),
        ("snappy", HTML, HTML),
        ("gzip", b"", b""),
    ],
)
def test_decoding(encoding: str | None, body: bytes, expected: bytes) -> None:
    assert decode_body(body, encoding) == expected


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_stream_cut_short_gives_its_beginning(encoding: str) -> None:
    text = b"".join(b"line %d of the story\n" % n for n in range(20_000))
    compress = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress}
    body = compress[encoding](text)
    decoded = decode_body(body[: len(body) // 2], encoding)
    assert 0 < len(decoded) < len(text)
    assert text.startswith(decoded)
    with pytest.raises(CutShortError):
        decode_body(body[: len(body) // 2], encoding, whole=True)
    assert decode_body(body, encoding, whole=True) == text


def test_a_wrong_checksum_costs_nothing() -> None:
    body = gzip.compress(HTML)
    assert decode_body(body[:-8] + b"\1" * 8, "gzip", whole=True) == HTML
    assert decode_body(zlib.compress(HTML)[:-4] + b"\1" * 4, "deflate", whole=True) == HTML


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_bombs_are_not_unpacked(encoding: str) -> None:
    compress = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress}
    bomb = compress[encoding](b"\0" * 30_000_000)
    with pytest.raises(TooLargeError):
        decode_body(bomb, encoding, max_size=1_000_000)


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "gzip, gzip, gzip, gzip, gzip"])
def test_what_can_not_be_decoded_says_so(encoding: str) -> None:
    with pytest.raises(CodingError):
        decode_body(b"\x01\x02\x03 nothing of the sort", encoding)


@pytest.mark.shared
def test_common_crawl_segments(request: pytest.FixtureRequest) -> None:
    files = sorted((request.config.rootpath.parent / "shared" / "newsweb").glob("CC-NEWS-*.warc.gz"))
    if not files:
        pytest.skip("the recorded news web is not here")
    readers = [read_pages(file) for file in files]
    assert sum(len(list(reader)) for reader in readers) == 221
    assert readers[0].skipped == {"not html": 1, "status 410": 1}
