"""Dates that say of themselves that they are the publication's, wherever on the page they stand."""

import re
from collections.abc import Container, Iterable
from itertools import islice

from lxml.html import HtmlElement

from crawlers.extract.fields.dates import Clock, Dated, Instant
from crawlers.extract.fields.lines import spaced
from crawlers.extract.fields.teased import teased
from crawlers.extract.fields.timed import stands_elsewhere
from crawlers.extract.fields.visible import DATE_FIRST, MODIFIED, PIECES, headline_at, of_change
from crawlers.extract.markup.labels import set_apart
from crawlers.extract.markup.segments import Segment

_PUBLISHED = (
    r"(?:published|posted|(?:publish(?:ed)?|publication)\s+date|date\s+published|created|veröffentlicht|erschienen|"
    r"erstellt|eingestellt|publiée?|mise?\s+en\s+ligne|publicad[oa]|pubblicat[oa]|gepubliceerd|publicerad|publisert|"
    r"offentliggjort|julkaistu|opublikowan[oay]|publikováno|опубликован[оа]?|опубліковано|yayınlan\w+|dipublikasikan|"
    r"公開日?|掲載日?|発表日?|发布(?:时间|日期|于)?|發布(?:時間|日期)?|发表(?:时间|日期|于)|刊登(?:时间|日期)|"
    r"(?:时间|時間|日期)(?=\s*[:：])|게시|입력|등록일?|작성일)"
)
LABEL = re.compile(
    rf"^\W*(?:first\s+|originally\s+|erst(?:mals)?\s+)?{_PUBLISHED}(?:\s+(?:on|am|le|el|il))?\s*[:：]?\s*$",
    re.IGNORECASE,
)
"""A text that is but the label before a date."""

LABELLED = re.compile(
    rf"^\W*(?:first\s+|originally\s+|erst(?:mals)?\s+)?{_PUBLISHED}(?:\s+(?:on|am|le|el|il|den|the|dnia))*\s*[:：]?\s*(?P<rest>\S.*)$",
    re.IGNORECASE,
)
"""A text that begins with such a label."""

WITHIN = re.compile(r"[\s|｜丨](?:发布|發布|发表|發表|刊登)(?:时间|時間|日期|于|於)\s*[:：]?\s*(?P<rest>\d.*)$")
"""Such a label within a line of several: `来源：例报 | 发布时间：2018-05-17 | 浏览次数：12`."""

SHORT_YEAR = re.compile(r"^\d\d(?=-\d\d-\d\d(?!\d))")
"""The year in `发布时间：18-03-08`; nobody else writes two digits each with hyphens behind such a label."""

SENTENCE = re.compile(
    r"\b(?:entry|post|article|story|page|beitrag|artikel|eintrag|text)\s+(?:was|wurde|ist)\s+(?P<rest>.{8,})$",
    re.IGNORECASE,
)
"""What some systems print below a story: `This entry was posted on Thursday, May 3rd, 2007 at 5:00 pm`."""

ISSUE = re.compile(r"\bfrom the (?P<rest>[^\W\d_]{3,12}\.? \d{1,2}, \d{4}),? issue\b", re.IGNORECASE)
"""What a magazine prints below a story."""

TOLD = re.compile(rf"{_PUBLISHED}|geschrieben|written", re.IGNORECASE)
DATE_CLASS = re.compile(
    r"(?:^|[-_\s])(?:(?:post|entry|article|story|news|single|publish(?:ed)?|publication|pub)[-_]?(?:date|time)|"
    r"date(?:[-_]?(?:posted|published|publication|header|line))?|posted-on|timestamp)(?:$|[-_\s])",
    re.IGNORECASE,
)
"""Classes of an element that holds the date of what it stands beside."""

META_CLASS = re.compile(
    r"(?:^|[-_\s])(?:(?:post|entry|article|story|blog|single)[-_]?(?:meta(?:data)?|info|details|byline)|"
    r"meta[-_]?(?:info|data|line)|byline|dateline)(?:$|[-_\s])",
    re.IGNORECASE,
)
"""Classes of an element that holds the line on who wrote a story, when, and under which heads it is filed."""

MAX_CLASSED = 60
"""Lines so classed that are looked at; a page with more lists stories."""

BEHIND = re.compile(r"^(?:\s+(?:on|am|le|el|il|den))?\s*[:：]?\s*", re.IGNORECASE)
"""What stands between "updated" and the date."""

MAX_LINE, MAX_SENTENCE = 120, 300
"""Characters of a line that is a label and a date; of a sentence that tells of the publication."""


