"""Class names as those who make pages write them: `authorName` and `author-Name` are one."""

import re

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def set_apart(label: str) -> str:
    """A class attribute with the words of its names set apart by hyphens."""
    return _CAMEL.sub("-", label)
