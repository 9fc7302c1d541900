"""Extraction in one process: with a trusted template, without one, beside bare trafilatura and lxml's parse alone.

    python -m tests.bench.bench_extract [--rounds 5] [--pages 60]
    python -m tests.bench.bench_extract --memory 100000      # resident memory while so many pages pass the pool

The pages are the recorded corpora's where they are beside the repository (those that a template learned from their
sisters explains, evenly spread), else written ones. All ways take the same pages in turn, each in another order every
round, so that what else the machine does, and what one leaves in its caches, falls on all of them. Every time a
page's paragraphs are numbered anew: what was remembered of a text, in the last round or by another way, is of no use.
Times are of the processor, each page's least of all rounds.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import trafilatura
from lxml.html import HTMLParser, document_fromstring

from crawlers.extract import Pool, TemplateBook, extract_pages, learn_pages
from crawlers.extract import page as parts
from crawlers.extract.offline import read_pages
from crawlers.extract.page import extract_with
from crawlers.model import Article, Page
from tests.conftest import SHARED

CORPORA = ("fundus_eval", "sites_over_years")
STEPS = (
    *("load", "read_head", "standing_at", "_explained", "read_spots"),
    *("read_fields", "decide_by_template", "_finish"),
)
SITES, WRITTEN = 4, 40
SAMPLES = 20
RECORDED_EVERY, RECORDED_MOST = 400, 100
"""Of so many pages of the memory run one is a recorded one, of so many in turn: these take long."""

WORDS = (
    *("harbour", "ferry", "council", "granite", "quarry", "budget", "winter", "storm", "engineer"),
    *("mayor", "vote", "tide", "wall", "season", "repair", "island"),
)


def recorded() -> list[Page]:
    """The pages of the corpora with several pages a site; none where they aren't there."""
    paths = [SHARED / "corpora" / f"{name}.parquet" for name in CORPORA]
    return [page for path in paths if path.is_file() for page in read_pages(pq.ParquetFile(path))]


def written(site: int, number: int, *, script: int = 1000, teasers: int = 25) -> Page:
    """A page (by default of some 40 kB) as news sites have them: menus, a script, teasers, and a story."""
    dice = random.Random(site * 1_000_003 + number)

    def text(words: int) -> str:
        return " ".join(dice.choices(WORDS, k=words)).capitalize() + "."

    title = text(9)
    story = "".join(f'<p class="par-{site}">{text(45)}</p>' for _ in range(12))
    menu = "".join(f'<li class="item"><a href="/s/{n}">Section {n}</a></li>' for n in range(60))
    cards = "".join(
        f'<div class="card"><a href="/t/{n}"><h3>{text(8)}</h3></a><p>{text(14)}</p></div>' for n in range(teasers)
    )
    data = "window.data=" + str([dice.random() for _ in range(script)])
    published = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    stated = f'{{"@type":"NewsArticle","headline":"{title}","datePublished":"{published.isoformat()}"'
    body = f"""<!DOCTYPE html><html lang="en"><head><title>{title} | Paper {site}</title><script>{data}</script>
<script type="application/ld+json">{stated},"author":{{"@type":"Person","name":"Ada Brook"}}}}</script></head><body>
<nav><ul>{menu}</ul></nav><main><header class="head-{site}"><h1>{title}</h1><span class="by">Ada Brook</span></header>
<div class="story-{site}">{story}</div></main><section class="more">{cards}</section></body></html>"""
    url = f"https://paper{site}.example/{number}"
    return Page(f"paper{site}", url, body.encode(), datetime(2027, 1, 1, tzinfo=UTC), id=str(number))


