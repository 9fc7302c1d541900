"""Publish: what sites' crawls came to becomes one batch, decided against the lake and visible at once."""

import logging
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from flows import rows as make
from flows.dedupe import decide_batch
from flows.dedupe.model import Decisions
from flows.lake import Lake
from flows.lake.batches import Batch, publish
from flows.lake.history import LakeHistory
from flows.lake.known import published_sites
from flows.lake.ledger import TAKEN_DOWN, Ledger, read_ledger
from flows.lake.postings import posting_rows
from flows.lake.tables import DELETE
from flows.lake.warc_erase import erase_blocked
from flows.reextraction import decide_again
from flows.stages import SiteResult
from flows.summary import SiteSummary
from schemas import ARTICLES, COPIES, FETCHES, REVISIONS, RUNS, Outcome, Table
from schemas.checks import problems

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """Identity of a run: it owns its batches' rows. `started_at` is UTC."""

    run_id: str
    kind: str
    started_at: datetime


@dataclass
class _Candidate:
    """An extracted page on its way into the tables."""

    site: str
    position: int
    row: dict[str, Any]


def publish_sites(lake: Lake, run: Run, results: Sequence[SiteResult]) -> list[SiteSummary]:
    """Make the sites' results visible, all or nothing, once. Returns what each site came to.

    Sites of this run that are in the lake already are left alone, so a repeated call changes nothing. Raises
    PublishError or LakeError; then nothing is lost: the results can be published again from the spool.
    """
    summaries: list[SiteSummary] = []

    def decide() -> Batch | None:
        summaries.clear()
        done = published_sites(lake, run.run_id)
        left = [result for result in results if result.report.site not in done]
        if not left:
            return None
        batch, made = _batch(lake, run, left)
        summaries.extend(made)
        return batch

    publish(lake, decide)
    erase_blocked(lake, [fetch for result in results for fetch in result.fetches])
    return summaries


def _batch(lake: Lake, run: Run, results: Sequence[SiteResult]) -> tuple[Batch, list[SiteSummary]]:
    now = datetime.now(UTC)
    candidates = _candidates(results, run.run_id, read_ledger(lake))
    with closing(LakeHistory(lake)) as history:
        decisions = decide_batch([make.incoming(candidate.row) for candidate in candidates], history)
        if run.kind == "reextract":
            decisions = decide_again(lake, [candidate.row for candidate in candidates], decisions)
        revisions, articles = _article_rows(candidates, decisions, history)
        copies = [{**make.copy_row(copy, run.run_id, now), DELETE: False} for copy in decisions.copies]
        copies += [{**row, DELETE: True} for row in history.copy_rows(decisions.uncopied)]
    outcomes = {(c.site, c.position): d for c, d in zip(candidates, decisions.items, strict=True)}
    fetches: list[dict[str, Any]] = []
    summaries: list[SiteSummary] = []
    for result in results:
        site, copied = result.report.site, 0
        for position, fetch in enumerate(result.fetches):
            decision = outcomes.get((site, position))
            if decision is not None:
                fetch.outcome = decision.outcome
                copied += decision.copy is not None and decision.outcome is Outcome.NEW
            # A known address was not tried: it has its row from the run that did, and is counted in runs.
            if fetch.outcome is not Outcome.KNOWN:
                fetches.append(make.fetch_row(fetch, run.run_id, decision.article_id if decision else None))
        summaries.append(_summary(result, copied))
    runs = [make.run_row(summary, run.run_id, run.kind, run.started_at, now) for summary in summaries]
    made: dict[str, pa.Table] = {
        REVISIONS.name: _table(REVISIONS, revisions),
        COPIES.name: _table(COPIES, copies, merged=True),
        ARTICLES.name: _table(ARTICLES, articles, merged=True),
        FETCHES.name: _table(FETCHES, fetches),
        RUNS.name: _table(RUNS, runs),
        **posting_rows(decisions),
    }
    return Batch(run.run_id, made), summaries


def _candidates(results: Sequence[SiteResult], run_id: str, ledger: Ledger) -> list[_Candidate]:
    """The rows that fulfil the contract; the others' fetches end as INVALID_ROW, with the reason.

    What was taken down ends as OPTED_OUT, and the log keeps no word of it.
    """
    found = []
    for result in results:
        for position, article in result.articles.items():
            fetch = result.fetches[position]
            row = make.revision_row(article, fetch, run_id)
            if taken := ledger.blocks(fetch.site, row["article_id"], row["url_key"], fetch.url):
                fetch.outcome, fetch.detail = Outcome.OPTED_OUT, f"{TAKEN_DOWN} on {taken.requested_at[:10]}"
                fetch.lead_title = None
                continue
            wrong = problems(REVISIONS, row)
            if wrong:
                fetch.outcome, fetch.detail = Outcome.INVALID_ROW, "; ".join(wrong)
                log.warning("%s %s: %s", fetch.site, fetch.url, fetch.detail)
                continue
            found.append(_Candidate(result.report.site, position, row))
    return found


def _article_rows(
    candidates: Sequence[_Candidate], decisions: Decisions, history: LakeHistory
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows for `revisions`, and for `articles` with their `_delete` mark."""
    revisions: list[dict[str, Any]] = []
    articles: dict[str, dict[str, Any]] = {}
    for candidate, decision in zip(candidates, decisions.items, strict=True):
        if decision.outcome is Outcome.UNCHANGED:
            continue
        row = make.decided(candidate.row, decision)
        revisions.append(row)
        if decision.is_latest:
            articles[decision.article_id] = {**row, DELETE: not decision.in_articles}
    for ids, gone in ((decisions.shown, False), (decisions.hidden, True)):
        for row in history.latest_rows(ids):
            articles.setdefault(row["article_id"], {**row, DELETE: gone})
    return revisions, list(articles.values())


def _summary(result: SiteResult, copies: int) -> SiteSummary:
    report = result.report
    return make.site_summary(
        report.site,
        report.state,
        report.problem,
        result.fetches,
        requests=report.requests,
        body_bytes=report.body_bytes,
        copies=copies,
    )


def _table(contract: Table, rows: Sequence[dict[str, Any]], *, merged: bool = False) -> pa.Table:
    schema = contract.schema
    if merged:
        schema = schema.append(pa.field(DELETE, pa.bool_(), nullable=False))
    return pa.Table.from_pylist(list(rows), schema=schema)
