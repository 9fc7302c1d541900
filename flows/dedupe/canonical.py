"""Which of several articles with the same words is the original, and on what evidence."""

import re
from collections.abc import Sequence
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


def original_of(members: Sequence[Member]) -> tuple[Member, str]:
    """The original among articles with the same words, and the evidence (a word of `schemas.copies.EVIDENCE`).

    What the copies themselves say counts first, in the order of EVIDENCE; then the earliest. Articles whose
    dates don't tell which was first (only the day is known) are told apart by length.
    """
    credited = _credited(members)
    if credited:
        return credited
    bound = min(member.at + (timedelta() if member.precise else timedelta(days=1)) for member in members)
    first = [member for member in members if member.at <= bound]
    if len(first) == 1:
        return first[0], "earliest"
    longest = max(member.stored.words for member in first)
    best = min((member for member in first if member.stored.words == longest), key=_by_time)
    return best, "longest" if min(first, key=_by_time) is not best else "earliest"


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


def _credited(members: Sequence[Member]) -> tuple[Member, str] | None:
    """The article that others name as their source."""
    for evidence, says in (
        ("credited_source", _credits),
        ("canonical_url", _links),
        ("publisher", _names_publisher),
        ("dateline", _datelines),
    ):
        votes = [
            (sum(says(copy.stored, member.stored) for copy in members if copy is not member), member)
            for member in members
        ]
        most = max(count for count, _ in votes)
        if most:
            return min((member for count, member in votes if count == most), key=_by_time), evidence
    return None


def _credits(copy: Stored, other: Stored) -> bool:
    return bool(copy.credited_source) and _elsewhere(copy, other) and is_credited(copy.credited_source or "", other)


def _links(copy: Stored, other: Stored) -> bool:
    return bool(copy.canonical_url) and _elsewhere(copy, other) and url_key(copy.canonical_url or "") == other.url_key


def _names_publisher(copy: Stored, other: Stored) -> bool:
    named = copy.publisher
    return (
        bool(named)
        and _elsewhere(copy, other)
        and not is_credited(named or "", _nameless(copy))
        and is_credited(named or "", _nameless(other))
    )


def _datelines(copy: Stored, other: Stored) -> bool:
    return bool(copy.agency) and _elsewhere(copy, other) and is_credited(copy.agency or "", other)


def _elsewhere(copy: Stored, other: Stored) -> bool:
    return not same_publisher(copy, other)


def _nameless(stored: Stored) -> Stored:
    """The article known by site and address alone: a copied page may carry the other's name as its own."""
    return replace(stored, publisher=None)
