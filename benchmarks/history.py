"""The table of past figures in the documentation."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, shown

_END = "<!-- The next figures go above this line: `make bench-record`. -->"


def record(page: Path, figures: Iterable[Figure], about: dict[str, Any]) -> None:
    """Add a line for each figure to the table at the end of the page.

    Raises `ValueError` if the page has lost the mark at the table's end.
    """
    text = page.read_text(encoding="utf-8")
    if text.count(_END) != 1:
        raise ValueError(f"{page} must have this line once: {_END}")
    lines = "".join(_line(figure, about) for figure in figures)
    page.write_text(text.replace(_END, lines + _END), encoding="utf-8")


def _line(figure: Figure, about: dict[str, Any]) -> str:
    day = about["measured_at"].partition("T")[0]
    commit = about["commit"] + ("+" if about["is_changed"] else "")
    times = "" if figure.ratio is None else f"{figure.ratio:.2f} × {figure.beside_is}"
    cells = (day, commit, figure.measure, f"{shown(figure.median)} {figure.unit}", times)
    return f"| {' | '.join(cells)} |\n"
