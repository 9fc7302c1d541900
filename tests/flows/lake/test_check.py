import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from flows.cli import cli
from flows.lake import Lake, open_lake
from flows.lake.check import check
from tests.flows.lake.faults import Faults, proxy


def test_a_local_lake_keeps_its_promises_and_is_left_as_it_was(tmp_path: Path) -> None:
    lake = open_lake(str(tmp_path / "lake"))
    lake.store.put("archive/mine", b"x")
    findings = list(check(lake, writers=3, names=20, commits=4))
    assert [finding for finding in findings if not finding.kept] == []
    assert len(findings) == 5
    assert [path.name for path in (tmp_path / "lake").iterdir()] == ["archive"], "the scratch folder is gone"


def test_an_s3_server_that_keeps_conditions_passes(s3_lake: Lake) -> None:
    assert [finding for finding in check(s3_lake, writers=2, names=10, commits=3) if not finding.kept] == []
    assert list(s3_lake.store.names("")) == []


def test_a_server_that_ignores_conditions_is_found_out(
    s3_lake: Lake, s3_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy(s3_server, Faults(strip=frozenset({"if-none-match"}))) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        result = CliRunner().invoke(
            cli,
            ["--lake", s3_lake.root, "lake", "check", "--writers", "3", "--names", "10", "--commits", "5", "--json"],
            standalone_mode=False,
        )
    assert result.return_value == 1, result.output
    report = json.loads(result.stdout)
    broken = {finding["promise"]: finding["detail"] for finding in report["findings"] if not finding["kept"]}
    assert "more than one winner" in broken["of writers at once, one wins a name"]
    assert "were lost" in broken["commits of all writers survive"]
    assert report["kept"] is False
    assert list(s3_lake.store.names("")) == []


def test_the_command_says_that_a_good_store_is_good(tmp_path: Path) -> None:
    arguments = ["--lake", str(tmp_path), "lake", "check", "--writers", "2", "--names", "3", "--commits", "2"]
    result = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert result.return_value == 0, result.output
    assert "can be trusted" in result.output
