"""A site's name in the titles of its pages, and how alike two titles are."""

import re
from functools import lru_cache

from crawlers.extract.markup.segments import key_of as _bare

SEPARATOR = re.compile(r"\s+[|–—·•»«:›‹/✩-]\s+|\s*[|»›]\s*|\s+[-–—]+\s+|\s*::\s*")

WORD = re.compile(r"\w+")


def strip_site(title: str, site_names: list[str]) -> str:
    """The title without the site's name (and what stands between) at its end or beginning."""
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
    return len(label) >= 5 and label in bare and len(WORD.findall(tail)) <= 5


def similarity(one: str, other: str) -> float:
    """Shared words by all words of the shorter title (by three, where it has fewer), 0 to 1."""
    first, second = set(WORD.findall(one.casefold())), set(WORD.findall(other.casefold()))
    if first == second:
        return 1.0 if first else 0.0
    return len(first & second) / max(3, min(len(first), len(second)))
