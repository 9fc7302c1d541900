"""Recall by kind of edit: of texts edited the way news texts are, how many are found as what they were made of.

`python -m tests.flows.dedupe.recall [CORPUS.parquet …]` prints the table, for made-up texts and for the given ones.
"""

import random
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from flows.dedupe import word_count
from tests.flows.dedupe.making import EDITS, incoming, run, text

LEAST_WORDS = 100
"""Texts below this are not edited: cut to 30 % they would be shorter than what is taken as a near duplicate."""


def recall_by_kind(directory: Path, texts: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    """For each kind of edit: copies found in their original's cluster, copies in another's cluster, copies made.

    Every text is published once and copied once per kind, by another host some hours later.
    """
    originals = [incoming(f"https://origin.example.org/story-{n}", body, n % 40) for n, body in enumerate(texts)]
    found: dict[str, tuple[int, int, int]] = {}
    for kind, edit in EDITS.items():
        chance = random.Random(kind)
        copies = [
            incoming(f"https://copy.example.net/{kind.replace(' ', '-')}-{n}", edit(body, chance), n % 40 + 3)
            for n, body in enumerate(texts)
        ]
        history = run(directory / kind.replace(" ", "-"), [originals, copies])
        hits = wrong = 0
        for original, copy in zip(originals, copies, strict=True):
            row = history.rows.get(copy.article_id)
            root = history.rows.get(original.article_id)
            expected = {original.article_id} | ({root.cluster_id} if root else set())
            hits += row is not None and row.cluster_id in expected
            wrong += row is not None and row.cluster_id not in expected
        found[kind] = (hits, wrong, len(texts))
    return found


def corpus_texts(path: Path) -> Iterable[str]:
    """The reference texts of a corpus of pages, a paragraph a line; those long enough."""
    table = pq.read_table(path)
    column = "paragraphs" if "paragraphs" in table.column_names else "text"
    for value in table[column].to_pylist():
        body = "\n".join(value or []) if column == "paragraphs" else value or ""
        if word_count(body) >= LEAST_WORDS:
            yield body


def made_up(count: int) -> list[str]:
    """Texts of 100 to 900 words."""
    return [text(100 + (n * 37) % 800, 50_000 + n) for n in range(count)]


def main() -> None:
    """Print the table."""
    sources: dict[str, list[str]] = {"made up": made_up(400)}
    for name in sys.argv[1:]:
        sources[Path(name).stem] = list(dict.fromkeys(corpus_texts(Path(name))))
    for name, texts in sources.items():
        print(f"{name}: {len(texts)} texts")
        with tempfile.TemporaryDirectory() as directory:
            for kind, (hits, wrong, total) in recall_by_kind(Path(directory), texts).items():
                print(f"  {kind:28} recall {hits / total:.3f}   in a wrong cluster {wrong}")


if __name__ == "__main__":
    main()
