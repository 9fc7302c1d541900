"""What a story is about, as the publisher files it: section and tags."""

import re
from collections.abc import Iterable
from itertools import islice

from lxml.html import HtmlElement

from crawlers.extract.fields import jsonld
from crawlers.extract.fields.head import Head
from crawlers.extract.markup.content import text_of
from crawlers.extract.markup.labels import set_apart
from crawlers.extract.markup.segments import key_of

MAX_TAGS, MAX_TAG = 60, 100
"""Tags of a page; characters of one."""

MAX_SECTION, MIN_HEADLINE = 60, 20
"""Characters; a longer step of a breadcrumb is the story's own title; letters of a part that stands for it."""

HOME = re.compile(
    r"^(?:[\w-]+(?:\.[\w-]+)+|home(?:page)?|"
    r"start|startseite|website|accueil|inicio|início|página inicial|portada|hjem|forside|hem|etusivu|"
    r"strona główna|domů|úvod|főoldal|acasă|главная|головна|αρχική|ana sayfa|anasayfa|beranda|trang chủ|الرئيسية|"
    r"ホーム|トップ|首页|首頁|홈|होम)$",
    re.IGNORECASE,
)
"""A first step that is no section: the home page, by its name or its host's."""

TAG_LIST = re.compile(
    r"(?:^|[-_\s])(?:tags?|topics?|keywords|schlagw\w+|themen|etiquetas|mots-?cles|sujets|temas|tagy|emner|ämnen)"
    r"(?:[-_]{0,2}(?:list|links|cloud|container|wrapper|box|items))?(?:$|[-_\s])",
    re.IGNORECASE,
)
OUTSIDE = frozenset({"nav", "header", "footer", "aside"})
ELSEWHERE = re.compile(r"nav|menu|footer|sidebar|related|teaser|recommend|widget", re.IGNORECASE)
IDENTIFIER = re.compile(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^\d+$", re.IGNORECASE)
NO_TAG = re.compile(
    r"(?:see |view |show )?(?:all|more)(?: topics| tags)?$|(?:news|blog)?-?(?:article|posting)$|"
    r"(?:none|null|undefined|n/?a|tags?|keywords|topics?)$",
    re.IGNORECASE,
)
"""Buttons of lists of tags, types of schema.org, and what systems print for none."""

LISTED = re.compile(r"\S,\S")
"""Several sections in one text, as some systems give them; `Arts, Culture` is one."""

SAID = re.compile(r"\s\S+\s\S+.*[?!]$|[\u3400-\u9fff]{4}.*[？！?!。]$")
"""What ends as a sentence does."""

COUNTED = re.compile(r"^\(\d+\)\s+|\s+\(\d+\)$")
MAX_LINKS = 25
"""Links in a list of tags; more are a cloud of the whole site's."""


def read_section(head: Head, title: str | None, site_names: Iterable[str]) -> str | None:
    """The section the story is stated to be in, else the first step of its breadcrumb behind the home page."""
    value = jsonld.first_string(head.story_value("articleSection"))
    value = value or head.first("article:section", "section", "parsely-section", "dc.subject.section", "category")
    if value and (value.count(",") > 1 or LISTED.search(value)):
        value = next((part.strip() for part in value.split(",") if part.strip()), None)
    if value and (IDENTIFIER.match(value) or key_of(value) in {key_of(name) for name in site_names}):
        value = None
    return value or _from_breadcrumb(head, title, site_names)


def _from_breadcrumb(head: Head, title: str | None, site_names: Iterable[str]) -> str | None:
    own = {key_of(name) for name in site_names}
    key = key_of(title or "")
    for node in head.nodes:
        items = node.get("itemListElement")
        if "BreadcrumbList" not in str(node.get("@type")) or not isinstance(items, list):
            continue
        for name in _steps(items):
            step = key_of(name)
            headline = step == key or (len(step) >= MIN_HEADLINE and (step in key or key in step))
            if not (HOME.match(name) or IDENTIFIER.match(name) or step in own or len(name) > MAX_SECTION or headline):
                return name
    return None


def _steps(items: list[object]) -> list[str]:
    """Names of a breadcrumb's steps, by position."""
    steps: list[tuple[int, str]] = []
    for order, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        inner = item.get("item")
        name = jsonld.first_string(item.get("name") or (inner.get("name") if isinstance(inner, dict) else None))
        position = str(item.get("position"))
        if name:
            steps.append((int(position) if position.isdigit() else order, name))
    return [name for _, name in sorted(steps, key=lambda step: step[0])]


def read_tags(head: Head, tree: HtmlElement) -> list[str]:
    """The publisher's keywords: stated ones, else those that the page links to as its tags."""
    raw = jsonld.strings(head.story_value("keywords")) or head.all("article:tag", "og:article:tag")
    raw = raw or head.all("news_keywords") or head.all("parsely-tags", "sailthru.tags") or head.all("keywords")[:1]
    separator = ";" if any(";" in text for text in raw) and not any("," in text for text in raw) else ","
    title = key_of(head.page_title or "")
    stated = _clean((tag for text in raw for tag in text.split(separator)), title)
    return stated or _clean(_linked(tree), title)


def _clean(tags: Iterable[str], title: str) -> list[str]:
    """Tags without counts, identifiers, what names nothing, and the page's title over again."""
    bare = (COUNTED.sub("", tag.strip(" #\"'")) for tag in tags)
    found = (tag for tag in bare if tag and len(tag) <= MAX_TAG and not IDENTIFIER.match(tag) and not NO_TAG.match(tag))
    return [tag for tag in islice(dict.fromkeys(found), MAX_TAGS) if key_of(tag) != title]


def _linked(tree: HtmlElement) -> list[str]:
    """Texts of links marked `rel=tag`, else of those in the first list behind the headline that is called so."""
    links = [link for link in tree.iter("a") if "tag" in (link.get("rel") or "").split() and not _elsewhere(link)]
    if links:
        return [_text(link) for link in links[:MAX_LINKS]]
    begun = next(tree.iter("h1"), None) is None
    for element in tree.iter("h1", "ul", "ol", "div", "section", "p"):
        begun = begun or element.tag == "h1"
        label = element.get("class")
        if not begun or not label or not TAG_LIST.search(set_apart(label)) or "share" in label:
            continue
        if _elsewhere(element):
            continue
        texts = [_text(link) for link in islice(element.iter("a"), MAX_LINKS + 1)]
        if texts and len(texts) <= MAX_LINKS and all(len(text) <= MAX_SECTION for text in texts) and _topics(texts):
            return texts
    return []


def _topics(texts: list[str]) -> bool:
    """Whether links may be topics: questions and sentences are other pages' headlines."""
    return not any(SAID.search(text) for text in texts)


def _elsewhere(element: HtmlElement) -> bool:
    """Whether an element stands in the site's own frame; a footer or a list within the article is the article's."""
    for node in islice(element.iterancestors(), 12):
        if node.tag == "article":
            return False
        if node.tag in OUTSIDE and next(node.iterancestors("article"), None) is None:
            return True
        if node.tag != "body" and ELSEWHERE.search(node.get("class") or ""):
            return True
    return False


def _text(element: HtmlElement) -> str:
    return " ".join(text_of(element).split())
