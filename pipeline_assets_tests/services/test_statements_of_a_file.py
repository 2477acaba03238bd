"""How often a file asks the database: by kind of fact, not by row, however many rows it has."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True
ROWS = 300
_CHANGE = re.compile(r"(INSERT|UPDATE|DELETE)(?: INTO| FROM)? (\w+)")


@contextmanager
def counted(engine: Engine) -> Iterator[dict[str, int]]:
    """Counts statements that the driver is given, and transactions that end well."""
    counts = {"statements": 0, "commits": 0}

    def executed(*_: Any) -> None:
        counts["statements"] += 1

    def committed(_: Any) -> None:
        counts["commits"] += 1

    listeners = (("before_cursor_execute", executed), ("commit", committed))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        yield counts
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)


def day(number: int, rows: int = ROWS, price: float = 2) -> list[dict[str, Any]]:
    return [
        row(
            str(sku),
            price if sku % 25 == 0 else 2,
            day=f"2025-09-0{number}",
            brand=f"Brand {sku % 7}",
            category_path=["Food", f"Shelf {sku % 5}"],
        )
        for sku in range(rows)
    ]


@pytest.mark.parametrize("rows", [ROWS, 4 * ROWS])
def test_a_known_file_takes_few_statements_and_commits_whatever_its_rows(
    rows: int, workplace: Workplace
) -> None:
    workplace.take("1.jsonl", day(1, rows))
    workplace.take("2.jsonl", day(2, rows))
    with counted(workplace.pipeline.engine) as counts:
        outcome = workplace.take("3.jsonl", day(3, rows, price=3))
    assert outcome.counts["prices_changed"] == rows // 25
    # The attempt begins; the digest is looked up; the file is written; its move is recorded.
    assert counts["commits"] == 4
    assert counts["statements"] <= 27


def test_a_file_that_changes_nothing_writes_no_prices(workplace: Workplace) -> None:
    workplace.take("1.jsonl", day(1))
    said: list[str] = []

    def heard(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(workplace.pipeline.engine, "before_cursor_execute", heard)
    workplace.take("2.jsonl", day(2))
    event.remove(workplace.pipeline.engine, "before_cursor_execute", heard)
    changed = {" ".join(found.groups()) for found in map(_CHANGE.match, said) if found}
    assert changed == {
        "INSERT file_attempts",
        "UPDATE file_attempts",
        "INSERT ingested_files",
        "UPDATE ingested_files",
        "UPDATE skus",  # that they were seen again
        "UPDATE stores",
    }


def test_new_rows_take_statements_by_the_piece(workplace: Workplace) -> None:
    with counted(workplace.pipeline.engine) as counts:
        workplace.take("1.jsonl", day(1, 4 * ROWS))
    assert counts["statements"] <= 70
