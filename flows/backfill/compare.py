"""What re-extraction would change, without changing it."""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows import rows as make
from flows.backfill.model import Gathered, Window
from flows.backfill.reextract import ReextractSource
from flows.lake import Lake
from flows.pipeline import Pipeline, open_pipeline
from flows.reextraction import changed_columns, extracted_before
from flows.settings import Settings
from schemas import REVISIONS
from schemas.checks import problems
from schemas.outcomes import PUBLISHED, Outcome

EXAMPLES = 3


@dataclass
class Comparison:
    """Pages of the archive as they are published and as they would be."""

    pages: int = 0
    same: int = 0
    changed: int = 0
    gained: int = 0
    """No article before, one now."""
    lost: int = 0
    """An article before, none now; what is published stays."""
    columns: Counter[str] = field(default_factory=Counter)
    """Changed pages by column."""
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    """Pages without an article now, by reason."""
    examples: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    """A few by column: address, before, after."""

    def to_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "pages": self.pages,
            "same": self.same,
            "changed": self.changed,
            "gained": self.gained,
            "lost": self.lost,
            "columns": dict(self.columns.most_common()),
            "outcomes": {str(outcome): count for outcome, count in self.outcomes.most_common()},
            "examples": {
                name: [{"url": url, "before": before, "after": after} for url, before, after in found]
                for name, found in self.examples.items()
            },
        }


def compare(settings: Settings, source: ReextractSource) -> Comparison:
    """Extract the source's pages and compare; nothing is written."""
    comparison = Comparison()
    with open_pipeline(settings) as pipeline:
        for window in source.windows():
            _window(pipeline, source, window, comparison)
    return comparison


def _window(pipeline: Pipeline, source: ReextractSource, window: Window, comparison: Comparison) -> None:
    was = {fetch.warc: fetch.outcome for fetch in source.fetches(window)}
    work = partial(source.extract, pipeline, window, Gathered())
    found = pipeline.step("extract", window.label, work)
    comparison.pages += len(found)
    fresh = []
    for fetch, article in found:
        if article is None:
            comparison.outcomes[fetch.outcome] += 1
            comparison.lost += was[fetch.warc] in PUBLISHED
            continue
        row = make.revision_row(article, fetch, "dry-run")
        if problems(REVISIONS, row):
            comparison.outcomes[Outcome.INVALID_ROW] += 1
            comparison.lost += was[fetch.warc] in PUBLISHED
        else:
            fresh.append(row)
    published = {(ref.file, ref.offset) for ref, outcome in was.items() if ref and outcome in PUBLISHED}
    _rows(pipeline.lake, fresh, published, comparison)


def _rows(lake: Lake, fresh: list[dict[str, Any]], published: set[tuple[str, int]], comparison: Comparison) -> None:
    earlier = extracted_before(lake, fresh)
    for row in fresh:
        before = earlier.get((row["article_id"], row["warc_file"], row["warc_offset"]))
        if before is None:
            # Published, but no revision of its own: it said what another look at the article had said.
            again = (row["warc_file"], row["warc_offset"]) in published
            comparison.same += again
            comparison.gained += not again
            continue
        columns = changed_columns(before, row)
        comparison.same += not columns
        comparison.changed += bool(columns)
        for name in columns:
            comparison.columns[name] += 1
            examples = comparison.examples.setdefault(name, [])
            if len(examples) < EXAMPLES:
                examples.append((row["url"], _brief(before[name]), _brief(row[name])))


def tell(console: Console, comparison: Comparison) -> None:
    """The comparison for a person."""
    console.print(
        f"{comparison.pages} pages: {comparison.same} the same, {comparison.changed} changed, "
        f"{comparison.gained} would gain an article, {comparison.lost} would lose theirs (what is published stays)"
    )
    for outcome, count in comparison.outcomes.most_common():
        console.print(f"  {count} {outcome}")
    table = Table(header_style="bold", box=None, padding=(0, 2, 0, 0))
    for name in ("column", "pages", "before", "after"):
        table.add_column(name, overflow="ellipsis", no_wrap=name in ("column", "pages"))
    for name, count in comparison.columns.most_common():
        for number, (_, before, after) in enumerate(comparison.examples[name]):
            table.add_row(name if not number else "", str(count) if not number else "", escape(before), escape(after))
    if comparison.columns:
        console.print(table)


def _brief(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 100 else text[:99] + "…"
