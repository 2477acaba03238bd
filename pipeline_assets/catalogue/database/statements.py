"""Statements that reads and writes share: long lists in pieces, a new row and its key."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, UpdateBase, insert

_T = TypeVar("_T")

CHUNK = 2_000


def pieces(values: Collection[_T]) -> Iterator[list[_T]]:
    """The values, in lists of at most `CHUNK`."""
    ordered = list(values)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def write_rows(
    connection: Connection, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute a statement for each row with the driver's `executemany`, piece by piece.

    A driver may put the rows of a piece into one statement, and servers limit its size.
    """
    for piece in pieces(rows):
        connection.execute(statement, piece)


def rows_where_in(
    connection: Connection,
    select: Select[*tuple[Any, ...]],
    column: ColumnElement[Any],
    values: Collection[Any],
) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows of `select` whose `column` is one of `values`, piece by piece."""
    for piece in pieces(values):
        yield from connection.execute(select.where(column.in_(piece))).all()


def insert_row(connection: Connection, table: Table, values: Mapping[str, Any]) -> int:
    """Insert one row; returns the number that it was given."""
    key = connection.execute(insert(table).values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])
