"""What publishers reserve."""

import pytest
from protego import Protego

from crawlers.optouts import (
    TdmRule,
    ai_agents_named,
    ai_reservation,
    page_reservations,
    read_tdmrep,
    tdmrep_reservation,
)


@pytest.mark.parametrize(
    ("head", "headers", "expected"),
    [
        ("", {}, []),
        ('<meta name="robots" content="index, follow">', {}, []),
        ('<meta name="robots" content="noindex, nofollow">', {}, ["noindex (meta)"]),
        ("<META content=\"NoAI,noimageai\" name='Robots'>", {}, ["noai (meta)"]),
        ("<meta name=presslake content=none>", {}, ["none (meta)"]),
        ('<meta name="googlebot" content="noindex">', {}, []),
        ("", {"x-robots-tag": "noarchive"}, ["noarchive (header)"]),
        ("", {"x-robots-tag": "googlebot: noindex, nofollow"}, []),
        ("", {"x-robots-tag": "googlebot: noindex, presslake: noarchive"}, ["noarchive (header)"]),
        ("", {"x-robots-tag": "unavailable_after: 25 Jun 2010 15:00:00 PST, noindex"}, ["noindex (header)"]),
        ("", {"x-robots-tag": "max-snippet:-1, noai"}, ["noai (header)"]),
        ("", {"tdm-reservation": "1"}, ["tdm-reservation=1 (header)"]),
        ("", {"tdm-reservation": "0"}, []),
        ("", {"tdm-reservation": "yes"}, []),
        (
            '<meta name="tdm-reservation" content="1"><meta name="tdm-policy" content="https://p.example/x?a=1&amp;b">',
            {},
            ["tdm-reservation=1 https://p.example/x?a=1&b (meta)"],
        ),
        ('<meta name="tdm-reservation" content="0">', {"tdm-reservation": "1"}, []),
        (
            '<meta name="robots" content="noai">',
            {"x-robots-tag": "noai", "tdm-reservation": "1"},
            ["noai (header)", "noai (meta)", "tdm-reservation=1 (header)"],
        ),
        ('<meta name="robots" content=', {}, []),
        ("<meta " + "x" * 100_000 + ">", {}, []),
    ],
)
def test_page_reservations(head: str, headers: dict[str, str], expected: list[str]) -> None:
    body = f"<html><head>{head}</head><body>text</body></html>".encode()
    assert [str(found) for found in page_reservations(body, headers)] == expected


@pytest.mark.parametrize(
    ("document", "rules"),
    [
        (b'[{"location": "/", "tdm-reservation": 1}]', [TdmRule("/", True)]),
        (b'\xef\xbb\xbf[{"location": "/a", "tdm-reservation": 0}]', [TdmRule("/a", False)]),
        (b'{"location": "/", "tdm-reservation": "1", "tdm-policy": "u"}', [TdmRule("/", True, "u")]),
        (b'[{"tdm-reservation": 1}, "x", {"location": 3}, {"location": "/b"}]', [TdmRule("/b", False)]),
        (b"<html>not found</html>", []),
        (b"[" * 100_000, []),
        (b"", []),
        (b"null", []),
    ],
)
def test_tdmrep_file(document: bytes, rules: list[TdmRule]) -> None:
    assert list(read_tdmrep(document)) == rules


@pytest.mark.parametrize(
    ("location", "path", "matches"),
    [
        ("/", "/a/b", True),
        ("/news/", "/news/x", True),
        ("/news/", "/sport/x", False),
        ("/*/free", "/a/free", True),
        ("/*.html$", "/a.html", True),
        ("/*.html$", "/a.html?x=1", False),
        ("/a$", "/a", True),
        ("/a$", "/ab", False),
        ("*", "/anything", True),
        ("/*a*a*a*a*a*a*a*a*a*a*b$", "/" + "a" * 5000, False),
    ],
)
def test_tdmrep_locations(location: str, path: str, matches: bool) -> None:
    found = tdmrep_reservation((TdmRule(location, True),), f"https://x.example{path}")
    assert (found is not None) == matches


def test_the_longest_location_decides() -> None:
    rules = (TdmRule("/", True, "p"), TdmRule("/free/", False))
    assert tdmrep_reservation(rules, "https://x.example/free/1") is None
    found = tdmrep_reservation(rules, "https://x.example/paid/1")
    assert found is not None
    assert str(found) == "tdm-reservation=1 p (tdmrep.json)"


def test_rules_for_ai_crawlers() -> None:
    robots = "User-agent: *\nDisallow: /private\n\nUser-agent: GPTBot\nUser-agent: ccbot\nDisallow: /\nAllow: /open\n"
    rules = Protego.parse(robots)
    agents = ai_agents_named(robots)
    assert agents == ("GPTBot", "CCBot")
    assert str(ai_reservation(rules.can_fetch, "https://x.example/a", agents)) == "not for GPTBot, CCBot (robots.txt)"
    assert ai_reservation(rules.can_fetch, "https://x.example/open", agents) is None
