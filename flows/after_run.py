"""After a run: write the report into the lake and tell what is new. Whatever fails here, the run's results stand."""

import logging
from pathlib import Path

from flows.alerts import Deliver, from_environment, prefect_event, send_alerts, webhook
from flows.health import assess
from flows.lake import Lake
from flows.report import write_report

log = logging.getLogger(__name__)


def after_run(lake: Lake, *, spool: Path | None = None, events: bool = False) -> str | None:
    """Assess the lake, write the report, send alerts. Returns the report's name in the lake; None where that failed.

    `events`: also as Prefect events, where the run is one of Prefect's. Never raises.
    """
    try:
        settings = from_environment()
        health = assess(lake, rules=settings.rules, spool=spool, probe=True)
    except Exception:
        log.exception("the lake's health could not be assessed; the run itself is not concerned")
        return None
    deliver: list[Deliver] = [webhook(settings.webhook)] if settings.webhook else []
    if events:
        deliver.append(prefect_event)
    try:
        send_alerts(lake, health, settings, deliver)
    except Exception:
        log.exception("alerts could not be sent")
    try:
        return write_report(lake, health=health)
    except Exception:
        log.exception("the report could not be written")
        return None
