"""Who is credited in a line above the story."""

import pytest

from crawlers.extract.story.credits import credited_above
from crawlers.extract.story.decision import Decision


def credited(*above: str) -> str | None:
    taken = Decision("paragraph", "小镇昨晚投票决定重建防波堤。来源：例社", True)
    return credited_above([*(Decision("paragraph", line, False) for line in above), taken])


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("2026-02-20 16:28:35 来源: 例报 举报", "例报"),
        ("2026-02-20 12:11来源：例港日报作者：王小明", "例港日报"),
        ("来源：例网-例港日报", "例网-例港日报"),
        ("來源：例社", "例社"),
        ("来源: | 发布时间: 2026-02-20", None),
        ("收入来源：渔业和旅游", None),
        ("2026-02-20", None),
    ],
)
def test_a_line_above_the_story_credits_its_origin(line, name):
    assert credited(line) == name


def test_the_line_right_above_counts_and_one_far_above_does_not():
    assert credited("来源：例报", "来源：例社") == "例社"
    assert credited("来源：例报", *["首页"] * 20) is None
