"""Which of several articles with the same words is the original, and on what evidence."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crawlers.urlkey import host_of, registered_domain, url_key
from flows.dedupe import keys
from flows.dedupe.model import Stored

_AGENCIES = (
    "AAP|AFP|AGI|ANI|ANP|ANSA|AP|APA|Adnkronos|Agência Brasil|Anadolu|AA|Antara|Associated Press|BNO|BTA|Belga|"
    "Bernama|Bloomberg|Business Wire|CP|CTK|ČTK|EFE|EPD|epd|Europa Press|GlobeNewswire|IANS|ITAR-TASS|Interfax|KNA|"
    "Keystone-SDA|Kyodo|LETA|LUSA|Lusa|MENA|MTI|NTB|PA|PA Media|PAP|PR Newswire|PRNewswire|PTI|RIA Novosti|Reuters|"
    "REUTERS|Ritzau|SDA|SID|SPA|STT|TASS|TT|Tanjug|The Canadian Press|UPI|Ukrinform|VNA|WAM|Xinhua|Yonhap|afp|dapd|"
    "ddp|dpa|dts|sda|sid"
)
_DATELINE = re.compile(
    rf"^[^\n]{{0,70}}?(?:\(({_AGENCIES})(?:[-/ ][^)\n]{{0,20}})?\)|/({_AGENCIES})/)\s*[-–—:.]*", re.MULTILINE
)
_SIGN_OFF = re.compile(rf"^[\W_]*(?:(?:Source|Quelle|Fonte|Fuente|©)\W{{0,3}})?({_AGENCIES})(?:[-/][\w-]{{1,12}})?\W*$")
_GENERIC = frozenset("news online agency newsagency newswire network com english group media tv press agentur".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Member:
    """An article among its copies: its latest revision and the time it is dated by."""

    stored: Stored
    at: datetime
    """Publication, else first fetch."""
    precise: bool
    """False where only the day is known."""


def agency_of(text: str) -> str | None:
    """The news agency that a text names in its dateline ("BERLIN (dpa) -") or signs off with."""
    found = _DATELINE.match(text[:200])
    if found:
        return found[1] or found[2]
    lines = text.rstrip().rsplit("\n", 1)
    signed = _SIGN_OFF.match(lines[-1].strip()) if len(lines) > 1 and len(lines[-1]) < 60 else None
    return signed[1] if signed else None


def contenders(members: Sequence[Member]) -> list[tuple[Member, str]]:
    """The articles that may be the original of those with the same words, the likeliest first, with the evidence.

    What the copies themselves say counts first, in the order of `schemas.copies.EVIDENCE`; then the earliest.
    Articles whose dates don't tell which was first (only the day is known) are told apart by length.
    """
    if len(members) == 1:
        return [(members[0], "earliest")]
    bound = min(member.at + (timedelta() if member.precise else timedelta(days=1)) for member in members)
    first = sorted((member for member in members if member.at <= bound), key=_by_time)
    by_length = sorted(first, key=lambda member: (-member.stored.words, *_by_time(member)))
    return _credited(members) + [(m, "longest" if m is not first[0] else "earliest") for m in by_length]


def is_credited(name: str, other: Stored) -> bool:
    """Whether a name or address given as a source means the publisher of an article."""
    if "." in name and " " not in name.strip():
        return registered_domain(host_of(name)) == registered_domain(host_of(other.url))
    said = keys.words(name)
    said = said[1:] if said[:1] == ["the"] else said
    domain = registered_domain(host_of(other.url)).split(".")[0]
    names = {"".join(keys.words(known)) for known in (other.publisher, other.site, domain) if known}
    return any("".join(said[:end]) in names and set(said[end:]) <= _GENERIC for end in range(len(said), 0, -1))


def same_publisher(one: Stored, other: Stored) -> bool:
    """Whether two articles stand on the same site."""
    first, second = registered_domain(host_of(one.url)), registered_domain(host_of(other.url))
    return one.site == other.site or (bool(first) and first == second)


def _by_time(member: Member) -> tuple[datetime, str]:
    return member.at, member.stored.article_id


def _credited(members: Sequence[Member]) -> list[tuple[Member, str]]:
    """The articles that others name as their source: by the kind of evidence, then by how many name it."""
    found: list[tuple[Member, str]] = []
    for evidence, named, means in _EVIDENCE:
        sayings = Counter((name, _home(m.stored)) for m in members if (name := named(m.stored)))
        if sayings:
            votes = [
                (sum(n for (name, home), n in sayings.items() if home != _home(m.stored) and means(name, m.stored)), m)
                for m in members
            ]
            votes.sort(key=lambda vote: (-vote[0], *_by_time(vote[1])))
            found.extend((member, evidence) for count, member in votes if count)
    return found


def _home(stored: Stored) -> tuple[str, str]:
    return stored.site, registered_domain(host_of(stored.url))


def _is_linked(canonical: str, other: Stored) -> bool:
    return canonical == other.url_key


def _linked(stored: Stored) -> str | None:
    return url_key(stored.canonical_url) if stored.canonical_url else None


def _is_publisher(name: str, other: Stored) -> bool:
    # By site and address alone: a copied page may carry the other's name as its own.
    return is_credited(name, replace(other, publisher=None))


def _foreign_publisher(stored: Stored) -> str | None:
    return None if stored.publisher and _is_publisher(stored.publisher, stored) else stored.publisher


_EVIDENCE: tuple[tuple[str, Callable[[Stored], str | None], Callable[[str, Stored], bool]], ...] = (
    ("credited_source", lambda stored: stored.credited_source, is_credited),
    ("canonical_url", _linked, _is_linked),
    ("publisher", _foreign_publisher, _is_publisher),
    ("dateline", lambda stored: stored.agency, is_credited),
)
"""What a page says of its source, and whether that means an article; strongest first."""
