"""Extraction's figures on the recorded corpora beside bare trafilatura's, and what is behind those that fall short.

    python -m tests.bench.bench_quality [CORPUS …] [--ours-only]

All figures are those of the corpora's own scorer on unchanged corpora. Below them stands, as counts and the pages' ids,
which references contradict the page they are of (tests/bench/references.py), and what the figure is without them.
"""

import argparse
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.parquet as pq
import trafilatura

from crawlers.extract.offline import extract_parquet
from tests.bench import references
from tests.recorded import CORPORA, scorer

NAMES = ("zyte181", "fundus_eval", "fundus_pages", "sites_over_years", "wcxb_articles")
Rows = list[dict[str, Any]]


def ours(corpus: Path) -> Rows:
    """What `presslake extract` makes of the corpus."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "out.parquet"
        extract_parquet(corpus, target, processes=2, page_timeout=60)
        return pq.read_table(target).to_pylist()  # type: ignore[no-any-return]


def theirs(rows: Rows) -> Rows:
    """What bare trafilatura makes of it."""
    out = []
    for row in rows:
        found = trafilatura.bare_extraction(row["html"], url=row["url"], include_comments=False, with_metadata=True)
        page = found.as_dict() if found is not None and not isinstance(found, dict) else {}
        authors = [name.strip() for name in (page.get("author") or "").split(";") if name.strip()]
        out.append(
            {"id": row["id"], "text": page.get("text"), "title": page.get("title"), "authors": authors,
             "published_at": page.get("date")}
        )  # fmt: skip
    return out


def behind(rows: Rows, found: Rows, score: ModuleType) -> list[str]:
    """What contradicts itself in the references, a line each."""
    by_id = {row["id"]: row for row in found}
    told: list[str] = []
    strange = [row["id"] for row in rows if row["paragraphs"] and references.of_another_page(row)]
    if strange:
        kept, _ = score.score([row for row in rows if row["id"] not in strange], found)
        told.append(f"f1 without {len(strange)} references that don't stand on their page: {kept['f1']}")
        told += [f"    {page}" for page in strange]
    headless = [_headless(row, by_id.get(row["id"], {})) for row in rows]
    if sum(one["paragraphs"] != row["paragraphs"] for one, row in zip(headless, rows, strict=True)) > len(rows) / 2:
        told.append(f"f1, headline and byline neither rewarded nor punished: {score.score(headless, found)[0]['f1']}")
    if any(row["must_have"] for row in rows):
        told.append(f"snippets f1, quotation marks, dashes and spaces as typewritten: {_typewritten(rows, by_id):.4f}")
    pairs = [(row, by_id.get(row["id"], {})) for row in rows]
    scored = [(row, mine, score.score([row], [mine] if mine else [])[0]) for row, mine in pairs]
    judged = {"title": _title, "published_date": _date, "published_instant": _instant}
    for figure, judge in judged.items():
        told += _without(figure, scored, score, judge)
    return told


def _headless(row: dict[str, Any], mine: dict[str, Any]) -> dict[str, Any]:
    names = [*(row["authors"] or []), *(mine.get("authors") or [])]
    return references.without_head(row, names, [title for title in (row["title"], mine.get("title")) if title])


def _typewritten(rows: Rows, by_id: dict[str, Any]) -> float:
    have = hit = wrong = 0
    for row in rows:
        text = references.typewritten((by_id.get(row["id"]) or {}).get("text") or "")
        have += len(row["must_have"] or [])
        hit += sum(references.typewritten(snippet) in text for snippet in row["must_have"] or [])
        wrong += sum(references.typewritten(snippet) in text for snippet in row["must_not_have"] or [])
    precision, recall = hit / ((hit + wrong) or 1), hit / have
    return 2 * precision * recall / ((precision + recall) or 1)


def _title(row: dict[str, Any], mine: dict[str, Any], score: ModuleType) -> str:
    printed = mine.get("title") and references.printed_as_heading(row, mine["title"])
    return "ours is the heading printed, the reference another title" if printed else ""


def _date(row: dict[str, Any], mine: dict[str, Any], score: ModuleType) -> str:
    return references.date_contradicted(row, mine, score.instant(row["published"]).date())


def _instant(row: dict[str, Any], mine: dict[str, Any], score: ModuleType) -> str:
    left_out = references.zone_left_out(mine, row["published"], score.instant(row["published"]))
    return "local time without its zone, taken for UTC" if left_out else ""


Row = dict[str, Any]
Judge = Callable[[Row, Row, ModuleType], str]


def _without(figure: str, scored: list[tuple[Row, Row, Row]], score: ModuleType, judge: Judge) -> list[str]:
    """The figure without the references that the page contradicts, and these by reason.

    `scored` are the reference, ours, and the page's own figures.
    """
    right, reasons, missed = 0, defaultdict(list), []
    for row, mine, figures in scored:
        result = figures.get(figure)
        if result is None:
            continue
        if result == 1:
            right += 1
        elif reason := judge(row, mine, score):
            reasons[reason].append(row["id"])
        else:
            missed.append(row["id"])
    if not reasons:
        return []
    told = [f"{figure} without the references that the page contradicts: {right / (right + len(missed)):.4f}"]
    told += [f"    {reason}, {len(pages)}: {' '.join(pages)}" for reason, pages in reasons.items()]
    return [*told, f"    wrong or missing, {len(missed)}: {' '.join(missed)}"] if missed else told


def main() -> int:
    """Score the corpora named, or all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpora", nargs="*", metavar="CORPUS", help=", ".join(NAMES))
    parser.add_argument("--ours-only", action="store_true", help="without trafilatura")
    chosen = parser.parse_args()
    if unknown := set(chosen.corpora) - set(NAMES):
        parser.error(f"no such corpus: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if not CORPORA.is_dir():
        print(f"skipped: the recorded corpora are not at {CORPORA}")
        return 0
    score = scorer()
    for name in chosen.corpora or NAMES:
        path = CORPORA / f"{name}.parquet"
        rows = pq.read_table(path).to_pylist()
        print(f"{name}: {len(rows)} pages …", file=sys.stderr, flush=True)
        found = ours(path)
        mine, _ = score.score(rows, found)
        other = {} if chosen.ours_only else score.score(rows, theirs(rows))[0]
        print(f"\n{name:20} {'presslake':>10} {'trafilatura':>12}")
        for figure, value in mine.items():
            print(f"  {figure:18} {value:>10} {other.get(figure, ''):>12}")
        for line in behind(rows, found, score):
            print(f"  {line}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
