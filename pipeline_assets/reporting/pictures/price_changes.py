"""The day's price changes as a histogram of percentages, the companies' on top of one another."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from pipeline_assets.catalogue.movements import HIGHEST_STEP, STEP_PERCENT, CompanyDay, PriceStep
from pipeline_assets.reporting.pictures.drawing import (
    GREY,
    MOST_COMPANIES,
    Detail,
    add_legend,
    coloured,
    label,
)
from pipeline_assets.reporting.pictures.plot import Plot, Rectangle, whole_ticks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# The finest bins are a step wide; coarser ones are so many steps wide.
_WIDEST_BIN = 4


@dataclass(frozen=True)
class PriceChangesDrawing:
    """How many prices of each company changed by how much."""

    days: Sequence[CompanyDay]
    steps: Sequence[PriceStep]

    name = "price_changes"
    alternative = "Histogram of the day's price changes in percent, by company"
    size_inches = (6.4, 2.5)

    def why_empty(self) -> str | None:
        """No price has changed."""
        return None if self.steps else "No price changed on the newest day of any company."

    def note(self, detail: Detail) -> str:
        """Which companies are drawn as one."""
        more = len(self._companies) - MOST_COMPANIES
        return f"The grey bars are {more:,} further companies." if more > 0 else ""

    def draw(self, figure: "Figure", detail: Detail) -> None:
        """Draw bars on top of one another, the company with the most changes at the bottom."""
        counts = self.binned(detail)
        bins = {at for of_company in counts.values() for at in of_company}
        start, end = min(-1, *bins), max(1, *bins) + 1
        colours = coloured(list(counts))
        heights = dict.fromkeys(range(start, end), 0)
        bars: list[Rectangle] = []
        shades: list[str] = []
        for company, of_company in counts.items():
            for at, prices in of_company.items():
                bars.append((at, heights[at], at + 1, heights[at] + prices))
                shades.append(colours.get(company, GREY))
                heights[at] += prices
        top = 1.05 * max(heights.values())
        plot = Plot(figure, (0.09, 0.2, 0.68, 0.87), (start, end), (0, top))
        plot.rectangles(bars, shades)
        plot.title("Price changes of the day")
        plot.x_scale("change of the price, in percent", [*self._ticks(start, end, detail)])
        plot.y_scale("prices", whole_ticks(top))
        add_legend(figure, 0.7, 0.87, self._legend(colours))

    def binned(self, detail: Detail) -> dict[str, Counter[int]]:
        """Company → bin → prices, the company with the most changes first."""
        per_bin = self.steps_per_bin(detail)
        counts: dict[str, Counter[int]] = {company: Counter() for company in self._companies}
        for one in self.steps:
            counts[one.company][one.step // per_bin] += one.prices
        return counts

    def steps_per_bin(self, detail: Detail) -> int:
        """How many steps make a bin."""
        return min(_WIDEST_BIN, round(1 / detail.share))

    def _ticks(self, start: int, end: int, detail: Detail) -> Iterator[tuple[float, str]]:
        """About eight places on the scale with their percentages; no change is one of them."""
        per_bin = self.steps_per_bin(detail)
        apart = -(-(end - start) // 8)
        last = HIGHEST_STEP // per_bin
        for at in range(start, min(end + 1, last)):
            if at % apart == 0:
                yield at, f"{at * per_bin * STEP_PERCENT:+d}" if at else "0"
        if end > last:
            yield last + 0.5, "≥ +100"

    @cached_property
    def _companies(self) -> list[str]:
        """The companies with a change, that with the most first."""
        prices = Counter[str]()
        for one in self.steps:
            prices[one.company] += one.prices
        return sorted(prices, key=lambda company: (-prices[company], company))

    def _legend(self, colours: Mapping[str, str]) -> list[tuple[str, str]]:
        days: dict[str, date] = {day.company: day.ends_on for day in self.days}
        return [
            (colour, f"{label(company, 10)}, {days[company].isoformat()}")
            for company, colour in colours.items()
        ]
