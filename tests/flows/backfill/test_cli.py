"""`presslake backfill` as a person or a script meets it."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import cli
from tests.flows.backfill import gazette

STORIES = [story for story in gazette.past() if story.status == 200][:6]
Call = Callable[..., Result]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Call]:
    """Runs `presslake …` in this process, on two WARC files `one` and `two` with three stories each."""
    at = datetime(2024, 3, 2, tzinfo=UTC)
    gazette.write_warc(tmp_path / "one.warc.gz", gazette.captures(STORIES[:3], at))
    gazette.write_warc(tmp_path / "two.warc.gz", gazette.captures(STORIES[3:], at))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PRESSLAKE_SITES", str(gazette.declare(tmp_path / "sites")))
    monkeypatch.setattr(os, "nice", lambda more: more)
    handler = signal.getsignal(signal.SIGTERM)
    yield lambda *arguments: CliRunner().invoke(cli, ["backfill", *arguments], terminal_width=200)
    signal.signal(signal.SIGTERM, handler)


def test_plan_run_and_the_rest_of_it(call: Call, tmp_path: Path) -> None:
    plan = json.loads(call("warc", "*.warc.gz", "--plan", "--json").output)
    assert [(window["label"].split()[0], window["done"]) for window in plan["windows"]] == [
        ("one.warc.gz", False),
        ("two.warc.gz", False),
    ]
    assert all(window["bytes"] == (tmp_path / window["label"].split()[0]).stat().st_size for window in plan["windows"])
    assert not (tmp_path / "lake" / "tables").exists(), "a plan changes nothing"

    part = call("warc", "*.warc.gz", "--pages", "1")
    assert part.exit_code == 3
    assert "1 of 2 windows done" in part.output
    assert "the budget of 1 pages is used" in part.output

    told = call("warc", "*.warc.gz", "--plan").output
    assert [line.split()[-1] for line in told.splitlines() if ".warc.gz" in line] == ["done", "do"]
    assert f"job {plan['job']}: 1 of 2 windows to do" in told

    rest = call("warc", "*.warc.gz", "--json")
    assert rest.exit_code == 0
    report = json.loads(rest.output)
    assert (report["state"], report["done"], report["outcomes"]) == ("ok", 2, {"new": 6})
    assert report["pages"] == 3, "of this call"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("warc", "none/*.warc.gz"), "no WARC file there"),
        (("warc", "one.warc.gz", "--since", "2024-02-30"), "is no date such as"),
        (("warc", "one.warc.gz", "--published-until", "soon"), "is no date such as"),
        (("warc", "one.warc.gz", "--zone", "Europe/Atlantis"), "no IANA time zone"),
        (("warc", "one.warc.gz", "--site", "nobody"), "no such site: nobody"),
        (("cc-news", "--since", "2024-03"), "a first and a last day"),
    ],
)
def test_mistakes_are_told(call: Call, arguments: tuple[str, ...], said: str) -> None:
    result = call(*arguments)
    assert result.exit_code != 0
    assert said in result.output + str(result.exception or "")
