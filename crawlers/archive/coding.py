"""Undo the Content-Encoding of a body (RFC 9110, 8.4), bounded in size.

Servers lie about encodings and cut streams short; browsers take what they can get, and so does this.
"""

import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import brotli  # type: ignore[import-untyped]

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MAX_DECODED = 64 * 1024 * 1024
"""Default limit of a decoded body, in bytes."""
CHUNK = 64 * 1024
MAX_LAYERS = 4
"""A header that names more codings than this is an attack or an accident."""


class CodingError(ValueError):
    """The body is not in the encoding its header names."""


class TooLargeError(CodingError):
    """The body decodes to more than the limit: a decompression bomb, or nothing for a news crawler."""


class CutShortError(CodingError):
    """The compressed stream ends early or is damaged on the way: a part of the body is missing."""


def decode_body(
    body: bytes, content_encoding: str | None, *, max_size: int = MAX_DECODED, whole: bool = False
) -> bytes:
    """The body without its Content-Encoding.

    A body that was never compressed although the header says so is returned as it is; a stream cut short gives
    what could be decoded, or with `whole` a CutShortError. Unknown codings (and `identity`) are left alone.

    Raises TooLargeError beyond `max_size` bytes, CodingError where nothing can be decoded.
    """
    codings = [coding.strip().lower() for coding in (content_encoding or "").split(",")]
    codings = [coding for coding in codings if coding and coding != "identity"]
    if len(codings) > MAX_LAYERS:
        raise CodingError(f"{len(codings)} content codings")
    for coding in reversed(codings):
        decoder = DECODERS.get(coding)
        if decoder is None:
            break
        body = _bounded(decoder, body, coding, max_size, whole=whole)
    return body


def _bounded(decoder: "Decoder", body: bytes, coding: str, max_size: int, *, whole: bool) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        for part in decoder(body):
            size += len(part)
            if size > max_size:
                raise TooLargeError(f"{len(body)} bytes of {coding} decode to more than {max_size}")
            parts.append(part)
    except (zlib.error, brotli.error, zstd.ZstdError, EOFError) as error:
        if coding in INFLATED:
            parts = _salvage(body, _wbits(body, coding), max_size)
        if any(parts):
            if whole and "incorrect" not in str(error):  # a wrong checksum comes after the last byte
                raise CutShortError(f"{coding} stream: {error}") from error
            return b"".join(parts)  # what browsers would show
        if _looks_plain(body):
            return body
        raise CodingError(f"not {coding}: {error}") from error
    return b"".join(parts)


def _salvage(body: bytes, wbits: int, max_size: int) -> list[bytes]:
    """All that a damaged stream gives before the damage: zlib drops what it had when it meets an error."""
    stream = zlib.decompressobj(wbits)
    parts: list[bytes] = []
    size = 0
    for start in range(0, len(body), 256):
        piece, before = body[start : start + 256], stream.copy()
        try:
            found = [stream.decompress(piece)]
        except zlib.error:
            found = []
            for byte in piece:
                try:
                    found.append(before.decompress(bytes([byte])))
                except zlib.error:
                    return parts + found
        size += sum(map(len, found))
        if size > max_size:
            raise TooLargeError(f"{len(body)} damaged bytes decode to more than {max_size}")
        parts += found
    return parts


def _looks_plain(body: bytes) -> bool:
    """Whether the body is text after all, sent with the wrong header."""
    head = body[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith((b"<", b"{", b"[")) and b"\0" not in head


def _inflate(body: bytes, wbits: int) -> Iterator[bytes]:
    while body:
        stream = zlib.decompressobj(wbits)
        yield stream.decompress(body, CHUNK)
        while stream.unconsumed_tail and not stream.eof:
            yield stream.decompress(stream.unconsumed_tail, CHUNK)
        if not stream.eof:
            yield stream.flush()
            raise EOFError("cut short")
        body = stream.unused_data
        if not body.startswith(b"\x1f\x8b"):  # padding after the last gzip member
            return


def _gunzip(body: bytes) -> Iterator[bytes]:
    return _inflate(body, 31)


def _deflate(body: bytes) -> Iterator[bytes]:
    return _inflate(body, _wbits(body, "deflate"))


def _wbits(body: bytes, coding: str) -> int:
    """The stream format, as zlib wants it told."""
    if coding != "deflate":
        return 31
    # RFC 9110 means the zlib format; some servers send bare deflate data all the same.
    zlib_header = len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
    return 15 if zlib_header else -15


def _unbrotli(body: bytes) -> Iterator[bytes]:
    stream = brotli.Decompressor()
    part: bytes = stream.process(body, output_buffer_limit=CHUNK)
    while part:
        yield part
        if stream.is_finished():
            return
        part = stream.process(b"", output_buffer_limit=CHUNK)
    if body and not stream.is_finished():
        raise EOFError("cut short")


def _unzstd(body: bytes) -> Iterator[bytes]:
    # RFC 9659 bounds the window to 8 MB: a larger one costs memory before the first byte is seen.
    options: dict[Any, int] = {zstd.DecompressionParameter.window_log_max: 23}
    while body:
        stream = zstd.ZstdDecompressor(options=options)
        part = stream.decompress(body, CHUNK)
        yield part
        while not stream.eof and (part or not stream.needs_input):
            part = stream.decompress(b"", CHUNK)
            yield part
        if not stream.eof:
            raise EOFError("cut short")
        body = stream.unused_data


INFLATED = frozenset({"gzip", "x-gzip", "deflate"})
Decoder = Callable[[bytes], Iterator[bytes]]
DECODERS: dict[str, Decoder] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _deflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
