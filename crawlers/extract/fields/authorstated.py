"""Who wrote it as the page states it: in JSON-LD, in meta elements."""

import re
from collections.abc import Container

from crawlers.extract.fields import jsonld, names
from crawlers.extract.fields.head import Head

META_AUTHOR = (
    "author",
    "article:author",
    "article:author_name",
    "og:article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "dc.contributor",
    "byl",
    "byline",
    "cxenseparse:author",
    "citation_author",
    "og:author",
    "vr:author",
    "authors",
    "articleauthor",
    "article.author",
    "creator",
)

CITED = ("citation_author", "dc.creator", "dcterms.creator")
"""Where bibliographies' customs hold: `Last, First`."""

LAST_FIRST = re.compile(r"^([^\W\d_][^,;]{1,40}),\s*([^\W\d_][^,;]{0,40})$")


def from_jsonld(head: Head, house: list[str]) -> list[str]:
    """Names in `author` (else `creator`) of the best story node that has any; organisations go to `house`."""
    for story in head.stories:
        author = head.resolve(story.get("author") or story.get("creator"))
        found: list[str] = []
        for text, organisation in _author_texts(head, author):
            name = names.clean_name(text) if organisation else ""
            if name and not names.is_agency(name):
                house.append(name)
            else:
                found += [name] if name else names.split_names(text)
        if found or house:
            return list(dict.fromkeys(found))
    return []


def _author_texts(head: Head, author: object, *, organisation: bool = False) -> list[tuple[str, bool]]:
    """The texts that name authors, and whether each is said to be an organisation's name."""
    if isinstance(author, list):
        return [
            found for item in author for found in _author_texts(head, head.resolve(item), organisation=organisation)
        ]
    if isinstance(author, dict):
        name = author.get("name")
        if not name:
            name = " ".join(filter(None, map(jsonld.first_string, (author.get("givenName"), author.get("familyName")))))
        return _author_texts(head, name, organisation="organization" in str(author.get("@type")).lower())
    if isinstance(author, str) and not author.startswith(("http://", "https://", "/", "#")):
        return [(text, organisation) for text in jsonld.strings(author)]
    return []


def from_meta(head: Head, house: list[str], host: str, own: Container[str] = ()) -> list[str]:
    """Names in the first meta element that has any; addresses of profiles are no names, nor is the site's.

    A name with an address of another host is a company's that made the page, unless it looks like a person's.
    """
    for meta in META_AUTHOR:
        people: list[str] = []
        houses: list[str] = []
        for value in _values(head, meta):
            found = names.split_names(value)
            if names.is_company(value):
                continue
            if names.bare(value) in own and not names.personlike(value):
                houses += found
            elif host and host in value.casefold():
                house += found
            elif "www." not in value or (found and names.personlike(found[0])):
                people += found
        if people:
            cited = [name for value in _values(head, CITED[0]) for name in names.split_names(value)]
            people = cited if len(cited) > len(people) and people[0] in cited else people
            return list(dict.fromkeys(people))
        if houses:
            house += houses
            return []
    return _from_twitter(head)


def _values(head: Head, meta: str) -> list[str]:
    values = [value for value in head.all(meta) if not re.match(r"(?:https?:)?//|/|www\.", value)]
    return [LAST_FIRST.sub(r"\2 \1", value) for value in values] if meta in CITED else values


def _from_twitter(head: Head) -> list[str]:
    """Names in what a page tells cards of: a creator who is no account, or a line labelled `Written by`."""
    label, creator = head.first("twitter:label1") or "", head.first("twitter:creator") or ""
    if names.personlike(creator):
        return names.split_names(creator)
    return names.split_names(head.first("twitter:data1") or "") if names.WRITTEN.match(label) else []
