"""The fenced blocks of README and docs: what language they are in, and what is noted before them.

A note is an HTML comment on a line of its own directly before a block; `NOTES` lists what it may
say. Nobody who reads the page sees it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipeline_assets_tests.workplace import PROJECT_ROOT

DOCS = PROJECT_ROOT / "docs"
PAGES = sorted(
    [
        PROJECT_ROOT / "README.md",
        PROJECT_ROOT / "CONTRIBUTING.md",
        *DOCS.rglob("*.md"),
    ]
)
# These are run; the others are read by whoever they are for.
RUN = ("sql", "sh", "console", "python")
LANGUAGES = {*RUN, "yaml", "json", "text", "ini"}

MAY_BE_EMPTY = "may be empty"
ON_THE_SAMPLE = "on the sample only"
ON_THE_SERVER = "on a server"
EXITS_WITH_1 = "exits with 1"
FROM_NOTHING = "from nothing"
OUTPUT = "output"
FILE = "file "
NOTES = {
    FILE: "the text is that of this file, which the page's commands find",
    MAY_BE_EMPTY: "the query or table may have no rows",
    ON_THE_SAMPLE: "it names articles, stores or files that only the sample has",
    ON_THE_SERVER: "statements for the administrator of a MySQL or MariaDB server",
    OUTPUT: "a part of what the page's last command has printed",
    EXITS_WITH_1: "the command's exit status is 1",
    FROM_NOTHING: "from here on, the page's commands are run in a clone without data",
}


@dataclass(frozen=True)
class Block:
    """One fenced block. `answer` are the rows of a table right after it, as they are shown."""

    page: str
    line: int
    language: str
    text: str
    notes: frozenset[str]
    answer: tuple[tuple[str, ...], ...] = ()

    @property
    def place(self) -> str:
        """Where it is, to find it again, as `docs/catalogue.md:66`."""
        return f"{self.page}:{self.line}"

    @property
    def file(self) -> str | None:
        """The file whose text the block shows, if it is one that the page's commands find."""
        named = [note.removeprefix(FILE) for note in self.notes if note.startswith(FILE)]
        return named[0] if named else None

    @property
    def commands(self) -> list[tuple[str, list[str]]]:
        """The commands of a shell's block, each with the lines of output that the page shows.

        In `console`, commands begin with `$ `; all other lines are output.
        """
        if self.language == "sh":
            lines = self.text.replace("\\\n", " ").splitlines()
            return [(line, []) for line in lines if line.strip() and not line.startswith("#")]
        found: list[tuple[str, list[str]]] = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                assert found, f"{self.place}: output without a command"
                found[-1][1].append(line)
        return found


@cache
def all_blocks() -> tuple[Block, ...]:
    """Every fenced block of every page, but for the directives of the site's generator."""
    return tuple(block for page in PAGES for block in _blocks(page))


def blocks_in(*languages: str) -> list[Block]:
    """The blocks in these languages."""
    return [block for block in all_blocks() if block.language in languages]


def pages_with(*languages: str) -> list[str]:
    """The pages that have blocks in these languages, by name."""
    return sorted({block.page for block in blocks_in(*languages)})


def _blocks(page: Path) -> Iterator[Block]:
    notes: list[str] = []
    tokens = MarkdownIt().enable("table").parse(page.read_text(encoding="utf-8"))
    for number, token in enumerate(tokens):
        if token.type == "html_block":
            notes += re.findall(r"<!-- (.+?) -->", token.content)
        elif token.type == "fence" and not token.info.startswith("{"):
            assert token.map is not None
            name = page.relative_to(PROJECT_ROOT).as_posix()
            line = token.map[0] + 1
            answer = tuple(_table(tokens[number + 1 :]))
            language = token.info.strip()
            yield Block(name, line, language, token.content, frozenset(notes), answer)
            notes = []
        else:
            notes = []


def _table(tokens: Sequence[Token]) -> Iterator[tuple[str, ...]]:
    """The rows below the heads of a table that begins right here."""
    if not tokens or tokens[0].type != "table_open":
        return
    row: list[str] = []
    is_cell = False
    for token in tokens:
        if token.type == "table_close":
            return
        if token.type == "tr_open":
            row = []
        elif token.type in ("td_open", "td_close"):
            is_cell = token.type == "td_open"
        elif token.type == "inline" and is_cell:
            row.append(token.content)
        elif token.type == "tr_close" and row:
            yield tuple(row)
