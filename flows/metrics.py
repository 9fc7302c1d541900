"""Metrics for Prometheus: a text file for node_exporter's textfile collector, or an exporter of our own.

    presslake status --metrics /var/lib/node_exporter/presslake.prom
    python -m flows.metrics --port 9464

Names follow Prometheus' conventions: base units, `_seconds`, `_ratio`. All are gauges: each is what the lake says now.
"""

import argparse
import threading
import time
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from flows.health import Health, SiteHealth, assess_root
from flows.settings import Settings, from_environment

PREFIX = "presslake"
FRESH = 60.0
"""Seconds for which the exporter gives the same answer: scrapes must not load the lake."""


def exposition(health: Health) -> bytes:
    """The health in Prometheus' text format."""
    registry = CollectorRegistry()
    _gauge(registry, "assessed_timestamp_seconds", "When this was measured.", [((), health.at.timestamp())])
    findings = [((f.rule, f.severity, f.site or "", f.subject or ""), 1.0) for f in health.all_findings]
    _gauge(registry, "finding", "Something is not as it should be.", findings, ("rule", "severity", "site", "subject"))
    for name, text, value in _BY_SITE:
        values = [((site.site,), float(v)) for site in health.sites if (v := value(site)) is not None]
        _gauge(registry, f"site_{name}", text, values, ("site",))
    fields = [
        ((s.site, field), share) for s in health.sites for field, share in s.complete.items() if share is not None
    ]
    _gauge(registry, "site_field_ratio", "Newest articles that have the field.", fields, ("site", "field"))
    stages = [((s.site, stage), seconds) for s in health.sites for stage, seconds in s.stages.items()]
    _gauge(registry, "site_stage_seconds", "Median seconds of a stage in the last runs.", stages, ("site", "stage"))
    outcomes = [((s.site, o), float(n)) for s in health.sites if s.days for o, n in s.days[-1].outcomes.items()]
    _gauge(registry, "site_outcomes", "Addresses tried on this UTC day, by outcome.", outcomes, ("site", "outcome"))
    return generate_latest(registry)


_BY_SITE: tuple[tuple[str, str, Callable[[SiteHealth], float | None]], ...] = (
    ("articles", "Articles published in the 24 hours before the last run.", lambda s: float(s.recent)),
    ("articles_usual", "Articles usual in such 24 hours.", lambda s: s.recent_usual),
    ("last_run_timestamp_seconds", "Start of the last run.", lambda s: s.last_run.timestamp() if s.last_run else None),
    (
        "last_article_timestamp_seconds", "Publication of the newest article.",
        lambda s: s.last_article.timestamp() if s.last_article else None,
    ),
    (
        "latency_seconds", "Median time from publication to availability.",
        lambda s: s.latency * 60 if s.latency is not None else None,
    ),
    ("left_addresses", "Addresses that the last run left for later.", lambda s: float(s.left[-1]) if s.left else None),
    ("run_seconds", "Median length of a run.", lambda s: s.run_minutes * 60 if s.run_minutes is not None else None),
    ("fetch_seconds", "Median time to an answer.", lambda s: s.fetch_ms / 1000 if s.fetch_ms is not None else None),
)  # fmt: skip


def write_textfile(health: Health, path: Path) -> None:
    """Write the metrics whole or not at all, as node_exporter's textfile collector asks for."""
    beside = path.with_name(f".{path.name}.{time.monotonic_ns()}")
    beside.write_bytes(exposition(health))
    beside.replace(path)


def serve(settings: Settings, port: int, host: str = "0.0.0.0") -> ThreadingHTTPServer:  # noqa: S104 - meant for a scraper
    """An exporter at `/metrics`, and `/healthz` for probes. The caller runs `serve_forever`."""
    lock = threading.Lock()
    kept: tuple[float, bytes] = (0.0, b"")

    def current() -> bytes:
        nonlocal kept
        with lock:
            if not kept[1] or time.monotonic() - kept[0] > FRESH:
                page = exposition(assess_root(settings.lake, spool=settings.spool)[0])
                kept = (time.monotonic(), page)
            return kept[1]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/healthz":
                self._answer(200, b"ok\n", "text/plain")
                return
            if self.path != "/metrics":
                self._answer(404, b"see /metrics\n", "text/plain")
                return
            # A lake that can't be reached is a finding among the metrics, so an alert on it can fire.
            self._answer(200, current(), CONTENT_TYPE_LATEST)

        def _answer(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            """Scrapes are no news."""

    return ThreadingHTTPServer((host, port), Handler)


def _gauge(
    registry: CollectorRegistry,
    name: str,
    text: str,
    values: Iterable[tuple[tuple[str, ...], float]],
    labels: tuple[str, ...] = (),
) -> None:
    gauge = Gauge(f"{PREFIX}_{name}", text, labels, registry=registry)
    for of, value in values:
        (gauge.labels(*of) if labels else gauge).set(value)


def main() -> None:
    """Serve metrics of the lake the environment names."""
    parser = argparse.ArgumentParser(prog="python -m flows.metrics", description=main.__doc__)
    parser.add_argument("--port", type=int, default=9464)
    parser.add_argument("--host", default="0.0.0.0", help="address to listen at (all)")  # noqa: S104
    arguments = parser.parse_args()
    with serve(from_environment(), arguments.port, arguments.host) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
