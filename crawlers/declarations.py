"""Site declarations: what presslake knows of a news site before it has looked, a TOML file of a few lines.

`<directory>/<country>/<id>.toml`: the id is the file's stem, the country its folder (ISO 3166-1 alpha-2, lower case).
"""

import dataclasses
import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from crawlers import values
from crawlers.cadence import DEFAULT, REVISITS
from crawlers.codes import COUNTRIES, UNKNOWN_COUNTRY
from crawlers.urlkey import host_of, registered_domain

SITES_VARIABLE = "PRESSLAKE_SITES"
"""Environment variable naming a directory of declarations to use instead of the shipped one."""

POLICIES = ("skip", "fetch", "flag")
"""What becomes of pages the publisher reserves (TDMRep, noai, noindex, noarchive, robots.txt against AI crawlers): not
fetched, or dropped once the page itself says so; archived, but not published; published with the evidence."""

SOURCE_FIELDS = ("feeds", "news_sitemaps", "sitemaps", "sections")

SHIPPED = Path(__file__).parent / "sites"
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class DeclarationError(ValueError):
    """A declaration that can't be used. `field` is None where the file as a whole is at fault."""

    def __init__(self, path: Path, field: str | None, problem: str):
        self.path, self.field, self.problem = path, field, problem
        super().__init__(f"{path}: {field}: {problem}" if field else f"{path}: {problem}")


@dataclass(frozen=True, slots=True)
class Site:
    """A news site: where its articles are announced, and how to treat it."""

    id: str
    """File stem, unique among the declarations; lower-case letters, digits and hyphens."""
    name: str
    url: str
    """Home page."""
    country: str
    """ISO 3166-1 alpha-2, lower case; `zz` where unknown."""
    language: str
    """ISO 639-1, the site's main language."""
    domains: tuple[str, ...]
    """Hosts, with their subdomains, whose pages belong to the site. Default: the registered domain of `url`."""
    feeds: tuple[str, ...] = ()
    news_sitemaps: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    timezone: str | None = None
    """IANA zone of dates that name none."""
    delay: float = 1.0
    """Seconds between requests to a host, at least; robots.txt may ask for more."""
    concurrency: int = 2
    """Requests at once to a host, at most."""
    max_pages: int = 200
    """Article pages a run, at most."""
    max_age_days: int = 30
    """Leads older than this are out of range."""
    verified: bool = False
    """Someone has seen the sources work."""
    policy: str = "flag"
    """One of `POLICIES`."""
    cadence: str = DEFAULT
    """How often to look, as `crawlers.cadence` reads it; in one spelling."""
    revisits: tuple[timedelta, ...] = REVISITS
    """Ages at which an article is looked at again, for corrections and deletions; ascending."""
    pages_per_day: int | None = None
    """Article pages in any 24 hours, at most, over all runs; None: `max_pages` of each run is the only bound."""
    render: str | None = None
    """`module:function` that renders pages whose text is filled in by scripts, see `crawlers.spider.rendering`."""


def load_sites(directory: Path | None = None) -> dict[str, Site]:
    """Load all declarations of a directory, by id in alphabetical order.

    Without a directory: the one PRESSLAKE_SITES names, else the shipped ones. Raises DeclarationError for the first
    declaration that can't be used, for an id declared twice, and where there is no such directory.
    """
    root = directory or sites_directory()
    if not root.is_dir():
        raise DeclarationError(root, None, "no such directory of declarations")
    sites: dict[str, Site] = {}
    paths: dict[str, Path] = {}
    for path in sorted(root.rglob("*.toml"), key=lambda path: (path.stem, path)):
        site = load_site(path)
        if site.id in sites:
            raise DeclarationError(path, "id", f"{site.id!r} is declared in {paths[site.id]} too; rename one file")
        sites[site.id], paths[site.id] = site, path
    return sites


def sites_directory() -> Path:
    """Directory of declarations in force: the one PRESSLAKE_SITES names, else the shipped ones."""
    named = os.environ.get(SITES_VARIABLE)
    return Path(named) if named else SHIPPED


def load_site(path: Path) -> Site:
    """Load one declaration. Raises DeclarationError naming file and field."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DeclarationError(path, None, f"can't be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeclarationError(path, None, f"not TOML: {error}") from error
    return parse_site(given, path)


def parse_site(given: Mapping[str, Any], path: Path) -> Site:
    """The site a declaration's fields describe; `path` gives id and country and need not exist.

    Raises DeclarationError naming file and field.
    """
    for key in given:
        if key not in _CHECKS:
            raise DeclarationError(path, key, _unknown_key(key))
    checked: dict[str, Any] = {"id": _checked_id(path), "country": _checked_country(path)}
    for key, check in _CHECKS.items():
        if key not in given:
            if key in _REQUIRED:
                raise DeclarationError(path, key, "is missing")
            continue
        try:
            checked[key] = check(given[key])
        except ValueError as error:
            raise DeclarationError(path, key, str(error)) from error
    host = host_of(checked["url"])
    checked.setdefault("domains", (registered_domain(host),))
    if not any(within(host, domain) for domain in checked["domains"]):
        raise DeclarationError(path, "domains", f"don't hold the home page's own host {host!r}")
    if not any(checked.get(field) for field in SOURCE_FIELDS):
        raise DeclarationError(path, None, f"declares no source: give at least one of {', '.join(SOURCE_FIELDS)}")
    return Site(**checked)


def within(host: str, domain: str) -> bool:
    """Whether a host is a domain or one of its subdomains."""
    return host == domain or host.endswith("." + domain)


def _checked_id(path: Path) -> str:
    if not _ID.fullmatch(path.stem):
        raise DeclarationError(path, "id", f"{path.stem!r} (the file's name) may hold a-z, 0-9 and hyphens only")
    return path.stem


def _checked_country(path: Path) -> str:
    country = path.absolute().parent.name
    if country not in COUNTRIES and country != UNKNOWN_COUNTRY:
        hint = {"uk": " (the United Kingdom is gb)", "en": " (a language; countries are gb, us …)"}.get(country, "")
        problem = f"{country!r} (the folder's name) is not an ISO 3166-1 alpha-2 code in lower case{hint}"
        raise DeclarationError(path, "country", problem)
    return country


def _unknown_key(key: str) -> str:
    if key in ("id", "country"):
        return f"is not set in the file: the {'name of the file' if key == 'id' else 'folder'} says it"
    near = difflib.get_close_matches(key.lower().replace("-", "_"), _CHECKS, n=1, cutoff=0.6)
    return f"unknown key; did you mean {near[0]!r}?" if near else f"unknown key; known are {', '.join(_CHECKS)}"


_CHECKS: dict[str, Callable[[object], Any]] = {
    "name": values.text,
    "url": values.url,
    "language": values.language,
    "domains": values.hosts,
    "feeds": values.urls,
    "news_sitemaps": values.urls,
    "sitemaps": values.urls,
    "sections": values.urls,
    "timezone": values.timezone,
    "delay": values.seconds,
    "concurrency": values.whole(1, 64),
    "max_pages": values.whole(1, 1_000_000),
    "max_age_days": values.whole(1, 36_500),
    "verified": values.flag,
    "policy": values.one_of(POLICIES),
    "cadence": values.cadence,
    "revisits": values.ages,
    "pages_per_day": values.whole(1, 1_000_000),
    "render": values.entry_point,
}
_REQUIRED = ("name", "url", "language")

assert {*_CHECKS, "id", "country"} == {field.name for field in dataclasses.fields(Site)}
