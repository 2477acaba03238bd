"""Statements that reads and writes share: long lists in pieces, a new row and its key."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar, TypeVarTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    UpdateBase,
    insert,
    literal_column,
    update,
)

from pipeline_assets.catalogue.database.dialect import dialect_of
from pipeline_assets.catalogue.database.many_rows import Rows

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")

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


def insert_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows, in their order; all have the same columns."""
    if rows:
        dialect_of(connection.dialect.name).rows.insert(connection, table, rows)


def update_rows(connection: Connection, table: Table, rows: Rows, *key: str) -> None:
    """Set the columns of the rows that have the same `key`; all rows have the same columns."""
    if rows:
        dialect_of(connection.dialect.name).rows.update(connection, table, rows, key)


def delete_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Delete the rows that have these values in these columns; all have the same columns."""
    if rows:
        dialect_of(connection.dialect.name).rows.delete(connection, table, rows)


def rows_where_in(
    connection: Connection,
    select: Select[*tuple[Any, ...]],
    column: ColumnElement[Any],
    values: Collection[Any],
) -> Iterator[Row[*tuple[Any, ...]]]:
    """The rows of `select` whose `column` is one of `values`, piece by piece."""
    for piece in pieces(values):
        yield from connection.execute(where_in(connection, select, column, piece)).all()


def where_in(
    connection: Connection,
    select: Select[*_Ts],
    column: ColumnElement[Any],
    values: Collection[Any],
) -> Select[*_Ts]:
    """The select, of rows whose `column` is one of `values`: texts or numbers."""
    rows = dialect_of(connection.dialect.name).rows
    return select.where(rows.is_one_of(connection, column, list(values)))


def update_where_in(
    connection: Connection, column: Column[int], numbers: Collection[int], values: Mapping[str, Any]
) -> None:
    """Set the same values in all rows whose `column` is one of the numbers."""
    for piece in pieces(numbers):
        # Written out, as MariaDB reads the whole table for a subquery in an update.
        listed: ColumnElement[int] = literal_column(",".join(map(str, piece)))
        statement = update(column.table).where(column.in_([listed])).values(**values)
        connection.execute(statement, execution_options={"compiled_cache": None})


def insert_row(connection: Connection, table: Table, values: Mapping[str, Any]) -> int:
    """Insert one row; returns the number that it was given."""
    key = connection.execute(insert(table).values(**values)).inserted_primary_key
    assert key is not None
    return int(key[0])
