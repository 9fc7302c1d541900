"""Rows of the tables from what the stages know."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from crawlers.model import Article, Fetch
from crawlers.urlkey import article_id, article_key
from flows.dedupe.keys import text_hash, word_count
from flows.dedupe.model import CopyRow, Decision, Incoming
from flows.summary import SiteSummary
from flows.version import VERSION
from schemas import Outcome
from schemas.outcomes import QUARANTINED


def revision_row(article: Article, fetch: Fetch, run_id: str) -> dict[str, Any]:
    """A row for `revisions` and `articles`, as if it were new; `decided` fills in what dedupe decides."""
    url = fetch.final_url or fetch.url
    key = article_key(url, article.canonical_url)
    published_at = _published(article, fetch.fetched_at)
    row = asdict(article) | {
        "published_at": published_at,
        "article_id": article_id(key),
        "revision": 1,
        "url": url,
        "url_key": key,
        "site": fetch.site,
        "word_count": word_count(article.text),
        "text_hash": text_hash(article.text),
        "first_seen_at": fetch.fetched_at,
        "fetched_at": fetch.fetched_at,
        "warc_file": fetch.warc.file if fetch.warc else None,
        "warc_offset": fetch.warc.offset if fetch.warc else None,
        "warc_digest": fetch.warc.digest if fetch.warc else None,
        "mining_reservation": _reservation(fetch),
        "change": None,
        "agency": None,
        "run_id": run_id,
        "date": (published_at or fetch.fetched_at).date(),
    }
    return {name: _storable(value) for name, value in row.items()}


def incoming(row: dict[str, Any]) -> Incoming:
    """The row as dedupe is given it."""
    names = (
        "article_id", "url_key", "site", "url", "fetched_at", "text", "title", "published_at", "published_precision",
        "canonical_url", "publisher", "credited_source", "text_hash", "warc_digest",
    )  # fmt: skip
    return Incoming(**{name: row[name] for name in names}, removed=tuple(b["text"] for b in row["removed_blocks"]))


def decided(row: dict[str, Any], decision: Decision) -> dict[str, Any]:
    """The row with what dedupe decided."""
    return row | {
        "revision": decision.revision,
        "change": decision.change,
        "first_seen_at": decision.first_seen_at,
        "date": decision.date,
        "agency": decision.agency,
    }


def copy_row(copy: CopyRow, run_id: str, now: datetime) -> dict[str, Any]:
    """A row for `copies`."""
    return asdict(copy) | {"run_id": run_id, "decided_at": now}


def fetch_row(fetch: Fetch, run_id: str, article: str | None) -> dict[str, Any]:
    """A row for `fetches`."""
    row = asdict(fetch)
    warc = row.pop("warc") or {}
    row |= {f"warc_{name}": warc.get(name) for name in ("file", "offset", "digest")}
    row |= {"run_id": run_id, "article_id": article, "outcome": str(fetch.outcome), "date": fetch.fetched_at.date()}
    return {name: _storable(value) for name, value in row.items()}


def run_row(summary: SiteSummary, run_id: str, kind: str, started_at: datetime, now: datetime) -> dict[str, Any]:
    """A row for `runs`."""
    counts = [{"outcome": str(outcome), "urls": count} for outcome, count in sorted(summary.outcomes.items())]
    row = {name: value for name, value in asdict(summary).items() if name != "outcomes"}
    return row | {
        "run_id": run_id,
        "kind": kind,
        "started_at": started_at,
        "finished_at": now,
        "discovered": summary.discovered,
        "outcomes": counts,
        "presslake_version": VERSION,
        "date": started_at.astimezone(UTC).date(),
    }


def site_summary(
    site: str,
    state: str,
    problem: str | None,
    fetches: Sequence[Fetch],
    *,
    requests: int,
    body_bytes: int,
    copies: int,
    seconds: Mapping[str, float] | None = None,
) -> SiteSummary:
    """Count a site's crawl log. Pages in quarantine make a site at most `partial`. `seconds`: by stage."""
    outcomes = Counter(fetch.outcome for fetch in fetches if fetch.kind == "article")
    sources = [fetch for fetch in fetches if fetch.kind in ("feed", "sitemap", "section")]
    bad = sum(outcomes[outcome] for outcome in QUARANTINED)
    if bad and state == "ok":
        state, problem = "partial", f"{bad} pages could not be extracted; they are in the archive"
    return SiteSummary(
        site=site,
        state=state,
        problem=problem,
        outcomes=outcomes,
        new=outcomes[Outcome.NEW],
        revised=outcomes[Outcome.REVISED],
        copies=copies,
        sources=len(sources),
        sources_failed=sum(f.outcome not in (Outcome.READ, Outcome.NOT_MODIFIED, Outcome.KNOWN) for f in sources),
        requests=requests,
        body_bytes=body_bytes,
        **{f"{stage}_seconds": round(value, 3) for stage, value in (seconds or {}).items()},
    )


def _published(article: Article, fetched_at: datetime) -> datetime | None:
    """First publication; of a day without a time, the UTC day.

    East of Greenwich a page can name a day that has not begun in UTC: what was there at the fetch was published before.
    """
    at = article.published_at
    if at is None or article.published_precision != "day" or at <= fetched_at:
        return at
    return fetched_at.replace(hour=0, minute=0, second=0, microsecond=0)


def _reservation(fetch: Fetch) -> str | None:
    """What the crawl noted of a reservation from text and data mining."""
    mark = "reserved: "
    return fetch.detail.removeprefix(mark) if fetch.detail and fetch.detail.startswith(mark) else None


def _storable(value: Any) -> Any:
    """The value with strings that UTF-8 can carry: lone surrogates and NUL become the replacement character."""
    if isinstance(value, str):
        if "\0" in value:
            value = value.replace("\0", "\ufffd")
        try:
            value.encode()
        except UnicodeEncodeError:
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {name: _storable(item) for name, item in value.items()}
    return value
