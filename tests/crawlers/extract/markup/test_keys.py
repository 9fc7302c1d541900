import re

import pytest

from crawlers.extract.markup.segments import key_of


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("The harbour's 2nd wall: “rebuilt”?", "theharbours2ndwallrebuilt"),
        ("Straße – ÉTÉ_NOIR", "strasseéténoir"),
        ("港の壁、再建へ 12%", "港の壁再建へ12"),
        ("½ & ² ٣ ǅ", "½²٣ǆ"),
        ("a\ud83db", "ab"),
        ("\x00\x7f _-", ""),
    ],
)
def test_a_key_is_the_letters_and_digits_of_a_text(text, key):
    assert key_of(text) == key


def test_a_key_is_what_the_unicode_definition_of_a_word_gives():
    for first in range(0, 0x3100, 16):
        text = "x".join(map(chr, range(first, first + 16)))
        assert key_of(text) == re.sub(r"[\W_]+", "", text).casefold()
