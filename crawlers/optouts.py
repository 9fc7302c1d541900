"""What publishers reserve from text and data mining, read from what they send. Pure.

TDMRep (W3C Community Group Final Report, TDM Reservation Protocol), the robots directives noindex, noarchive and noai
in X-Robots-Tag and meta elements, and rules in robots.txt that shut out crawlers for AI.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlsplit

HEAD_BYTES = 128 * 1024
"""Meta elements are looked for in this much of a page, in bytes."""
DIRECTIVES = frozenset({"noai", "noindex", "noarchive", "none"})
"""Robots directives that reserve a page; `none` stands for noindex and nofollow."""
VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})
"""Directives that take a value after a colon, as robots' names do."""
AI_AGENTS = (
    "GPTBot", "ClaudeBot", "anthropic-ai", "CCBot", "Google-Extended", "Applebot-Extended", "Bytespider",
    "PerplexityBot", "Amazonbot", "meta-externalagent", "FacebookBot", "cohere-ai", "Diffbot", "omgili", "AI2Bot",
    "Webzio-Extended", "ImagesiftBot", "img2dataset", "Timpibot", "PanguBot",
)  # fmt: skip
"""User agents that collect for training and mining; robots.txt rules about them are a publisher's word on that use."""

_META = re.compile(rb"<meta\b([^>]{0,1000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_ADDRESSED = re.compile(r"\s*([\w-]+)\s*:\s*")


@dataclass(frozen=True, slots=True)
class Reservation:
    """One statement by which a publisher reserves a page."""

    where: str
    """`header`, `meta`, `tdmrep.json` or `robots.txt`."""
    what: str
    """The statement, e.g. `noai` or `tdm-reservation=1`, with its policy URL where it names one."""

    def __str__(self) -> str:
        return f"{self.what} ({self.where})"


@dataclass(frozen=True, slots=True)
class TdmRule:
    """One rule of `/.well-known/tdmrep.json`."""

    location: str
    reserved: bool
    policy: str | None = None


def page_reservations(
    body: bytes,
    headers: Mapping[str, str],
    *,
    token: str = "presslake",  # noqa: S107
) -> tuple[Reservation, ...]:
    """What a page's headers (names in lower case) and meta elements reserve.

    For TDMRep the page's own word counts before the header's: an explicit 0 there takes a header's 1 back.
    """
    metas = _metas(body[:HEAD_BYTES])
    found = [Reservation("header", name) for name in _directives(headers.get("x-robots-tag", ""), token)]
    for name in ("robots", token):
        found += [Reservation("meta", directive) for directive in _directives(metas.get(name, ""), token)]
    tdm = [("meta", metas), ("header", headers)]
    for where, source in tdm:
        value = source.get("tdm-reservation", "").strip()
        if value in ("0", "1"):
            if value == "1":
                found.append(_tdm(where, source.get("tdm-policy")))
            break
    return tuple(dict.fromkeys(found))


def read_tdmrep(body: bytes) -> tuple[TdmRule, ...]:
    """The rules of a `/.well-known/tdmrep.json`. Rules without a location are left out; junk gives none."""
    try:
        document = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return ()
    if isinstance(document, dict):
        document = [document]
    if not isinstance(document, list):
        return ()
    return tuple(
        TdmRule(
            location=rule["location"],
            reserved=rule.get("tdm-reservation") in (1, "1", True),
            policy=rule["tdm-policy"] if isinstance(rule.get("tdm-policy"), str) else None,
        )
        for rule in document[:10_000]
        if isinstance(rule, dict) and isinstance(rule.get("location"), str)
    )


def tdmrep_reservation(rules: tuple[TdmRule, ...], url: str) -> Reservation | None:
    """What the rules say of a URL: the longest matching location decides, as in robots.txt (RFC 9309, 2.2.2)."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    best = max((rule for rule in rules if _matches(rule.location, path)), key=lambda rule: len(rule.location),
               default=None)  # fmt: skip
    return _tdm("tdmrep.json", best.policy) if best is not None and best.reserved else None


def ai_agents_named(robots: str) -> tuple[str, ...]:
    """The crawlers for AI that a robots.txt names: for all others its general rules hold."""
    lower = robots.lower()
    return tuple(agent for agent in AI_AGENTS if agent.lower() in lower)


def ai_reservation(can_fetch: Callable[[str, str], bool], url: str, agents: tuple[str, ...]) -> Reservation | None:
    """Whether robots.txt shuts the given crawlers for AI out of a URL; `can_fetch(url, agent)` as protego has it."""
    shut = [agent for agent in agents if not can_fetch(url, agent)]
    if not shut:
        return None
    return Reservation("robots.txt", "not for " + ", ".join(shut[:5]) + (" …" if len(shut) > 5 else ""))


def _tdm(where: str, policy: str | None) -> Reservation:
    return Reservation(where, "tdm-reservation=1" + (f" {policy.strip()[:200]}" if policy and policy.strip() else ""))


def _directives(value: str, token: str) -> list[str]:
    """Reserving directives of an X-Robots-Tag or meta value; those addressed to another robot don't count."""
    found: list[str] = []
    ours = True
    for part in value.lower().split(","):
        addressed = _ADDRESSED.match(part)
        if addressed and addressed[1] not in VALUED:
            ours = addressed[1] in (token, "*", "robots")
            part = part[addressed.end() :]
        if ours and part.strip() in DIRECTIVES:
            found.append(part.strip())
    return found


def _metas(head: bytes) -> dict[str, str]:
    """Contents of the meta elements by name in lower case; several of one name are joined by commas."""
    metas: dict[str, str] = {}
    for match in _META.finditer(head):
        attributes = {
            name.lower(): (double or single or bare).decode("utf-8", "replace")
            for name, double, single, bare in _ATTRIBUTE.findall(match[1])
        }
        name = (attributes.get(b"name") or "").strip().lower()
        if name in ("robots", "presslake", "tdm-reservation", "tdm-policy"):
            content = unescape(attributes.get(b"content", ""))
            metas[name] = f"{metas[name]}, {content}" if name in metas else content
    return metas


def _matches(location: str, path: str) -> bool:
    """Whether a location pattern (`*` any characters, `$` the end) matches a path from its start."""
    pattern, anchored = (location[:-1], True) if location.endswith("$") else (location, False)
    first, *rest = pattern.split("*")
    if not path.startswith(first):
        return False
    position = len(first)
    for part in rest[:-1] if anchored else rest:
        position = path.find(part, position)
        if position < 0:
            return False
        position += len(part)
    if not anchored:
        return True
    return path.endswith(rest[-1], position) if rest else position == len(path)
