"""Text as it is read: white space collapsed, characters that nobody sees left out."""

import re

WIDE_SPACES = dict.fromkeys([0x180E, 0x2800, 0x3164], " ")
"""Characters that show nothing but are no white space to Python."""

INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff\u180e\u2800\u3164]")
"""Either of both: texts without any, which are most, pass quickly."""

WORD = re.compile(r"\w")
"""A text without any is no text."""


def clean(text: str) -> str:
    """White space collapsed, soft hyphens and zero-width characters removed."""
    if not text.isascii() and UNSEEN.search(text) is not None:
        text = INVISIBLE.sub("", text).translate(WIDE_SPACES)
    return " ".join(text.split())
