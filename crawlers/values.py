"""What the fields of a declaration may hold: each check gives the value in its one form, or raises ValueError."""

import math
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawlers.cadence import parse_cadence, parse_interval
from crawlers.codes import LANGUAGES

SHORTEST_REVISIT, LONGEST_REVISIT = timedelta(minutes=5), timedelta(days=365)

_HOST = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?)*")
_ENTRY_POINT = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")

T = TypeVar("T")


def text(value: object) -> str:
    """Text that isn't blank, stripped."""
    if not isinstance(value, str):
        raise ValueError(f"must be text, not {_type_name(value)}")
    if not value.strip():
        raise ValueError("must not be empty")
    return value.strip()


def url(value: object) -> str:
    """An http(s) URL."""
    address = text(value)
    try:
        parts = urlsplit(address)
        name, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"not a URL: {address!r} ({error})") from error
    if parts.scheme not in ("http", "https") or not name:
        raise ValueError(f"must be an http(s) URL, not {address!r}")
    if parts.username is not None or parts.fragment or re.search(r"[\s\x00-\x1f\"<>]", address):
        raise ValueError(f"must be a URL without user, fragment and spaces, not {address!r}")
    return address


def urls(value: object) -> tuple[str, ...]:
    """A list of URLs, each once."""
    return _distinct(value, url)


def host(value: object) -> str:
    """A host name, in lower case and ASCII (IDNA)."""
    name = text(value).lower()
    try:
        name = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(f"not a host: {name!r}") from error
    if not _HOST.fullmatch(name):
        raise ValueError(f"must be a host such as 'example.org', not {name!r}")
    return name


def hosts(value: object) -> tuple[str, ...]:
    """A list of hosts, each once; at least one."""
    names = _distinct(value, host)
    if not names:
        raise ValueError("must not be empty")
    return names


def _distinct(value: object, check: Callable[[object], T]) -> tuple[T, ...]:
    if not isinstance(value, list):
        raise ValueError(f"must be a list of texts, not {_type_name(value)}")
    items = tuple(check(item) for item in value)
    if twice := [given for given, item in zip(value, items, strict=True) if items.count(item) > 1]:
        raise ValueError(f"names {twice[-1]!r} twice")
    return items


def language(value: object) -> str:
    """An ISO 639-1 code."""
    code = text(value)
    if code not in LANGUAGES:
        raise ValueError(f"must be an ISO 639-1 code such as 'en', not {code!r}")
    return code


def timezone(value: object) -> str:
    """The name of an IANA time zone that this system knows."""
    name = text(value)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"must be an IANA time zone such as 'Europe/Berlin', not {name!r}") from error
    return name


def seconds(value: object) -> float:
    """A number of seconds, 0 to 3600."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"must be a number of seconds, not {_type_name(value)}")
    if not math.isfinite(value) or not 0 <= value <= 3600:
        raise ValueError(f"must be between 0 and 3600 seconds, not {value}")
    return float(value)


def whole(least: int, most: int) -> Callable[[object], int]:
    """A check for a whole number within bounds."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"must be a whole number, not {_type_name(value)}")
        if not least <= value <= most:
            raise ValueError(f"must be between {least} and {most}, not {value}")
        return value

    return check


def flag(value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError(f"must be true or false, not {_type_name(value)}")
    return value


def cadence(value: object) -> str:
    """How often to look, in one spelling."""
    return parse_cadence(text(value)).text


def ages(value: object) -> tuple[timedelta, ...]:
    """A list of intervals (`1h`, `7d`), each once, in order; it may be empty."""
    found = _distinct(value, lambda item: parse_interval(text(item), SHORTEST_REVISIT, LONGEST_REVISIT))
    return tuple(sorted(found))


def one_of(words: tuple[str, ...]) -> Callable[[object], str]:
    """A check for one of some words."""

    def check(value: object) -> str:
        if text(value) not in words:
            raise ValueError(f"must be one of {', '.join(words)}, not {value!r}")
        return text(value)

    return check


def entry_point(value: object) -> str:
    """Where a function is found: `package.module:function`."""
    name = text(value)
    if not _ENTRY_POINT.fullmatch(name):
        raise ValueError(f"must be 'module:function', such as 'my_browser:render', not {name!r}")
    return name


def _type_name(value: object) -> str:
    names = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return f"{names.get(type(value), 'a ' + type(value).__name__)} ({value!r})"
