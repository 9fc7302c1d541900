"""A lake that fails, a batch that waits, a disk that is full: told as findings, never raised."""

import json
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from flows.health import DEFAULT_RULES, assess_root
from flows.health.storage import check_storage
from flows.lake import Lake, open_lake
from flows.lake.local_store import LocalStore
from tests.flows.health.conftest import END
from tests.flows.health.simulated import NEWSROOMS, simulate


class _Usage(NamedTuple):
    total: int
    used: int
    free: int


def _rules_of(lake: Lake, **more: object) -> list[str]:
    return [finding.rule for finding in check_storage(lake, DEFAULT_RULES, END, **more)]  # type: ignore[arg-type]


def test_a_healthy_lake_on_disk_and_s3_has_no_finding_and_no_probe_is_left(lake: Lake) -> None:
    assert _rules_of(lake) == []
    assert list(lake.store.names("state/probe/")) == []


def test_a_bucket_that_is_gone_is_a_finding(s3_lake: Lake) -> None:
    health, lake = assess_root("s3://no-such-bucket-anywhere/news", at=END, probe=True)
    assert lake is None
    assert [finding.rule for finding in health.all_findings][:1] == ["storage"]
    assert health.state == "critical"
    assert health.sites == []
    assert "aws s3 ls s3://no-such-bucket-anywhere" in health.findings[0].look


def test_a_store_that_ignores_conditions_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalStore, "put_if_absent", lambda self, name, data: self.put(name, b"presslake") or True)
    lake = open_lake(str(tmp_path / "lake"))
    assert _rules_of(lake) == ["storage"]


def test_a_batch_that_waits_is_a_finding_once_it_is_late(tmp_path: Path) -> None:
    lake = open_lake(str(tmp_path / "lake"))
    simulate(lake, END, newsrooms=NEWSROOMS[:1], days=2)
    decision = {"sequence": 2, "run_id": "r-2", "decided_at": END.isoformat(), "rows": {}}
    lake.store.put("state/batches/000000000002.json", json.dumps(decision).encode())
    for hours, expected in ((0.2, []), (5, ["pending"])):
        found = check_storage(lake, DEFAULT_RULES, END + timedelta(hours=hours))
        assert [finding.rule for finding in found] == expected
    assert found[0].since == END
    assert "r-2" in found[0].detail


def test_full_disks_of_lake_and_spool_are_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: _Usage(10**12, 10**12 - 10**9, 10**9))
    lake = open_lake(str(tmp_path / "lake"))
    found = check_storage(lake, DEFAULT_RULES, END, tmp_path / "spool" / "not" / "there")
    assert [finding.key for finding in found] == ["disk:-:lake", "disk:-:spool"]
