"""A story told twice by its page, and lines that recur within a story."""

from crawlers.extract.story.copies import drop_copies
from crawlers.extract.story.decision import Decision
from tests.crawlers.extract.pages import PROSE

STORY = [PROSE[0], PROSE[1], "What the harbour master says", *PROSE[2:]]


def left(texts: list[str]) -> list[str]:
    decisions = [Decision("paragraph", text, True) for text in texts]
    drop_copies(decisions)
    assert {item.rule for item in decisions if not item.kept} <= {"copy"}
    return [item.text for item in decisions if item.kept]


def test_a_story_laid_out_twice_is_told_once():
    assert left([*STORY, "Read on the desk", *STORY]) == [*STORY, "Read on the desk"]


def test_copies_that_follow_one_another_all_go():
    assert left(STORY * 3) == STORY


def test_a_copy_that_lacks_an_opening_goes_too():
    assert left([*STORY, *STORY[1:]]) == STORY


def test_questions_and_short_facts_that_recur_stay():
    interview = [line for answer in PROSE for line in ("What keeps you at the harbour?", "Age: 40", "Ships: 2", answer)]
    assert left(interview) == interview


def test_a_paragraph_that_recurs_alone_stays():
    story = [*STORY, PROSE[0]]
    assert left(story) == story


def test_a_day_of_a_plan_that_is_like_an_earlier_one_stays():
    days = [[f"{paragraph} Day {day}." for paragraph in PROSE] for day in range(4)]
    plan = [line for day in (0, 1, 2, 3, 1) for line in days[day]]
    assert left(plan) == plan
