"""A small chart for a terminal: a price over time, in dots, without colours."""

from collections.abc import Sequence
from datetime import date

from pipeline_assets.domain.asking.lowest_over_time import PriceInForce

_ROWS = 4
_LEAST_WIDTH = 20
# Room above and below, as a share of what lies between.
_MARGIN = 0.08
_EMPTY = "\u2800"  # a sign of braille without a dot


def price_chart(steps: Sequence[PriceInForce], until: date, width: int) -> list[str]:
    """Lines of about `width` signs: the prices that were in force until this day, and the days.

    At the left are the highest, the lowest and the last price. Days on which it was not sold are
    left empty. No steps with a price make no chart.
    """
    prices = [step.price_cents for step in steps if step.price_cents is not None]
    if not prices:
        return []
    names = _names(prices)
    labels = max(len(name) for name in names.values())
    room = max(_LEAST_WIDTH, width - labels - 2)
    rows = _drawn(steps, until, prices, room)
    lines = [f"{names.get(row, ''):>{labels}} │{line}" for row, line in enumerate(rows)]
    days = _days(steps[0].day, until, room)
    return [*(line.rstrip(f"{_EMPTY} ") for line in lines), " " * (labels + 2) + days]


def shown_dollars(cents: int) -> str:
    """An amount as a person writes it."""
    return f"${cents // 100:,}.{cents % 100:02}"


def _rows(prices: Sequence[int]) -> int:
    return _ROWS if len(set(prices)) > 1 else 1


def _bounds(prices: Sequence[int]) -> tuple[float, float]:
    lowest, highest = min(prices), max(prices)
    room = (highest - lowest) * _MARGIN or 1
    return lowest - room, highest + room


def _names(prices: Sequence[int]) -> dict[int, str]:
    """The price that is written at each row; the last one gives way to the extremes."""
    low, high = _bounds(prices)
    rows = _rows(prices)
    return {
        rows - 1 - int((cents - low) / (high - low) * rows): shown_dollars(cents)
        for cents in (prices[-1], min(prices), max(prices))
    }


def _drawn(
    steps: Sequence[PriceInForce], until: date, prices: Sequence[int], width: int
) -> list[str]:
    from plotille import Canvas

    low, high = _bounds(prices)
    first = steps[0].day.toordinal()
    last = max(until.toordinal(), steps[-1].day.toordinal()) + 1  # the end of that day
    canvas = Canvas(width, _rows(prices), first, low, last, high)
    before: int | None = None
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        begin, end = step.day.toordinal(), last if following is None else following.day.toordinal()
        if step.price_cents is not None:
            if before is not None:
                canvas.line(begin, before, begin, step.price_cents)
            canvas.line(begin, step.price_cents, end, step.price_cents)
        before = step.price_cents
    drawn: str = canvas.plot()
    return drawn.split("\n")


def _days(first: date, last: date, width: int) -> str:
    """The first day at the left, the last one at the right where there is room."""
    if last <= first or width < 2 * len(str(first)) + 1:
        return str(first)
    return f"{first}{last!s:>{width - len(str(first))}}"
