"""Which of several articles with the same words is the original, and on what evidence."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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
    return not _meant(name).isdisjoint(_names(other))


def same_publisher(one: Stored, other: Stored) -> bool:
    """Whether two articles stand on the same site."""
    first, second = registered_domain(host_of(one.url)), registered_domain(host_of(other.url))
    return one.site == other.site or (bool(first) and first == second)


def _by_time(member: Member) -> tuple[datetime, str]:
    return member.at, member.stored.article_id


def _credited(members: Sequence[Member]) -> list[tuple[Member, str]]:
    """The articles that others name as their source: by the kind of evidence, then by how many name it."""
    homes = {member.stored.article_id: _home(member.stored) for member in members}
    found: list[tuple[Member, str]] = []
    for evidence, said, names in _EVIDENCE:
        # Counted by what is said, not pair by pair: some texts have thousands of copies.
        sayings: Counter[tuple[frozenset[str], tuple[str, str]]] = Counter()
        for member in members:
            if meant := said(member.stored):
                sayings[meant, homes[member.stored.article_id]] += 1
        totals: Counter[frozenset[str]] = Counter()
        by_name: dict[str, set[frozenset[str]]] = {}
        for (meant, _), count in sayings.items():
            totals[meant] += count
            for name in meant:
                by_name.setdefault(name, set()).add(meant)
        votes = []
        for member in members if sayings else ():
            home = homes[member.stored.article_id]
            heard = {meant for name in names(member.stored) for meant in by_name.get(name, ())}
            votes.append((sum(totals[meant] - sayings[meant, home] for meant in heard), member))
        votes.sort(key=lambda vote: (-vote[0], *_by_time(vote[1])))
        found.extend((member, evidence) for count, member in votes if count)
    return found


def _home(stored: Stored) -> tuple[str, str]:
    return stored.site, registered_domain(host_of(stored.url))


def _meant(name: str | None) -> frozenset[str]:
    """What a name may stand for: a domain (marked with @) or a publisher, words of no meaning at its end left out."""
    if not name:
        return frozenset()
    if re.search(r"\.\w{2,}", name) and " " not in name.strip():
        return frozenset({"@" + registered_domain(host_of(name))} - {"@"})
    said = keys.words(name)
    said = said[1:] if said[:1] == ["the"] else said
    ends = range(len(said), 0, -1)
    return frozenset("".join(said[:end]) for end in ends if set(said[end:]) <= _GENERIC)


def _address_names(stored: Stored) -> frozenset[str]:
    """What an article's publisher is called by its site and address."""
    domain = registered_domain(host_of(stored.url))
    return frozenset({"@" + domain, "".join(keys.words(stored.site)), "".join(keys.words(domain.split(".")[0]))})


def _names(stored: Stored) -> frozenset[str]:
    said = keys.words(stored.publisher or "")
    publisher = "".join(said[1:] if said[:1] == ["the"] else said)
    return _address_names(stored) | ({publisher} if publisher else set())


def _foreign_publisher(stored: Stored) -> frozenset[str]:
    """The publisher a page names, where that isn't its own: a copied page may carry the other's name."""
    meant = _meant(stored.publisher)
    return meant if meant.isdisjoint(_address_names(stored)) else frozenset()


def _linked(stored: Stored) -> frozenset[str]:
    return frozenset({url_key(stored.canonical_url)}) if stored.canonical_url else frozenset()


_EVIDENCE: tuple[tuple[str, Callable[[Stored], frozenset[str]], Callable[[Stored], frozenset[str]]], ...] = (
    ("credited_source", lambda stored: _meant(stored.credited_source), _names),
    ("canonical_url", _linked, lambda stored: frozenset({stored.url_key})),
    ("publisher", _foreign_publisher, _address_names),
    ("dateline", lambda stored: _meant(stored.agency), _names),
)
"""What a page says of its source, and what an article is called that it may mean; strongest first."""
