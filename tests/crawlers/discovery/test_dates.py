from datetime import UTC, datetime

import pytest

from crawlers.discovery.dates import is_day_first, latest_instant, parse_instant


def utc(*fields: int) -> datetime:
    return datetime(*fields, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # RFC 822 and its near misses
        ("Fri, 28 Apr 2023 17:40:08 +0000", utc(2023, 4, 28, 17, 40, 8)),
        ("Fri, 28 Apr 2023 17:40:08 GMT", utc(2023, 4, 28, 17, 40, 8)),
        ("28 Apr 23 17:40 EST", utc(2023, 4, 28, 22, 40)),
        ("Fri,28 Apr 2023 17:40:08 +0530", utc(2023, 4, 28, 12, 10, 8)),
        ("Friday, 28-Apr-23 17:40:08 GMT", utc(2023, 4, 28, 17, 40, 8)),
        ("Fri, 28 April 2023 17:40:08 CEST", utc(2023, 4, 28, 15, 40, 8)),
        ("Fri, 28 Apr 2023 17:40:08 -0000", utc(2023, 4, 28, 17, 40, 8)),
        ("Fri, 28 Apr 2023 17:40:08 GMT+2", utc(2023, 4, 28, 15, 40, 8)),
        ("Fri, 28 Apr 2023 17:40:08 +02:00 (CEST)", utc(2023, 4, 28, 15, 40, 8)),
        ("Mo, 28 Apr 1997 10:00:00 +0100", utc(1997, 4, 28, 9)),
        ("Fr, 05 Dez 2025 08:00:00 +0100", utc(2025, 12, 5, 7)),
        ("sáb., 03 sept. 2024 08:00:00 +0200", utc(2024, 9, 3, 6)),
        ("Пт, 05 дек 2025 08:00:00 +0300", utc(2025, 12, 5, 5)),
        ("05 marraskuuta 2025 08:00:00 +0200", utc(2025, 11, 5, 6)),
        ("Apr 28, 2023 17:40:08 +0000", utc(2023, 4, 28, 17, 40, 8)),
        ("Fri Apr 28 17:40:08 UTC 2023", utc(2023, 4, 28, 17, 40, 8)),
        # RFC 3339, W3C-DTF
        ("2023-04-28T17:40:08Z", utc(2023, 4, 28, 17, 40, 8)),
        ("2023-04-28T17:40+02:00", utc(2023, 4, 28, 15, 40)),
        ("2023-04-28t17:40:08.123456789z", utc(2023, 4, 28, 17, 40, 8, 123456)),
        ("2023-04-28 17:40:08 +0200", utc(2023, 4, 28, 15, 40, 8)),
        ("2023/04/28 17:40:08 +0200", utc(2023, 4, 28, 15, 40, 8)),
        ("28.04.2023 17:40:08 +0200", utc(2023, 4, 28, 15, 40, 8)),
        ("3.4.2023, 17:40 CEST", utc(2023, 4, 3, 15, 40)),
        ("28/04/2023 - 17:40 GMT", utc(2023, 4, 28, 17, 40)),
        ("04/28/2023 17:40 GMT", utc(2023, 4, 28, 17, 40)),
        ("4/4/2023 17:40 GMT", utc(2023, 4, 4, 17, 40)),
        ("20230428T174008Z", utc(2023, 4, 28, 17, 40, 8)),
        ("2023-04-28T24:00:00Z", utc(2023, 4, 29)),
        ("2016-12-31T23:59:60Z", utc(2016, 12, 31, 23, 59, 59)),
        ("\n 2023-04-28T17:40:08Z\n", utc(2023, 4, 28, 17, 40, 8)),
    ],
)
def test_instants(text: str, expected: datetime) -> None:
    assert parse_instant(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "yesterday",
        "2023-04-28",  # a day is no instant
        "2023-04",
        "2023-04-28T17:40:08",  # no zone
        "Fri, 28 Apr 2023 17:40:08",
        "Fri, 28 Apr 2023 17:40:08 IST",  # India, Ireland or Israel
        "Fri, 28 Apr 2023 17:40:08 BST",
        "Fri, 28 Apr 2023 05:40:08 PM",
        "28 srp 2023 17:40:08 +0100",  # August in Czech, July in Croatian
        "03/04/2023 17:40 GMT",  # in March or in April
        "28/28/2023 17:40 GMT",
        "2023-02-31T10:00:00Z",
        "2023-04-28T25:00:00Z",
        "2023-04-28T10:00:00+99:00",
        "9999-12-31T23:59:59-12:00",
        "0000-01-01T00:00:00Z",
        "1682703608",
        "x" * 100_000,
    ],
)
def test_no_instant_is_guessed(text: str | None) -> None:
    assert parse_instant(text) is None


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2023-04-28T17:40:08", "Europe/Berlin", utc(2023, 4, 28, 15, 40, 8)),
        ("2023-01-28T17:40:08", "Europe/Berlin", utc(2023, 1, 28, 16, 40, 8)),
        ("Fri, 28 Apr 2023 17:40:08", "Asia/Tokyo", utc(2023, 4, 28, 8, 40, 8)),
        ("Fri, 28 Apr 2023 17:40:08 IST", "Asia/Kolkata", utc(2023, 4, 28, 12, 10, 8)),
        ("Fri, 28 Apr 2023 17:40:08 BST", "Europe/London", utc(2023, 4, 28, 16, 40, 8)),
        ("Fri, 28 Apr 2023 17:40:08 CST", "Asia/Shanghai", utc(2023, 4, 28, 9, 40, 8)),
        ("Fri, 28 Apr 2023 17:40:08 CST", "America/Chicago", utc(2023, 4, 28, 23, 40, 8)),
        ("2023-04-28T17:40:08Z", "Asia/Tokyo", utc(2023, 4, 28, 17, 40, 8)),
        ("2023-10-29T02:30:00", "Europe/Berlin", None),  # happened twice
        ("2023-04-28", "Europe/Berlin", None),
    ],
)
def test_the_sites_zone_counts_where_the_date_has_none(text: str, zone: str, expected: datetime | None) -> None:
    assert parse_instant(text, zone) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["03/04/2023 10:00", "28/04/2023 10:00"], True),
        (["03/04/2023 10:00", "04/28/2023 10:00"], False),
        (["03/04/2023 10:00"], None),
        (["28/04/2023 10:00", "04/28/2023 10:00"], None),
        (["Fri, 28 Apr 2023 17:40:08 GMT", "2023-04-28"], None),
        ([], None),
    ],
)
def test_a_documents_dates_tell_which_number_is_the_day(texts: list[str], expected: bool | None) -> None:
    assert is_day_first(texts) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-04-28T17:40:08Z", utc(2023, 4, 28, 17, 40, 8)),
        ("2023-04-28", utc(2023, 4, 29, 12)),
        ("2023-12-31", utc(2024, 1, 1, 12)),
        ("2023-04", utc(2023, 5, 1, 12)),
        ("2023-12", utc(2024, 1, 1, 12)),
        ("2023", utc(2024, 1, 1, 12)),
        ("2023-04-28T17:40:08", utc(2023, 4, 29, 5, 40, 8)),
        ("2023-13-01", None),
        ("never", None),
        (None, None),
    ],
)
def test_a_vague_lastmod_is_taken_for_the_latest_it_can_mean(text: str | None, expected: datetime | None) -> None:
    assert latest_instant(text) == expected
