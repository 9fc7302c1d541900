"""Looking at a site that nobody has declared yet."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from urllib.parse import urljoin, urlsplit

from lxml import etree

from crawlers.codes import COUNTRIES, LANGUAGES, UNKNOWN_COUNTRY
from crawlers.discovery import pages
from crawlers.discovery.documents import decode
from crawlers.discovery.robots import robots_sitemaps
from crawlers.discovery.sections import section_links
from crawlers.fetching import FetchedDocument
from crawlers.survey.sources import Fetcher, Problem, SourceReport, look_at_source, report_on, without_repeats
from crawlers.survey.words import guess_language
from crawlers.urlkey import host_of, registered_domain
from schemas import Outcome

FEED_PATHS = ("/feed", "/rss", "/feed.xml", "/rss.xml", "/rss.php", "/atom.xml", "/index.xml", "/feed.json")
"""Where feeds often are, tried where none is announced."""
SITEMAP_PATHS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_news.xml", "/news_sitemap.xml", "/sitemap.xml",
                 "/sitemap_index.xml", "/sitemap-index.xml")  # fmt: skip
"""Where sitemaps often are, tried where robots.txt names none."""
MAX_FEEDS = 8
MAX_SITEMAPS = 8
MAX_SECTIONS = 10
# Country domains that the world uses for their letters.
_WORLDLY = frozenset(
    {"tv", "io", "co", "me", "ai", "fm", "ly", "to", "gg", "cc", "ws", "la", "im", "sh", "ac", "am", "vc"}
)


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look at a site found."""

    url: str
    """Home page, after redirects."""
    name: str
    language: str | None
    """ISO 639-1; None where the site states none and its words speak for none."""
    country: str
    """ISO 3166-1 alpha-2, lower case, by the site's domain or its language tag; `zz` where neither tells."""
    domain: str
    sources: tuple[SourceReport, ...]
    """Everything that was looked at, whether it yields anything or not."""
    problems: tuple[Problem, ...]
    language_stated: bool = True
    """The site states its language; else it is a guess."""

    @property
    def feeds(self) -> tuple[SourceReport, ...]:
        """Feeds worth declaring: they lead to the site, and none says only what another says too."""
        return tuple(without_repeats([report for report in self._usable if report.kind == "feed"]))

    @property
    def news_sitemaps(self) -> tuple[SourceReport, ...]:
        """News sitemaps worth declaring, those found inside an index in its place."""
        found = []
        for report in self._sitemaps:
            if report.news:
                found.append(report)
            else:
                found += [inner for inner in report.opened if inner.news and inner.works and _lasting(inner.url)]
        return tuple(without_repeats(found))

    @property
    def sitemaps(self) -> tuple[SourceReport, ...]:
        """Plain sitemaps and indexes that work: all the site's pages, the archive included."""
        return tuple(report for report in self._sitemaps if not report.news)

    @property
    def sections(self) -> tuple[SourceReport, ...]:
        """Section pages worth declaring."""
        return tuple(without_repeats([report for report in self._usable if report.kind == "section"]))

    @property
    def declared(self) -> dict[str, tuple[SourceReport, ...]]:
        """What a declaration should name, by field: what is made for news before what names everything, and section
        pages, whose articles are guessed, only where nothing else tells.
        """
        fields = {"feeds": self.feeds, "news_sitemaps": self.news_sitemaps}
        if not any(fields.values()):
            fields["sitemaps"] = self.sitemaps
        if not any(fields.values()):
            fields["sections"] = self.sections
        return {name: reports for name, reports in fields.items() if reports}

    @property
    def _sitemaps(self) -> list[SourceReport]:
        return [report for report in self._usable if report.kind == "sitemap"]

    @property
    def _usable(self) -> list[SourceReport]:
        """Sources that yield something of the site, the stale ones only where all are."""
        usable = [report for report in self.sources if report.works and not report.has("off_site")]
        fresh = [report for report in usable if not report.has("stale")]
        return fresh if any(report.kind != "section" for report in fresh) else usable


def survey(url: str, fetch: Fetcher, *, now: datetime | None = None) -> Survey:
    """Look at a site: its front page, its robots.txt, and where feeds and sitemaps usually are.

    Pure but for `fetch`. `url`: the home page, or a bare host. `now`: what the age of articles is measured from.
    """
    url = url if "://" in url else f"https://{url}"
    front = fetch(url)
    home = front.final_url if front.ok else url
    look = _Look(home, fetch, front, now)
    look.feeds()
    look.sitemaps()
    look.sections()
    return look.result()


