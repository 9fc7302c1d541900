"""Publish: what sites' crawls came to becomes one batch, decided against the lake and visible at once."""

import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from flows import rows as make
from flows.dedupe import decide_batch
from flows.dedupe.model import Decision, Decisions
from flows.lake import Lake
from flows.lake.batches import Batch, publish
from flows.lake.history import LakeHistory
from flows.lake.known import published_sites
from flows.lake.ledger import TAKEN_DOWN, Ledger, read_ledger
from flows.lake.postings import posting_rows
from flows.lake.quarantine import QUARANTINE, Refused, quarantine_rows, refused, sifted
from flows.lake.tables import DELETE
from flows.lake.warc_erase import erase_blocked
from flows.reextraction import decide_again
from flows.stages import SiteResult, share_seconds
from flows.summary import SiteSummary
from schemas import ARTICLES, COPIES, FETCHES, REVISIONS, RUNS, Outcome, Table
from schemas.checks import problems, repeated

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

    Sites of this run that are in the lake already are left alone, so a repeated call changes nothing. What breaks the
    contract goes to quarantine (`flows.lake.quarantine`) and is counted. Raises
    PublishError or LakeError; then nothing is lost: the results can be published again from the spool.
    """
    summaries: list[SiteSummary] = []
    broken = _broken_fetches(run, results)

    def decide() -> Batch | None:
        summaries.clear()
        done = published_sites(lake, run.run_id)
        left = [result for result in results if result.report.site not in done]
        if not left:
            return None
        batch, made = _batch(lake, run, left, broken)
        summaries.extend(made)
        return batch

    publish(lake, decide)
    erase_blocked(lake, [fetch for result in results for fetch in result.fetches])
    return summaries


def _batch(
    lake: Lake, run: Run, results: Sequence[SiteResult], broken: Mapping[tuple[str, int], Refused]
) -> tuple[Batch, list[SiteSummary]]:
    now, begun = datetime.now(UTC), time.perf_counter()
    candidates = _candidates(results, run.run_id, read_ledger(lake), broken)
    with closing(LakeHistory(lake)) as history:
        decisions = decide_batch([make.incoming(candidate.row) for candidate in candidates], history)
        if run.kind == "reextract":
            decisions = decide_again(lake, [candidate.row for candidate in candidates], decisions)
        made = [make.decided(c.row, decision) for c, decision in zip(candidates, decisions.items, strict=True)]
        wrong = _wrong_revisions(made, decisions)
        revisions, articles = _article_rows(made, decisions, wrong, history)
        copies, bad_copies = sifted(COPIES, [make.copy_row(copy, run.run_id, now) for copy in decisions.copies])
        copies = [{**row, DELETE: False} for row in copies]
        copies += [{**row, DELETE: True} for row in history.copy_rows(decisions.uncopied)]
    share_seconds(results, "dedupe", time.perf_counter() - begun)
    outcomes = {(c.site, c.position): wrong.get(at) or decisions.items[at] for at, c in enumerate(candidates)}
    fetches, summaries = _fetch_rows(results, run.run_id, outcomes, broken)
    runs, bad_runs = sifted(RUNS, [make.run_row(s, run.run_id, run.kind, run.started_at, now) for s in summaries])
    sites = {result.report.site for result in results}
    bad = [one for (site, _), one in broken.items() if site in sites] + bad_copies + bad_runs
    for one in bad:
        log.warning("%s of %s goes to quarantine: %s", one.table.name, one.row.get("site"), one.reason)
    tables: dict[str, pa.Table] = {
        REVISIONS.name: _table(REVISIONS, revisions),
        COPIES.name: _table(COPIES, copies, merged=True),
        ARTICLES.name: _table(ARTICLES, articles, merged=True),
        FETCHES.name: _table(FETCHES, fetches),
        QUARANTINE.name: quarantine_rows(bad, run.run_id, now),
        RUNS.name: _table(RUNS, runs),
        **posting_rows(decisions),
    }
    return Batch(run.run_id, tables), summaries


def _fetch_rows(
    results: Sequence[SiteResult],
    run_id: str,
    outcomes: Mapping[tuple[str, int], Decision | str],
    broken: Mapping[tuple[str, int], Refused],
) -> tuple[list[dict[str, Any]], list[SiteSummary]]:
    """Each fetch with its last outcome, as rows and summed up by site."""
    fetches: list[dict[str, Any]] = []
    summaries: list[SiteSummary] = []
    for result in results:
        site, copied = result.report.site, 0
        for position, fetch in enumerate(result.fetches):
            article, decision = None, outcomes.get((site, position))
            if isinstance(decision, str):
                fetch.outcome, fetch.detail = Outcome.INVALID_ROW, decision
            elif decision is not None:
                fetch.outcome, article = decision.outcome, decision.article_id
                copied += decision.copy is not None and decision.outcome is Outcome.NEW
            # A known address was not tried: it has its row from the run that did, and is counted in runs.
            if fetch.outcome is not Outcome.KNOWN and (site, position) not in broken:
                fetches.append(make.fetch_row(fetch, run_id, article))
        summaries.append(_summary(result, copied))
    return fetches, summaries


def _broken_fetches(run: Run, results: Sequence[SiteResult]) -> dict[tuple[str, int], Refused]:
    """Lines of the crawl logs that break the contract, by site and position; their pages are not published.

    Looked at once, before any decision changes the fetches: a decision that loses its turn is made again.
    """
    places = [
        (result.report.site, position, fetch)
        for result in results
        for position, fetch in enumerate(result.fetches)
        if fetch.outcome is not Outcome.KNOWN
    ]
    rows = [make.fetch_row(fetch, run.run_id, None) for _, _, fetch in places]
    found = {}
    for at, bad in refused(FETCHES, rows).items():
        site, position, fetch = places[at]
        found[site, position] = bad
        fetch.outcome, fetch.detail = Outcome.INVALID_ROW, bad.reason
    return found


def _candidates(
    results: Sequence[SiteResult], run_id: str, ledger: Ledger, broken: Mapping[tuple[str, int], Refused]
) -> list[_Candidate]:
    """The rows that fulfil the contract; the others' fetches end as INVALID_ROW, with the reason.

    What was taken down ends as OPTED_OUT, and the log keeps no word of it.
    """
    found = []
    for result in results:
        for position, article in result.articles.items():
            if (result.report.site, position) in broken:
                continue
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


def _wrong_revisions(made: Sequence[dict[str, Any]], decisions: Decisions) -> dict[int, str]:
    """By position, why a decided row may not become a revision: above all its key must be its own."""
    fresh = [at for at, decision in enumerate(decisions.items) if decision.outcome is not Outcome.UNCHANGED]
    again = repeated(REVISIONS, [made[at] for at in fresh])
    found = {fresh[at]: reason for at, reason in again.items()}
    for at in fresh:
        if wrong := problems(REVISIONS, made[at]):
            found[at] = "; ".join(wrong)
    return found


def _article_rows(
    made: Sequence[dict[str, Any]], decisions: Decisions, wrong: Mapping[int, str], history: LakeHistory
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows for `revisions`, and for `articles` with their `_delete` mark."""
    revisions: list[dict[str, Any]] = []
    articles: dict[str, dict[str, Any]] = {}
    for at, (row, decision) in enumerate(zip(made, decisions.items, strict=True)):
        if decision.outcome is Outcome.UNCHANGED or at in wrong:
            continue
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
        seconds=result.seconds,
    )


def _table(contract: Table, rows: Sequence[dict[str, Any]], *, merged: bool = False) -> pa.Table:
    schema = contract.schema
    if merged:
        schema = schema.append(pa.field(DELETE, pa.bool_(), nullable=False))
    return pa.Table.from_pylist(list(rows), schema=schema)
