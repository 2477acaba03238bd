"""The databases that a catalogue can be on: one object for each, with the differences.

Column types that differ are in `schema.types`. All other SQL is the same everywhere.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, select
from sqlalchemy.exc import DBAPIError

from pipeline_assets.catalogue.database.asking import ask_once
from pipeline_assets.catalogue.database.many_rows import ByDriver, ByJson, BySqlite, ManyRows
from pipeline_assets.catalogue.database.urls import shown_url
from pipeline_assets.catalogue.database.waiting import WaitedTooLongError, in_slices, server_lock
from pipeline_assets.catalogue.schema.locks import locks
from pipeline_assets.errors import CatalogueUnavailableError, UsageError

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext

# The execution options of a transaction that writes.
WRITES = {"pipeline_write": True}
_LOCK_TIMEOUT = "pipeline_lock_timeout_s"


class Dialect(ABC):
    """One kind of database, without state. `titles` are its names in messages."""

    titles: tuple[str, ...]
    rows: ManyRows = ByDriver()
    # The execution options of a transaction that only reads: it sees the catalogue at one moment.
    reads: Mapping[str, Any] = {"isolation_level": "REPEATABLE READ"}
    # After this statement, a connection refuses to write.
    read_only: str

    @abstractmethod
    def engine(self, url: str, lock_timeout_s: float) -> Engine:
        """A new engine; its connections wait for a lock for at most `lock_timeout_s` seconds.

        A transaction waits for its first lock in slices, because the drivers hear no signal:
        between two slices it raises `Interrupted` if the process was asked to stop.
        """

    def file(self, url: URL) -> Path | None:
        """The catalogue's file; None for a catalogue on a server or in memory."""
        del url
        return None

    @abstractmethod
    def hold(self, connection: Connection, lock: str) -> None:
        """Lock this row of table `locks` until the transaction ends; its first statement."""

    @abstractmethod
    def migrating_alone(self, connection: Connection) -> AbstractContextManager[None]:
        """Keep a second process from migrating; around the transaction that migrates.

        Raises `CatalogueUnavailableError` if another process takes too long.
        """

    @abstractmethod
    def let_migration_resume(self, context: "MigrationContext") -> None:
        """Make sure that a migration can be run again after its process was killed within it."""

    def references_are_whole(self, connection: Connection) -> bool:
        """Whether every foreign key leads to a row; a database that always checks it says yes."""
        return True

    @abstractmethod
    def new_view(self, name: str, query: str) -> Sequence[str]:
        """SQL: create a view, or replace the one of this name."""

    @abstractmethod
    def is_transient(self, error: DBAPIError) -> bool:
        """Whether another try may succeed; False for the errors of other databases.

        It may for a duplicate key, a deadlock, a lock timeout and a lost connection.
        """

    @abstractmethod
    def is_out_of_reach(self, error: DBAPIError) -> bool:
        """Whether connecting failed because no server answers or it takes no more connections."""

    @abstractmethod
    def decimal(self, column: str, precision: int, scale: int) -> str:
        """SQL: the whole number in `column` with a point before its last `scale` digits."""

    @abstractmethod
    def days_ago(self, days: str) -> str:
        """SQL: the moment (UTC) this many days, an expression, before now."""


