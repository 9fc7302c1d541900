import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from crawlers.declarations import Site, load_sites
from flows.deployments import EPOCH, QUEUE, SKIP, as_yaml, deployments, group_of, jitter_of
from flows.serve.schedule import missed, next_after
from flows.serve.supervisor import quiet
from tests.conftest import ROOT


def site(name: str, cadence: str = "1h", zone: str | None = None) -> Site:
    return Site(
        name, name, f"https://{name}.example/", "zz", "en", (f"{name}.example",), timezone=zone, cadence=cadence
    )


SITES = [
    site("one"),
    site("two", "15m"),
    site("three", "15m", "Asia/Tokyo"),
    site("four", "0 6 * * 1-5", "Europe/Berlin"),
    site("five", "0 6 * * 1-5", "Asia/Tokyo"),
]


def test_one_deployment_a_cadence_and_the_backfill() -> None:
    assert [one.name for one in deployments(SITES)] == [
        "cron-0_6_x_x_1-5-Asia_Tokyo",
        "cron-0_6_x_x_1-5-Europe_Berlin",
        "every-15m",
        "every-1h",
        "backfill",
    ]
    assert {one.overlap for one in deployments(SITES) if one.flow == "ingest"} == {SKIP}
    assert deployments(SITES)[-1].overlap == QUEUE


def test_every_site_is_in_exactly_one() -> None:
    groups = [(one.parameters["cadence"], one.parameters["zone"]) for one in deployments(SITES) if one.cadence]
    assert len(groups) == len(set(groups))
    assert all(groups.count(group_of(one)) == 1 for one in SITES)


def test_cadences_do_not_all_begin_at_once() -> None:
    found = [one for one in deployments([site(f"s{n}", f"{n}h") for n in (1, 2, 3, 4)]) if one.cadence]
    assert len({one.anchor - EPOCH for one in found}) == 4
    for one in found:
        assert one.cadence is not None
        assert one.cadence.every is not None
        assert timedelta(0) <= one.anchor - EPOCH < one.cadence.every
        assert timedelta(0) < jitter_of(one.cadence) <= timedelta(minutes=2)


def test_prefect_yaml_says_the_same() -> None:
    whole = yaml.safe_load((ROOT / "prefect.yaml").read_text())
    assert whole["pull"] == [], "else Prefect sends workers to the directory of whoever deployed"
    assert whole["deployments"] == as_yaml(deployments(load_sites(ROOT / "crawlers" / "sites").values()))


def test_the_automation_for_dead_runs_says_the_same() -> None:
    from prefect.events.schemas.automations import AutomationCore

    from flows.serve.recovery import BEAT_SECONDS, DEAD_SECONDS, dead_runs

    (written,) = yaml.safe_load((ROOT / "infra" / "prefect" / "dead-runs.yaml").read_text())["automations"]
    assert AutomationCore.model_validate(written) == dead_runs()
    assert quiet({})["PREFECT_FLOWS_HEARTBEAT_FREQUENCY"] == str(BEAT_SECONDS)
    assert DEAD_SECONDS >= 4 * BEAT_SECONDS, "a sign of life that comes late is no death"


@pytest.mark.parametrize("name", ["ingest", "backfill"])
def test_parameters_are_those_of_the_flows(name: str) -> None:
    """What stands in prefect.yaml can be loaded by a worker of a work pool, and its parameters are taken."""
    from prefect.flows import Flow, load_flow_from_entrypoint

    entries = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    entries = [entry for entry in entries if entry["entrypoint"].endswith(f":{name}")]
    assert entries
    for entry in entries:
        flow: Flow[..., object] = load_flow_from_entrypoint(entry["entrypoint"])
        assert flow.name == name
        required = {"source": "warc"} if name == "backfill" else {}
        assert flow.validate_parameters(entry["parameters"] | required).keys() >= entry["parameters"].keys()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "after", "expected"),
    [
        # Six in the morning, Mondays to Fridays; Berlin's clocks go forward on Sunday 2024-03-31.
        ("cron-0_6_x_x_1-5-Europe_Berlin", "2024-03-29T05:00:00", "2024-04-01T04:00:00"),
        ("cron-0_6_x_x_1-5-Europe_Berlin", "2024-03-29T04:59:58", "2024-03-29T05:00:00"),
        ("cron-0_6_x_x_1-5-Asia_Tokyo", "2024-02-29T20:59:00", "2024-02-29T21:00:00"),
    ],
)
def test_cron_is_local_time(name: str, after: str, expected: str) -> None:
    found = {one.name: one for one in deployments(SITES)}[name]
    assert asyncio.run(next_after(found, utc(after))) == utc(expected)


def test_ten_missed_runs_are_one() -> None:
    found = {one.name: one for one in deployments(SITES)}["every-15m"]
    assert found.cadence is not None
    last, now = found.anchor + 10 * timedelta(minutes=15), found.anchor + 20.5 * timedelta(minutes=15)
    due = asyncio.run(missed(found, last, now))
    assert due == last + timedelta(minutes=15)
    assert asyncio.run(missed(found, now - timedelta(minutes=10), now)) == found.anchor + 20 * timedelta(minutes=15)
    assert asyncio.run(missed(found, found.anchor + 20 * timedelta(minutes=15), now)) is None
    assert asyncio.run(missed(found, None, now)) == now
    assert asyncio.run(missed(dataclasses.replace(found, cadence=None), None, now)) is None
