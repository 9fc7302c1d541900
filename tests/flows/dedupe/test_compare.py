"""Two texts, one verdict: the rules and the reasons against."""

from datetime import timedelta

import pytest

from flows.dedupe.compare import BOILERPLATE, FAR_APART, OTHER_WORDS, TEMPLATE, TOO_SHORT, compare, prepare
from flows.dedupe.rules import RULES
from tests.flows.dedupe.making import text

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LONG, SHORT, TINY = text(400, 1), text(80, 2), text(15, 3)


def first(body: str, share: float) -> str:
    """The beginning of a text."""
    found = body.split(" ")
    return " ".join(found[: round(len(found) * share)])


def mixed(body: str, share: float, seed: int = 77) -> str:
    """A text of the same length of which only the beginning is the given one's."""
    kept = first(body, share)
    return f"{kept} {text(len(body.split()) - len(kept.split()), seed)}"


def market(*figures: str) -> str:
    """A report that a machine fills in."""
    return (
        "The exchange's main index closed at {} points on the day, the lowest close in a month, while the gold "
        "fixing in the morning stood at {} and the overnight rate was set by the central bank in the usual way at {}."
    ).format(*figures)


CASES = [
    # First text, second, time between, verdict.
    (LONG, LONG, 500 * DAY, "exact/1"),
    (LONG, LONG.upper().replace(".", " –"), 0 * DAY, "exact/1"),
    (LONG, first(LONG, 0.5), 3 * DAY, "near/1"),
    (LONG, first(LONG, 0.3), HOUR, "near/1"),
    (LONG, mixed(LONG, 0.85), 6 * DAY, "near/1"),
    (LONG, mixed(LONG, 0.75), 40 * HOUR, "soon/1"),
    (LONG, mixed(LONG, 0.75), 3 * DAY, FAR_APART),
    (LONG, mixed(LONG, 0.85), 8 * DAY, FAR_APART),
    (LONG, mixed(LONG, 0.98), 60 * DAY, "far/1"),
    (LONG, mixed(LONG, 0.98), 91 * DAY, FAR_APART),
    (LONG, mixed(LONG, 0.5), HOUR, BOILERPLATE),
    (LONG, f"{text(100, 5)} {first(LONG, 0.4)} {text(120, 6)}", HOUR, OTHER_WORDS),
    (LONG, text(400, 9), HOUR, OTHER_WORDS),
    (SHORT, SHORT, 30 * DAY, "exact/1"),
    (SHORT, mixed(SHORT, 0.9), HOUR, "near/1"),
    (SHORT, mixed(SHORT, 0.9), 3 * DAY, FAR_APART),
    (SHORT, mixed(SHORT, 0.75), HOUR, OTHER_WORDS),
    (TINY, TINY, HOUR, TOO_SHORT),
    (TINY, f"{TINY} more", HOUR, TOO_SHORT),
    (TINY, f"{TINY} {LONG}", HOUR, TOO_SHORT),
    ("Watch.", "Watch.", HOUR, TOO_SHORT),
    ("", "", HOUR, TOO_SHORT),
    (f"{SHORT} 12 34 56", f"{SHORT} 12 34 56", HOUR, "exact/1"),
    (f"12 {SHORT} 34 56", f"13 {SHORT} 35 57", HOUR, TEMPLATE),
    (f"12 34 56 78 {SHORT} 9", f"12 34 56 78 {SHORT} 8", HOUR, "near/1"),
    (f"12 {LONG} 34 56", f"13 {LONG} 35 57", HOUR, "near/1"),
]


@pytest.mark.parametrize(("one", "other", "apart", "expected"), CASES)
def test_verdict(one: str, other: str, apart: timedelta, expected: str) -> None:
    for pair in ((one, other), (other, one)):
        verdict = compare(prepare(pair[0], "One headline"), prepare(pair[1], "Another"), apart, RULES)
        assert (verdict.rule or verdict.reason) == expected
        assert (verdict.rule is None) != (verdict.reason is None)


@pytest.mark.parametrize(
    ("one", "other", "titles", "apart", "expected"),
    [
        (TINY, TINY, ("Fire is out", "FIRE IS OUT"), HOUR, "exact/1"),
        (TINY, TINY, ("Fire is out", "Fire is out"), 8 * DAY, TOO_SHORT),
        (LONG, mixed(LONG, 0.5), ("Vote is put off", "Vote is put off"), HOUR, "headline/1"),
        (LONG, mixed(LONG, 0.5), ("Vote is put off", "Vote is put off"), 3 * DAY, BOILERPLATE),
        (SHORT, mixed(SHORT, 0.75), ("Mill workers strike again", "Mill workers strike"), HOUR, "soon/1"),
        (SHORT, mixed(SHORT, 0.75), ("Unit 1 gets 304 mln deal", "Unit 1 gets 303 mln deal"), HOUR, OTHER_WORDS),
        (LONG, mixed(LONG, 0.5), ("", ""), HOUR, BOILERPLATE),
    ],
)
def test_headlines(one: str, other: str, titles: tuple[str, str], apart: timedelta, expected: str) -> None:
    verdict = compare(prepare(one, titles[0]), prepare(other, titles[1]), apart, RULES)
    assert (verdict.rule or verdict.reason) == expected


def test_filled_in_template() -> None:
    one, other = market("4,512.3", "2,031", "3.25"), market("4,498.1", "2,047", "3.50")
    verdict = compare(prepare(one, "Markets"), prepare(other, "Markets"), HOUR, RULES)
    assert verdict.reason in (TEMPLATE, OTHER_WORDS)
    corrected = compare(prepare(one, "A"), prepare(one.replace("usual", "customary"), "B"), HOUR, RULES)
    assert corrected.rule == "near/1"


def test_recurring_notice() -> None:
    """The same few words from the same publisher are news again after a week; another publisher's are a copy."""
    notice = prepare(SHORT, "Road closed")
    assert compare(notice, notice, 14 * DAY, RULES, same_publisher=True).reason == FAR_APART
    assert compare(notice, notice, 2 * DAY, RULES, same_publisher=True).rule == "exact/1"
    assert compare(notice, notice, 14 * DAY, RULES).rule == "exact/1"
    assert compare(prepare(LONG, "a"), prepare(LONG, "b"), 14 * DAY, RULES, same_publisher=True).rule == "exact/1"


def test_figures() -> None:
    whole, half = prepare(LONG, None), prepare(first(LONG, 0.5), None)
    verdict = compare(half, whole, HOUR, RULES)
    assert verdict.containment == verdict.of_first == 1
    assert verdict.jaccard == verdict.of_second == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    ("body", "other"),
    [
        ("昨日，中国国家统计局公布了最新的经济数据，" * 3, "市场对这一消息反应平淡，分析人士认为后市仍需观察。" * 3),
        ("東京都は今日、新しい防災計画を発表した。計画は来年から実施される。" * 3, "大阪では雨が続いている。" * 5),
        ("นายกรัฐมนตรีประกาศนโยบายใหม่ในวันนี้ที่กรุงเทพมหานคร" * 3, "ฝนตกหนักในภาคใต้ของประเทศ" * 4),
    ],
)
def test_languages_without_spaces(body: str, other: str) -> None:
    """Characters are shingled: a text whose end was replaced is still the same, another one isn't."""
    shared = prepare(body + other[:20], None)
    assert compare(prepare(body, None), shared, HOUR, RULES).rule == "near/1"
    assert compare(prepare(body, None), prepare(other, None), HOUR, RULES).reason == OTHER_WORDS
