"""The simulated weeks: each trouble is found, with its cause, its beginning and a command; nothing else is."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.health import Finding, Health, assess
from flows.health.rules import DEFAULTS
from flows.lake import Lake, open_lake
from flows.lake.query import query
from schemas import TABLES
from schemas.checks import problems
from tests.flows.health.conftest import END
from tests.flows.health.simulated import NEWSROOMS, Newsroom, simulate

RULE = {"field": "field", "quiet": "quiet", "blocked": "blocked", "layout": "layout", "late": "late",
        "failing": "failing", "backlog": "backlog"}  # fmt: skip
TROUBLED = {room.site: room for room in NEWSROOMS if room.event}


def _of(health: Health, site: str) -> Finding:
    return next(finding for finding in health.all_findings if finding.site == site)


def test_each_troubled_site_is_found_and_no_other(health: Health) -> None:
    assert {(finding.site, finding.rule) for finding in health.all_findings} == {
        (room.site, RULE[str(room.event)]) for room in TROUBLED.values()
    }


@pytest.mark.parametrize("site", sorted(TROUBLED))
def test_the_beginning_is_right_within_a_day(health: Health, site: str) -> None:
    began = END - timedelta(days=TROUBLED[site].since)
    since = _of(health, site).since
    assert since is not None
    assert abs(since - began) < timedelta(hours=24), f"began {began}, told {since}"


@pytest.mark.parametrize("site", sorted(TROUBLED))
def test_a_finding_names_cause_and_command_and_its_query_runs(health: Health, weeks: Lake, site: str) -> None:
    finding = _of(health, site)
    assert finding.cause
    assert site in finding.look
    if finding.look.startswith("presslake query"):
        sql = finding.look.split('"', 1)[1].rsplit('"', 1)[0]
        assert len(query(weeks, sql)) > 0


def test_the_lost_field_is_named(health: Health) -> None:
    assert _of(health, "nameless-news").subject == "authors"


def test_worst_first_and_the_young_site_is_not_judged(health: Health) -> None:
    states = [site.state for site in health.sites]
    assert states == sorted(states, key=["critical", "warning", "ok", "learning"].index)
    assert next(site for site in health.sites if site.site == "young-wire").state == "learning"
    assert health.state == "critical"


def test_the_slowest_stage_is_named(health: Health) -> None:
    (site, stage, seconds), *_ = health.slowest(3)
    assert (site, stage) == ("slow-standard", "extract")
    assert seconds > 15
    usual = next(site for site in health.sites if site.site == "morgenblatt").stages
    assert max(usual, key=lambda stage: usual[stage]) == "fetch"
    assert list(usual) == ["fetch", "archive", "extract", "dedupe", "publish"]


def test_what_is_usual_follows_the_weekday(health: Health) -> None:
    site = next(site for site in health.sites if site.site == "agence-presse")
    usual = {day.date.weekday(): day.usual for day in site.days if day.over and day.usual}
    assert usual[2] == pytest.approx(110, rel=0.2)
    assert usual[6] == pytest.approx(70, rel=0.25)


def test_copies_are_counted_with_whom_they_repeat(health: Health) -> None:
    site = next(site for site in health.sites if site.site == "city-mirror")
    assert site.copies_of[0][0] == "agence-presse"
    assert sum(day.copies for day in site.days) == site.copies_of[0][1] > 100


def test_earlier_there_was_nothing_to_tell(weeks: Lake) -> None:
    """Before anything happened every site is as usual: the rules don't cry wolf."""
    assert assess(weeks, at=END - timedelta(days=5)).all_findings == []


@pytest.mark.parametrize("seed", range(3))
def test_weeks_in_which_nothing_happens_have_no_finding(tmp_path: object, seed: int) -> None:
    calm = tuple(Newsroom(room.site, room.weekday, room.weekend) for room in NEWSROOMS)
    lake = open_lake(f"{tmp_path}/lake")
    simulate(lake, END, newsrooms=calm, seed=100 + seed)
    assert assess(lake, at=END).all_findings == []


def test_what_is_quiet_because_we_are_kept_out_says_so(tmp_path: Path) -> None:
    """On a Sunday at five hardly a page is asked for, and most feeds are read: too little to call it blocked."""
    lake, end = open_lake(f"{tmp_path}/lake"), datetime(2026, 11, 29, 5, 17, tzinfo=UTC)
    simulate(lake, end, newsrooms=NEWSROOMS[-7:-4], days=16)
    quiet = {finding.site: finding for finding in assess(lake, at=end).all_findings if finding.rule == "quiet"}
    assert "3 ended as challenge" in quiet["walled-herald"].detail
    assert "a bot check" in quiet["walled-herald"].cause
    assert "hold nothing new" in quiet["quiet-courier"].detail


def test_no_run_of_any_site_is_one_finding_about_the_scheduler(weeks: Lake) -> None:
    later = assess(weeks, at=END + timedelta(hours=30))
    idle = [finding for finding in later.all_findings if finding.rule == "not_run"]
    assert [finding.site for finding in idle] == [None]
    assert not any(f.rule in ("quiet", "thin") and f.site == "morgenblatt" for f in later.all_findings)


def test_a_site_that_is_no_longer_run_is_found(tmp_path: object) -> None:
    lake = open_lake(f"{tmp_path}/lake")
    simulate(lake, END - timedelta(days=2), newsrooms=(Newsroom("left-out", 30, 20),), days=12)
    simulate(lake, END, newsrooms=(Newsroom("goes-on", 30, 20),), days=12)
    assert [(f.site, f.rule) for f in assess(lake, at=END).all_findings] == [("left-out", "not_run")]


def test_an_empty_lake_has_no_sites_and_no_findings(lake: Lake) -> None:
    health = assess(lake, at=END, probe=True)
    assert health.sites == []
    assert health.all_findings == []


def test_some_sites_only(weeks: Lake) -> None:
    assert [site.site for site in assess(weeks, at=END, sites=["morgenblatt"]).sites] == ["morgenblatt"]


def test_to_dict_has_a_key_per_finding(health: Health) -> None:
    keys = [finding["key"] for finding in health.to_dict()["findings"]]
    assert len(set(keys)) == len(keys) == len(TROUBLED)


def test_the_simulated_rows_keep_the_contract(weeks: Lake) -> None:
    for name, table in TABLES.items():
        rows = query(weeks, f"SELECT * FROM {name} LIMIT 300").to_pylist()
        assert rows, name
        assert [text for row in rows for text in problems(table, row)] == []


def test_rules_have_names_of_their_own() -> None:
    assert len({rule.id for rule in DEFAULTS}) == len(DEFAULTS)
    assert isinstance(END, datetime)
