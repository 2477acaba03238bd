"""Every command of README and docs, run by a shell in a clone with data: it works as the page says.

The commands of a page are run one after the other, in a copy of their own.
"""

import re
from pathlib import Path

import pytest

from pipeline_assets_tests.docs.blocks import (
    EXITS_WITH_1,
    FROM_NOTHING,
    ON_THE_SAMPLE,
    OUTPUT,
    Block,
    all_blocks,
    blocks_in,
    pages_with,
)
from pipeline_assets_tests.docs.clones import Clone
from pipeline_assets_tests.docs.conftest import KINDS, Documented
from pipeline_assets_tests.docs.not_run import NOT_RUN, reason_not_to_run

PAGES = pages_with("sh", "console")
# What differs from one day, machine or width to the next.
_VARIES = (
    (re.compile(r"\b[0-9a-f]{12}\b"), "<digest>"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "<day>"),
    (re.compile(r"\d\d:\d\d(:\d\d)?"), "<time>"),
    (re.compile(r"\b\d+(\.\d+)? (s|min|h)\b"), "<duration>"),
    (re.compile(r"\s+"), " "),
)


def _steady(line: str) -> str:
    for pattern, text in _VARIES:
        line = pattern.sub(text, line)
    return line.strip()


def missing_from(output: str, shown: list[str]) -> list[str]:
    """The shown lines that the output lacks; they must come in this order.

    A line `…` stands for any lines, and `…` at the end of a line for the rest of it.
    """
    actual = iter([_steady(line) for line in output.splitlines()])
    lacking = []
    for line in (_steady(one) for one in shown):
        if line in ("", "…"):
            continue
        start = line.removesuffix("…").rstrip() if line.endswith("…") else None
        if not any(one.startswith(start) if start else one == line for one in actual):
            lacking.append(line)
    return lacking


def to_run(block: Block) -> list[tuple[str, list[str]]]:
    """The commands of a block that are run, with the output that the page shows."""
    if block.language not in ("sh", "console"):
        return []
    return [one for one in block.commands if reason_not_to_run(one[0]) is None]


def run(block: Block, clone: Clone, *, compares: bool) -> str:
    """Run a block's commands; returns what the last one has printed."""
    printed = ""
    expected = 1 if EXITS_WITH_1 in block.notes else 0
    for command, shown in to_run(block):
        ran = clone.shell(command)
        assert ran.status == expected, f"{block.place}: {command}\n{ran.out}"
        assert "Traceback (most recent call last)" not in ran.out, f"{block.place}: {ran.out}"
        if compares:
            assert missing_from(ran.out, shown) == [], f"{block.place}: {command}\n{ran.out}"
        printed = ran.out
    return printed


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_work(
    page: str, kind: str, documented: Documented, tmp_path: Path
) -> None:
    blocks = [
        block
        for block in all_blocks()
        if block.page == page and not (kind == "real" and ON_THE_SAMPLE in block.notes)
    ]
    if not any(to_run(block) for block in blocks):
        return
    clone = None
    printed = ""
    for block in blocks:
        if FROM_NOTHING in block.notes:
            if kind == "real":
                return  # the sample is only made where there are no files of one's own
            clone = Clone.new(tmp_path / "from nothing")
        elif clone is None:
            clone = documented(kind, "sqlite").copied_to(tmp_path / "clone")
        if block.file is not None:
            file = clone.folder / block.file
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
        elif to_run(block):
            printed = run(block, clone, compares=kind == "sample")
        elif OUTPUT in block.notes and kind == "sample":
            assert missing_from(printed, block.text.splitlines()) == [], f"{block.place}: {printed}"


def test_each_reason_not_to_run_a_command_is_needed() -> None:
    commands = [
        command.strip() for block in blocks_in("sh", "console") for command, _ in block.commands
    ]
    unused = [
        pattern
        for pattern in NOT_RUN
        if not any(re.fullmatch(pattern, command) for command in commands)
    ]
    assert unused == []


def test_lines_of_output_are_looked_for_in_order_and_what_varies_does_not_count() -> None:
    output = "2026-01-02 a  1\nb 2\nc 3 and more\n"
    assert missing_from(output, ["2025-09-09 a 1", "…", "c 3 and…"]) == []
    assert missing_from(output, ["b 2", "a 1"]) == ["a 1"]
    assert missing_from(output, ["b 3"]) == ["b 3"]
