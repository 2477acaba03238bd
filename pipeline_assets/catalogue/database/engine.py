"""Connections and transactions: the one place that knows how the two databases are told."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, select
from sqlalchemy.exc import DBAPIError

from pipeline_assets.catalogue.database.errors import OUT_OF_REACH, error_number
from pipeline_assets.catalogue.schema.locks import locks
from pipeline_assets.errors import CatalogueUnavailableError

_WRITE = {"pipeline_write": True}


class Lock(StrEnum):
    """What a transaction keeps others out of, until it ends or its process dies.

    `CATALOGUE`: products, SKUs, prices, brands, groups and the ledger. Which SKUs are one product
    depends on all of them, so that whoever writes them takes turns. `ATTEMPTS`: the decision whose
    file is whose. A transaction takes one of them at most, and first of all.

    On SQLite every transaction that writes keeps out every other; there is nothing to lock.
    """

    CATALOGUE = "catalogue"
    ATTEMPTS = "attempts"


@lru_cache(maxsize=8)
def engine_for(url: str, lock_timeout_s: float = 30) -> Engine:
    """The engine of a catalogue URL; one per process and URL, connections opened when needed."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url, lock_timeout_s)
    engine = create_engine(url, pool_pre_ping=True, isolation_level="READ COMMITTED")
    event.listen(engine, "connect", partial(_prepare_mysql, max(1, round(lock_timeout_s))))
    return engine


def _prepare_mysql(lock_timeout_s: int, connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"SET SESSION innodb_lock_wait_timeout = {lock_timeout_s}")
    # Whatever the server's own mode: a value that does not fit is an error, not another value.
    cursor.execute("SET SESSION sql_mode = 'TRADITIONAL,NO_AUTO_VALUE_ON_ZERO'")
    cursor.close()


def _sqlite_engine(url: str, lock_timeout_s: float) -> Engine:
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
    with _connected(engine) as connection:
        if engine.dialect.name != "sqlite":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            yield connection


@contextmanager
def writing(
    engine: Engine, lock: Lock | None = None, *, is_rehearsal: bool = False
) -> Iterator[Connection]:
    """A transaction that writes: all of it or nothing; a rehearsal ends with nothing.

    Without a `lock` it is one that touches only rows that are the caller's own.
    """
    with _connected(engine) as connection:
        writer = connection.execution_options(**_WRITE)
        with writer.begin() as transaction:
            if lock is not None and engine.dialect.name != "sqlite":
                row = select(locks.c.name).where(locks.c.name == lock.value).with_for_update()
                writer.execute(row).scalar_one()
            yield writer
            if is_rehearsal:
                transaction.rollback()


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    try:
        connection = engine.connect()
    except DBAPIError as error:  # drivers differ in which of their errors this is
        shown = engine.url.render_as_string(hide_password=True)
        is_transient = error_number(error) in OUT_OF_REACH
        raise CatalogueUnavailableError(
            shown, str(error.orig), is_transient=is_transient
        ) from error
    with connection:
        yield connection
