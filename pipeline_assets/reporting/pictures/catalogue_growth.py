"""SKUs and stores over time, a line for each company."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline_assets.catalogue.growth import DayOfGrowth
from pipeline_assets.reporting.pictures.drawing import (
    MOST_COMPANIES,
    Detail,
    add_legend,
    coloured,
    label,
)
from pipeline_assets.reporting.pictures.plot import Plot, Rectangle, whole_ticks

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class GrowthDrawing:
    """The number of SKUs and of stores of each company, by date."""

    days: Sequence[DayOfGrowth]

    name = "growth"
    alternative = "Two line charts: SKUs and stores of each company over time"
    size_inches = (6.4, 2.3)

    def why_empty(self) -> str | None:
        """No file was accepted yet."""
        return None if self.days else "No file has been accepted yet."

    def note(self, detail: Detail) -> str:
        """Which companies are left out."""
        more = len(self._companies) - MOST_COMPANIES
        return f"The {more:,} companies with the fewest SKUs are left out." if more > 0 else ""

    def draw(self, figure: "Figure", detail: Detail) -> None:
        """Draw the SKUs on the left and the stores on the right."""
        colours = coloured(self._companies)
        self._draw_lines(figure, (0.1, 0.14, 0.4, 0.84), "SKUs", lambda day: day.skus)
        self._draw_lines(figure, (0.49, 0.14, 0.79, 0.84), "stores", lambda day: day.stores)
        add_legend(figure, 0.81, 0.84, [(hue, label(name, 10)) for name, hue in colours.items()])

    def _draw_lines(
        self, figure: "Figure", place: Rectangle, things: str, count: Callable[[DayOfGrowth], int]
    ) -> None:
        colours = coloured(self._companies)
        totals = self.totals(count)
        days = [day.day.toordinal() for day in self.days]
        first, end = min(days), max(days) + 1
        top = 1.08 * max(totals[company][-1][1] for company in colours)
        plot = Plot(figure, place, (first, end), (0, top))
        lines = [_stairs(totals[company], end) for company in colours]
        plot.lines(lines, list(colours.values()), 2)
        plot.title(f"{things[0].upper()}{things[1:]} in the catalogue")
        ends = sorted({first, end - 1})
        plot.x_scale("", [(day, date.fromordinal(day).isoformat()) for day in ends])
        plot.y_scale("", whole_ticks(top))

    def totals(self, count: Callable[[DayOfGrowth], int]) -> dict[str, list[tuple[int, int]]]:
        """Company → the totals at the end of its days, as (number of the day, total), in order."""
        found: dict[str, list[tuple[int, int]]] = {}
        for day in sorted(self.days, key=lambda day: day.day):
            of_company = found.setdefault(day.company, [])
            before = of_company[-1][1] if of_company else 0
            of_company.append((day.day.toordinal(), before + count(day)))
        return found

    @cached_property
    def _companies(self) -> list[str]:
        """The companies, that with the most SKUs first."""
        skus = Counter[str]()
        for day in self.days:
            skus[day.company] += day.skus
        return sorted(skus, key=lambda company: (-skus[company], company))


def _stairs(totals: Sequence[tuple[int, int]], end: int) -> list[tuple[float, float]]:
    """A line that stays level from one day to the next."""
    points: list[tuple[float, float]] = []
    for day, total in totals:
        if points:
            points.append((day, points[-1][1]))
        points.append((day, total))
    return [*points, (end, points[-1][1])]
