"""A plot: a titled part of a picture, with scales along two sides, bars and lines in their units.

It draws on the figure itself, with matplotlib's collections: its axes take three times as long,
most of it for the ticks.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pipeline_assets.reporting.pictures.drawing import INK, LABEL_POINTS, TICK_POINTS, TITLE_POINTS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Range = tuple[float, float]
Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top."""
Line = Sequence[tuple[float, float]]

_POINTS_PER_INCH = 72


class Plot:
    """A plot on a figure, in the units of its scales; `place` is in shares of the figure."""

    def __init__(self, figure: "Figure", place: Rectangle, x: Range, y: Range) -> None:
        self._figure = figure
        self._place = place
        self._x, self._y = x, y

    def rectangles(
        self, rectangles: Iterable[Rectangle], colours: Sequence[str], edge: str = "none"
    ) -> None:
        """Fill rectangles with their colours."""
        from matplotlib.collections import PolyCollection

        corners = [
            [self._at(a, b), self._at(a, d), self._at(c, d), self._at(c, b)]
            for a, b, c, d in rectangles
        ]
        # Smoothed edges would let the paper shine through between neighbours.
        drawn = PolyCollection(corners, facecolors=colours, edgecolors=edge, antialiaseds=False)
        self._add(drawn)

    def lines(self, lines: Iterable[Line], colours: Sequence[str], width_points: float) -> None:
        """Draw lines through points."""
        from matplotlib.collections import LineCollection

        paths = [[self._at(x, y) for x, y in line] for line in lines]
        self._add(LineCollection(paths, colors=colours, linewidths=width_points))

    def title(self, text: str) -> None:
        """Write a title above the plot's left end."""
        self._text(self._x[0], self._y[1], text, (0, 8), ha="left", size=TITLE_POINTS)

    def above(self, x: float, y: float, text: str) -> None:
        """Write small text above a point."""
        self._text(x, y, text, (0, 2))

    def x_scale(self, text: str, ticks: Sequence[tuple[float, str]] = ()) -> None:
        """Draw the lower side, with a text below its middle and one at each (place, text)."""
        (left, right), bottom = self._x, self._y[0]
        self.lines([[(left, bottom), (right, bottom)]], [INK], 0.8)
        for place, tick in ticks:
            self._text(place, bottom, tick, (0, -4), va="top")
        away = (0, -5 - (1.4 * TICK_POINTS if ticks else 0))
        self._text((left + right) / 2, bottom, text, away, va="top", size=LABEL_POINTS)

    def y_scale(self, text: str, ticks: Iterable[tuple[float, str]] = ()) -> None:
        """Draw the left side, with a text above it and one at each (place, text)."""
        left, (bottom, top) = self._x[0], self._y
        self.lines([[(left, bottom), (left, top)]], [INK], 0.8)
        for place, tick in ticks:
            self._text(left, place, tick, (-4, 0), ha="right", va="center")
        away = (-7 - 4 * TICK_POINTS, 0)
        middle = (bottom + top) / 2
        self._text(left, middle, text, away, va="center", rotation=90, size=LABEL_POINTS)

    def _at(self, x: float, y: float) -> tuple[float, float]:
        """The place of a point of the plot in the figure."""
        left, bottom, right, top = self._place
        across = (x - self._x[0]) / (self._x[1] - self._x[0])
        up = (y - self._y[0]) / (self._y[1] - self._y[0])
        return left + across * (right - left), bottom + up * (top - bottom)

    def _text(
        self,
        x: float,
        y: float,
        text: str,
        away_points: tuple[float, float],
        *,
        ha: Literal["left", "center", "right"] = "center",
        va: Literal["top", "center", "bottom"] = "bottom",
        size: float = TICK_POINTS,
        rotation: float = 0,
    ) -> None:
        at = self._at(x, y)
        inches = self._figure.get_size_inches() * _POINTS_PER_INCH
        place = at[0] + away_points[0] / inches[0], at[1] + away_points[1] / inches[1]
        self._figure.text(*place, text, ha=ha, va=va, fontsize=size, color=INK, rotation=rotation)

    def _add(self, artist: Any) -> None:
        artist.set_transform(self._figure.transSubfigure)
        self._figure.add_artist(artist, clip=False)


def whole_ticks(top: float) -> list[tuple[float, str]]:
    """About four whole numbers from 0 to at most `top`, with their texts."""
    from matplotlib.ticker import MaxNLocator

    places = MaxNLocator(nbins=4, integer=True).tick_values(0, top)
    return [(float(place), f"{place:,.0f}") for place in places if 0 <= place <= top]
