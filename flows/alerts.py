"""Alerts: findings that appear, stay or go are told once, by webhook and as Prefect events.

    PRESSLAKE_ALERT_WEBHOOK   address that gets a JSON POST; none by default
    PRESSLAKE_ALERT_RULES     TOML file that changes the rules (flows/health/rules.py)
    PRESSLAKE_ALERT_AGAIN     hours after which what lasts is told again (24)

What was told is remembered in the lake, `state/alerts.json`, so that any worker may be the next to look. Notes of
severity `info` are never told.
"""

import json
import logging
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flows.errors import LakeError, SettingsError
from flows.health import Finding, Health, Rules, load_rules
from flows.lake import Lake

STATE = "state/alerts.json"
TIMEOUT = 10.0
"""Seconds a webhook may take."""
_TRIES = 3

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AlertSettings:
    """Where alerts go and by which rules."""

    rules: Rules
    webhook: str | None = None
    again: timedelta = timedelta(hours=24)


@dataclass(frozen=True)
class Told:
    """What is to be told of an assessment. `resolved` has what was written down of findings that are gone."""

    fired: tuple[Finding, ...]
    resolved: tuple[Mapping[str, Any], ...]

    def __bool__(self) -> bool:
        return bool(self.fired or self.resolved)


Deliver = Callable[[dict[str, Any]], None]
"""Delivers a message; raises OSError where it can't."""


def from_environment(environ: Mapping[str, str] = os.environ) -> AlertSettings:
    """The settings the environment asks for. Raises SettingsError."""
    webhook = environ.get("PRESSLAKE_ALERT_WEBHOOK") or None
    if webhook and urlsplit(webhook).scheme not in ("http", "https"):
        raise SettingsError("PRESSLAKE_ALERT_WEBHOOK must be an http(s) address")
    rules = environ.get("PRESSLAKE_ALERT_RULES")
    text = environ.get("PRESSLAKE_ALERT_AGAIN") or "24"
    try:
        again = timedelta(hours=float(text))
    except (ValueError, OverflowError):
        raise SettingsError(f"PRESSLAKE_ALERT_AGAIN={text}: a number of hours is expected") from None
    return AlertSettings(load_rules(Path(rules).expanduser() if rules else None), webhook, again)


def send_alerts(
    lake: Lake | None, health: Health, settings: AlertSettings, deliver: Sequence[Deliver] | None = None
) -> Told:
    """Tell what is new, lasting or gone since the last time. Never raises for a receiver or a lake that fails.

    `lake`: None where it can't be opened, which is then told every time.
    `deliver` defaults to the webhook, where one is set. What could not be delivered anywhere is told again next time.
    """
    if deliver is None:
        deliver = [webhook(settings.webhook)] if settings.webhook else []
    before = _remembered(lake) if lake else {}
    told = due(health, before, settings.again)
    if told and deliver and not _delivered(message(health, told), deliver):
        return told
    if lake:
        _remember(lake, health, before, told)
    return told


def due(health: Health, before: Mapping[str, Mapping[str, Any]], again: timedelta) -> Told:
    """What is to be told now. `before`: what was told, by key, with `told_at` in ISO 8601."""
    now = {finding.key: finding for finding in health.all_findings if finding.severity != "info"}
    fired = [
        finding
        for key, finding in now.items()
        if key not in before or health.at - datetime.fromisoformat(before[key]["told_at"]) >= again
    ]
    # A lake that can't be read says nothing about its sites: nothing is resolved then.
    blind = any(finding.rule == "storage" for finding in now.values())
    gone = [] if blind else [entry for key, entry in before.items() if key not in now]
    return Told(tuple(fired), tuple(gone))


def message(health: Health, told: Told) -> dict[str, Any]:
    """The JSON body: `text` for chat systems (Slack, Mattermost, Teams take it as it is), the rest for programs."""
    lines = [
        f"{finding.severity.upper()} {_where(finding)}: {finding.title}. {finding.cause}" for finding in told.fired
    ]
    lines += [f"RESOLVED {entry.get('site') or 'lake'}: {entry.get('title')}" for entry in told.resolved]
    return {
        "source": "presslake",
        "lake": health.lake,
        "at": health.at.isoformat(),
        "state": health.state,
        "text": "\n".join(lines),
        "fired": [as_json(finding) for finding in told.fired],
        "resolved": [dict(entry) for entry in told.resolved],
    }


def as_json(finding: Finding) -> dict[str, Any]:
    """The finding as JSON takes it."""
    return {
        "key": finding.key,
        "rule": finding.rule,
        "severity": finding.severity,
        "site": finding.site,
        "subject": finding.subject,
        "title": finding.title,
        "detail": finding.detail,
        "cause": finding.cause,
        "look": finding.look,
        "since": finding.since.isoformat() if finding.since else None,
    }


def webhook(url: str) -> Deliver:
    """A POST of the message as JSON, tried three times. Redirects are not followed."""

    def deliver(body: dict[str, Any]) -> None:
        request = urllib.request.Request(  # noqa: S310 - http(s) only, from_environment sees to it
            url, json.dumps(body).encode(), {"Content-Type": "application/json", "User-Agent": "presslake"}
        )
        for attempt in range(_TRIES):
            try:
                urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT).close()
            except OSError:
                if attempt == _TRIES - 1:
                    raise
                time.sleep(0.2 * 4**attempt)
            else:
                return

    return deliver


def prefect_event(body: dict[str, Any]) -> None:
    """An event for each finding, `presslake.alert.<rule>` or `presslake.resolved.<rule>`, for Prefect's automations."""
    from prefect.events import emit_event  # Prefect takes seconds to import

    for kind, entries in (("alert", body["fired"]), ("resolved", body["resolved"])):
        for entry in entries:
            emit_event(
                f"presslake.{kind}.{entry['rule']}",
                resource={
                    "prefect.resource.id": f"presslake.site.{entry['site'] or 'lake'}",
                    "prefect.resource.name": entry["site"] or "the lake",
                    "presslake.severity": entry["severity"],
                },
                payload={name: value for name, value in entry.items() if value is not None},
            )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


def _where(finding: Finding) -> str:
    return finding.site or "lake"


def _delivered(body: dict[str, Any], deliver: Sequence[Deliver]) -> bool:
    """Whether anybody was told."""
    reached = 0
    for way in deliver:
        try:
            way(body)
            reached += 1
        except OSError as error:
            # The address may hold a secret: the error is told without it.
            reason = f"HTTP {error.code}" if isinstance(error, urllib.error.HTTPError) else type(error).__name__
            log.error("an alert could not be delivered (%s): %s", reason, body["text"])
    return reached > 0


def _remembered(lake: Lake) -> dict[str, dict[str, Any]]:
    try:
        data = lake.store.get(STATE)
        found = json.loads(data) if data else {}
        return {key: entry for key, entry in found.items() if datetime.fromisoformat(entry["told_at"]).tzinfo}
    except LakeError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("%s is unreadable, alerts are told anew: %r", STATE, error)
        return {}


def _remember(lake: Lake, health: Health, before: dict[str, dict[str, Any]], told: Told) -> None:
    gone = {entry["key"] for entry in told.resolved}
    after = {key: entry for key, entry in before.items() if key not in gone}
    for finding in told.fired:
        after[finding.key] = as_json(finding) | {"told_at": health.at.isoformat()}
    if after == before:
        return
    try:
        lake.store.put(STATE, json.dumps(after, indent=1).encode())
    except LakeError as error:
        log.error("what was told could not be written down and will be told again: %s", error)
