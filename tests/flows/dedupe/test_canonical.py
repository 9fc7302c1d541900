"""The evidence for an original, kind by kind."""

from datetime import UTC, datetime, timedelta

import pytest

from flows.dedupe.canonical import Member, agency_of, contenders, is_credited
from flows.dedupe.model import Stored
from tests.flows.dedupe.making import START


def stored(site: str, url: str = "", **more: object) -> Stored:
    url = url or f"https://www.{site}.example/story-1"
    fields: dict[str, object] = {
        "article_id": site,
        "revision": 1,
        "site": site,
        "url": url,
        "url_key": f"{site}.example/story-1",
        "fetched_at": START,
        "text_hash": "",
        "words": 300,
        "date": START.date(),
    }
    return Stored(**{**fields, **more})  # type: ignore[arg-type]


def member(site: str, hour: float, *, precise: bool = True, **more: object) -> Member:
    return Member(stored(site, **more), START + timedelta(hours=hour), precise)


@pytest.mark.parametrize(
    ("members", "original", "evidence"),
    [
        ([member("a", 0)], "a", "earliest"),
        ([member("a", 2), member("b", 1)], "b", "earliest"),
        ([member("a", 0, words=100), member("b", 1, words=900)], "a", "earliest"),
        # Credited, in the order of the evidence.
        ([member("a", 0, credited_source="b"), member("b", 9)], "b", "credited_source"),
        ([member("a", 0, canonical_url="https://b.example/story-1"), member("b", 9)], "b", "canonical_url"),
        ([member("a", 0, canonical_url="https://b.example/other"), member("b", 9)], "a", "earliest"),
        ([member("a", 0, publisher="B News"), member("b", 9)], "b", "publisher"),
        ([member("a", 0, agency="Reuters"), member("reuters", 9)], "reuters", "dateline"),
        (
            [member("a", 0, credited_source="c", publisher="b"), member("b", 5), member("c", 9)],
            "c",
            "credited_source",
        ),
        # The most named one; who credits itself or nobody there says nothing.
        (
            [member("a", 0, credited_source="c"), member("b", 1, credited_source="c"), member("c", 9), member("d", 2)],
            "c",
            "credited_source",
        ),
        ([member("a", 0), member("b", 9, credited_source="b")], "a", "earliest"),
        ([member("a", 0, credited_source="Somebody Else"), member("b", 9)], "a", "earliest"),
        ([member("a", 0, publisher="Holding SE"), member("b", 9, publisher="Holding SE")], "a", "earliest"),
        # Only the day is known: the longest of those that may have been first.
        ([member("a", 0, precise=False, words=100), member("b", 9, words=300)], "b", "longest"),
        ([member("a", 0, precise=False, words=300), member("b", 9, words=100)], "a", "earliest"),
        ([member("a", 0, precise=False, words=100), member("b", 30, words=300)], "a", "earliest"),
        ([member("b", 0, words=300), member("a", 0, words=300)], "a", "earliest"),
    ],
)
def test_original(members: list[Member], original: str, evidence: str) -> None:
    for order in (members, members[::-1]):
        found, why = contenders(order)[0]
        assert (found.stored.site, why) == (original, evidence)


@pytest.mark.parametrize(
    ("name", "site", "publisher", "credited"),
    [
        ("Reuters", "reuters", None, True),
        ("REUTERS.", "reuters", None, True),
        ("The Daily Planet", "planet", "Daily Planet", True),
        ("Planet News Agency", "planet", None, True),
        ("planet.example", "planet", None, True),
        ("https://www.planet.example/story", "planet", None, True),
        ("Planet of the Apes", "planet", None, False),
        ("The Planet Times", "planet", None, False),
        ("Plan", "planet", None, False),
        ("", "planet", None, False),
        ("…", "planet", None, False),
    ],
)
def test_credit(name: str, site: str, publisher: str | None, credited: bool) -> None:
    assert is_credited(name, stored(site, publisher=publisher)) is credited


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("BERLIN (dpa) - Die Regierung …\nMehr.", "dpa"),
        ("Berlin (dpa/lni) – Die Polizei …", "dpa"),
        ("LONDON, March 2 (Reuters) - Shares rose", "Reuters"),
        ("WASHINGTON (AP) — The Senate", "AP"),
        ("PARIS (AFP) -", "AFP"),
        ("ROMA (ANSA) - Il governo", "ANSA"),
        ("NEW YORK, March 2, 2026 /PRNewswire/ -- Acme", "PRNewswire"),
        ("The story.\nMore of it.\ndpa", "dpa"),
        ("The story.\nMore of it.\n© AFP", "AFP"),
        ("The story.\nQuelle: dpa-AFX", "dpa"),
        ("The party (SPD) - said", None),
        ("Reuters reported on Monday that shares rose.", None),
        ("AP", None),
        ("", None),
    ],
)
def test_agency(text: str, agency: str | None) -> None:
    assert agency_of(text) == agency


def test_large_group_is_quick() -> None:
    """Syndicated texts have thousands of copies; votes are counted by what is said, not pair by pair."""
    members = [member(f"site{n}", n, credited_source=f"site{n % 7}") for n in range(1500)]
    start = datetime.now(UTC)
    assert contenders(members)[0][0].stored.site == "site0"
    assert datetime.now(UTC) - start < timedelta(seconds=10)
