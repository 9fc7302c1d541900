"""The questions asked of the lake. All aggregate in DuckDB: no row per article or fetch reaches Python.

The first statements cut narrow copies out of the tables (no texts, the days of the window only), so that on S3
each table is read once.
"""

from datetime import UTC, date, datetime

from flows.health.model import COMPLETED
from schemas.runs import STAGE_SECONDS

STAGES = tuple(STAGE_SECONDS)
LISTS = ("authors", "tags")
RECENT_ARTICLES = 20
"""The newest articles of a site that are compared with those before."""
RECENT_RUNS = 20
"""The last runs of a site whose stages are timed."""
RECENT_TRIES = 12
"""At least so many tries of a site are looked at, and all of its last six hours."""
TROUBLE = {
    "blocked": ("refused", "challenge"),
    "erring": (
        "server_error", "timed_out", "dns_failed", "connection_failed", "truncated", "redirect_loop", "http_error",
        "not_a_feed",
    ),
    "unreadable": (
        "no_article", "javascript_shell", "empty_body", "not_html", "soft_404", "extract_timed_out",
        "extract_crashed", "extract_failed", "invalid_row",
    ),
}  # fmt: skip
"""Outcomes by the kind of trouble they speak of."""
HARMLESS_TRIES = ("over_budget", "out_of_range", "known", "duplicate_url", "not_fetched", "off_site", "unsafe_address")
"""Outcomes of addresses that were not asked for."""


def _present(name: str) -> str:
    return f"coalesce(len({name}), 0) > 0" if name in LISTS else f"{name} IS NOT NULL"


def prepare(since: date, at: datetime) -> list[str]:
    """The statements that make the narrow tables `a` (articles), `f` (tries), `r` (runs) and `c` (copies)."""
    day = f"DATE '{since.isoformat()}'"
    now = f"TIMESTAMPTZ '{at.astimezone(UTC).isoformat()}'"
    fields = ", ".join(f"({_present(name)})::INT AS {name}_" for name in COMPLETED)
    seconds = ", ".join(f"{stage}_seconds" for stage in STAGES)
    never_asked = ", ".join(f"'{outcome}'" for outcome in HARMLESS_TRIES)
    return [
        f"""CREATE TEMP TABLE a AS
        SELECT site, date, run_id, word_count, first_seen_at, {fields},
            published_precision IN ('second', 'minute') AS exact,
            CASE WHEN published_precision IN ('second', 'minute') THEN least(published_at, first_seen_at)
                ELSE first_seen_at END AS moment,
            regexp_extract(template, '/(v[0-9]+)', 1) AS version
        FROM revisions WHERE revision = 1 AND date >= {day} AND first_seen_at <= {now}""",
        f"""CREATE TEMP TABLE r AS
        SELECT run_id, site, kind, state, problem, started_at, finished_at, date, new, outcomes, {seconds} FROM runs
        WHERE date >= {day} AND started_at <= {now}""",
        f"""CREATE TEMP TABLE f AS
        SELECT site, date, kind, outcome, fetched_at, elapsed_ms FROM fetches
        WHERE date >= {day} AND fetched_at <= {now} AND kind <> 'robots' AND outcome NOT IN ({never_asked})""",
        f"""CREATE TEMP TABLE c AS
        SELECT site, date, original_site FROM copies
        WHERE date >= {day} AND decided_at <= {now}""",
    ]


_SHARES = ", ".join(f"avg({name}_) AS {name}" for name in COMPLETED)


def _troubled(kind: str) -> str:
    return f"(outcome IN ({', '.join(repr(outcome) for outcome in TROUBLE[kind])}))"


_TROUBLES = f"""avg({_troubled("blocked")}::INT) AS blocked, avg({_troubled("erring")}::INT) AS erring,
    avg({_troubled("unreadable")}::INT) FILTER (kind = 'article') AS unreadable,
    count(*) FILTER (kind = 'article') AS pages"""

FIRST_RUNS = "SELECT site, min(started_at) AS first_run FROM runs WHERE kind = 'crawl' GROUP BY site"
"""Over all of the table, which has a row per site and run."""

RUNS = """
SELECT site, max(started_at) AS last_run, arg_max(state, started_at) AS last_state,
    arg_max(problem, started_at) AS last_problem,
    median(epoch(finished_at - started_at)) / 60 AS run_minutes,
    list(state ORDER BY started_at DESC)[1:20] AS states,
    list(started_at ORDER BY started_at DESC)[1:20] AS starts,
    list(list_sum([o.urls FOR o IN outcomes IF o.outcome IN ('over_budget', 'not_fetched')])
        ORDER BY started_at DESC)[1:24] AS backlog
FROM r WHERE kind = 'crawl' GROUP BY site"""

STAGES_OF = f"""
SELECT site, {", ".join(f"median({stage}_seconds) AS {stage}_seconds" for stage in STAGES)}
FROM (SELECT *, row_number() OVER (PARTITION BY site ORDER BY started_at DESC) AS place FROM r WHERE kind = 'crawl')
WHERE place <= {RECENT_RUNS} GROUP BY site"""

INTERVALS = """
WITH steps AS (
    SELECT site, started_at, lag(started_at) OVER (PARTITION BY site ORDER BY started_at) AS before
    FROM r WHERE kind = 'crawl'
), usual AS (
    SELECT site, median(epoch(started_at - before)) AS seconds FROM steps WHERE before IS NOT NULL GROUP BY site
)
SELECT site, seconds / 3600 AS hours,
    coalesce(list({'begin': before, 'end': started_at} ORDER BY started_at)
        FILTER (epoch(started_at - before) > greatest(4 * seconds, 6 * 3600)), []) AS gaps
FROM steps JOIN usual USING (site) WHERE before IS NOT NULL GROUP BY site, seconds"""

