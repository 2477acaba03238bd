"""Many rows and values with one call, in the form that a database and its drivers take fastest."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    UpdateBase,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)

Rows = Sequence[Mapping[str, Any]]
"""Rows by column name. All have the same columns, and there is at least one."""

# Servers accept statements of 16 MB and more.
_MOST_BYTES = 2**22


class ManyRows(ABC):
    """How a database takes many rows, and many values to look for."""

    @abstractmethod
    def insert(self, connection: Connection, table: Table, rows: Rows) -> None:
        """Insert these rows, in their order."""

    @abstractmethod
    def update(
        self, connection: Connection, table: Table, rows: Rows, key: Collection[str]
    ) -> None:
        """In the row with the same `key`, set the other columns; no two rows have the same."""

    @abstractmethod
    def delete(self, connection: Connection, table: Table, rows: Rows) -> None:
        """Delete the rows that have these values in these columns."""

    @abstractmethod
    def is_one_of(
        self, connection: Connection, column: ColumnElement[Any], values: Sequence[Any]
    ) -> ColumnElement[bool]:
        """SQL, for a select: whether the column is one of these values."""


class ByDriver(ManyRows):
    """With the driver's `executemany`, which takes the values in the order of their columns."""

    def insert(self, connection: Connection, table: Table, rows: Rows) -> None:
        """See `ManyRows`."""
        values = {name: bindparam(name, type_=table.c[name].type) for name in rows[0]}
        _execute_many(connection, insert(table).values(values), rows)

    def update(
        self, connection: Connection, table: Table, rows: Rows, key: Collection[str]
    ) -> None:
        """See `ManyRows`."""
        # Names that columns may have too are reserved for the columns.
        bound = {name: bindparam(f"of_{name}", type_=table.c[name].type) for name in rows[0]}
        statement = (
            update(table)
            .where(*(table.c[name] == bound.pop(name) for name in key))
            .values({table.c[name]: parameter for name, parameter in bound.items()})
        )
        _execute_many(
            connection, statement, [{f"of_{name}": row[name] for name in row} for row in rows]
        )

    def delete(self, connection: Connection, table: Table, rows: Rows) -> None:
        """See `ManyRows`."""
        bound = {name: bindparam(f"of_{name}", type_=table.c[name].type) for name in rows[0]}
        statement = delete(table).where(*(table.c[name] == bound[name] for name in bound))
        _execute_many(
            connection, statement, [{f"of_{name}": row[name] for name in row} for row in rows]
        )

    def is_one_of(
        self, connection: Connection, column: ColumnElement[Any], values: Sequence[Any]
    ) -> ColumnElement[bool]:
        """See `ManyRows`."""
        return column.in_(values)


class BySqlite(ByDriver):
    """The values to look for are one parameter, as JSON.

    SQLAlchemy takes longer for a parameter of each value than the database for its row.
    """

    def is_one_of(
        self, connection: Connection, column: ColumnElement[Any], values: Sequence[Any]
    ) -> ColumnElement[bool]:
        """See `ManyRows`."""
        document = _as_document(values)
        if "\\u0000" in document:  # a text in JSON is cut off there
            return column.in_(values)
        return column.in_(select(func.json_each(document).table_valued("value").c.value))


def _as_document(values: Sequence[Any]) -> str:
    return msgspec.json.encode(values).decode()


def _execute_many(connection: Connection, statement: UpdateBase, rows: Rows) -> None:
    """Execute a statement for each row. Each distinct value is converted for the driver once.

    SQLAlchemy would convert every value of every row by itself.
    """
    dialect = connection.dialect
    compiled = statement.compile(dialect=dialect)
    columns = {}
    for name, parameter in compiled.binds.items():
        convert = parameter.type.dialect_impl(dialect).bind_processor(dialect)
        column = [row[name] for row in rows]
        if convert is not None:
            converted = {value: convert(value) for value in set(column)}
            column = [converted[value] for value in column]
        columns[name] = column
    order = compiled.positiontup
    if order is None:
        connection.exec_driver_sql(
            str(compiled), [dict(zip(columns, row, strict=True)) for row in _rows_of(columns)]
        )
    else:
        connection.exec_driver_sql(str(compiled), _rows_of({name: columns[name] for name in order}))


