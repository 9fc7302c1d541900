"""What an operator asks for, at the command line or in Prefect's form, made into a source."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from zoneinfo import ZoneInfo

from crawlers.declarations import Site, load_sites
from flows.backfill import blobs, ccnews
from flows.backfill.model import Source, job_id
from flows.backfill.reextract import AGAIN, ReextractSource
from flows.backfill.sitemaps import SitemapSource
from flows.backfill.warc import WarcSource
from flows.backfill.windows import ALWAYS, Span, parse_span
from flows.errors import SettingsError
from flows.lake import open_lake
from flows.pipeline import choose
from flows.settings import Settings
from schemas import Outcome
from schemas.outcomes import QUARANTINED


@dataclass(frozen=True)
class Request:
    """A backfill. Dates as `flows.backfill.windows.parse_span` reads them."""

    source: str
    """`sitemaps`, `warc`, `cc-news` or `reextract`."""
    sites: Sequence[str] = ()
    """Ids of declared sites; none means all."""
    since: str | None = None
    until: str | None = None
    zone: str = "UTC"
    """IANA zone of the dates."""
    places: Sequence[str] = ()
    """For `warc`: paths, patterns, directories, s3:// and https:// addresses."""
    hosts: Sequence[str] = ()
    """For `warc` and `cc-news`: only these hosts and their subdomains."""
    undeclared: bool = False
    """For `warc` and `cc-news`: pages of hosts without a declaration, too, each host as a site of its own."""
    outcomes: Sequence[str] = ()
    """For `reextract`: pages that ended so; none means published ones and those in quarantine."""
    retry_failed: bool = False
    published_since: str | None = None
    published_until: str | None = None
    """For `warc` and `cc-news`, whose dates are those of captures: the dates of publication."""


def make_source(settings: Settings, request: Request) -> Source:
    """The source a request names. Raises SettingsError, in words for the operator; SourceError, LakeError."""
    span = _span(request.since, request.until, request.zone)
    match request.source:
        case "sitemaps":
            return SitemapSource(
                choose(settings, request.sites), span, settings, open_lake(settings.lake), request.retry_failed
            )
        case "warc":
            if not request.places:
                raise SettingsError("name the WARC files: paths, patterns, directories, s3:// or https:// addresses")
            return _warc(settings, request, span, blobs.find(request.places))
        case "cc-news":
            return _warc(settings, request, span, ccnews.files_of(span))
        case "reextract":
            outcomes = frozenset(map(_outcome, request.outcomes)) or AGAIN
            names = tuple(dict.fromkeys(request.sites))  # also of sites that are not declared any more
            if request.retry_failed:
                outcomes = QUARANTINED
            return ReextractSource(open_lake(settings.lake), names, span, outcomes)
    raise SettingsError(f"no such source: {request.source}; there are sitemaps, warc, cc-news and reextract")


def _warc(settings: Settings, request: Request, span: Span, files: Sequence[blobs.WarcFile]) -> Source:
    if not files:
        raise SettingsError(f"there are no files for {span}")
    sites = _declared(settings, request)
    published = _span(request.published_since, request.published_until, request.zone)
    source = WarcSource(files, sites, span, request.undeclared, tuple(request.hosts), published=published)
    if request.retry_failed:
        # Windows that failed as a whole are done anyway; pages that failed are in our archive meanwhile.
        return ReextractSource(open_lake(settings.lake), [], ALWAYS, QUARANTINED, f"{job_id(source)}-")
    return source


def _declared(settings: Settings, request: Request) -> dict[str, Site]:
    if request.undeclared and not request.sites:
        return load_sites(settings.sites)
    return {site.id: site for site in choose(settings, request.sites)}


def _span(since: str | None, until: str | None, name: str) -> Span:
    try:
        zone = UTC if name == "UTC" else ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError(f"{name!r} is no IANA time zone such as Europe/Berlin") from error
    try:
        return parse_span(since, until, zone)
    except ValueError as error:
        raise SettingsError(str(error)) from error


def _outcome(text: str) -> Outcome:
    try:
        return Outcome(text)
    except ValueError as error:
        raise SettingsError(f"{text!r} is no outcome; they are listed in schemas/ARTICLES.md") from error
