"""Alerts reach a webhook once, again after a day, and when they are over; a receiver that fails gets them later."""

import json
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from flows import alerts
from flows.after_run import after_run
from flows.alerts import AlertSettings, prefect_event, send_alerts
from flows.errors import SettingsError
from flows.health import DEFAULT_RULES, Health, assess_root
from flows.lake import Lake, open_lake
from tests.flows.health.conftest import END
from tests.flows.health.simulated import NEWSROOMS

SECRET = "s3cret-token"


class Receiver(ThreadingHTTPServer):
    """A webhook on loopback that keeps what it gets; `status` is what it answers."""

    status = 200

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hooks/{SECRET}"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.headers["Content-Type"] == "application/json"
        self.server.got.append(body)
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts.time, "sleep", lambda _: None)


def _settings(receiver: Receiver) -> AlertSettings:
    return AlertSettings(DEFAULT_RULES, receiver.url)


def test_every_trouble_of_the_weeks_is_fired_once(lake: Lake, health: Health, receiver: Receiver) -> None:
    send_alerts(lake, health, _settings(receiver))
    (body,) = receiver.got
    fired = {(alert["site"], alert["rule"]) for alert in body["fired"]}
    assert fired == {(room.site, room.event) for room in NEWSROOMS if room.event}
    assert {alert["subject"] for alert in body["fired"] if alert["rule"] == "field"} == {"authors"}
    assert "CRITICAL quiet-courier: Quiet for" in body["text"]
    assert all(alert["cause"] and alert["look"] and alert["since"] for alert in body["fired"])
    send_alerts(lake, health, _settings(receiver))
    assert len(receiver.got) == 1


def test_what_lasts_is_told_again_after_a_day_and_what_is_over_is_resolved(
    lake: Lake, health: Health, weeks: Lake, receiver: Receiver
) -> None:
    send_alerts(lake, health, _settings(receiver))
    later = Health(health.lake, END + timedelta(hours=25), [s for s in health.sites if s.site == "quiet-courier"])
    send_alerts(lake, later, _settings(receiver))
    body = receiver.got[1]
    assert [alert["key"] for alert in body["fired"]] == ["quiet:quiet-courier"]
    assert len(body["resolved"]) == 6
    assert "RESOLVED walled-herald" in body["text"]


@pytest.mark.parametrize("status", [500, 404, 302])
def test_a_receiver_that_fails_gets_it_next_time_and_its_address_stays_secret(
    lake: Lake, health: Health, receiver: Receiver, quick: None, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    receiver.status = status
    send_alerts(lake, health, _settings(receiver))
    assert len(receiver.got) == 3
    assert any(record.levelno == logging.ERROR for record in caplog.records)
    assert SECRET not in caplog.text
    receiver.status = 200
    send_alerts(lake, health, _settings(receiver))
    assert len(receiver.got[-1]["fired"]) == 7


def test_nobody_listens(lake: Lake, health: Health, quick: None) -> None:
    nowhere = AlertSettings(DEFAULT_RULES, "http://127.0.0.1:9/")
    assert len(send_alerts(lake, health, nowhere).fired) == 7
    assert lake.store.get(alerts.STATE) is None


def test_a_lake_that_fails_is_told_and_resolves_nothing(lake: Lake, health: Health, receiver: Receiver) -> None:
    send_alerts(lake, health, _settings(receiver))
    gone, no_lake = assess_root("/dev/null/lake", at=END + timedelta(hours=1), probe=True)
    assert no_lake is None
    send_alerts(lake, gone, _settings(receiver))
    assert [alert["rule"] for alert in receiver.got[1]["fired"]] == ["storage"]
    assert receiver.got[1]["resolved"] == []


@pytest.mark.parametrize("spoilt", [b"{", b"[]", b'{"a": {}}', b'{"a": {"told_at": "soon"}}', b"\xff"])
def test_spoilt_memory_is_no_obstacle(lake: Lake, health: Health, receiver: Receiver, spoilt: bytes) -> None:
    lake.store.put(alerts.STATE, spoilt)
    send_alerts(lake, health, _settings(receiver))
    assert len(receiver.got[0]["fired"]) == 7


@pytest.mark.parametrize(
    ("name", "value"),
    [("PRESSLAKE_ALERT_WEBHOOK", "ftp://x"), ("PRESSLAKE_ALERT_AGAIN", "soon"), ("PRESSLAKE_ALERT_RULES", "/no")],
)
def test_wrong_settings_are_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError):
        alerts.from_environment({name: value})


def test_by_default_nothing_leaves_the_machine() -> None:
    assert alerts.from_environment({}).webhook is None


def test_prefect_gets_an_event_for_each(health: Health, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr("prefect.events.emit_event", lambda event, **more: sent.append({"event": event, **more}))
    prefect_event(alerts.message(health, alerts.due(health, {}, timedelta(hours=1))))
    assert {event["event"] for event in sent} >= {"presslake.alert.quiet", "presslake.alert.blocked"}
    quiet = next(event for event in sent if event["event"] == "presslake.alert.quiet")
    assert quiet["resource"]["prefect.resource.id"] == "presslake.site.quiet-courier"
    assert quiet["payload"]["look"] == "presslake sites check quiet-courier"


def test_after_a_run_the_report_is_there_and_alerts_are_sent(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.flows.health.simulated import simulate

    monkeypatch.setenv("PRESSLAKE_ALERT_WEBHOOK", receiver.url)
    lake = open_lake(str(tmp_path / "lake"))
    simulate(lake, datetime.now(UTC), newsrooms=tuple(room for room in NEWSROOMS if room.event == "quiet"), days=12)
    name = after_run(lake, spool=tmp_path)
    assert name is not None
    assert lake.store.get(name) == lake.store.get("reports/latest.html")
    assert [alert["rule"] for alert in receiver.got[0]["fired"]] == ["quiet"]


def test_after_run_never_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRESSLAKE_ALERT_RULES", str(tmp_path / "missing.toml"))
    assert after_run(open_lake(str(tmp_path / "lake"))) is None
    monkeypatch.delenv("PRESSLAKE_ALERT_RULES")
    lake = open_lake(str(tmp_path / "lake"))
    lake.store.put("tables/runs/_delta_log/00000000000000000000.json", b"spoilt")
    assert after_run(lake) == f"reports/{datetime.now(UTC):%Y-%m-%d}.html"
    assert b"be used" in (lake.store.get("reports/latest.html") or b"")
