"""One consistent copy of a catalogue as a single SQLite file, while everything goes on.

From SQLite it is the database itself; from a server it is an export of all tables, in one
transaction that sees the catalogue at one moment.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select

from pipeline_assets.catalogue.database.dialect import dialect_of
from pipeline_assets.catalogue.database.engine import engine_for, migrating, reading
from pipeline_assets.catalogue.database.migrate import migrate
from pipeline_assets.catalogue.schema import metadata
from pipeline_assets.catalogue.totals import count_tables, read_totals
from pipeline_assets.errors import PipelineError

_ROWS_AT_ONCE = 10_000

ENDINGS = ("", "-journal", "-wal", "-shm")
"""The endings of the files that one SQLite database can have."""


def copy_catalogue(engine: Engine, target: Path) -> None:
    """Write the catalogue as it is at one moment to a new file, which needs no other file."""
    file = dialect_of(engine.dialect.name).file(engine.url)
    if file is None:
        _export(engine, target)
    else:
        with _opened(file) as source, _opened(target) as copy:
            source.backup(copy)  # in one step: under one read lock, which holds no writer up


def finish_copy(path: Path) -> dict[str, int]:
    """Check a copy from end to end, and make it one file; returns its tables' rows.

    Raises `PipelineError` if pages, references or running totals are not as they should be.
    """
    with _opened(path) as copy:
        (state,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
        dangling = copy.execute("PRAGMA foreign_key_check").fetchone()
    if state != "ok" or dangling is not None:
        raise PipelineError(f"The copy is damaged: {state}; rows that refer to nothing: {dangling}")
    with opened_copy(path) as engine, reading(engine) as connection:
        if count_tables(connection) != read_totals(connection):
            raise PipelineError("The copy does not hold as many rows as its running totals say.")
        rows = {table.name: _count(connection, table) for table in metadata.sorted_tables}
    with _opened(path) as copy:
        # With a write-ahead log, part of it could be in a second file.
        copy.execute("PRAGMA journal_mode=DELETE")
    return rows


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=60)) as database:
        yield database


@contextmanager
def opened_copy(path: Path) -> Iterator[Engine]:
    """The engine of a copy, for as long as the block lasts."""
    engine = engine_for(f"sqlite:///{path}")
    try:
        yield engine
    finally:
        engine.dispose()


def _export(engine: Engine, target: Path) -> None:
    with opened_copy(target) as lite:
        migrate(lite)
        # As for a migration, references are checked at the end: rows may refer to later ones.
        with reading(engine) as source, migrating(lite) as copy:
            for table in reversed(metadata.sorted_tables):
                copy.execute(delete(table))  # what the migrations themselves have put there
            for table in metadata.sorted_tables:
                for rows in _rows(source, table):
                    copy.execute(insert(table), rows)


def _rows(source: Connection, table: Table) -> Iterator[Sequence[dict[str, Any]]]:
    """All rows, in pieces. The driver would hold all of them in memory if SQLAlchemy asked it."""
    names = [column.name for column in table.columns]
    with closing(source.connection.cursor(buffered=False)) as cursor:
        cursor.execute(str(select(table).compile(source)))
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield [dict(zip(names, row, strict=True)) for row in rows]
