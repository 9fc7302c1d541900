"""The door to discovery: a document's bytes in, a Discovery out."""

import re
from collections.abc import Iterable
from dataclasses import replace

from crawlers.discovery import documents, feeds, jsonfeed, sections, sitemaps
from crawlers.discovery.gathering import Reading
from crawlers.discovery.links import linked
from crawlers.model import Discovery
from crawlers.urlkey import url_key
from schemas import Outcome

KINDS = ("feed", "sitemap", "section")
_ANY_HTML = re.compile(r"<(?:html|body|head|div|main|p|a|ul|table)[\s>]", re.IGNORECASE)
_PAGE_TITLE = re.compile(r"<title[^>]*>([^<]{0,200})", re.IGNORECASE)


def discover(
    body: bytes,
    *,
    url: str,
    kind: str,
    content_type: str | None = None,
    zone: str | None = None,
    known: Iterable[str] = (),
    domains: Iterable[str] = (),
    link: str | None = None,
) -> Discovery:
    """What a source document yields: leads, further sources, hub.

    `body` is decoded of Content-Encoding; gzip inside it is undone here. `url` is the address that answered, `kind`
    what it was asked for (feed, sitemap, section): what it is, is told by its content, and a feed in place of a sitemap
    is as welcome as the reverse. `zone`: IANA zone of dates that name none. `known`: URLs of the site's articles, to
    learn their shape from, and to tell whether a further page is worth a look. `domains`: the hosts that belong to the
    site, for sections (default: the registered domain of `url`). `link`: the answer's Link headers, where a hub may be
    named, too (W3C WebSub, section 4: they come before what the document says).

    Never raises on bad documents. Where the outcome is not READ, `problem` says why, and leads and sources are those of
    the part that could be read; a READ with a problem was read in full, with flaws.
    """
    return read(
        body, url=url, kind=kind, content_type=content_type, zone=zone, known=known, domains=domains, link=link
    ).discovery


def read(
    body: bytes,
    *,
    url: str,
    kind: str,
    content_type: str | None = None,
    zone: str | None = None,
    known: Iterable[str] = (),
    domains: Iterable[str] = (),
    link: str | None = None,
) -> Reading:
    """As `discover`, with what the document says of itself: format, title, language."""
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    unpacked = documents.unpack(body)
    if unpacked.too_large and not unpacked.body:
        return _refused(Outcome.TOO_LARGE, "a decompression bomb: not read")
    text = documents.decode(unpacked.body, content_type)
    if not text.strip("\x00\ufeff \t\r\n"):
        return _refused(Outcome.TRUNCATED if unpacked.torn else Outcome.EMPTY_BODY, "nothing in it")
    reading = _read_text(text, url, kind, zone, known, domains)
    if reading.format is not None and (hubs := linked(link, "hub", url)):
        reading = reading._replace(discovery=replace(reading.discovery, hub=hubs[0]))
    if unpacked.too_large or unpacked.torn:
        return _incomplete(reading, too_large=unpacked.too_large)
    return reading


def _read_text(
    text: str, url: str, kind: str, zone: str | None, known: Iterable[str], domains: Iterable[str]
) -> Reading:
    start = text.lstrip("\ufeff \t\r\n")
    root = documents.root_name(documents.skip_junk(text))
    if root in feeds.FORMATS:
        return _paged(feeds.read_feed(text, url, zone), known)
    if root in sitemaps.ROOTS:
        return sitemaps.read_sitemap(text, url, zone)
    if start.startswith(("{", "[")):
        return _paged(jsonfeed.read_json_feed(start, url, zone), known)
    if kind == "sitemap" and sitemaps.looks_like_text_sitemap(text):
        return sitemaps.read_text_sitemap(text, url)
    other_xml = start.startswith("<?xml") and root not in (None, "html")
    if root == "html" or (_ANY_HTML.search(text, 0, 20_000) and not other_xml):
        if kind == "section":
            return sections.read_section(text, url, known, domains)
        title = _PAGE_TITLE.search(text, 0, 200_000)
        said = f", titled {' '.join(title[1].split())!r}" if title else ""
        return _refused(Outcome.NOT_A_FEED, f"an HTML page{said}, not a {kind}")
    what = f"XML with root <{root}>" if root else "neither XML nor JSON"
    return _refused(Outcome.NOT_A_FEED if kind != "section" else Outcome.NOT_HTML, f"{what}, not a {kind}")


def _paged(reading: Reading, known: Iterable[str]) -> Reading:
    """A feed's further pages are its past: offered only where this page has nothing in common with what is known."""
    found = reading.discovery
    keys = {url_key(url) for url in known} if found.sub_sources else set()
    if not found.sub_sources or (keys and found.leads and not any(url_key(lead.url) in keys for lead in found.leads)):
        return reading
    return reading._replace(discovery=replace(found, sub_sources=()))


def _refused(outcome: Outcome, problem: str) -> Reading:
    return Reading(Discovery(outcome=outcome, problem=problem))


def _incomplete(reading: Reading, *, too_large: bool) -> Reading:
    """The reading of a body that was cut while it was unpacked."""
    found = reading.discovery
    said = f"larger than {documents.MAX_BYTES} bytes unpacked" if too_large else "its gzip stream ends early"
    problem = f"{said}: read up to there" + (f"; {found.problem}" if found.problem else "")
    outcome = Outcome.TOO_LARGE if too_large else Outcome.TRUNCATED
    return reading._replace(discovery=replace(found, outcome=outcome, problem=problem))
