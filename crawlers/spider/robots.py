"""robots.txt as RFC 9309 says, with the delays that protego reads and nobody applies."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlsplit

from protego import Protego

from crawlers.declarations import Site
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
    unreachable: Refusal | None = None
    """Why nothing may be fetched (RFC 9309, 2.3.1.4): the outcome of the robots.txt itself, and words for it."""

    def refusal(self, url: str) -> Refusal | None:
        """Why the URL may not be fetched; None where it may."""
        if self.unreachable:
            return self.unreachable
        if self.parsed is None or self.parsed.can_fetch(url, TOKEN):
            return None
        return Outcome.ROBOTS, "disallowed by robots.txt"

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
        return Rules(Protego.parse(answer.body[:MAX_BYTES].decode("utf-8-sig", "replace")))
    if status is not None and 300 <= status < 500 and status != 429:
        return Rules(None)
    if outcome in (Outcome.TOO_LARGE, Outcome.NOT_HTML):
        return Rules(None)
    words = answer.detail or (f"status {status}" if status else "no answer")
    return Rules(None, (outcome or Outcome.SERVER_ERROR, f"robots.txt unreachable: {words}"))


class Robots:
    """The rules of each origin, asked for once a day."""

    def __init__(self, ask: Callable[[str, Site], Awaitable[Answer]], hosts: Hosts):
        self._ask, self._hosts = ask, hosts
        self._rules: dict[str, tuple[float, asyncio.Future[Rules]]] = {}

    async def refusal(self, url: str, site: Site) -> Refusal | None:
        """Why robots.txt does not allow the URL; None where it does. Applies the origin's delay to its host."""
        return (await self.rules(url, site)).refusal(url)

    async def rules(self, url: str, site: Site) -> Rules:
        """The rules of the URL's origin, fetched where they aren't known."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
        cached = self._rules.get(origin)
        if cached is not None and monotonic() - cached[0] < LIFETIME:
            return await asyncio.shield(cached[1])
        future: asyncio.Future[Rules] = asyncio.get_running_loop().create_future()
        self._rules[origin] = (monotonic(), future)
        try:
            rules = read_robots(await self._ask(f"{origin}/robots.txt", site))
            self._hosts.ask_delay(self._hosts.of(url, site), rules.delay)
        except BaseException:
            del self._rules[origin]
            future.cancel()
            raise
        future.set_result(rules)
        return rules
