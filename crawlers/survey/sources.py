"""One source looked at: what it yields, and what is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from crawlers.declarations import within
from crawlers.discovery import read
from crawlers.fetching import FetchedDocument
from crawlers.model import Lead, SubSource
from crawlers.urlkey import host_of, url_key
from schemas import Outcome

Fetcher = Callable[[str], FetchedDocument]
"""Fetches a URL; never raises for what a server does. `crawlers.fetching.PoliteFetcher` is one."""

STALE = timedelta(days=30)
"""Age of its newest article from which on a source counts as stale."""
SUB_SITEMAPS = 3
"""Sitemaps of an index that are opened: the ones changed last."""
SAMPLES = 3
NEVER = datetime.min.replace(tzinfo=UTC)
_DEPTH = 4
_CODES = {
    Outcome.GONE: "gone",
    Outcome.ROBOTS: "robots",
    Outcome.EMPTY_BODY: "empty",
    Outcome.NOT_A_FEED: "not_a_feed",
    Outcome.NOT_HTML: "not_a_feed",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a site or one of its sources."""

    code: str
    """`gone`, `robots`, `not_a_feed`, `unreachable`, `incomplete`, `flawed`, `empty`, `stale`, `off_site`, `no_zone`,
    `no_source`, `not_stated`, `article`."""
    url: str
    text: str
    """For a person to read."""


@dataclass(frozen=True, slots=True)
class SourceReport:
    """What a source would yield now."""

    url: str
    kind: str
    """`feed`, `sitemap` or `section`: what to ask for it as."""
    outcome: Outcome
    format: str | None = None
    """`rss`, `atom`, `news sitemap` …, see `crawlers.discovery.Reading`."""
    title: str | None = None
    language: str | None = None
    leads: tuple[Lead, ...] = ()
    """Of an index: those of the sitemaps that were opened."""
    sub_sources: tuple[SubSource, ...] = ()
    opened: tuple["SourceReport", ...] = ()
    """Of an index: the sitemaps that were opened."""
    hub: str | None = None
    """WebSub hub that it names."""
    problems: tuple[Problem, ...] = ()

    @property
    def newest(self) -> datetime | None:
        """When the newest article was published, or changed where no publication is given; UTC."""
        return max((when for lead in self.leads if (when := lead.published_at or lead.modified_at)), default=None)

    @property
    def news(self) -> bool:
        """Whether it is a news sitemap, or an index of such."""
        told = [report for report in self.opened if report.leads]
        return self.format == "news sitemap" or (bool(told) and all(report.news for report in told))

    @property
    def samples(self) -> tuple[str, ...]:
        """Titles (or addresses) of the first few leads."""
        return tuple(lead.title or lead.url for lead in self.leads[:SAMPLES])

    def has(self, code: str) -> bool:
        """Whether it has a problem of this kind."""
        return any(problem.code == code for problem in self.problems)

    @property
    def works(self) -> bool:
        """Whether it yields anything."""
        return bool(self.leads)


def look_at_source(
    url: str,
    kind: str,
    fetch: Fetcher,
    *,
    domains: tuple[str, ...] = (),
    zone: str | None = None,
    now: datetime | None = None,
) -> SourceReport:
    """Fetch a source and say what it yields. Of a sitemap index the sitemaps changed last are opened, to any depth.

    `domains`: hosts that belong to the site; empty: not checked. `zone`: IANA zone of dates that name none. `now`: what
    the age of leads is measured from, default the clock.
    """
    report = report_on(fetch(url), url, kind, domains=domains, zone=zone)
    if kind == "sitemap":
        report = _opened(report, fetch, zone)
    return replace(report, problems=(*report.problems, *_lead_problems(report, domains, now or datetime.now(UTC))))


def report_on(
    document: FetchedDocument, url: str, kind: str, *, domains: tuple[str, ...] = (), zone: str | None = None
) -> SourceReport:
    """What a fetched source yields, as it stands."""
    if not document.ok:
        code = _CODES.get(document.outcome, "unreachable")
        problem = Problem(code, url, document.detail or document.outcome.value)
        return SourceReport(url, kind, document.outcome, problems=(problem,))
    reading, zoned = (
        read(document.body, url=document.final_url, kind=kind, content_type=document.content_type, domains=domains,
             zone=some_zone, link=document.headers.get("link"))
        for some_zone in (zone, zone or "UTC")
    )  # fmt: skip
    found = reading.discovery
    problems = []
    if found.problem:
        code = "flawed" if found.outcome is Outcome.READ else _CODES.get(found.outcome, "incomplete")
        problems.append(Problem(code, url, found.problem))
    zoneless = _dated(zoned.discovery.leads) - _dated(found.leads)
    if zoneless:
        said = f"{zoneless} of {len(found.leads)} dates name no time zone: set `timezone` in the declaration"
        problems.append(Problem("no_zone", url, said))
    return SourceReport(
        url,
        kind,
        found.outcome,
        reading.format,
        reading.title,
        reading.language,
        found.leads,
        found.sub_sources,
        hub=found.hub,
        problems=tuple(problems),
    )


def _opened(index: SourceReport, fetch: Fetcher, zone: str | None, depth: int = 0) -> SourceReport:
    """The report of an index with the leads of the sitemaps that changed last."""
    if not index.sub_sources or depth > _DEPTH:
        return index
    ranked = sorted(
        index.sub_sources, key=lambda sub: ("news" in sub.url.lower(), sub.modified_at or NEVER, sub.url), reverse=True
    )
    opened = []
    for sub in ranked[: SUB_SITEMAPS if depth == 0 else 1]:
        report = report_on(fetch(sub.url), sub.url, "sitemap", zone=zone)
        opened.append(_opened(report, fetch, zone, depth + 1))
    return replace(
        index,
        leads=(*index.leads, *(lead for report in opened for lead in report.leads)),
        opened=tuple(opened),
        problems=(*index.problems, *(problem for report in opened for problem in report.problems)),
    )


def _lead_problems(report: SourceReport, domains: tuple[str, ...], now: datetime) -> list[Problem]:
    if report.problems and not report.leads:
        return []
    if not report.leads:
        return [Problem("empty", report.url, "holds no articles")]
    problems = []
    if report.newest is not None and report.newest < now - STALE:
        problems.append(Problem("stale", report.url, f"its newest article is of {report.newest:%Y-%m-%d}"))
    away = [lead for lead in report.leads if domains and not on_site(lead.url, domains)]
    if len(away) * 2 > len(report.leads):
        said = f"{len(away)} of {len(report.leads)} articles lead off the site, e.g. to {host_of(away[0].url)}"
        problems.append(Problem("off_site", report.url, said))
    return problems


def on_site(url: str, domains: tuple[str, ...]) -> bool:
    """Whether an address belongs to a site."""
    return any(within(host_of(url), domain) for domain in domains)


def without_repeats(reports: list[SourceReport]) -> list[SourceReport]:
    """Those reports that name something the ones before and the larger ones after do not, in the order given."""
    named: set[str] = set()
    kept = set()
    for report in sorted(reports, key=lambda report: -len(report.leads)):
        keys = {url_key(lead.url) for lead in report.leads}
        if not keys <= named:
            kept.add(report.url)
            named |= keys
    return [report for report in reports if report.url in kept]


def _dated(leads: tuple[Lead, ...]) -> int:
    return sum(lead.published_at is not None for lead in leads)
