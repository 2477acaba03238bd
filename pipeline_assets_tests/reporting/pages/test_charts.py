"""Where the lines and bars of small charts go."""

from datetime import date

from pipeline_assets.catalogue.overview.quality import DayOfActivity
from pipeline_assets.catalogue.overview.week import PricePoint
from pipeline_assets.reporting.pages.charts import BARS_HEIGHT, activity_bars, sparkline


def day(number: int) -> date:
    return date(2025, 9, number)


def test_a_line_steps_from_price_to_price_up_to_the_last_day() -> None:
    line = sparkline([PricePoint(day(1), 100), PricePoint(day(5), 300)], day(9))
    assert line is not None
    assert line.path == "M4 28H60V4H116"
    assert (line.x, line.y) == (116, 4)
    assert (line.since, line.lowest_cents, line.highest_cents) == (day(1), 100, 300)


def test_times_without_a_price_are_left_open() -> None:
    points = [PricePoint(day(1), 100), PricePoint(day(3), None), PricePoint(day(5), 200)]
    line = sparkline(points, day(9))
    assert line is not None
    assert line.path == "M4 28H32M60 4H116"


def test_a_single_price_is_a_level_line_and_no_price_is_none() -> None:
    line = sparkline([PricePoint(day(9), 100)], day(9))
    assert line is not None
    assert line.path == "M4 16H4"
    assert sparkline([PricePoint(day(1), None)], day(9)) is None
    assert sparkline([], day(9)) is None


def test_bars_are_the_last_28_days_as_high_as_their_changes() -> None:
    bars = activity_bars([DayOfActivity(day(20), 3, 50), DayOfActivity(day(28), 1, 200)])
    assert [one.day for one in (bars[0], bars[-1])] == [day(1), day(28)]
    assert len(bars) == 28
    heights = {one.day: one.height for one in bars if one.height}
    assert heights == {day(20): BARS_HEIGHT / 4, day(28): BARS_HEIGHT}
    assert all(one.y + one.height == BARS_HEIGHT for one in bars)


def test_a_day_with_files_and_without_changes_shows_and_no_activity_is_no_chart() -> None:
    assert activity_bars([DayOfActivity(day(28), 1, 0)])[-1].height == 2
    assert activity_bars([]) == []