class _Sqlite(Dialect):
    """A file. Only one transaction writes at a time, so there is nothing to lock."""

    titles = ("SQLite",)
    rows = BySqlite()
    SLICE_S = 0.25
    reads: Mapping[str, Any] = {}
    read_only = "PRAGMA query_only=ON"

    def engine(self, url: str, lock_timeout_s: float) -> Engine:
        slice_s = min(self.SLICE_S, lock_timeout_s)
        engine = create_engine(url, connect_args={"timeout": slice_s})
        event.listen(engine, "connect", partial(self._prepare, lock_timeout_s))
        event.listen(engine, "begin", partial(self._begin, lock_timeout_s))
        return engine

    @classmethod
    def _prepare(cls, timeout_s: float, connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # the begin event decides how each transaction starts
        in_slices(timeout_s, cls._is_locked, lambda: connection.execute("PRAGMA journal_mode=WAL"))
        # FULL: a file leaves the inbox right after the commit, so the commit must be on disk.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        # What a large file changes stays in memory until the commit: 16 MB, not 2.
        connection.execute("PRAGMA cache_size=-16384")

    @classmethod
    def _begin(cls, timeout_s: float, connection: Connection) -> None:
        first = "BEGIN IMMEDIATE"
        if not WRITES.items() <= connection.get_execution_options().items():
            connection.exec_driver_sql("BEGIN")
            first = "SELECT 1 FROM sqlite_master LIMIT 1"  # takes the read lock
        # Turning a read lock into a write lock can fail at once, so writers take it from the start.
        in_slices(timeout_s, cls._is_locked, lambda: connection.exec_driver_sql(first))

    @staticmethod
    def _is_locked(error: Exception) -> bool:
        cause = error.orig if isinstance(error, DBAPIError) else error
        return str(cause).startswith(("database is locked", "database table is locked"))

    def file(self, url: URL) -> Path | None:
        return Path(url.database) if url.database and url.database != ":memory:" else None

    def hold(self, connection: Connection, lock: str) -> None:
        pass

    @contextmanager
    def migrating_alone(self, connection: Connection) -> Iterator[None]:
        # The transaction itself keeps others out. But a table that others refer to is changed by
        # copying and dropping it, and this setting cannot change within a transaction.
        sqlite = connection.connection.driver_connection
        assert isinstance(sqlite, sqlite3.Connection)
        sqlite.execute("PRAGMA foreign_keys=OFF")
        try:
            yield
        finally:
            sqlite.execute("PRAGMA foreign_keys=ON")

    def let_migration_resume(self, context: "MigrationContext") -> None:
        pass  # it is rolled back: the schema is part of the transaction

    def references_are_whole(self, connection: Connection) -> bool:
        return connection.exec_driver_sql("PRAGMA foreign_key_check").first() is None

    def new_view(self, name: str, query: str) -> Sequence[str]:
        return f"DROP VIEW IF EXISTS {name}", f"CREATE VIEW {name} AS {query}"

    def is_transient(self, error: DBAPIError) -> bool:
        return str(error.orig).startswith(
            ("UNIQUE constraint failed", "database is locked", "database table is locked")
        )

    def is_out_of_reach(self, error: DBAPIError) -> bool:
        return False

    def decimal(self, column: str, precision: int, scale: int) -> str:
        # There is no decimal type. The double nearest to the exact number sorts and compares as
        # a number; the tables have the exact integers.
        return f"{column} / {10**scale}.0"

    def days_ago(self, days: str) -> str:
        return f"datetime('now', '-' || {days} || ' days')"


class _MySql(Dialect):
    """MySQL or MariaDB. Errors are recognised by their numbers, because the texts differ."""

    titles = ("MySQL", "MariaDB")
    rows = ByJson()
    SLICE_S = 1  # the smallest that there is
    read_only = "SET SESSION TRANSACTION READ ONLY"

    DUPLICATE_KEY = 1062
    LOCK_TIMEOUT = 1205
    DEADLOCK = 1213
    # The connection was lost, the server is shutting down, or the connection was killed.
    CONNECTION_LOST = frozenset({1053, 1317, 1927, 2006, 2013, 2055, 4031})
    # No server answers or it takes no more connections: waiting may help.
    OUT_OF_REACH = CONNECTION_LOST | {1040, 1203, 2002, 2003, 2005}
    TRANSIENT = CONNECTION_LOST | {DUPLICATE_KEY, LOCK_TIMEOUT, DEADLOCK}

    def engine(self, url: str, lock_timeout_s: float) -> Engine:
        timeout_s = max(self.SLICE_S, round(lock_timeout_s))
        engine = create_engine(
            url,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED",
            execution_options={_LOCK_TIMEOUT: timeout_s},
        )
        event.listen(engine, "connect", partial(self._prepare, timeout_s))
        ask_once(engine)
        return engine

    def hold(self, connection: Connection, lock: str) -> None:
        timeout_s = connection.get_execution_options()[_LOCK_TIMEOUT]
        row = select(locks.c.name).where(locks.c.name == lock).with_for_update()
        connection.exec_driver_sql(_wait_at_most(self.SLICE_S))
        try:
            in_slices(timeout_s, self._is_locked, lambda: connection.execute(row).scalar_one())
        finally:
            with suppress(DBAPIError):
                connection.exec_driver_sql(_wait_at_most(timeout_s))

    def _is_locked(self, error: Exception) -> bool:
        return isinstance(error, DBAPIError) and self._number(error) == self.LOCK_TIMEOUT

    @staticmethod
    def _prepare(timeout_s: int, connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(_wait_at_most(timeout_s))
        # Whatever the server's own mode: a value that does not fit is an error, never changed.
        cursor.execute(
            "SET SESSION sql_mode = 'TRADITIONAL,NO_AUTO_VALUE_ON_ZERO', "
            # Many rows are read as one text; the server would cut it at a small default.
            "group_concat_max_len = 4294967295"
        )
        cursor.close()

    @contextmanager
    def migrating_alone(self, connection: Connection) -> Iterator[None]:
        # A transaction would not help: each statement that changes the schema commits.
        try:
            with server_lock(connection, "pipeline_assets migration"):
                yield
        except WaitedTooLongError as error:
            raise CatalogueUnavailableError(shown_url(connection.engine.url), str(error)) from error

    def let_migration_resume(self, context: "MigrationContext") -> None:
        from pipeline_assets.catalogue.database.resuming import let_it_resume

        let_it_resume(context)

    def new_view(self, name: str, query: str) -> Sequence[str]:
        return (f"CREATE OR REPLACE VIEW {name} AS {query}",)

    def is_transient(self, error: DBAPIError) -> bool:
        return self._number(error) in self.TRANSIENT

    def is_out_of_reach(self, error: DBAPIError) -> bool:
        return self._number(error) in self.OUT_OF_REACH

    @staticmethod
    def _number(error: DBAPIError) -> int | None:
        number = getattr(error.orig, "errno", None)
        if number is None and error.orig is not None and error.orig.args:
            number = error.orig.args[0]
        return number if isinstance(number, int) else None

    def decimal(self, column: str, precision: int, scale: int) -> str:
        return f"CAST({column} / {10**scale} AS DECIMAL({precision}, {scale}))"

    def days_ago(self, days: str) -> str:
        return f"(UTC_TIMESTAMP(6) - INTERVAL {days} DAY)"


def _wait_at_most(seconds: int) -> str:
    return f"SET SESSION innodb_lock_wait_timeout = {seconds}"


SQLITE, MYSQL = _Sqlite(), _MySql()

# By SQLAlchemy's name for the database.
DIALECTS: Mapping[str, Dialect] = {"sqlite": SQLITE, "mysql": MYSQL, "mariadb": MYSQL}


def dialect_of(name: str) -> Dialect:
    """The dialect with this SQLAlchemy name; raises `UsageError` for any other database."""
    if name not in DIALECTS:
        kinds = dict.fromkeys(DIALECTS.values())
        *first, last = (title for dialect in kinds for title in dialect.titles)
        raise UsageError(
            f"CATALOGUE_URL: a catalogue cannot be on {name}; it can be on {', '.join(first)} or "
            f"{last}. Give an SQLAlchemy URL such as "
            "mysql+mysqlconnector://user:password@host/catalogue, or unset the variable."
        )
    return DIALECTS[name]
