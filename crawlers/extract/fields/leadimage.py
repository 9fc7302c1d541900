"""The lead image as the page shows it, where it states none: the first picture between headline and story's middle."""

import re
from itertools import islice

from lxml.html import HtmlElement

from crawlers.extract.markup.content import text_of
from crawlers.extract.markup.labels import set_apart
from crawlers.extract.markup.segments import key_of

SOURCES = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-url", "original-src", "src")
"""Where the address of a picture stands; pages that load pictures late have a blank one in `src`."""

LEAST_WIDTH, LEAST_HEIGHT = 200, 100
"""Pixels of a picture that leads a story, where the page gives them."""

MAX_PROSE, PROSE = 6, 60
"""Paragraphs before the picture, at most; characters of what counts as one."""

MAX_TRIED = 30
UP = 8
"""Containers around a picture that are looked at."""

NO_PICTURE = re.compile(
    r"^data:|\.(?:svg|gif)(?:$|[?#])|(?:^|[/_.-])(?:logo|icons?|avatars?|sprite|pixel|spacer|blank|loading|placeholder|"
    r"share|captcha|show-?key|v-?code|skins?|themes?|templates?|tmpl|css|def(?:ault)?|qr-?code|ewm|erweima|wei?xin|wechat|emoji|emoticon|banner|button|btn|1x1|transparent)s?(?:[/_.\d-]|$)",
    re.IGNORECASE,
)
"""Addresses of what is drawn for the page, not for its story."""

SIZED = re.compile(r"(?<![\da-z])w?(?P<width>\d{2,3})(?:x|\*|_h?|-h?)(?P<height>\d{2,3})(?!\d)", re.IGNORECASE)
"""A size in an address: `thumb_155_100`, `w160_h214`, `150x150`."""

PICTURE = re.compile(r"\.(?:jpe?g|png|webp|avif)(?:$|[?#])|^#|^javascript:", re.IGNORECASE)
"""Where a link around a picture leads that only shows it larger."""

ELSEWHERE = re.compile(
    r"(?:^|[-_\s])(?:logo|avatar|authors?|byline|bio|profile|related|recommend\w*|teaser|sidebar|aside|comments?|share|"
    r"social|footer|header-?top|nav\w*|menu|ads?|advert\w*|banner|sponsor\w*|widget|qr\w*|ewm|hot|rank\w*|popular)"
    r"(?:$|[-_\s])",
    re.IGNORECASE,
)
"""Classes and ids of what stands beside a story."""

OUTSIDE = frozenset({"nav", "aside", "footer", "button", "form"})


def shown_image(tree: HtmlElement, title: str | None) -> str | None:
    """The address (as written) of the first picture below the headline that may be the story's; None without one."""
    key = key_of(title or "")
    begun, prose, tried = False, 0, 0
    for element in tree.iter("h1", "h2", "h3", "p", "img"):
        if element.tag == "img":
            tried += begun
            source = _source(element) if begun else None
            if source and not _small(element) and not _elsewhere(element):
                return source
        elif element.tag == "p":
            prose += begun and len(text_of(element).strip()) >= PROSE
        elif key and not begun:
            begun = key_of(text_of(element)) == key
        if prose >= MAX_PROSE or tried >= MAX_TRIED:
            return None
    return None


def _source(image: HtmlElement) -> str | None:
    values = (image.get(name, "").strip() for name in SOURCES)
    return next((value for value in values if value and not NO_PICTURE.search(value)), None)


def _small(image: HtmlElement) -> bool:
    """Whether the page, or the picture's address, gives a size that no lead image has."""
    sizes = SIZED.finditer(image.get("src") or "")
    if any(int(size["width"]) < LEAST_WIDTH and int(size["height"]) < 2 * LEAST_WIDTH for size in sizes):
        return True
    for name, least in (("width", LEAST_WIDTH), ("height", LEAST_HEIGHT)):
        given = re.match(r"\d+(?=\D*$)", image.get(name) or "")
        if given and "%" not in (image.get(name) or "") and int(given.group()) < least:
            return True
    return False


def _elsewhere(image: HtmlElement) -> bool:
    """Whether a picture stands beside the story, or is a link to another page."""
    for node in (image, *islice(image.iterancestors(), UP)):
        if node.tag == "a" and (link := node.get("href")) and not PICTURE.search(link):
            return True
        if node.tag in OUTSIDE or ELSEWHERE.search(set_apart(f"{node.get('class') or ''} {node.get('id') or ''}")):
            return node.tag not in ("body", "html", "article", "main")
    return False
