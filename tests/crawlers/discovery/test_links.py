import pytest

from crawlers.discovery.links import absolute, linked
from crawlers.discovery.robots import robots_sitemaps

BASE = "https://paper.example/news/index.html?x=1"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("https://a.example", "https://a.example/"),
        ("story.html", "https://paper.example/news/story.html"),
        ("/story", "https://paper.example/story"),
        ("../a", "https://paper.example/a"),
        ("?page=2", "https://paper.example/news/index.html?page=2"),
        ("//cdn.example/a", "https://cdn.example/a"),
        ("\\story", "https://paper.example/story"),
        (" /a\n/b ", "https://paper.example/a/b"),
        ("/a b", "https://paper.example/a%20b"),
        ("/a#b", "https://paper.example/a"),
        ("/?a=1&amp;b=2", "https://paper.example/?a=1&b=2"),
        ("HTTP://A.example/X", "http://A.example/X"),
        ("/日本", "https://paper.example/日本"),
        ("#top", None),
        ("", None),
        (None, None),
        ("javascript:void(0)", None),
        ("mailto:a@b.example", None),
        ("tel:+49", None),
        ("data:text/html,x", None),
        ("https://", None),
        ("https://a.example:port/", None),
        ("https://[::1", None),
        ("https://a b.example/", None),
        ("/" + "x" * 5000, None),
    ],
)
def test_absolute(link: str | None, expected: str | None) -> None:
    assert absolute(link, BASE) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"User-agent: *\nDisallow: /\nSitemap: https://a.example/s.xml\n", ("https://a.example/s.xml",)),
        (
            b"sitemap:/s.xml\r\nSITEMAP : /s.xml # old\rSitemap: /t.xml",
            ("https://a.example/s.xml", "https://a.example/t.xml"),
        ),
        (b"\xef\xbb\xbfSitemap: /s.xml", ("https://a.example/s.xml",)),
        (b"# Sitemap: /no.xml\nDisallow: /sitemap: /no.xml\nSitemap:\nSitemap: ftp://a.example/no", ()),
        (b"<!doctype html><p>404", ()),
        (b"", ()),
        (b"\xff\xfe\x00" * 10, ()),
    ],
)
def test_robots_sitemaps(body: bytes, expected: tuple[str, ...]) -> None:
    assert robots_sitemaps(body, "https://a.example/robots.txt") == expected


HUB = "https://hub.example/"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (f"<{HUB}>; rel=hub", [HUB]),
        (f'<{HUB}>; rel="hub"', [HUB]),
        (f'<https://a.example/feed>; rel="self", <{HUB}>;rel="hub";title="x, <y>; z"', [HUB]),
        (f'<{HUB}>; rel="canonical HUB"', [HUB]),
        (f'<{HUB}> ; REL = "hub"', [HUB]),
        (f'<{HUB}>; title="rel=hub"; rel=self', []),
        (f'<{HUB}>; rel="self"; rel="hub"', []),  # the first counts
        (f'<{HUB}>; rel="hub"; anchor="/other"', []),
        (f"<{HUB}>; rel=hub, <https://hub2.example/>; rel=hub", [HUB, "https://hub2.example/"]),
        ("</hub>; rel=hub", ["https://paper.example/hub"]),
        ("<mailto:hub@a.example>; rel=hub", []),
        (f"{HUB}; rel=hub", []),
        (f"<{HUB}; rel=hub", []),
        (f"<{HUB}>; rel=", []),
        ("<" * 9000, []),
        ("<x>" + ";a" * 9000 + '"', []),
        ("<x>;a=" + '"\\' * 9000, []),
        ("", []),
        (None, []),
    ],
)
def test_link_headers(header: str | None, expected: list[str]) -> None:
    assert linked(header, "hub", BASE) == expected
