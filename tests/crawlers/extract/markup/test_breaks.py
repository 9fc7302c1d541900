"""Lines of a block that line breaks cut, and rows of tables whose cells have lines."""

import pytest

from crawlers.extract.markup.tree import parse
from crawlers.extract.markup.walk import segment

TYPED = [
    "The harbour board voted on Monday to rebuild the old breakwater,",
    "ending a dispute that has divided the town for the better part of",
    "a decade and two mayors.",
]
VERSE = [
    "The tide comes in, the tide goes out,",
    "and so do all the boats,",
    "and nobody here has a doubt",
    "that granite floats.",
]
LIST = [
    "Granite from the quarry at the head of the valley, by lorry or by train",
    "https://quarry.example/granite",
    "Sand from the bay beyond the lighthouse, which is dug at low tide only",
    "https://bay.example/sand",
]


def texts(html: str) -> list[str]:
    return [block.text for block in segment(parse(f"<html><body>{html}</body></html>".encode()))]  # type: ignore[arg-type]


def test_lines_broken_where_they_were_full_are_one_paragraph():
    assert texts(f"<p>{'<br>'.join(TYPED)}</p>") == [" ".join(TYPED)]
    assert texts(f"<p>{'<br>'.join(TYPED)}<br><br>Next paragraph.</p>") == [" ".join(TYPED), "Next paragraph."]


@pytest.mark.parametrize("lines", [VERSE, LIST, TYPED[:2], ["Harbour Street 4", "4711 Portby", "phone 12 34 56"]])
def test_lines_broken_on_purpose_stay_apart(lines):
    assert texts(f"<p>{'<br>'.join(lines)}</p>") == lines


def test_lines_of_a_cell_are_set_apart():
    row = "<td>Long run<br>8 miles</td><td><p>Easy</p><p>effort</p></td><td><b>2</b>nd</td>"
    assert texts(f"<table><tr>{row}</tr></table>") == ["Long run 8 miles | Easy effort | 2nd"]
