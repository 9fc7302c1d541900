"""robots.txt as RFC 9309 says, with the delays that protego reads and nobody applies."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from protego import Protego

from crawlers.declarations import Site
from crawlers.optouts import Reservation, TdmRule, ai_agents_named, ai_reservation, read_tdmrep, tdmrep_reservation
from crawlers.spider.fetcher import Answer, Refusal
from crawlers.spider.hosts import Hosts
from schemas import Outcome

TOKEN = "presslake"  # noqa: S105 (the product token robots.txt may name, RFC 9309, 2.2.1)
MAX_BYTES = 500 * 1024
"""RFC 9309, 2.5: crawlers parse at least 500 kibibytes."""
LIFETIME = 24 * 3600.0
"""RFC 9309, 2.4: a cached version is not used for more than 24 hours. In seconds."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What an origin's robots.txt means for us."""

    parsed: Protego | None
    """None where everything is allowed."""
    ai_agents: tuple[str, ...] = ()
    """Crawlers for AI that it names."""
    unreachable: Refusal | None = None
    """Why nothing may be fetched (RFC 9309, 2.3.1.4): the outcome of the robots.txt itself, and words for it."""

    def refusal(self, url: str) -> Refusal | None:
        """Why the URL may not be fetched; None where it may."""
        if self.unreachable:
            return self.unreachable
        if self.parsed is None or self.parsed.can_fetch(url, TOKEN):
            return None
        return Outcome.ROBOTS, "disallowed by robots.txt"

    def reservation(self, url: str) -> Reservation | None:
        """What the rules for AI crawlers say of the URL."""
        return None if self.parsed is None else ai_reservation(self.parsed.can_fetch, url, self.ai_agents)

    @property
    def delay(self) -> float:
        """Seconds between requests it asks for, by Crawl-delay or Request-rate."""
        if self.parsed is None:
            return 0.0
        delay = float(self.parsed.crawl_delay(TOKEN) or 0)
        rate = self.parsed.request_rate(TOKEN)
        return max(delay, rate.seconds / rate.requests if rate and rate.requests else 0.0)


def read_robots(answer: Answer) -> Rules:
    """The rules that the answer to a request for robots.txt stands for.

    2xx: its rules. 4xx, and redirects that lead nowhere: "unavailable", everything is allowed. 5xx and no answer:
    "unreachable", nothing is (RFC 9309, 2.3.1). 429 asks for less, not for anything goes: it counts as unreachable.
    """
    status, outcome = answer.status, answer.outcome
    if outcome in (None, Outcome.EMPTY_BODY, Outcome.READ) and status is not None and 200 <= status < 300:
        text = answer.body[:MAX_BYTES].decode("utf-8-sig", "replace")
        return Rules(Protego.parse(text), ai_agents_named(text))
    if status is not None and 300 <= status < 500 and status != 429:
        return Rules(None)
    if outcome in (Outcome.TOO_LARGE, Outcome.NOT_HTML):
        return Rules(None)
    words = answer.detail or (f"status {status}" if status else "no answer")
    return Rules(None, unreachable=(outcome or Outcome.SERVER_ERROR, f"robots.txt unreachable: {words}"))


T = TypeVar("T")


class Robots:
    """The rules of each origin, robots.txt and tdmrep.json, asked for once a day."""

    def __init__(self, ask: Callable[[str, Site], Awaitable[Answer]], hosts: Hosts):
        self._ask, self._hosts = ask, hosts
        self._rules = Daily[Rules]()
        self._tdm = Daily[tuple[TdmRule, ...]]()

    async def refusal(self, url: str, site: Site) -> Refusal | None:
        """Why robots.txt does not allow the URL; None where it may be asked. Applies the origin's delay to its host."""
        return (await self.rules(url, site)).refusal(url)

    async def reservations(self, url: str, site: Site) -> tuple[Reservation, ...]:
        """What the origin reserves of the URL before it is asked for."""
        rules = await self.rules(url, site)
        if rules.refusal(url) is not None:
            return ()
        found = (rules.reservation(url), tdmrep_reservation(await self._tdmrep(url, site), url))
        return tuple(reservation for reservation in found if reservation is not None)

    async def rules(self, url: str, site: Site) -> Rules:
        """The rules of the URL's origin, fetched where they aren't known."""

        async def fetch() -> Rules:
            rules = read_robots(await self._ask(f"{origin(url)}/robots.txt", site))
            self._hosts.ask_delay(self._hosts.of(url, site), rules.delay)
            return rules

        return await self._rules.get(origin(url), fetch)

    async def _tdmrep(self, url: str, site: Site) -> tuple[TdmRule, ...]:
        async def fetch() -> tuple[TdmRule, ...]:
            answer = await self._ask(f"{origin(url)}/.well-known/tdmrep.json", site)
            return read_tdmrep(answer.body) if answer.outcome is None else ()

        return await self._tdm.get(origin(url), fetch)


class Daily(Generic[T]):
    """Values by origin, each fetched once at a time and kept for a day."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, asyncio.Future[T]]] = {}

    async def get(self, key: str, fetch: Callable[[], Awaitable[T]]) -> T:
        """The value of a key; `fetch` is called where there is none, others that ask meanwhile wait for it."""
        while (kept := self._kept.get(key)) is not None and monotonic() - kept[0] < LIFETIME:
            if not kept[1].done():
                await asyncio.wait([kept[1]])
            if not kept[1].cancelled():
                return kept[1].result()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._kept[key] = (monotonic(), future)
        try:
            value = await fetch()
        except BaseException:
            del self._kept[key]
            future.cancel()
            raise
        future.set_result(value)
        return value


def origin(url: str) -> str:
    """Scheme, host and port of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
