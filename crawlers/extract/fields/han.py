"""Bylines in Chinese characters: labels that need no space, names of two to four characters, editors who wrote nothing.

Customs of the press of China, Taiwan and Japan: `记者 王小明`, `文／王小明`, `例报记者 王小明 李大明`, `王小明/例报`.
"""

import re
from itertools import pairwise, takewhile

HAN = "\u3400-\u9fff"
_NAME = rf"[{HAN}]{{2,4}}"
_ANY_NAME = rf"[\u3040-\u30ff{HAN}]{{2,8}}"
_GRADE = "(?:见习|实习|首席|特约|特派|高级|見習|實習|特約)?"
_NO_NAME = "简介|簡介|介绍|介紹|会見|会见|會見|专栏|專欄|声明|手记|观察|协会|团队|团|俱乐部|クラブ|発表|コメント"
PRESS = "(?:报|報|网|網|社|台|新闻|新聞|周刊|週刊|杂志|雜誌|在线|在線|频道|頻道|日報|新聞網|财经|財經)"
"""What the names of papers, stations and their sites end with."""

SIGNED = (
    re.compile(
        rf"^(?:(?:文字?|图文|文[/／]图|图[/／]文|取材・文)\s*[／/：:｜|・]|(?:撰文|作者|記者|记者|采写|採訪|采访|撰稿|編集|執筆|筆者)"
        rf"\s*(?:[／/：:・｜|]|(?!{_NO_NAME})))\s*(?:[{HAN}]{{0,8}}(?:记者|記者)\s*)?"
        rf"(?P<names>{_ANY_NAME}(?:[、，,]{_ANY_NAME}){{0,4}})$"
    ),
    re.compile(
        rf"^[(（]?(?:[{HAN}\w·]{{2,12}}?)?{_GRADE}(?:记者|采写|撰稿|文[/／]图|图[/／]文)[\s：:]+(?P<names>{_NAME}(?:[\s、，]{_NAME}){{0,4}})"
        r"(?:\s*(?:通讯员|实习生|编辑|摄影|图).{0,20})?[)）]?$"
    ),
    re.compile(rf"^[{HAN}\w·]{{2,12}}?{_GRADE}記者[\s：:]+(?P<names>{_NAME}(?:[、，]{_NAME}){{0,4}})$"),
    re.compile(rf"^(?P<names>{_NAME}(?:[\s、]{_NAME}){{0,3}})\s*[／/]\s*[{HAN}\w·]{{2,14}}{PRESS}$"),
    re.compile(rf"^(?P<names>{_NAME}|[\uac00-\ud7a3]{{2,4}})\s*(?:記者|记者|기자|특파원)$"),
)
"""Whole texts that are a byline."""

LABEL_ENDS = re.compile(r"(?:^|[\s|｜·丨/])(?:作者|记者|記者|撰文|采写|撰稿)\s*[：:]?$")
"""A text with the label of a byline at its end; the name has an element of its own."""

CREDIT = re.compile(
    r"^[(（【]?(?:采写|撰文|撰稿|执笔|作者)\s*[：:／/]|^[(（【](?:本报|本刊)?(?:记者|文[/／]图|图[/／]文)\s"
)
"""A text that begins with a label that leaves no doubt, as at the end of a story."""

OPENING = (
    re.compile(
        rf"^.{{0,24}}(?:讯|電|电|消息|報導|报道)\s*[(（]\s*[{HAN}]{{0,6}}?(?:记者|記者)[\s：:]*"
        rf"(?P<names>{_NAME}(?:[\s、，]+{_NAME}){{0,5}})(?:\s+(?:通讯员|报道|整合|实习|摄影|编).{{0,24}})?\s*[)）]"
    ),
    re.compile(
        rf"^[(（〔\[【]\s*[{HAN}]{{0,5}}?(?:記者|记者)\s*(?P<names>[{HAN}]{{2,3}}(?:[、，][{HAN}]{{2,3}}){{0,4}})"
        rf"\s*(?:[／/]|(?=[{HAN}]{{2,3}}\d{{1,2}}日))[^)）〕\]】]{{2,16}}(?:電|电|報導|报导|报道)\s*[)）〕\]】]"
    ),
)
"""How a story opens: `例报讯（记者 王小明）`, `（例社記者王小明台北20日電）`, `〔記者王小明／台北報導〕`."""

ALONE = re.compile(rf"^{_NAME}$")
OTHERS = re.compile(r"通讯员|实习|摄影|编辑|报道|整合|获悉|了解|注意|采访|会$|从|在")
"""What is not a reporter's name behind `记者`: another's task, or a verb."""

SPLIT = re.compile(r"[\s、，,]+")


def signed(text: str) -> list[str]:
    """Names in a text that is but a byline."""
    match = next((found for line in SIGNED if (found := line.match(text))), None)
    return _people(match["names"]) if match else []


def opening(text: str) -> list[str]:
    """Names of the reporters with which a story opens."""
    match = next((found for line in OPENING if (found := line.match(text))), None)
    return _people(match["names"]) if match else []


def _people(line: str) -> list[str]:
    """The names in a line, without the paper's before them, up to who did something else."""
    named = (name for name in SPLIT.split(line) if not name.endswith(("记者", "記者")))
    return list(takewhile(lambda name: not OTHERS.match(name), named))


def is_press(name: str) -> bool:
    """Whether a name in Chinese characters is a paper's, a station's or a site's, by what it ends with."""
    return re.search(rf"[{HAN}]{{2}}{PRESS}$", name) is not None


_RUN = re.compile("[\u3040-\u30ff\u3400-\u9fff]+")
_WORD = re.compile(r"[^\W_]+")


def units(text: str) -> set[str]:
    """The words of a text, without case; where no spaces set words apart, all pairs of characters in their stead."""
    words = _WORD.findall(text.casefold())
    if text.isascii() or not _RUN.search(text):
        return set(words)
    found: set[str] = set()
    for word in words:
        found.update(piece for piece in _RUN.split(word) if piece)
        for run in _RUN.findall(word):
            found.update(map("".join, pairwise(run)) if len(run) > 1 else run)
    return found
