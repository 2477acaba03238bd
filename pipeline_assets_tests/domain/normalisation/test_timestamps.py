"""A snapshot's date and time, with and without a zone."""

import time
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline_assets.domain.normalisation.timestamps import parse_moment

SYDNEY = ZoneInfo("Australia/Sydney")


@pytest.mark.parametrize(
    ("text", "moment", "day"),
    [
        # a date counts as 00:00 of its day, in the zone of the setting
        ("2025-09-01", datetime(2025, 8, 31, 14), date(2025, 9, 1)),
        ("2025-12-01", datetime(2025, 11, 30, 13), date(2025, 12, 1)),  # summer time
        ("20250901", datetime(2025, 8, 31, 14), date(2025, 9, 1)),
        (" 2025-09-01 ", datetime(2025, 8, 31, 14), date(2025, 9, 1)),
        ("2025-09-01T08:30:00", datetime(2025, 8, 31, 22, 30), date(2025, 9, 1)),
        ("2025-09-01 08:30", datetime(2025, 8, 31, 22, 30), date(2025, 9, 1)),
        ("2025-09-01T08:30:00.123456", datetime(2025, 8, 31, 22, 30, 0, 123456), date(2025, 9, 1)),
        # what names its zone holds there; the day is still the one of the setting
        ("2025-09-01T00:30:00Z", datetime(2025, 9, 1, 0, 30), date(2025, 9, 1)),
        ("2025-09-01T23:30:00+00:00", datetime(2025, 9, 1, 23, 30), date(2025, 9, 2)),
        ("2025-09-01T00:30:00+10:00", datetime(2025, 8, 31, 14, 30), date(2025, 9, 1)),
        ("2025-09-01T00:30:00-05:00", datetime(2025, 9, 1, 5, 30), date(2025, 9, 1)),
    ],
)
def test_a_moment_is_read_in_its_zone(text: str, moment: datetime, day: date) -> None:
    assert parse_moment(text, SYDNEY) == (moment, day)


def test_the_same_text_is_another_moment_in_another_zone() -> None:
    perth = parse_moment("2025-09-01", ZoneInfo("Australia/Perth"))
    assert perth == (datetime(2025, 8, 31, 16), date(2025, 9, 1))


def test_the_zone_of_this_machine_plays_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        monkeypatch.setenv("TZ", "America/New_York")
        time.tzset()
        assert parse_moment("2025-09-01", SYDNEY) == (datetime(2025, 8, 31, 14), date(2025, 9, 1))
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_hour_that_the_clock_goes_through_twice_is_the_first_one() -> None:
    twice = parse_moment("2025-04-06T02:30:00", SYDNEY)
    assert twice == (datetime(2025, 4, 5, 15, 30), date(2025, 4, 6))


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "today",
        "2025-02-30",
        "2025-13-01",
        "01/09/2025",
        "2025-09-01T25:00",
        20250901,
        True,
        ["2025-09-01"],
        "0001-01-01",
        "9999-12-31T23:59:59-23:00",
    ],
)
def test_what_is_no_moment_is_none(text: object) -> None:
    assert parse_moment(text, SYDNEY) is None


@given(st.datetimes(datetime(1900, 1, 2), datetime(2200, 1, 1)), st.integers(-720, 720))
def test_how_a_moment_is_written_does_not_matter(moment: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    written = moment.replace(tzinfo=UTC).astimezone(zone).isoformat()
    found = parse_moment(written, SYDNEY)
    assert found is not None
    assert found[0] == moment
    assert abs(found[1] - moment.date()) <= timedelta(days=1)
