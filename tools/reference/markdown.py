"""Pieces of Markdown: tables, and texts in their cells."""

import re
from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; its cells are Markdown on one line each."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell(text) for text in line)} |" for line in lines)


def cell(text: str) -> str:
    """A text that stays within its cell: one line, and no bar of its own."""
    return re.sub(r"(?<!\\)\|", r"\|", " ".join(text.split()))


def code(text: object) -> str:
    """A value as code; nothing if it is empty."""
    return f"`{text}`" if str(text) else ""


def sections(*parts: str) -> str:
    """Parts, with an empty line between each two."""
    return "\n\n".join(part for part in parts if part) + "\n"
