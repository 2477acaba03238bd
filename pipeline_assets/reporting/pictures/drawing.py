"""What a drawing is, and what all of them have in common: colours and texts.

The paper is white and opaque, so that a picture reads the same on a light and on a dark page. The
colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), which people tell apart
however they see colours; shades differ in lightness.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pipeline_assets.reporting.escaping import visible

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPER = "#ffffff"
INK = "#222222"
GREY = "#bbbbbb"
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""For companies and groups."""
SHADES = ("#fde725", "#a0da39", "#4ac16d", "#1fa187", "#277f8e", "#365c8d", "#46327e")
"""From much to little, from light to dark: some of the colours of matplotlib's `viridis`."""
MOST_COMPANIES = len(COLOURS)

TITLE_POINTS, LABEL_POINTS, TICK_POINTS = 9, 8, 7
_MOST_SIGNS = 24


@dataclass(frozen=True, slots=True)
class Detail:
    """How fine a picture is: dots per inch, and how much of the most that a drawing may show."""

    dots_per_inch: int
    share: float

    def of(self, most: int) -> int:
        """How many things to show where at most so many are shown."""
        return max(1, int(most * self.share))


class Drawing(Protocol):
    """Figures that can be drawn as one picture."""

    @property
    def name(self) -> str:
        """What it is called among the metadata."""

    @property
    def alternative(self) -> str:
        """What it shows, for those who do not see it: plain words, no text of a file."""

    @property
    def size_inches(self) -> tuple[float, float]:
        """Width and height."""

    def why_empty(self) -> str | None:
        """A sentence where there is nothing to draw."""

    def note(self, detail: Detail) -> str:
        """A sentence on what is left out; empty if nothing is."""

    def draw(self, figure: "Figure", detail: Detail) -> None:
        """Draw it."""


def label(text: str, most: int = _MOST_SIGNS) -> str:
    """A text from a file as matplotlib shows just this text, on one short line.

    `$` would start a formula. Signs that the font does not have would be empty boxes, with a
    warning each.
    """
    shown = visible(text)
    if len(shown) > most:
        shown = f"{shown[: most - 1]}…"
    if not shown.isascii():
        signs = _signs_of_the_font()
        shown = "".join(sign if ord(sign) in signs else "?" for sign in shown)
    return shown.replace("$", r"\$")


def _signs_of_the_font() -> Mapping[int, int]:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return get_font(findfont(FontProperties())).get_charmap()


def add_legend(
    figure: "Figure", left: float, top: float, entries: Iterable[tuple[str, str]]
) -> None:
    """Coloured squares with their texts, as (colour, text), one below the other."""
    line = 0.17 / figure.get_figheight()
    for at, (colour, text) in enumerate(entries):
        height = top - at * line
        figure.text(left, height, "■", fontsize=LABEL_POINTS, color=colour, va="top")
        figure.text(left + 0.025, height, text, fontsize=TICK_POINTS, color=INK, va="top")


def coloured(companies: Sequence[str]) -> dict[str, str]:
    """A colour for each company, for the first `MOST_COMPANIES` of them."""
    # By name, so that a company has its colour in all pictures that show the same ones.
    return dict(zip(sorted(companies[:MOST_COMPANIES]), COLOURS, strict=False))
