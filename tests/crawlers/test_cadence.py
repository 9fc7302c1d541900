from datetime import timedelta

import pytest

from crawlers.cadence import parse_cadence


@pytest.mark.parametrize(
    ("text", "same", "every", "name"),
    [
        ("15m", "15m", timedelta(minutes=15), "every-15m"),
        ("120m", "2h", timedelta(hours=2), "every-2h"),
        ("24h", "1d", timedelta(days=1), "every-1d"),
        ("hourly", "1h", timedelta(hours=1), "every-1h"),
        (" Daily ", "1d", timedelta(days=1), "every-1d"),
        ("*/15 6-22 * * 1-5", "*/15 6-22 * * 1-5", None, "cron-xs15_6-22_x_x_1-5"),
        ("0  6,18 * * *", "0 6,18 * * *", None, "cron-0_6.18_x_x_x"),
    ],
)
def test_cadences_have_one_spelling(text: str, same: str, every: timedelta | None, name: str) -> None:
    cadence = parse_cadence(text)
    assert (cadence.text, cadence.every, cadence.name) == (same, every, name)
    assert parse_cadence(cadence.text) == cadence


@pytest.mark.parametrize(
    "text", ["", "5", "0m", "40d", "15 minutes", "60 * * * *", "* * * *", "*/0 * * * *", "a * * * *", "1-99 * * * *"]
)
def test_nonsense_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        parse_cadence(text)
