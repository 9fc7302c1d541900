"""Which publisher or agency a page credits as the origin of its story, in a line above the story.

`2019-09-07 16:28 来源：例报 作者：王小明` is how pages in Chinese open; the line is no part of the text.
"""

import re
from collections.abc import Sequence

from crawlers.extract.story.decision import Decision

ABOVE = 14
"""Blocks above the story among which the line stands."""

MAX_LINE = 140
"""Characters of such a line."""

SOURCE = re.compile(
    r"(?:^|[\s|｜丨)）\d])(?:来源|來源|稿源|消息来源)于?\s*[：:]\s*(?P<name>[^\s|｜：:（(]{2,20}?)"
    r"(?=\s*$|[\s|｜]|作者|编辑|責任|责任|发布|字号|点击|浏览|分享)"
)


def credited_above(decisions: Sequence[Decision]) -> str | None:
    """The name in the last such line above the first block that was taken; None where there is none."""
    first = next((number for number, item in enumerate(decisions) if item.kept), 0)
    for item in reversed(decisions[max(0, first - ABOVE) : first]):
        found = SOURCE.search(item.text) if len(item.text) <= MAX_LINE else None
        if found:
            return found["name"]
    return None
