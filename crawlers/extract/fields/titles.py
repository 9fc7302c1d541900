"""The headline as printed on the page, without the site's name."""

from collections import defaultdict

from lxml.html import HtmlElement

from crawlers.extract.fields import jsonld
from crawlers.extract.fields.address import words_of_address
from crawlers.extract.fields.head import Head
from crawlers.extract.fields.kickers import as_addressed
from crawlers.extract.fields.printed import printed_headline
from crawlers.extract.fields.sitename import WORD, known_as, similarity, strip_site
from crawlers.extract.markup.segments import key_of as _bare

MAX_TITLE = 500
"""Characters; longer titles are cut at a word. Real headlines stay under 300."""

QUOTES = " \"'„“”«»‚‘’"

KICKER_ENDS = (":", "|", "–", "—", "-", ".", "!", "?", "/", "•", "·")

# How much each source's word counts. The printed headline wins against any one of the others, but not
# against the publisher's structured headline where a second source repeats it. Tuned on half of the
# recorded sites, checked on the other half.
WEIGHTS = {"printed": 1.2, "headline": 0.8, "og:title": 0.6, "twitter:title": 0.4, "title": 0.05}

SEO_COPY = 0.1
"""Weight of a structured headline that only repeats the title element, against another printed one."""

REWORDED = 0.3
"""Share of words two headlines of one story have in common, at least."""


def read_title(head: Head, tree: HtmlElement, site_names: list[str]) -> str | None:
    """The headline: what most of the page's own statements agree on, the printed one first."""
    stated = _stated(head, site_names)
    address = words_of_address(head.url)
    printed = printed_headline(tree, stated, site_names, address)
    if printed:
        printed = _without_kicker(_without_site(printed, stated, site_names), stated)
        # What the page states of its headline in data says whether the line above is part of it.
        said = any(_bare(stated.get(source, "")) == _bare(printed) for source in ("headline", "og:title"))
        stated["printed"] = printed if said else as_addressed(tree, printed, stated.get("title", ""), address)
    votes: dict[str, float] = defaultdict(float)
    for source, title in stated.items():
        votes[_bare(title)] += SEO_COPY if source == "headline" and _copied(stated) else WEIGHTS[source]
    if not votes:
        return shorten(other) if (other := _other(head, site_names)) else None
    best = max(votes, key=lambda bare: votes[bare])
    order = ("printed", "headline", "og:title", "twitter:title", "title")
    return shorten(next(stated[source] for source in order if source in stated and _bare(stated[source]) == best))


def _stated(head: Head, site_names: list[str]) -> dict[str, str]:
    headline = next((text for story in head.stories if (text := jsonld.first_string(story.get("headline")))), None)
    found = {
        "headline": headline,
        "og:title": head.first("og:title"),
        "twitter:title": head.first("twitter:title"),
        "title": head.page_title,
    }
    own = known_as(tuple(site_names))[0]
    stripped = {source: strip_site(text, site_names) for source, text in found.items() if text}
    return {source: text for source, text in stripped.items() if _bare(text) and _bare(text) not in own}


def _copied(stated: dict[str, str]) -> bool:
    """Whether the structured headline is but the title element over again, while the page prints it in other words."""
    headline, printed = stated["headline"], stated.get("printed", "")
    one, other = _bare(headline), _bare(printed)
    if one != _bare(stated.get("title", "")) or other in one or one in other:
        return False
    return similarity(headline, printed) >= REWORDED and len(printed) <= 2 * len(headline) + 20


def _other(head: Head, site_names: list[str]) -> str | None:
    text = head.first("headline", "dc.title", "parsely-title", "sailthru.title", "title")
    return strip_site(text, site_names) if text else None


def _without_site(printed: str, stated: dict[str, str], site_names: list[str]) -> str:
    """A heading that has the site's name behind the headline, as title elements do, without it where one says so."""
    stripped = strip_site(printed, site_names)
    known = printed.startswith(stripped) and any(_bare(stripped) == _bare(title) for title in stated.values())
    named = known and _bare(printed[len(stripped) :]) in known_as(tuple(site_names))[0]
    return stripped if named else printed


def _without_kicker(printed: str, stated: dict[str, str]) -> str:
    """`Politics: Minister resigns` printed in one heading is `Minister resigns` where the page says so."""
    words = list(WORD.finditer(printed))
    for source in ("headline", "og:title"):
        title = stated.get(source, "")
        if _bare(title) == _bare(printed):
            return printed
        count = len(WORD.findall(title))
        if 3 <= count < len(words) and _words(printed).endswith(" " + _words(title)):
            kicker = printed[: words[-count].start()].rstrip(QUOTES)
            if kicker.endswith(KICKER_ENDS):
                return title
    return printed


def shorten(title: str) -> str:
    """The title, cut at a word where it is beyond any real headline."""
    if len(title) <= MAX_TITLE:
        return title
    return title[:MAX_TITLE].rsplit(" ", 1)[0] + "…"


def _words(text: str) -> str:
    return " ".join(WORD.findall(text)).casefold()
