"""The agreement of each company's stores as a heat map, in the order of their groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from pipeline_assets.domain.groups.overview import StoreAgreement
from pipeline_assets.reporting.pictures.drawing import (
    GREY,
    INK,
    SHADES,
    Detail,
    add_legend,
    label,
)
from pipeline_assets.reporting.pictures.plot import Plot, Rectangle

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_STORES = 40
"""The most stores of a company that a map shows."""

_MOST_MAPS = 3
_MOST_NAMES = 16
_LEFT = 0.13

# The least share of equal prices of each shade, and its text: lighter is more alike.
_CLASSES = (
    (1.0, "all equal"),
    (0.98, "98 % or more"),
    (0.95, "95 %"),
    (0.9, "90 %"),
    (0.75, "75 %"),
    (0.5, "50 %"),
    (0.0, "less"),
)
_NO_COMMON_SKU = (GREY, "no common SKU")


@dataclass(frozen=True)
class AgreementDrawing:
    """A map for each company whose stores were compared, those with the most stores first."""

    companies: Mapping[str, StoreAgreement]

    name = "agreement_of_stores"
    alternative = "Heat maps of the share of equal prices of each two stores, by company"
    size_inches = (6.4, 2.9)

    def why_empty(self) -> str | None:
        """No two stores were compared."""
        if self._drawable:
            return None
        return "No store had to be compared with another of its company, so there is no new map."

    def note(self, detail: Detail) -> str:
        """Which stores and companies are left out."""
        drawn = self._drawable[: detail.of(_MOST_MAPS)]
        parts = ["Framed: groups. Stores that share too few SKUs match no other, even at 100 %."]
        parts += [
            f"{company}: {len(table.store_ids)} of {table.stores_in_all:,} stores are shown."
            for company, table in drawn
            if len(table.store_ids) < table.stores_in_all
        ]
        more = len(self._drawable) - len(drawn)
        parts += [f"Companies left out, as they have fewer stores: {more:,}."] if more else []
        return " ".join(parts)

    def draw(self, figure: "Figure", detail: Detail) -> None:
        """Draw the maps side by side."""
        drawn = self._drawable[: detail.of(_MOST_MAPS)]
        width, height = self.size_inches
        apart = 0.75 / len(drawn)
        side = min(apart - 0.05, 0.74 * height / width)
        for at, (company, table) in enumerate(drawn):
            left = _LEFT + at * apart
            place = (left, 0.86 - side * width / height, left + side, 0.86)
            title = f"{label(company, 24 // len(drawn))}: agreement"
            _draw_map(figure, place, table, title, has_names=len(drawn) == 1)
        entries = [(colour, text) for colour, (_, text) in zip(SHADES, _CLASSES, strict=True)]
        right = _LEFT + (len(drawn) - 1) * apart + side
        add_legend(figure, right + 0.03, 0.86, [*entries, _NO_COMMON_SKU])

    @property
    def _drawable(self) -> list[tuple[str, StoreAgreement]]:
        """The companies with two stores or more, that with the most first."""
        pairs = [one for one in self.companies.items() if len(one[1].store_ids) > 1]
        return sorted(pairs, key=lambda one: (-one[1].stores_in_all, one[0]))


def shade(agreement: float) -> str:
    """The colour of an agreement, NaN included."""
    for colour, (least, _) in zip(SHADES, _CLASSES, strict=True):
        if agreement >= least:
            return colour
    return _NO_COMMON_SKU[0]


def _draw_map(
    figure: "Figure", place: Rectangle, table: StoreAgreement, title: str, *, has_names: bool
) -> None:
    stores = len(table.store_ids)
    plot = Plot(figure, place, (0, stores), (stores, 0))  # the first row is at the top
    cells = [(at, row, at + 1, row + 1) for row in range(stores) for at in range(stores)]
    plot.rectangles(cells, [shade(share) for share in table.agreement.flat])
    starts = accumulate(table.group_sizes, initial=0)
    frames = [
        [(a, a), (a, a + size), (a + size, a + size), (a + size, a), (a, a)]
        for a, size in zip(starts, table.group_sizes, strict=False)
    ]
    plot.lines(frames, [INK], 1.2)
    plot.title(title)
    plot.x_scale("stores, group by group")
    names = table.store_ids if stores <= _MOST_NAMES and has_names else ()
    plot.y_scale("", [(at + 0.5, label(name, 8)) for at, name in enumerate(names)])