class _Look:
    """One look at one site, as far as it has come."""

    def __init__(self, home: str, fetch: Fetcher, front: FetchedDocument, now: datetime | None):
        self.home, self.fetch, self.front, self.now = home, cache(fetch), front, now
        self.domain = registered_domain(host_of(home))
        self.tree = pages.parse(decode(front.body, front.content_type)) if front.ok else None
        self.reports: list[SourceReport] = []
        self.problems: list[Problem] = []
        self._articles: list[etree._Element | None] = []

    def _try(self, url: str, kind: str) -> SourceReport:
        return look_at_source(url, kind, self.fetch, domains=(self.domain,), now=self.now)

    def feeds(self) -> None:
        """Feeds the front page announces or links to; where none works, those at usual addresses."""
        if self.tree is not None:
            self._feeds_of(self.tree, self.home)
        if not any(report.works for report in self.reports):
            self._first_at(FEED_PATHS, "feed")

    def _feeds_of(self, tree: etree._Element, url: str, *, deeper: bool = True) -> None:
        """Feeds a page names; where one turns out to be a page, an overview of feeds, those it names in turn."""
        named = pages.announced_feeds(tree, url) or pages.linked_feeds(tree, url)
        tried = {report.url for report in self.reports}
        for feed in [feed for feed in named if feed.url not in tried][:MAX_FEEDS]:
            report = self._try(feed.url, "feed")
            if deeper and report.has("not_a_feed") and (overview := self._page(feed.url)) is not None:
                before = len(self.reports)
                self._feeds_of(overview, feed.url, deeper=False)
                if len(self.reports) > before:
                    continue
            self.reports.append(report)

    def _page(self, url: str) -> etree._Element | None:
        document = self.fetch(url)
        return pages.parse(decode(document.body, document.content_type)) if document.ok else None

    def sitemaps(self) -> None:
        """Sitemaps robots.txt names; where it names none, those at usual addresses."""
        robots = self.fetch(urljoin(self.home, "/robots.txt"))
        named = robots_sitemaps(robots.body, robots.final_url) if robots.ok else ()
        if not robots.ok and robots.outcome not in (Outcome.GONE, Outcome.EMPTY_BODY):
            self.problems.append(Problem("unreachable", robots.url, robots.detail or robots.outcome.value))
        ranked = sorted(named, key=lambda url: "news" not in url.lower())
        self.reports += [self._try(url, "sitemap") for url in ranked[:MAX_SITEMAPS]]
        if not named:
            self._first_at(SITEMAP_PATHS, "sitemap")

    def sections(self) -> None:
        """The front page; and its sections, where nothing else tells of articles."""
        front = report_on(self.front, self.home, "section", domains=(self.domain,))
        if not self.front.ok:
            self.problems += front.problems
            return
        told = any(report.works for report in self.reports)
        self.reports.append(front)
        if self.tree is None or told:
            return
        for link in section_links(self.tree, self.home, (self.domain,))[:MAX_SECTIONS]:
            self.reports.append(self._try(link.url, "section"))

    def _first_at(self, paths: tuple[str, ...], kind: str) -> None:
        """The first usual address at which something is; the others aren't worth a word."""
        for path in paths:
            report = self._try(urljoin(self.home, path), kind)
            if report.works:
                self.reports.append(report)
                return
            if kind == "feed" and report.has("not_a_feed") and (overview := self._page(report.url)) is not None:
                self._feeds_of(overview, report.url, deeper=False)
                if any(report.works for report in self.reports):
                    return

    def result(self) -> Survey:
        stated = self._languages()
        said = next((code for tag in stated if (code := _iso639(tag))), None)
        language = said or self._guess()
        found = Survey(
            url=self.home,
            name=self._name(),
            language=language,
            country=_country(host_of(self.home), stated),
            domain=self.domain,
            sources=tuple(self.reports),
            problems=(),
        )
        problems = [*self.problems, *(problem for report in self.reports for problem in report.problems)]
        if not found.declared:
            problems.append(Problem("no_source", self.home, "nothing found that names articles"))
        if said is None:
            guessed = f"; by its words it is {language!r}" if language else ""
            problems.append(Problem("not_stated", self.home, f"the site doesn't say what language it is in{guessed}"))
        return replace(found, problems=tuple(problems), language_stated=said is not None)

    def _languages(self) -> list[str]:
        """Language tags the site states, the most trustworthy first; an article is asked where the front is silent."""
        front = pages.language(self.tree) if self.tree is not None else None
        feeds = [report.language for report in self.reports if report.kind == "feed"]
        tags = [tag for tag in (front, *feeds) if tag]
        if not any(_iso639(tag) for tag in tags) and (article := self._article()) is not None:
            tags.append(pages.language(article) or "")
        return [*tags, *(report.language for report in self._all() if report.language)]

    def _guess(self) -> str | None:
        trees = [tree for tree in (self._article(), self.tree) if tree is not None]
        titles = " ".join(lead.title for report in self.reports for lead in report.leads if lead.title)
        guesses = (guess_language(text) for text in (*map(pages.words, trees), titles))
        return next((language for language in guesses if language), None)

    def _article(self) -> etree._Element | None:
        """The page of the first lead, fetched once."""
        if not self._articles:
            lead = next((lead for report in self.reports for lead in report.leads), None)
            self._articles.append(self._page(lead.url) if lead else None)
        return self._articles[0]

    def _all(self) -> list[SourceReport]:
        return [inner for report in self.reports for inner in (report, *report.opened)]

    def _name(self) -> str:
        host = host_of(self.home).removeprefix("www.")
        if self.tree is not None:
            for meta in self.tree.iter("meta"):
                name = " ".join((meta.get("content") or "").split())
                if meta.get("property") in ("og:site_name", "al:ios:app_name") and name:
                    return name[:100]
        titles = [report.title for report in self._all() if report.title and report.kind != "section"]
        return min(titles, key=len)[:100] if titles else host


def _lasting(url: str) -> bool:
    """Whether a sitemap's address will be the same next month: it holds no date or number."""
    return not any(character.isdigit() for character in urlsplit(url).path)


def _iso639(tag: str) -> str | None:
    code = tag.replace("_", "-").split("-")[0].strip().lower()
    return code if code in LANGUAGES else None


def _country(host: str, tags: list[str]) -> str:
    top = host.rpartition(".")[2]
    top = "gb" if top == "uk" else top
    if top in COUNTRIES - _WORLDLY:
        return top
    regions = (part.lower() for tag in tags for part in tag.replace("_", "-").split("-")[1:] if len(part) == 2)
    return next((region for region in regions if region in COUNTRIES), UNKNOWN_COUNTRY)
