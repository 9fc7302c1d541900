"""A site's name in the titles of its pages, and how alike two titles are."""

import re
from functools import lru_cache

from crawlers.extract.fields.han import HAN, is_press, units
from crawlers.extract.markup.segments import key_of as _bare

SEPARATOR = re.compile(r"\s+[|–—·•»«:›‹/✩-]\s+|\s*[|»›]\s*|\s+[-–—]+\s+|\s*::\s*")

HAN_SEPARATOR = re.compile(rf"(?<=[{HAN}）」』”！？!?…])\s*(?:[-–—_]{{1,2}}|[_丨])\s*(?=[{HAN}])")
"""What stands before a site's name in Chinese characters: `标题_例报网`, `标题--例报`; or a dash within a title."""

WORD = re.compile(r"\w+")

MAX_PRESS, MAX_CHANNEL, MIN_TITLE = 12, 6, 6
"""Characters of a paper's name, of a channel's before it, and of a title, in Chinese characters."""

LONG_LABEL = 10
"""Letters of a host's name that can be no chance at the beginning of what ends a title, however long that is."""


def strip_site(title: str, site_names: list[str]) -> str:
    """The title without the site's name (and what stands between) at its end or beginning."""
    title = _without_press(title)
    if SEPARATOR.search(title) is None:
        return title.strip()
    own, host, label = known_as(tuple(site_names))
    while True:
        parts = list(SEPARATOR.finditer(title))
        if not parts:
            return title.strip()
        head, tail = title[: parts[-1].start()], title[parts[-1].end() :]
        first, rest = title[: parts[0].start()], title[parts[0].end() :]
        if head and (_bare(tail) in own or _of_host(tail, host, label)):
            title = head
        elif rest and _bare(first) in own:
            title = rest
        else:
            return title.strip()


def _without_press(title: str) -> str:
    """`标题_频道_例报网` without what ends it, where that is named as papers and sites are, and channels before it."""
    cuts = list(HAN_SEPARATOR.finditer(title))
    if not cuts or not is_press(title[cuts[-1].end() :]) or len(title) - cuts[-1].end() > MAX_PRESS:
        return title
    at = cuts[-1].start()
    for cut in reversed(cuts[:-1]):
        if at - cut.end() > MAX_CHANNEL or "_" not in cut.group():
            break
        at = cut.start()
    return title[:at] if at >= MIN_TITLE else title


@lru_cache(maxsize=64)
def known_as(site_names: tuple[str, ...]) -> tuple[frozenset[str], str, str]:
    """A site's names, its longest host's name, and the longest label of a host, all bare."""
    own = frozenset(map(_bare, site_names)) - {""}
    hosts = [name for name in site_names if "." in name and " " not in name]
    host = max(map(_bare, hosts), key=len, default="")
    label = max((part for name in hosts for part in name.casefold().split(".")[:-1]), key=len, default="")
    return own, host, label.replace("-", "")


def _of_host(tail: str, host: str, label: str) -> bool:
    """Whether what ends a title is the site by its host: `Koia` on drinkkoia.com, `Exampla Inc` on exampla.com."""
    bare = _bare(tail)
    if len(bare) >= 4 and bare in host:
        return True
    if len(label) >= LONG_LABEL and bare.startswith(label):
        return True
    return len(label) >= 5 and label in bare and len(WORD.findall(tail)) <= 5


def similarity(one: str, other: str) -> float:
    """Shared words by all words of the shorter title (by three, where it has fewer), 0 to 1."""
    first, second = units(one), units(other)
    if first == second:
        return 1.0 if first else 0.0
    return len(first & second) / max(3, min(len(first), len(second)))
