import tracemalloc
import zlib

import pytest

from crawlers.discovery import documents
from tests.crawlers.discovery.packing import gz


def bomb(unpacked: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    chunk = b"\0" * 2**20
    return b"".join(packer.compress(chunk) for _ in range(unpacked >> 20)) + packer.flush()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"plain", documents.Unpacked(b"plain")),
        (b"", documents.Unpacked(b"")),
        (gz(b"packed"), documents.Unpacked(b"packed")),
        (gz(gz(b"twice")), documents.Unpacked(b"twice")),
        (gz(b"two ") + gz(b"members"), documents.Unpacked(b"two members")),
        (gz(b"then rubbish") + b"\0\0\0", documents.Unpacked(b"then rubbish")),
        (gz(b"x" * 2000)[:20], documents.Unpacked(b"x" * 1000, torn=True)),
        (b"\x1f\x8b\x08 not gzip at all", documents.Unpacked(b"", torn=True)),
    ],
)
def test_unpack(body: bytes, expected: documents.Unpacked) -> None:
    unpacked = documents.unpack(body)
    assert unpacked[1:] == expected[1:]
    assert unpacked.body == expected.body or (unpacked.torn and set(unpacked.body) <= set(b"x"))


def test_a_body_beyond_the_limit_is_cut_there() -> None:
    assert documents.unpack(b"x" * 1001, limit=1000) == documents.Unpacked(b"x" * 1000, too_large=True)
    packed = gz(bytes(range(256)) * 40)
    cut = documents.unpack(packed, limit=1000)
    assert cut.too_large
    assert len(cut.body) == 1000


def test_a_decompression_bomb_gives_nothing_and_takes_no_memory() -> None:
    body = bomb(1 << 28)
    assert len(body) < 2**19
    tracemalloc.start()
    assert documents.unpack(body, limit=2**20) == documents.Unpacked(b"", too_large=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 2**20


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        ("Grüße €".encode(), None, "Grüße €"),
        ("Grüße €".encode(), "text/xml; charset=iso-8859-1", "Grüße €"),
        (b"\xef\xbb\xbf" + "Grüße".encode(), "text/xml; charset=latin-1", "Grüße"),
        ("Grüße".encode("utf-16"), None, "Grüße"),
        ('<?xml version="1.0"?>ü'.encode("utf-16-le"), None, '<?xml version="1.0"?>ü'),
        ('<?xml version="1.0"?>ü'.encode("utf-16-be"), None, '<?xml version="1.0"?>ü'),
        ('<?xml version="1.0" encoding="windows-1251"?>Привет'.encode("cp1251"), None, "Привет"),
        ('<?xml version="1.0" encoding="windows-1251"?>Привет'.encode("cp1251"), "text/xml; charset=utf-8", "Привет"),
        ('<?xml version="1.0" encoding="utf-16"?>Grüße'.encode(), None, "Grüße"),
        ('<?xml version="1.0" encoding="iso-8859-1"?>‚Grüße‘ €'.encode("cp1252"), None, "‚Grüße‘ €"),
        ("Привет".encode("koi8-r"), "text/xml; charset=koi8-r", "Привет"),
        ('<?xml version="1.0" encoding="Shift_JIS"?>髙島屋'.encode("cp932"), None, "髙島屋"),
        ('<?xml version="1.0" encoding="ISO-2022-JP"?>新聞'.encode("iso2022_jp"), None, "新聞"),
        ('<?xml version="1.0" encoding="no-such-thing"?>Grüße'.encode("cp1252"), None, "Grüße"),
        ("Grüße".encode("cp1252"), None, "Grüße"),
        ("日本の新聞".encode()[:-1], None, "日本の新"),
        (b"\xc3\xbc" * 50 + b"\xff", None, "ü" * 50),
    ],
)
def test_decode(body: bytes, content_type: str | None, expected: str) -> None:
    assert expected in documents.decode(body, content_type)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<rss>", "rss"),
        ("\ufeff \n<?xml version='1.0'?><!-- a <b> comment --><?style x?><rdf:RDF xmlns:rdf='x'>", "rdf"),
        ('<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x/rss-0.91.dtd"><rss version="0.91">', "rss"),
        ("<!DOCTYPE rss [<!ENTITY a '<html>'><!ELEMENT b (c)>]><rss>", "rss"),
        ("<!doctype html><p>", "html"),
        ("<!DOCTYPE html>", "html"),
        ("<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN'><html>", "html"),
        ("<HTML>", "html"),
        ("just words", None),
        ("", None),
        ("{}", None),
    ],
)
def test_root_name(text: str, expected: str | None) -> None:
    assert documents.root_name(text.lstrip("\ufeff")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "<rss>AT&T &amp; &eacute;&nbsp;&unknown; &#150;&#0;&#x1F;&#xD800;&#99999999;</rss>",
            "<rss>AT&amp;T &amp; é\xa0&amp;unknown; –\ufffd\ufffd\ufffd\ufffd</rss>",
        ),
        ("<rss><![CDATA[&#xD800; &#65;]]></rss>", "<rss><![CDATA[\ufffd &#65;]]></rss>"),
        ("<rss><![CDATA[AT&T &eacute;]]> &</rss>", "<rss><![CDATA[AT&T &eacute;]]> &amp;</rss>"),
        ("<rss>a\x00b\x0bc\ufffe</rss>", "<rss>abc</rss>"),
        ("<br /><b>Warning</b>: x in y.php\n<?xml version='1.0'?><rss/>", "<?xml version='1.0'?><rss/>"),
        ("<!DOCTYPE rss [<!ENTITY a 'b'>]><rss>&a;</rss>", "<rss>&amp;a;</rss>"),
        ("<rss>&lt;&#60;&LT;</rss>", "<rss>&lt;&lt;&lt;</rss>"),
    ],
)
def test_clean_xml(text: str, expected: str) -> None:
    assert documents.clean_xml(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<rss><channel></channel></rss>", False),
        ("<rss><channel></channel></rss>\n<!-- cached -->", False),
        ("<?xml version='1.0'?><urlset xmlns='x'/>", False),
        ("<rdf:RDF></rdf:RDF >", False),
        ("<rss><channel><item>", True),
        ("<rss><channel></channel>", True),
    ],
)
def test_ends_early(text: str, expected: bool) -> None:
    assert documents.ends_early(text) is expected