def explained(pages: list[Page], most: int) -> tuple[list[Page], TemplateBook]:
    """Those of the pages, spread over all, that a template learned from them explains; and the templates."""
    book = TemplateBook()
    learn_pages(book, pages, processes=2, page_timeout=60)
    found = []
    for page in pages:
        result = extract_with(page, None, book.views(page.site)).result
        if isinstance(result, Article) and result.template:
            found.append(page)
    count = min(most, len(found))
    return [found[number * len(found) // count] for number in range(count)], book


def numbered(page: Page, number: int) -> Page:
    """The page with a number at the end of its paragraphs and lines."""
    body = page.body.replace(b"</p>", b" %d.</p>" % number).replace(b"<br", b" %d.<br" % number)
    return replace(page, body=body)


def parse(page: Page) -> object:
    """What lxml alone takes."""
    return document_fromstring(page.body, parser=HTMLParser(encoding="utf-8"))


def bare(page: Page) -> object:
    """trafilatura alone, as a user would call it."""
    return trafilatura.bare_extraction(page.body, url=page.url, include_comments=False, with_metadata=True)


def timed(pages: list[Page], ways: dict[str, Callable[[Page], object]], rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each page by way."""
    least = {name: [float("inf")] * len(pages) for name in ways}
    order = list(ways)
    for number in range(rounds):
        order = [*order[1:], order[0]]
        for place, original in enumerate(pages):
            for name in order:
                page = numbered(original, number * len(ways) + sorted(ways).index(name))
                begun = time.process_time()
                ways[name](page)
                least[name][place] = min(least[name][place], 1000 * (time.process_time() - begun))
    return least


def profile(pages: list[Page], way: Callable[[Page], object]) -> dict[str, float]:
    """Milliseconds a page in each step of the way, least of three rounds."""
    spent: dict[str, float] = {}

    def watched(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **more: Any) -> Any:
            begun = time.process_time()
            try:
                return step(*arguments, **more)
            finally:
                spent[name] = spent.get(name, 0.0) + time.process_time() - begun

        return run

    original = {name: getattr(parts, name) for name in STEPS}
    rounds: list[dict[str, float]] = []
    try:
        for name, step in original.items():
            setattr(parts, name, watched(name, step))
        for number in range(3):
            fresh = [numbered(page, -number) for page in pages]
            spent.clear()
            for page in fresh:
                way(page)
            rounds.append({name: 1000 * seconds / len(pages) for name, seconds in spent.items()})
    finally:
        for name, step in original.items():
            setattr(parts, name, step)
    return {name: min(one.get(name, 0.0) for one in rounds) for name in STEPS}


def speed(rounds: int, most: int) -> None:
    """Print how long each way takes, and against bare trafilatura."""
    pages, book = explained(recorded() or [written(site, n) for site in range(SITES) for n in range(WRITTEN)], most)
    ways: dict[str, Callable[[Page], object]] = {
        "lxml's parse alone": parse,
        "trusted template": lambda page: extract_with(page, None, book.views(page.site)),
        "cold": lambda page: extract_with(page, None, ()),
        "bare trafilatura": bare,
    }
    found = timed(pages, ways, rounds)
    size = statistics.mean(len(page.body) for page in pages) / 1000
    sites = len({page.site for page in pages})
    print(f"{len(pages)} pages of {sites} sites, {size:.0f} kB each, least of {rounds} rounds")
    print(f"  {'':20} {'mean, median page':>20}   as fast as bare trafilatura   as slow as lxml's parse")
    base, parsing = found["bare trafilatura"], found["lxml's parse alone"]
    for name, values in found.items():
        median = statistics.median(one / own for one, own in zip(base, values, strict=True))
        slower = statistics.median(own / one for one, own in zip(parsing, values, strict=True))
        spent = f"{statistics.mean(values):7.2f}, {statistics.median(values):7.2f} ms"
        faster = f"{sum(base) / sum(values):6.2f} ×, median page {median:6.2f} ×"
        print(f"  {name:20} {spent}   {faster}   {sum(values) / sum(parsing):5.1f} ×, median {slower:5.1f} ×")
    print("steps with a trusted template, ms:")
    for name, value in profile(pages, ways["trusted template"]).items():
        print(f"  {name.strip('_'):20} {value:7.2f}")


def resident(process: str) -> float:
    """Megabytes of memory a process has resident."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1000


def stream(count: int) -> Iterator[Page]:
    """So many pages, no two alike: written ones, and now and then a recorded one, their paragraphs numbered."""
    own = [written(number % SITES, number, script=50, teasers=8) for number in range(SITES * WRITTEN)]
    others = recorded()[:RECORDED_MOST]
    for number in range(count):
        page = own[number % len(own)]
        if others and number % RECORDED_EVERY == 0:
            page = others[(number // RECORDED_EVERY) % len(others)]
        body = page.body.replace(b"</p>", b" %d.</p>" % number)
        yield replace(page, body=body, url=f"{page.url}?{number}", id=str(number))


def memory(count: int) -> None:
    """Print the resident memory of parent and worker while pages pass, templates learned and used as in a crawl."""
    book = TemplateBook()
    begun = time.monotonic()
    with Pool(1, 30.0) as pool:
        results = extract_pages(stream(count), processes=1, pool=pool, templates=book)
        used = done = 0
        while taken := list(islice(results, max(1, count // SAMPLES))):
            done += len(taken)
            used += sum(1 for _, result in taken if isinstance(result, Article) and result.template)
            del taken
            worker, rate = resident(str(pool._workers[0].process.pid)), done / (time.monotonic() - begun)
            sizes = f"parent {resident('self'):5.0f} MB, worker {worker:5.0f} MB"
            print(f"{done:>8} pages, {used:>8} by template, {sizes}, {rate:5.0f} pages/s", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pages", type=int, default=60)
    parser.add_argument("--memory", type=int, metavar="PAGES", help="instead: memory while so many pages pass the pool")
    options = parser.parse_args()
    if options.memory:
        memory(options.memory)
    else:
        speed(options.rounds, options.pages)


if __name__ == "__main__":
    main()
