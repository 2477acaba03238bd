"""Tables for people, as rows of plain values: column → text, number, link or nothing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pipeline_assets.reporting.escaping import in_csv, in_markdown, visible

NOTHING = "–"
_TARGET = re.compile(r"/\w[\w/-]*")


@dataclass(frozen=True, slots=True)
class Link:
    """A text that leads to another page of Dagster's UI, such as `/runs/<run id>`."""

    text: str
    target: str


Cell: TypeAlias = str | int | float | Link | None
TableRow: TypeAlias = Mapping[str, Cell]


def markdown_table(rows: Sequence[TableRow]) -> str:
    """The rows, which have the same columns, as a table in Markdown; texts are escaped.

    Numbers are at the right, with separators for thousands. No rows make no table.
    """
    if not rows:
        return ""
    import pandas as pd

    frame = pd.DataFrame(list(rows), dtype=object)
    is_number = frame.map(lambda cell: isinstance(cell, int | float)).any()
    lines = [
        [in_markdown(str(name)) for name in frame.columns],
        ["---:" if is_number[name] else "---" for name in frame.columns],
        *frame.map(_markdown_cell).to_numpy().tolist(),
    ]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def csv_table(rows: Sequence[TableRow]) -> str:
    """The rows, which have the same columns, as CSV for a spreadsheet; no text is a formula there.

    No rows make no table.
    """
    if not rows:
        return ""
    import pandas as pd

    frame = pd.DataFrame([plain_row(row) for row in rows], dtype=object)
    safe = frame.map(lambda cell: in_csv(cell) if isinstance(cell, str) else cell)
    return str(safe.to_csv(index=False, lineterminator="\n"))


def plain_row(row: TableRow) -> dict[str, str | int | float | None]:
    """The row without links; what is not seen in its texts is spelled out."""
    return {name: _plain_cell(cell) for name, cell in row.items()}


def shortened(text: str, length: int) -> str:
    """The text, cut in the middle if it is longer; both ends of a file's name tell something."""
    if len(text) <= length:
        return text
    kept = length - 1
    return f"{text[: kept - kept // 3]}…{text[-(kept // 3) :]}"


def _markdown_cell(cell: Cell) -> str:
    match cell:
        case None:
            return NOTHING
        case Link(text, target):
            shown = in_markdown(text)
            return f"[{shown}]({target})" if _TARGET.fullmatch(target) else shown
        case str():
            return in_markdown(cell)
        case int():
            return f"{cell:,}"
        case _:
            return f"{cell:,.2f}"


def _plain_cell(cell: Cell) -> str | int | float | None:
    if isinstance(cell, Link):
        cell = cell.text
    return visible(cell) if isinstance(cell, str) else cell