def labelled_date(
    blocks: list[Segment], clock: Clock, title: str | None, month_first: bool, address: str = ""
) -> Dated | None:
    """The one day that lines called the publication's give, else the one that lines whose class is a date's give.

    None where they give several: the page lists stories. `address` is the page's.
    """
    story = _around(blocks, title)
    own = [
        block
        for block in blocks
        if len(block.text) <= MAX_SENTENCE and block.kind != "caption" and any(map(str.isdigit, block.text))
    ]
    for texts in (_labelled(blocks, own, story), _labelled(blocks, own, None), _classed(own, story, address)):
        if instant := _only_day(texts, clock, month_first):
            return Dated(instant, "visible-text")
    return None


def changed_date(blocks: list[Segment], clock: Clock, title: str | None, month_first: bool) -> Dated | None:
    """The one day that lines which speak of an update give; None where there are several."""
    story = _around(blocks, title)
    texts = []
    for block in blocks:
        changed = MODIFIED.search(block.text) if len(block.text) <= MAX_LINE and not block.hidden else None
        rest = BEHIND.sub("", block.text[changed.end() :]) if changed else ""
        if DATE_FIRST.match(rest) and not stands_elsewhere(block.element, story):
            texts.append(rest)
    instant = _only_day(texts, clock, month_first)
    return Dated(instant, "visible-text") if instant else None


def _around(blocks: list[Segment], title: str | None) -> set[HtmlElement]:
    """The elements that hold the headline."""
    return {node for head in headline_at(blocks, title)[:3] for node in blocks[head].element.iterancestors()}


def _labelled(blocks: list[Segment], own: list[Segment], story: Container[HtmlElement] | None) -> Iterable[str]:
    """The texts behind labels, in the same block or in the next one; without `story` wherever they stand."""
    for block in own:
        match = LABELLED.match(block.text) if len(block.text) <= MAX_LINE else None
        told = None if match else SENTENCE.search(block.text)
        within = WITHIN.search(block.text) if len(block.text) <= MAX_LINE else None
        issue = ISSUE.search(block.text)
        before = blocks[block.index - 1].text if 0 < block.index <= len(blocks) else ""
        if match and DATE_FIRST.match(match["rest"]):
            rest = SHORT_YEAR.sub(r"20\g<0>", match["rest"]) if not block.text.isascii() else match["rest"]
        elif within and DATE_FIRST.match(within["rest"]):
            rest = within["rest"]
        elif told and TOLD.search(told["rest"]):
            rest = told["rest"]
        elif issue:
            rest = issue["rest"]
        elif (DATE_FIRST.match(block.text) and len(block.text) <= MAX_LINE and MODIFIED.search(block.text)) or (
            len(before) <= MAX_LINE and LABEL.match(before) and DATE_FIRST.match(block.text)
        ):
            rest = block.text
        else:
            continue
        if story is None or not stands_elsewhere(block.element, story):
            yield rest


def _classed(own: list[Segment], story: Container[HtmlElement], address: str) -> Iterable[str]:
    """The dates of lines that begin with one, or have one for a part, and are classed as what tells of a story."""
    looked_at = 0
    for block in own:
        if block.hidden or len(block.text) > MAX_LINE or of_change(block):
            continue
        dates = [block.text] if DATE_FIRST.match(block.text) and _called(block, 1, DATE_CLASS) else []
        if not dates and _called(block, 2, META_CLASS):
            dates = list(filter(DATE_FIRST.match, PIECES.split(spaced(block))))
        looked_at += bool(dates)
        if looked_at > MAX_CLASSED:
            return
        if dates and not (stands_elsewhere(block.element, story) or teased(block.element, story, address)):
            yield dates[0]


def _called(block: Segment, levels: int, form: "re.Pattern[str]") -> bool:
    """Whether the class of a line's element, or of one some levels above, is of a form."""
    around = (block.element, *islice(block.element.iterancestors(), levels))
    return any(form.search(set_apart(node.get("class") or "")) for node in around)


def _only_day(texts: Iterable[str], clock: Clock, month_first: bool) -> Instant | None:
    """The most exact instant that texts give, where they all give the same day."""
    found: list[Instant] = []
    for text in texts:
        changed = MODIFIED.search(text)
        before = text[: changed.start()] if changed else text
        if instant := clock.read_visible(before, month_first=month_first):
            found.append(instant)
    if len({instant.at.date() for instant in found}) != 1:
        return None
    return next((instant for instant in found if instant.precision != "day"), found[0])
