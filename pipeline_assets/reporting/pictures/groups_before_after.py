"""The groups of stores before and after a run: a block for each group, as high as its stores."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline_assets.domain.groups.overview import GroupSizes
from pipeline_assets.reporting.pictures.drawing import GREY, PAPER, Detail, label
from pipeline_assets.reporting.pictures.plot import Plot, Rectangle

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_COMPANIES = 5
_MOST_BLOCKS = 24
_SHADES = ("#0072b2", "#56b4e9")
_BAR = 0.38

Segment = tuple[float, float, str]
"""Where it starts and ends, as shares of the company's stores, and its colour."""


@dataclass(frozen=True)
class GroupsDrawing:
    """Two bars for each company with a store that moved: its groups before and after."""

    companies: Sequence[GroupSizes]

    name = "groups_before_and_after"
    alternative = "Bars of the groups of stores before and after this run, by company"
    size_inches = (6.4, 2.6)

    def why_empty(self) -> str | None:
        """No store moved."""
        return None if self.companies else "No store moved to another group."

    def note(self, detail: Detail) -> str:
        """Which companies are left out."""
        more = len(self.companies) - len(self._drawn(detail))
        return f"Companies left out, as fewer of their stores moved: {more:,}." if more else ""

    def draw(self, figure: "Figure", detail: Detail) -> None:
        """Draw the bars side by side, the company with the most stores moved first."""
        drawn = self._drawn(detail)
        plot = Plot(figure, (0.09, 0.16, 0.98, 0.86), (0, max(2, len(drawn))), (0, 125))
        bars: list[Rectangle] = []
        colours: list[str] = []
        for at, company in enumerate(drawn):
            for left, when, sizes in (
                (at + 0.1, "before", company.before),
                (at + 0.52, "after", company.after),
            ):
                for low, high, colour in blocks(sizes, detail.of(_MOST_BLOCKS)):
                    bars.append((left, low, left + _BAR, high))
                    colours.append(colour)
                plot.above(left + _BAR / 2, 100, f"{when}:\n{_counted(len(sizes), 'group')}")
        plot.rectangles(bars, colours, PAPER)
        plot.title("Groups of stores before and after; grey: stores without another in their group")
        plot.x_scale("", [(at + 0.5, _name(company)) for at, company in enumerate(drawn)])
        plot.y_scale("stores, in percent", [(at, str(at)) for at in (0, 50, 100)])

    def _drawn(self, detail: Detail) -> list[GroupSizes]:
        by_moved = sorted(self.companies, key=lambda one: (-one.stores_moved, one.company))
        return by_moved[: detail.of(_MOST_COMPANIES)]


def blocks(sizes: Sequence[int], most: int) -> list[Segment]:
    """The blocks of a bar of 100, from below: groups of two or more stores, then the others.

    What does not fit among the most blocks is one grey block with the stores that are alone.
    """
    stores = sum(sizes)
    shown = [size for size in sizes if size > 1][:most]
    found: list[Segment] = []
    low = 0
    for at, size in enumerate(shown):
        found.append((100 * low / stores, 100 * (low + size) / stores, _SHADES[at % 2]))
        low += size
    return [*found, (100 * low / stores, 100.0, GREY)] if low < stores else found


def _name(company: GroupSizes) -> str:
    return f"{label(company.company, 11)}\n{_counted(sum(company.after), 'store')}"


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