def _rows_of(columns: Mapping[str, Sequence[Any]]) -> list[tuple[Any, ...]]:
    return list(zip(*columns.values(), strict=True))


class ByJson(ManyRows):
    """As one JSON text, which the server takes apart.

    Drivers for MySQL convert and quote each value in Python, and send updates row by row.
    """

    def insert(self, connection: Connection, table: Table, rows: Rows) -> None:
        """See `ManyRows`."""
        columns = ", ".join(map(_quoted(connection), rows[0]))
        listed = _json_table(connection, table, rows)
        statement = f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {listed}"
        _execute_with_json(connection, statement, rows)

    def update(
        self, connection: Connection, table: Table, rows: Rows, key: Collection[str]
    ) -> None:
        """See `ManyRows`."""
        quoted = _quoted(connection)
        listed = _json_table(connection, table, rows)
        equal = {name: f"{table.name}.{quoted(name)} = listed.{quoted(name)}" for name in rows[0]}
        same = " AND ".join(equal.pop(name) for name in key)
        changes = ", ".join(equal.values())
        # In this order: the server may expect few rows in the table, and many in the text.
        statement = f"UPDATE {listed} STRAIGHT_JOIN {table.name} ON {same} SET {changes}"
        _execute_with_json(connection, statement, rows)

    def delete(self, connection: Connection, table: Table, rows: Rows) -> None:
        """See `ManyRows`."""
        quoted = _quoted(connection)
        listed = _json_table(connection, table, rows)
        same = " AND ".join(
            f"{table.name}.{quoted(name)} = listed.{quoted(name)}" for name in rows[0]
        )
        statement = f"DELETE {table.name} FROM {listed} STRAIGHT_JOIN {table.name} ON {same}"
        _execute_with_json(connection, statement, rows)

    def is_one_of(
        self, connection: Connection, column: ColumnElement[Any], values: Sequence[Any]
    ) -> ColumnElement[bool]:
        """See `ManyRows`."""
        kind = column.type.compile(connection.dialect)
        columns: ColumnElement[Any] = literal_column(f"'$[*]' COLUMNS (value {kind} PATH '$')")
        listed = func.json_table(_as_document(values), columns).table_valued("value")
        return column.in_(select(listed.c.value))


def _json_table(connection: Connection, table: Table, rows: Rows) -> str:
    """SQL: the rows of the parameter `document`, with the types of the table's columns."""
    quoted = _quoted(connection)
    columns = ", ".join(
        f"{quoted(name)} {table.c[name].type.compile(connection.dialect)} "
        f"PATH '$[{place}]' ERROR ON ERROR"
        for place, name in enumerate(rows[0])
    )
    return f"JSON_TABLE(:document, '$[*]' COLUMNS ({columns})) AS listed"


def _quoted(connection: Connection) -> Callable[[str], str]:
    return connection.dialect.identifier_preparer.quote


def _execute_with_json(connection: Connection, statement: str, rows: Rows) -> None:
    names = list(rows[0])
    values = [[_as_json(row[name]) for name in names] for row in rows]
    for document in _documents(values):
        connection.execute(text(statement), {"document": document})


def _as_json(value: object) -> object:
    return int(value) if isinstance(value, bool) else value


def _documents(values: list[list[object]]) -> Iterator[str]:
    document = msgspec.json.encode(values)
    if len(document) <= _MOST_BYTES or len(values) == 1:
        yield document.decode()
        return
    half = len(values) // 2
    yield from _documents(values[:half])
    yield from _documents(values[half:])
