"""The figures of small charts: where lines and bars go. Templates draw them as inline SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline_assets.catalogue.overview.quality import DayOfActivity
from pipeline_assets.catalogue.overview.week import PricePoint

SPARK_WIDTH, SPARK_HEIGHT = 120, 32
_PAD = 4
BARS_WIDTH, BARS_HEIGHT = 600, 120
_DAYS = 28


@dataclass(frozen=True, slots=True)
class Sparkline:
    """The past prices of an article as a stepped line; `gaps` are times when it was not sold."""

    path: str
    x: float
    y: float
    since: date
    lowest_cents: int
    highest_cents: int


def sparkline(history: Sequence[PricePoint], until: date) -> Sparkline | None:
    """The line up to a day; None where there is no price. Times without a price are left open."""
    cents = [point.cents for point in history if point.cents is not None]
    if not cents:
        return None
    first, low, high = history[0].day, min(cents), max(cents)
    days = max((until - first).days, 1)

    def across(day: date) -> float:
        return round(_PAD + (SPARK_WIDTH - 2 * _PAD) * (day - first).days / days, 1)

    def down(price: int) -> float:
        part = (price - low) / (high - low) if high > low else 0.5
        return round(SPARK_HEIGHT - _PAD - (SPARK_HEIGHT - 2 * _PAD) * part, 1)

    steps = []
    ends = [point.day for point in history[1:]] + [until]
    is_drawn = False
    for point, end in zip(history, ends, strict=True):
        if point.cents is None:
            is_drawn = False
            continue
        steps.append(
            f"{'V' if is_drawn else f'M{across(point.day):g} '}{down(point.cents):g}"
            f"H{across(end):g}"
        )
        is_drawn = True
    return Sparkline("".join(steps), across(until), down(cents[-1]), first, low, high)


@dataclass(frozen=True, slots=True)
class ActivityBar:
    """One day's bar; `height` of at most `BARS_HEIGHT`."""

    day: date
    files: int
    prices_changed: int
    x: float
    width: float
    y: float
    height: float


def activity_bars(activity: Sequence[DayOfActivity]) -> list[ActivityBar]:
    """A bar for each of the 28 days up to the newest, as high as its changed prices."""
    if not activity:
        return []
    of_day = {one.day: one for one in activity}
    newest, most = activity[-1].day, max(one.prices_changed for one in activity) or 1
    slot = BARS_WIDTH / _DAYS
    bars = []
    for at in range(_DAYS):
        day = newest - timedelta(days=_DAYS - 1 - at)
        found = of_day.get(day) or DayOfActivity(day, 0, 0)
        height = round(BARS_HEIGHT * found.prices_changed / most, 1)
        # A day with files and without changes still shows.
        height = max(height, 2.0) if found.files else 0.0
        bars.append(
            ActivityBar(
                day,
                found.files,
                found.prices_changed,
                round(at * slot + 2, 1),
                round(slot - 4, 1),
                round(BARS_HEIGHT - height, 1),
                height,
            )
        )
    return bars
