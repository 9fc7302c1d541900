"""Dedupe that understands news: revisions, copies, truncated copies, excerpts, reissues.

`decide_batch(batch, history)` judges a batch against all history; `History` is what it asks of the lake.
`MemoryHistory` shows in forty lines what applying `Decisions` means. What the lake stores for the next batch:

- `revisions`: for each item that is not UNCHANGED a row, with `publisher` and `agency` besides what readers
  need (`Stored` names all that is read back; `words` is `word_count`), and the texts of its removed blocks;
- `articles`: a row for each item with `is_latest` and `in_articles`; the rows of `hidden` go, those of `shown`
  come back with their latest revision by `fetched_at`;
- `copies`: `Decisions.copies` upserted by `article_id`, `uncopied` deleted; with `leader_id`, `cluster_id` and
  `in_articles` besides what readers need;
- postings and docs: `Decisions.postings` and `.docs`, by day, as Parquet (`write_postings`).
"""

from flows.dedupe.batch import decide_batch
from flows.dedupe.canonical import agency_of
from flows.dedupe.changes import text_diff
from flows.dedupe.history import History, PostingsFiles
from flows.dedupe.intake import partition_date
from flows.dedupe.keys import text_hash, word_count
from flows.dedupe.memory import MemoryHistory
from flows.dedupe.model import CopyRow, Decision, Decisions, Incoming, NearMiss, Ref, Stored, StoredText
from flows.dedupe.postings import write_postings
from flows.dedupe.rules import RULES, Rules

__all__ = [
    "RULES",
    "CopyRow",
    "Decision",
    "Decisions",
    "History",
    "Incoming",
    "MemoryHistory",
    "NearMiss",
    "PostingsFiles",
    "Ref",
    "Rules",
    "Stored",
    "StoredText",
    "agency_of",
    "decide_batch",
    "partition_date",
    "text_diff",
    "text_hash",
    "word_count",
    "write_postings",
]
