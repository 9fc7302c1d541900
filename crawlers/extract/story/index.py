"""Pages that list stories in place of telling one: front pages of sections, archives of a month, results of a search.

They reach a crawl as links among others do, and a generic extractor takes their teasers for a text.
"""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice, takewhile

from lxml.html import HtmlElement

from crawlers.extract.fields.head import Head
from crawlers.extract.markup.content import text_of
from crawlers.extract.markup.segments import host_of_link, page_host
from crawlers.extract.story.decision import Decision, words_in

ENTRIES = 6
"""Stories that are listed, at least."""

SHARE = 0.7
"""Of the words of sentences that were taken, what stands in entries at least."""

TEASER_WORDS = 8
"""Words of a teaser, at least; shorter blocks are labels, dates and buttons."""

STORY_WORDS = 60
"""Words above the list that make a story, at least; fewer introduce the list."""

HEADLINE_WORDS = 3
LEVELS = 4
"""Levels from a teaser up to the entry that it shares with its headline, at most."""

AROUND = 200
"""Characters an entry may have beside twice its teaser: headline, label, date, buttons."""


def leave_listed(decisions: list[Decision], head: Head) -> int:
    """Take out the stories that a page lists; how many they are where it tells none itself, else 0.

    An entry is a teaser in one small container with a link to another page of the site, each with its own. A page
    that says in its data that it is a story is believed. What is told at some length above the list is a story.
    """
    if head.stories or head.first("article:published_time"):
        return 0
    # A container is measured once: most teasers and all paragraphs of a story share theirs with others.
    length = cache(lambda container: len(text_of(container)))
    teasers = [
        (item, words, _story_linked(item, length))
        for item in decisions
        if item.kept and (words := words_in(item.text)) >= TEASER_WORDS
    ]
    listed = len({link for _, _, link in teasers if link is not None})
    in_entries = sum(words for _, words, link in teasers if link is not None)
    if listed < ENTRIES or in_entries < SHARE * sum(words for _, words, _ in teasers):
        return 0
    told = list(takewhile(lambda teaser: teaser[2] is None, teasers))
    is_story = sum(words for _, words, _ in told) >= STORY_WORDS
    last = decisions.index(told[-1][0]) if is_story else -1
    for item in decisions[last + 1 :]:
        if item.kept:
            item.kept, item.rule = False, "index"
    return 0 if is_story else listed


def _story_linked(item: Decision, length: Callable[[HtmlElement], int]) -> str | None:
    """The address of the story that a teaser tells of; None where it stands in no entry with a link to one."""
    if item.segment is None:
        return None
    element = item.segment.element
    most = 2 * len(item.text) + AROUND
    for container in (element, *islice(element.iterancestors(), LEVELS)):
        if length(container) > most:
            return None
        if (link := next(_headlines(container, element), None)) is not None:
            return link
    return None


def _headlines(container: HtmlElement, teaser: HtmlElement) -> Iterator[str]:
    """Addresses of other pages of the site that headlines in a container lead to, or that it leads to as a whole."""
    own = page_host(teaser)
    for anchor in (*container.iter("a"), *islice(container.iterancestors("a"), 1)):
        href = (anchor.get("href") or "").strip()
        inside = any(node is teaser for node in anchor.iterancestors())
        local = href != "" and not href.startswith("#") and host_of_link(href) in {"", own}
        if local and not inside and words_in(" ".join(text_of(anchor).split())) >= HEADLINE_WORDS:
            yield href
