"""Every rule has a trouble that fires its alert: the simulated weeks, three further sites, and a lake that fails."""

import json
from collections import namedtuple
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from flows.alerts import AlertSettings, send_alerts
from flows.health import DEFAULT_RULES, Health, assess, assess_root
from flows.health.rules import DEFAULTS
from flows.lake import Lake, open_lake
from tests.flows.health.conftest import END
from tests.flows.health.simulated import FURTHER, NEWSROOMS, simulate

OF_THE_LAKE = {"storage", "disk", "pending", "not_run"}
_Usage = namedtuple("_Usage", "total used free")


def _fired(lake: Lake | None, health: Health) -> list[tuple[str | None, str]]:
    got: list[dict[str, Any]] = []
    send_alerts(lake, health, AlertSettings(DEFAULT_RULES), [got.append])
    return [(alert["site"], alert["rule"]) for body in got for alert in body["fired"]]


def test_every_rule_is_tried_here() -> None:
    events = {room.event for room in (*NEWSROOMS, *FURTHER) if room.event}
    assert events | OF_THE_LAKE == {rule.id for rule in DEFAULTS}


def test_sites_whose_servers_err_whose_pages_are_shells_and_that_are_half_empty(tmp_path: Path) -> None:
    lake = open_lake(str(tmp_path))
    simulate(lake, END, newsrooms=FURTHER, days=14)
    assert assess(lake, at=END - timedelta(days=2)).all_findings == []
    assert sorted(_fired(lake, assess(lake, at=END))) == sorted((room.site, room.event) for room in FURTHER)


def test_full_disks_and_a_batch_that_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = open_lake(str(tmp_path / "lake"))
    decision = {"sequence": 1, "run_id": "r-1", "decided_at": END.isoformat(), "rows": {}}
    lake.store.put("state/batches/000000000001.json", json.dumps(decision).encode())
    monkeypatch.setattr("shutil.disk_usage", lambda _: _Usage(10**12, 10**12 - 10**9, 10**9))
    health = assess(lake, at=END + timedelta(hours=5), spool=tmp_path / "spool")
    assert sorted(_fired(lake, health)) == [(None, "disk"), (None, "disk"), (None, "pending")]


def test_a_bucket_that_is_gone(s3_lake: Lake) -> None:
    boto3.client("s3").delete_bucket(Bucket=s3_lake.root.split("/")[2])
    health, lake = assess_root(s3_lake.root, at=END, probe=True)
    assert _fired(lake, health) == [(None, "storage")]


def test_a_scheduler_that_stands_still(weeks: Lake, tmp_path: Path) -> None:
    later = assess(weeks, at=END + timedelta(hours=30))
    assert (None, "not_run") in _fired(open_lake(str(tmp_path)), later)
