"""The leads of one site in one run: each is answered for at once, or waits for its turn. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crawlers.declarations import Site, within
from crawlers.model import Lead
from crawlers.spider.addresses import refusal
from crawlers.spider.due import PASSING, REVISIT, STUBBORN, due
from crawlers.spider.known import Known, SiteKnown
from crawlers.spider.restraints import Restraints
from crawlers.urlkey import host_of, url_key
from schemas import Outcome

Refusal = tuple[Outcome, str]


@dataclass(frozen=True, slots=True)
class Task:
    """A lead that is to be fetched."""

    lead: Lead
    key: str
    known: Known | None = None
    """The earlier look at it: its validators make the request conditional."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A lead that needs no request."""

    lead: Lead
    key: str
    outcome: Outcome
    detail: str | None = None
    at: datetime | None = None
    """Instant of the outcome, where it is of an earlier run."""


class Frontier:
    """Collects leads, then gives them out, newest first."""

    def __init__(
        self,
        site: Site,
        known: SiteKnown,
        now: datetime,
        *,
        allow_private: bool = False,
        restraints: Restraints | None = None,
    ):
        self._site, self._known, self.now, self._allow_private = site, known, now, allow_private
        self._restraints = restraints or Restraints()
        self._urls: set[str] = set()
        self._taken: dict[str, str] = {}
        self.tasks: list[Task] = []
        self.discovered = 0

    def add(self, lead: Lead) -> Task | Settled | None:
        """Take a lead in; None where the very same address was taken before."""
        if lead.url in self._urls:
            return None
        self._urls.add(lead.url)
        self.discovered += 1
        key = url_key(lead.url)
        settled = self._settle(lead, key)
        if settled is not None:
            return settled
        task = Task(lead, key, self._known.articles.get(key))
        self._taken[key] = lead.url
        self.tasks.append(task)
        return task

    def urls(self) -> list[str]:
        """All addresses taken in so far."""
        return list(self._urls)

    def reserve(self, url: str, key: str) -> None:
        """An address that was dealt with before: it and its variants are not taken in again."""
        self._urls.add(url)
        self._taken.setdefault(key, url)

    def left_over(self) -> Iterable[Lead]:
        """Known addresses that earlier runs owe a look, whether or not a source lists them in this one."""
        oldest = self.now - timedelta(days=self._site.max_age_days)
        for known in self._known.may_be_due(self.now, max(self._site.revisits, default=timedelta(0))):
            if known.url_key in self._taken or known.url in self._urls:
                continue
            why = due(known, self.now, revisits=self._site.revisits)
            if why == REVISIT or (why and known.born_at >= oldest):
                yield Lead(known.url, known.found_in, known.lead_title, known.lead_published_at)

    def ordered(self) -> list[Task]:
        """What is to be fetched, newest first; undated leads come where they were found, before dated ones."""
        far = datetime.max.replace(tzinfo=self.now.tzinfo)
        return sorted(self.tasks, key=lambda task: self._date(task.lead) or far, reverse=True)

    def redirect_check(self, task: Task, target: str) -> Refusal | None:
        """Whether a lead's redirect may be followed: it stays on the site and is nobody else's address."""
        if not self.on_site(target):
            return Outcome.OFF_SITE, f"redirects to {target[:300]}"
        key = url_key(target)
        if why := self._restraints.forbidden(self._site.id, key):
            return Outcome.OPTED_OUT, why
        if key == task.key:
            return None
        if key in self._taken:
            return Outcome.DUPLICATE_URL, f"redirects to {target[:300]}"
        known = self._known.articles.get(key)
        if known is not None and not self._due(known, task.lead):
            return Outcome.KNOWN, f"redirects to {target[:300]}"
        return None

    def on_site(self, url: str) -> bool:
        """Whether the URL belongs to the site."""
        host = host_of(url)
        return any(within(host, domain) for domain in self._site.domains)

    def _settle(self, lead: Lead, key: str) -> Settled | None:
        if why := refusal(lead.url, allow_private=self._allow_private):
            return Settled(lead, key, Outcome.UNSAFE_ADDRESS, why)
        if not self.on_site(lead.url):
            return Settled(lead, key, Outcome.OFF_SITE)
        if key in self._taken:
            return Settled(lead, key, Outcome.DUPLICATE_URL, f"same as {self._taken[key][:300]}")
        if why := self._restraints.forbidden(self._site.id, key):
            return Settled(replace(lead, title=None), key, Outcome.OPTED_OUT, why)
        known = self._known.articles.get(key)
        reason = self._due(known, lead) if known is not None else None
        if known is not None and not reason:
            self._taken[key] = lead.url
            return _not_due(lead, key, known)
        date = self._date(lead)
        if reason != REVISIT and date is not None and self.now - date > timedelta(days=self._site.max_age_days):
            self._taken[key] = lead.url
            return Settled(lead, key, Outcome.OUT_OF_RANGE, f"of {date:%Y-%m-%d}")
        return None

    def _due(self, known: Known, lead: Lead) -> str | None:
        return due(known, self.now, lead=lead, revisits=self._site.revisits)

    def _date(self, lead: Lead) -> datetime | None:
        """The lead's date, where it is one: dates in the future are mistakes."""
        date = lead.published_at or lead.modified_at
        return date if date is not None and date <= self.now + timedelta(days=1) else None


def _not_due(lead: Lead, key: str, known: Known) -> Settled:
    """A failure that is not tried again yet stands as it was, with its time: the pauses are counted from there."""
    detail = f"{known.outcome} {known.fetched_at:%Y-%m-%d %H:%M} UTC"
    if known.outcome in PASSING | STUBBORN:
        return Settled(lead, key, known.outcome, detail + ", not due for another try", known.fetched_at)
    return Settled(lead, key, Outcome.KNOWN, detail)
