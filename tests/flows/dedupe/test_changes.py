"""Kinds of change between revisions, and the difference as text."""

import pytest

from flows.dedupe.changes import (
    BOILERPLATE,
    CORRECTION,
    NONE,
    REWRITE,
    UPDATE,
    headline_changed,
    kind_of_change,
    text_diff,
)
from tests.flows.dedupe.making import text

BODY = text(300, 1)
PARAGRAPHS = BODY.split("\n")


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (BODY, BODY, NONE),
        (BODY, BODY.replace(".", " –").upper(), NONE),
        (BODY, BODY.replace("\n", "\n\n"), NONE),
        (BODY, f"{BODY} Corrected name", CORRECTION),
        (BODY, BODY.replace(PARAGRAPHS[1].split()[3], "elsewhere", 1), CORRECTION),
        ("Ten people were hurt in the fire.", "Eleven people were hurt in the fire.", CORRECTION),
        ("Ten people were hurt.", "The fire is out, officials said on Monday evening.", REWRITE),
        (BODY, f"{BODY}\n{text(80, 2)}", UPDATE),
        (BODY, "\n".join(PARAGRAPHS[:-2]), UPDATE),
        (BODY, "\n".join(PARAGRAPHS[::-1]), UPDATE),
        (BODY, "\n".join([text(60, 3), *PARAGRAPHS[1:]]), UPDATE),
        (BODY, text(300, 4), REWRITE),
        (BODY, "", REWRITE),
        ("", "", NONE),
        (BODY, f"{BODY}\nUpdated 14 March 2026, 15:04", BOILERPLATE),
        (f"{BODY}\nStand: 12.03.2026, 08:15 Uhr", f"{BODY}\nStand: 12.03.2026, 11:40 Uhr", BOILERPLATE),
        (f"{BODY}\n12 comments", f"{BODY}\n48 comments", BOILERPLATE),
        (f"{BODY}\n5 minutes ago", f"{BODY}\n2 hours ago", BOILERPLATE),
        # The story itself, though it begins like a note.
        (BODY, f"{BODY}\nUpdated figures show that rents rose. The mayor wants a cap.", CORRECTION),
    ],
)
def test_kind(old: str, new: str, kind: str) -> None:
    assert kind_of_change(old, new) == kind


def test_what_moves_to_the_removed_blocks_is_boilerplate() -> None:
    teaser = "Read next: the ten best walks around the lake"
    assert kind_of_change(f"{BODY}\n{teaser}", BODY, new_removed=(teaser,)) == BOILERPLATE
    assert kind_of_change(BODY, f"{PARAGRAPHS[0]}\n{teaser}\n" + "\n".join(PARAGRAPHS[1:]), old_removed=(teaser,)) == (
        BOILERPLATE
    )
    assert kind_of_change(f"{BODY}\n{teaser}", f"{BODY} And more.", new_removed=(teaser,)) != BOILERPLATE


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("Budget passes", "Budget fails", True),
        ("Budget passes", "Budget passes – The Daily", False),
        ("The Daily | Budget passes", "Budget passes", False),
        ("Budget passes", "BUDGET PASSES!", False),
        ("Budget passes", None, False),
        (None, "Budget passes", False),
    ],
)
def test_headline(old: str | None, new: str | None, changed: bool) -> None:
    assert headline_changed(old, new) is changed


def test_diff() -> None:
    old, new = "First.\nTen hurt.\nLast.", "First.\nEleven hurt.\nLast."
    assert text_diff(old, new).splitlines() == [
        "--- before",
        "+++ after",
        "@@ -1,3 +1,3 @@",
        " First.",
        "-Ten hurt.",
        "+Eleven hurt.",
        " Last.",
    ]
    assert text_diff(old, old) == ""
    assert text_diff(old, new, old_name="revision 1", new_name="revision 2").startswith(
        "--- revision 1\n+++ revision 2"
    )
