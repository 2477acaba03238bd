"""Figures of benchmarks, each beside what it is compared with in the same run, and their table.

Times of one machine say nothing about another. The ratio of a figure to a limit that was measured
in the same minutes does: so a figure carries the readings of both.
"""

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measure: every reading of it, and of what it is compared with.

    `beside_is` says what that is: a limit that no program can go below, or an earlier version.
    """

    measure: str
    unit: str
    readings: tuple[float, ...]
    beside: tuple[float, ...] = ()
    beside_is: str = ""

    @property
    def median(self) -> float:
        """The middle reading."""
        return statistics.median(self.readings)

    @property
    def ratio(self) -> float | None:
        """How many times the other median this one is; None if there is no other."""
        return self.median / statistics.median(self.beside) if self.beside else None


def show(figures: Iterable[Figure]) -> None:
    """Print a table: measure, median, lowest and highest reading, and the ratio."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("measure")
    for name in ("median", "lowest", "highest"):
        table.add_column(name, justify="right")
    table.add_column("unit")
    table.add_column("times", justify="right")
    table.add_column("what")
    for figure in figures:
        table.add_row(*_cells(figure))
    console = Console()
    console.print(table) if console.is_terminal else Console(width=200).print(table)


def _cells(figure: Figure) -> Sequence[str]:
    lowest, highest = min(figure.readings), max(figure.readings)
    numbers = [shown(number) for number in (figure.median, lowest, highest)]
    if figure.ratio is None:
        return [figure.measure, *numbers, figure.unit, "", ""]
    what = f"{figure.beside_is}: {shown(statistics.median(figure.beside))}"
    return [figure.measure, *numbers, figure.unit, f"{figure.ratio:.2f}", what]


def shown(number: float) -> str:
    """Three digits that count."""
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def write_json(path: Path, figures: Iterable[Figure], about: dict[str, Any]) -> None:
    """Write all readings, medians and ratios, and what they were measured on."""
    rows = [asdict(one) | {"median": one.median, "ratio": one.ratio} for one in figures]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"about": about, "figures": rows}, indent=2) + "\n")
