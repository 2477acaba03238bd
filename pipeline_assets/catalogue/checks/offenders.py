"""The rows that break a rule: the worst of them, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func

MOST_OFFENDERS = 100


@dataclass(frozen=True, slots=True)
class Offenders:
    """The rows that break a rule, worst first: at most `MOST_OFFENDERS`; `total` counts all."""

    columns: Sequence[str]
    rows: Sequence[tuple[Any, ...]]
    total: int


def find_offenders(connection: Connection, query: Select[*tuple[Any, ...]]) -> Offenders:
    """The first rows of `query`, which lists those that break a rule, and how many it has."""
    columns = [column.name for column in query.selected_columns]
    counted = query.add_columns(func.count().over()).limit(MOST_OFFENDERS)
    rows = connection.execute(counted).all()
    total = rows[0][-1] if rows else 0
    return Offenders(columns, [tuple(row[:-1]) for row in rows], total)
