"""Connections and transactions: the one place that knows how the two databases are told."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError

from pipeline_assets.errors import CatalogueUnavailableError

_WRITE = {"pipeline_write": True}


@lru_cache(maxsize=8)
def engine_for(url: str, lock_timeout_s: float = 30) -> Engine:
    """The engine of a catalogue URL; one per process and URL, connections opened when needed."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url, lock_timeout_s)
    return create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")


def _sqlite_engine(url: str, lock_timeout_s: float) -> Engine:
    database = make_url(url).database
    if database and database != ":memory:":
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": lock_timeout_s})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the begin event says how each transaction starts
    connection.execute("PRAGMA journal_mode=WAL")
    # FULL: a file leaves the inbox right after the commit, so the commit has to be on the disk.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("pipeline_write", False)
    # A read lock that is turned into a write lock later can fail at once; so writers say it first.
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads: one consistent view of the catalogue."""
    with _connected(engine) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine, *, is_rehearsal: bool = False) -> Iterator[Connection]:
    """A transaction that writes: all of it or nothing; a rehearsal ends with nothing."""
    with _connected(engine) as connection:
        writer = connection.execution_options(**_WRITE)
        with writer.begin() as transaction:
            yield writer
            if is_rehearsal:
                transaction.rollback()


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    try:
        connection = engine.connect()
    except DBAPIError as error:  # drivers differ in which of their errors this is
        shown = engine.url.render_as_string(hide_password=True)
        raise CatalogueUnavailableError(shown, str(error.orig)) from error
    with connection:
        yield connection
