import pytest

from crawlers.extract.markup.decode import as_utf8, decode

GERMAN = "Über die Brücke fährt täglich ein Bus; die Straße ist für Fußgänger geöffnet, heißt es in Köln. " * 20
RUSSIAN = "Мэр города сообщил, что ремонт набережной начнётся в апреле и продлится полтора года. " * 20
JAPANESE = "港の防波堤を再建することが月曜日に決まった。工事は四月に始まる予定だ。" * 20


def html(text: str, charset: str | None) -> str:
    meta = f'<meta charset="{charset}">' if charset else ""
    return f"<html><head>{meta}</head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize(
    ("text", "codec", "header", "meta", "what"),
    [
        (GERMAN, "utf-8", None, None, "nothing declared"),
        (GERMAN, "utf-8", "text/html; charset=iso-8859-1", "iso-8859-1", "declared Latin-1, sent UTF-8"),
        (GERMAN, "cp1252", "text/html; charset=utf-8", "utf-8", "declared UTF-8, sent Windows-1252"),
        (GERMAN, "iso-8859-1", "text/html", "iso-8859-1", "declared in the page alone"),
        (GERMAN, "utf-8-sig", "text/html; charset=latin1", None, "a byte order mark wins"),
        (GERMAN, "utf-16", None, "utf-8", "UTF-16 with byte order mark"),
        (RUSSIAN, "cp1251", "text/html; charset=windows-1251", None, "declared in the header"),
        (RUSSIAN, "cp1251", "text/html; charset=utf-8", None, "declared wrongly"),
        (RUSSIAN, "koi8-r", None, "koi8-r", "declared in the page"),
        (JAPANESE, "shift_jis", None, "Shift_JIS", "declared in the page"),
        (JAPANESE, "euc_jp", "text/html; charset=EUC-JP", None, "declared in the header"),
        (JAPANESE, "iso2022_jp", None, "utf-8", "seven bits, so valid UTF-8, but not meant as such"),
        (GERMAN, "utf-8", "text/html; charset=no-such-charset", "bogus", "labels nobody knows"),
    ],
)
def test_a_page_is_read_with_the_charset_it_is_in(text, codec, header, meta, what):
    assert text[:80] in decode(html(text, meta).encode(codec), header).text, what


def test_a_stray_byte_does_not_turn_a_utf8_page_into_latin1():
    body = html(GERMAN, "utf-8").encode()
    broken = body[:300] + b"\xff" + body[300:]
    assert "Straße" in decode(broken).text
    assert decode(broken).charset == "utf-8"


def test_nul_and_control_characters_are_dropped_but_line_ends_stay():
    assert decode(b"a\x00b\x07c\n\td").text == "abc\n\td"


def test_gb2312_is_read_as_its_superset():
    text = "镕基出席了会议，并就港口防波堤的重建发表了讲话。" * 10
    assert "镕基" in decode(html(text, "gb2312").encode("gb18030")).text


@pytest.mark.parametrize("body", [b"", b"\xff", b"\xfe\xff", b"\x80" * 3000, bytes(range(256)) * 8])
def test_no_bytes_make_it_fail(body):
    decode(body, "text/html; charset=utf-7")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("the townâ\x80\x99s wall", "the town’s wall"),
        ("cafÃ©, and that wasnâ\x80\x99t all", "café, and that wasn’t all"),
        ("São Paulo, Ã\x81gua", "São Paulo, Água"),
        ("Ã© alone is no sign", "Ã© alone is no sign"),
        ("a stray \x92 in it", "a stray \x92 in it"),
    ],
)
def test_text_encoded_twice_is_mended(text, read):
    assert as_utf8(f"<p>{text}</p>".encode()).decode() == f"<p>{read}</p>"
