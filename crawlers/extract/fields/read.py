"""Everything a page says of its article beside the text, from its own statements first."""

from collections.abc import Callable, Iterator
from datetime import tzinfo
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawlers.extract.fields import jsonld
from crawlers.extract.fields.authors import read_authors
from crawlers.extract.fields.dates import Clock
from crawlers.extract.fields.head import Head
from crawlers.extract.fields.language import checked_language, month_first, read_language
from crawlers.extract.fields.lead import plain_title
from crawlers.extract.fields.leadimage import shown_image
from crawlers.extract.fields.names import Bylines
from crawlers.extract.fields.printed import heading_text
from crawlers.extract.fields.published import Dating, read_dates
from crawlers.extract.fields.titles import read_title
from crawlers.extract.fields.topics import read_section, read_tags
from crawlers.extract.markup.content import text_of
from crawlers.extract.markup.segments import Segment, key_of
from crawlers.model import Article, Page

LONG_NAME = 5
"""Words; a name with as many that is the page's title is no name of the site."""

PROSE = 60
"""Characters of a paragraph that is more than a label."""


def read_fields(
    tree: HtmlElement,
    head: Head,
    page: Page,
    zone: tzinfo | None = None,
    blocks: Callable[[], list[Segment]] = list,
) -> Article:
    """An article with every field the page states, and no text yet.

    `blocks` gives the page's blocks of text; it is called only where a date must be looked for among them.
    """
    clock = Clock(page.fetched_at, zone)
    site_names = names_of_site(head, page)
    title = _title(tree, head, page, site_names, blocks)
    bylines: Bylines = read_authors(head, tree, site_names, blocks, title)
    article = Article(
        title=title,
        description=_description(head),
        authors=bylines.authors,
        section=read_section(head, title, site_names),
        tags=read_tags(head, tree),
        language=checked_language(read_language(head), _prose(tree, blocks)),
        image_url=_image(head) or head.absolute(shown_image(tree, title)),
        is_accessible_for_free=_accessible(head),
        canonical_url=_canonical(head),
        credited_source=bylines.agencies[0] if bylines.agencies else None,
        publisher=_publisher(head),
    )
    published, modified = read_dates(
        Dating(tree, head, clock, title, month_first(head, article.language), blocks), page.lead
    )
    if published is not None:
        article.published_at = published.instant.at
        article.published_precision = published.instant.precision
        article.published_source = published.source
        article.published_offset = published.instant.offset
    if modified is not None and (published is None or modified.instant.at >= published.instant.at):
        article.modified_at = modified.instant.at
        article.modified_source = modified.source
        article.modified_offset = modified.instant.offset
    return article


def _prose(tree: HtmlElement, blocks: Callable[[], list[Segment]]) -> Iterator[str]:
    """The texts of a page's paragraphs, or of its blocks where it has none; the site's footer left out."""
    none = True
    for paragraph in tree.iter("p"):
        text = " ".join(text_of(paragraph).split())
        if len(text) < PROSE or next(paragraph.iter("style", "script"), None) is not None:
            continue
        if next(paragraph.iterancestors("footer"), None) is None:
            none = False
            yield text
    if none:
        yield from (block.text for block in blocks() if len(block.text) >= PROSE)


def _title(
    tree: HtmlElement, head: Head, page: Page, site_names: list[str], blocks: Callable[[], list[Segment]]
) -> str | None:
    """The title; where it is no heading of the page, rid of what the page's blocks and the feed don't confirm."""
    title = read_title(head, tree, site_names)
    if title and any(key_of(heading_text(heading)) == key_of(title) for heading in tree.iter("h1")):
        return title
    return plain_title(title, page.lead, blocks)


def names_of_site(head: Head, page: Page) -> list[str]:
    """Names the site goes by: its publisher, og:site_name, application name, host."""
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    found = [
        *head.all("og:site_name", "application-name", "apple-mobile-web-app-title", "al:ios:app_name", "dc.publisher")
    ]
    found += [name for name in (_publisher(head), page.site, host, *host.split(".")[:-1]) if name]
    found += [
        name for node in head.nodes if str(node.get("@type")) == "WebSite" for name in jsonld.strings(node.get("name"))
    ]
    # Some sites give the page's title as the application's name.
    titles = {head.first("og:title"), head.page_title}
    return [name for name in dict.fromkeys(found) if name not in titles or len(name.split()) < LONG_NAME]


def _description(head: Head) -> str | None:
    text = head.first("og:description", "description", "twitter:description", "dc.description")
    return text or jsonld.first_string(head.story_value("description"))


def _image(head: Head) -> str | None:
    address = head.absolute(
        head.first("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
    )
    if address:
        return address
    image = head.resolve(head.story_value("image") or head.story_value("thumbnailUrl"))
    while isinstance(image, list) and image:
        image = image[0]
    if isinstance(image, dict):
        image = image.get("url") or image.get("contentUrl")
    return head.absolute(jsonld.first_string(image))


def _accessible(head: Head) -> bool | None:
    value = head.story_value("isAccessibleForFree")
    if isinstance(value, bool):
        return value
    text = str(value).strip().lower().rsplit("/", 1)[-1] if value is not None else ""
    if text in {"true", "false"}:
        return text == "true"
    tier = (head.first("article:content_tier") or "").lower()
    return {"free": True, "locked": False, "metered": False}.get(tier)


def _canonical(head: Head) -> str | None:
    for link in head.links.get("canonical", []):
        if address := head.absolute(link):
            return address
    return head.absolute(head.first("og:url"))


def _publisher(head: Head) -> str | None:
    publisher = head.resolve(head.story_value("publisher"))
    if isinstance(publisher, (list, dict)):
        items = publisher if isinstance(publisher, list) else [publisher]
        publisher = [item.get("name") if isinstance(item, dict) else item for item in items]
    name = jsonld.first_string(publisher)
    if name and name.startswith(("http://", "https://")):
        name = None
    return name or head.first("og:site_name")