RUN_DAYS = """
SELECT site, date, count(*) AS runs, count(*) FILTER (state = 'failed') AS failed
FROM r WHERE kind = 'crawl' GROUP BY site, date"""

DAYS = f"""
SELECT site, date, count(*) AS articles, median(word_count) AS words,
    avg((coalesce(version, '') <> '')::INT) AS templated, {_SHARES}
FROM a GROUP BY site, date"""

COPY_DAYS = "SELECT site, date, count(*) AS copies FROM c GROUP BY site, date"

COPIES_OF = """
SELECT site, original_site, count(*) AS copies FROM c GROUP BY site, original_site
QUALIFY row_number() OVER (PARTITION BY site ORDER BY copies DESC, original_site) <= 3 ORDER BY copies DESC"""

HOURS = """
SELECT site, isodow(moment) >= 6 AS weekend, hour(moment) AS hour, count(*) AS articles
FROM a GROUP BY ALL"""

_LATENCIES = """
SELECT a.site, a.date, a.moment, epoch(r.finished_at - a.moment) / 60 AS minutes
FROM a JOIN r ON a.run_id = r.run_id AND a.site = r.site
JOIN (SELECT site, min(started_at) AS first_run FROM runs WHERE kind = 'crawl' GROUP BY site) AS o ON o.site = a.site
WHERE r.kind = 'crawl' AND a.exact AND a.moment >= o.first_run"""

LATENCY_DAYS = f"SELECT site, date, median(minutes) AS latency FROM ({_LATENCIES}) GROUP BY site, date"

LATENCY = f"""
WITH l AS (
    SELECT *, row_number() OVER (PARTITION BY site ORDER BY moment DESC) <= {RECENT_ARTICLES} AS newest
    FROM ({_LATENCIES})
)
SELECT site, median(minutes) FILTER (newest) AS latency, quantile_cont(minutes, 0.9) FILTER (newest) AS latency_p90,
    median(minutes) FILTER (NOT newest) AS latency_usual, count(*) FILTER (newest) AS articles
FROM l GROUP BY site"""

ARTICLES = f"""
WITH ranked AS (
    SELECT *, row_number() OVER (PARTITION BY site ORDER BY first_seen_at DESC, moment DESC) <= {RECENT_ARTICLES}
        AS newest FROM a
)
SELECT site, newest, count(*) AS articles, max(moment) AS last_article, median(word_count) AS words,
    avg((coalesce(version, '') <> '')::INT) AS templated, mode(nullif(version, '')) AS version, {_SHARES}
FROM ranked GROUP BY site, newest"""

RECENT = """
SELECT a.site, count(*) AS articles FROM a
JOIN (SELECT site, max(started_at) AS last_run FROM r WHERE kind = 'crawl' GROUP BY site) AS l ON l.site = a.site
WHERE a.moment > l.last_run - INTERVAL 24 HOUR GROUP BY a.site"""

OUTCOME_DAYS = "SELECT site, date, outcome, count(*) AS urls FROM f WHERE kind = 'article' GROUP BY site, date, outcome"

TRIES = f"""
WITH ranked AS (
    SELECT *, row_number() OVER (PARTITION BY site ORDER BY fetched_at DESC) AS place,
        max(fetched_at) OVER (PARTITION BY site) AS latest
    FROM f
), parted AS (
    SELECT *, place <= {RECENT_TRIES} OR fetched_at > latest - INTERVAL 6 HOUR AS newest FROM ranked
)
SELECT site, newest, count(*) AS tries, {_TROUBLES}, median(elapsed_ms) AS fetch_ms,
    quantile_cont(elapsed_ms, 0.95) AS fetch_ms_p95
FROM parted GROUP BY site, newest"""

TROUBLES = f"""
WITH ranked AS (
    SELECT *, row_number() OVER (PARTITION BY site ORDER BY fetched_at DESC) AS place,
        max(fetched_at) OVER (PARTITION BY site) AS latest
    FROM f
)
SELECT site, outcome, count(*) AS urls FROM ranked
WHERE place <= {RECENT_TRIES} OR fetched_at > latest - INTERVAL 6 HOUR
GROUP BY site, outcome ORDER BY urls DESC, outcome"""

ONSETS = f"""
WITH hits AS (
    SELECT site, trouble, fetched_at, hit FROM (
        UNPIVOT (SELECT site, fetched_at, {", ".join(f"{_troubled(name)} AS {name}" for name in TROUBLE)} FROM f)
        ON {", ".join(TROUBLE)} INTO NAME trouble VALUE hit)
), healthy AS (
    SELECT site, trouble, max(latest) AS until FROM (
        SELECT site, trouble, epoch(fetched_at)::BIGINT // 43200 AS half_day, max(fetched_at) AS latest,
            avg(hit::INT) AS share
        FROM hits GROUP BY ALL) WHERE share < 0.25 GROUP BY ALL
)
SELECT h.site, h.trouble, min(h.fetched_at) AS since FROM hits AS h
LEFT JOIN healthy AS g ON g.site = h.site AND g.trouble = h.trouble
WHERE h.hit AND (g.until IS NULL OR h.fetched_at > g.until) GROUP BY ALL"""
"""When each trouble began: its first hit after the last half day in which it was rare."""
