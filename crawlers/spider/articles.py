"""Fetch the articles of a site, newest first, within its budget."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic

from crawlers.declarations import Site
from crawlers.optouts import Reservation, page_reservations
from crawlers.softfail import soft_failure
from crawlers.spider.failures import PASSING
from crawlers.spider.fetcher import Answer, Ask, Fetcher
from crawlers.spider.frontier import Frontier, Task
from crawlers.spider.ledger import Ledger
from crawlers.spider.limits import Limits
from crawlers.spider.pool import drain
from crawlers.spider.rendering import Render
from crawlers.spider.trust import page_validators
from crawlers.urlkey import host_of, url_key
from schemas import Outcome

BLOCKED = PASSING | {Outcome.REFUSED, Outcome.CHALLENGE}
"""Outcomes that say more of the site's mood, or of ours, than of the article."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How many pages may still be asked for, and what is said of those beyond."""

    pages: int
    words: str


@dataclass(slots=True)
class ArticleFetcher:
    """Fetches the articles of one site in one run."""

    site: Site
    frontier: Frontier
    fetcher: Fetcher
    ledger: Ledger
    limits: Limits
    budget: Budget
    render: Render | None = None
    """Makes pages of shells."""
    tried: int = 0
    blocked: int = 0

    async def run(self) -> None:
        """Fetch what the frontier holds; what is beyond the budget ends in OVER_BUDGET."""
        waiting = deque(self.frontier.ordered())
        deadline = monotonic() + self.limits.site_seconds
        left = self.budget.pages

        async def each(task: Task) -> None:
            nonlocal left
            if left <= 0 or monotonic() > deadline:
                rest = [task, *waiting]
                waiting.clear()
                self._over_budget(rest, self.budget.words if left <= 0 else "out of time")
                return
            left -= 1
            if not await self._fetch(task):
                left += 1

        # Twice as many as the host may be asked for: the next request is ready when an answer comes in.
        await drain(waiting, each, at_once=2 * self.site.concurrency)

    def _over_budget(self, tasks: Iterable[Task], reason: str) -> None:
        rows = [self.ledger.article(task.lead, task.key, Outcome.OVER_BUDGET, reason) for task in tasks]
        self.ledger.settle(rows, opened=True)

    async def _fetch(self, task: Task) -> bool:
        """Fetch one article; whether that took a request."""
        validators = page_validators(task.known, self.frontier.now, self.site.revisits)
        ask = Ask(
            task.lead.url,
            "article",
            self.site,
            validators.etag,
            validators.last_modified,
            check=lambda target: self.frontier.redirect_check(task, target),
        )
        reserved = await self._reserved(task.lead.url)
        if reserved and self.site.policy == "skip":
            row = self.ledger.article(task.lead, task.key, Outcome.OPTED_OUT, _words(reserved))
            self.ledger.settle([row], opened=True)
            return False
        answer = await self.fetcher.fetch(ask, self.ledger.keep)
        if answer.outcome is None:
            _judge(task, answer)
        if answer.outcome == Outcome.JAVASCRIPT_SHELL and self.render is not None:
            answer = await self._rendered(ask, task, answer, self.render)
        if answer.outcome == Outcome.NEW:
            await self._respect(reserved, task, answer)
        assert answer.outcome is not None
        if answer.outcome == Outcome.NEW and answer.final_url:
            self.frontier.reserve(answer.final_url, url_key(answer.final_url))
        row = self.ledger.article(task.lead, task.key, answer.outcome, answer.detail)
        self.ledger.answered(row, answer, task.known)
        if answer.attempts:
            self.tried += 1
            self.blocked += answer.outcome in BLOCKED
        return answer.attempts > 0

    async def _rendered(self, ask: Ask, task: Task, shell: Answer, render: Render) -> Answer:
        """The page behind a shell; the shell itself, with the reason, where none comes of it."""
        page = await self.fetcher.render(ask, shell.final_url or ask.url, shell.body, render)
        if page.outcome is None:
            _judge(task, page)
        shell.attempts = page.attempts = shell.attempts + page.attempts
        shell.wire_bytes += page.wire_bytes
        if page.exchange is None or page.outcome == Outcome.JAVASCRIPT_SHELL:
            shell.detail = "; ".join(filter(None, (shell.detail, f"rendering: {page.outcome}", page.detail)))
            return shell
        self.ledger.keep(shell.exchange)
        page.wire_bytes = shell.wire_bytes
        # A shell that stays the same says nothing of its text: its validators are of no use.
        kept = {name: value for name, value in shell.headers.items() if name not in ("etag", "last-modified")}
        page.headers = kept | page.headers
        page.final_url = shell.final_url
        return page

    async def _reserved(self, url: str) -> tuple[Reservation, ...]:
        rules = self.fetcher.rules
        return () if rules is None or self.fetcher.stopped else await rules.reservations(url, self.site)

    async def _respect(self, reserved: tuple[Reservation, ...], task: Task, answer: Answer) -> None:
        """Treat a reserved page as the site's policy says: drop it, archive it only, or let it pass with a note."""
        if answer.final_url and host_of(answer.final_url) != host_of(task.lead.url):
            reserved += await self._reserved(answer.final_url)
        reserved = tuple(dict.fromkeys(reserved + page_reservations(answer.body, answer.headers)))
        if not reserved:
            return
        answer.detail = _words(reserved)
        if self.site.policy != "flag":
            answer.outcome = Outcome.OPTED_OUT
        if self.site.policy == "skip":
            answer.exchange = None


def _words(reserved: tuple[Reservation, ...]) -> str:
    return "reserved: " + "; ".join(map(str, reserved))


def _judge(task: Task, answer: Answer) -> None:
    """Settle what a page with status 200 is; NEW until extraction and dedupe say more."""
    failure = soft_failure(
        answer.body,
        url=task.lead.url,
        final_url=answer.final_url,
        content_type=answer.headers.get("content-type"),
        headers=answer.headers,
    )
    answer.outcome = failure.outcome if failure else Outcome.NEW
    answer.detail = failure.detail if failure else None
