"""One simulated lake for all tests of health and report that only read it."""

from datetime import UTC, datetime

import pytest

from flows.health import Health, assess
from flows.lake import Lake, open_lake
from tests.flows.health.simulated import simulate

END = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Three simulated weeks up to `END`."""
    lake = open_lake(str(tmp_path_factory.mktemp("weeks") / "lake"))
    simulate(lake, END)
    return lake


@pytest.fixture(scope="session")
def health(weeks: Lake) -> Health:
    """The assessment of these weeks at their end."""
    return assess(weeks, at=END)
