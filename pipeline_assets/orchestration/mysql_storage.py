"""Dagster's storage on MySQL or MariaDB, as `deploy/mysql/dagster.yaml` names it.

Unlike Dagster's own, it is created by one process at a time, and a creation that was interrupted is
finished: each statement that creates a table commits, and Dagster takes the first tables for all.
And a few connections stay open between uses; whether one is still good is asked before each use.
"""

import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from dagster._core.events.log import EventLogEntry
from dagster._core.storage.base_storage import DagsterStorage
from dagster._core.storage.config import MySqlStorageConfig
from dagster._core.storage.event_log.schema import (
    SqlEventLogStorageMetadata,
    SqlEventLogStorageTable,
)
from dagster._core.storage.runs.schema import RunStorageSqlMetadata, SecondaryIndexMigrationTable
from dagster._core.storage.schedules.migration import (
    OPTIONAL_SCHEDULE_DATA_MIGRATIONS,
    REQUIRED_SCHEDULE_DATA_MIGRATIONS,
)
from dagster._core.storage.schedules.schema import ScheduleStorageSqlMetadata
from dagster._core.storage.sql import check_alembic_revision, create_engine, stamp_alembic_rev
from dagster._serdes import ConfigurableClassData
from dagster_mysql import DagsterMySQLStorage
from dagster_mysql.event_log import MySQLEventLogStorage
from dagster_mysql.run_storage import MySQLRunStorage
from dagster_mysql.schedule_storage import MySQLScheduleStorage
from dagster_mysql.utils import (
    create_mysql_connection,
    mysql_url_from_config,
)

from pipeline_assets.catalogue.database.asking import ask_once
from pipeline_assets.catalogue.database.forks import not_in_forks
from pipeline_assets.catalogue.database.inserted import ids_of_inserted_rows
from pipeline_assets.catalogue.database.urls import shown_url
from pipeline_assets.catalogue.database.waiting import server_lock
from pipeline_assets.orchestration.events_together import EventsTogether
from pipeline_assets.orchestration.looking import refuse_if_only_looking
from pipeline_assets.orchestration.remembered import RemembersWhatIsThere
from pipeline_assets.orchestration.storage_files import dagsters_migrations

# In the order in which they are created.
_TABLES = (RunStorageSqlMetadata, SqlEventLogStorageMetadata, ScheduleStorageSqlMetadata)
# What is noted at the very end of a creation.
_LAST_NOTES = (
    frozenset(REQUIRED_SCHEDULE_DATA_MIGRATIONS) | OPTIONAL_SCHEDULE_DATA_MIGRATIONS.keys()
)
# More are opened when more threads need one, and closed again afterwards.
_KEPT = 2
# Servers and firewalls close connections that were idle for hours.
_RENEW_AFTER_S = 1800


class _KeptOpen:
    """One of Dagster's storages, on the engine that all of them share."""

    def __init__(self, mysql_url: str, engine: Any) -> None:
        super().__init__(mysql_url)  # type: ignore[call-arg]
        self._engine = engine

    def optimize_for_webserver(
        self, statement_timeout: int, pool_recycle: int, max_overflow: int
    ) -> None:
        """Connections stay open anyway."""

    def dispose(self) -> None:
        """Close the connections; who asks for one later gets a new one."""
        super().dispose()  # type: ignore[misc]
        self._engine.dispose()


class _Runs(_KeptOpen, RemembersWhatIsThere, MySQLRunStorage):
    """Runs and their tags."""


class _Schedules(_KeptOpen, MySQLScheduleStorage):
    """Sensors and their ticks."""


class _PlainEvents(_KeptOpen, MySQLEventLogStorage):
    """Events, each written at once."""

    @contextmanager
    def _connect(self) -> Iterator[Any]:
        with create_mysql_connection(self._engine, __file__, "event log") as connection:
            yield connection


class _Events(EventsTogether, _PlainEvents):
    """Rows get their numbers before they can be seen, and readers go on from the last number.

    So a transaction that adds events is as short as can be: what follows from them comes after it.
    """

    def write(self, events: Sequence[EventLogEntry]) -> Exception | None:
        """Write the events in one statement, and then what follows from each."""
        rows = [self._event_to_row(event) for event in events]
        with self._connect() as connection:
            ids = ids_of_inserted_rows(connection, SqlEventLogStorageTable, rows)
        failed = None
        for event, event_id in zip(events, ids, strict=True):
            try:
                self._follow(event, event_id)
            except Exception as error:  # handed on; the other events are not lost
                failed = failed or error
        return failed


class MySqlStorage(DagsterMySQLStorage):
    """Runs, events, and sensors with their ticks."""

    def __init__(self, mysql_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        engine = create_engine(mysql_url)
        try:
            with engine.connect() as connection:
                if not _is_finished(connection):
                    place = shown_url(engine.url)
                    refuse_if_only_looking(place, is_new=True)
                    connection.rollback()
                    self._create(connection, mysql_url)
        finally:
            engine.dispose()
        self.mysql_url = mysql_url
        self._inst_data = inst_data
        self._kept = _kept_engine(mysql_url)
        weakref.finalize(self, self._kept.dispose)
        self._run_storage = _Runs(mysql_url, self._kept)
        self._event_log_storage = _Events(mysql_url, self._kept)
        self._schedule_storage = _Schedules(mysql_url, self._kept)
        DagsterStorage.__init__(self)  # type: ignore[no-untyped-call, arg-type]

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "MySqlStorage":
        """The storage in the database that the configuration names."""
        return cls(mysql_url_from_config(cast("MySqlStorageConfig", config_value)), inst_data)

    @staticmethod
    def _create(connection: Any, mysql_url: str) -> None:
        """Create what is missing, in one process at a time; the last notes come last."""
        with server_lock(connection, "pipeline_assets dagster storage"):
            if _is_finished(connection):
                return
            connection.rollback()
            _create_missing_tables(connection)
            made = DagsterMySQLStorage(mysql_url)
            made.run_storage.migrate()
            made.run_storage.optimize()
            made.event_log_storage.reindex_events()
            made.event_log_storage.reindex_assets()
            made.schedule_storage.migrate()
            made.schedule_storage.optimize()


def _kept_engine(mysql_url: str) -> Any:
    """An engine whose transactions lock the rows that they find, and no gaps between rows.

    Dagster looks for a run's entry of a check, and adds it where there is none. Under REPEATABLE
    READ, its own level, two runs that do so at once each lock the gap that the other writes into.
    """
    engine = create_engine(
        mysql_url,
        isolation_level="READ COMMITTED",
        pool_size=_KEPT,
        max_overflow=-1,
        pool_pre_ping=True,
        pool_recycle=_RENEW_AFTER_S,
        pool_reset_on_return=None,  # whoever used one has ended its transaction
    )
    ask_once(engine)
    not_in_forks(engine)
    return engine


def _is_finished(connection: Any) -> bool:
    """Whether a creation came to its end, by this version or an earlier one.

    A storage of an earlier version of Dagster is left as it is, for `dagster instance migrate`.
    """
    notes = SecondaryIndexMigrationTable
    if not connection.dialect.has_table(connection, notes.name):
        return False
    noted = {row.name for row in connection.execute(notes.select()) if row.migration_completed}
    if noted >= _LAST_NOTES:
        return True
    revision, head = check_alembic_revision(dagsters_migrations(), connection)
    return revision is not None and revision != head


def _create_missing_tables(connection: Any) -> None:
    for tables in _TABLES:
        tables.create_all(connection)
        for table in tables.sorted_tables:
            for index in table.indexes:
                index.create(connection, checkfirst=True)
    config = dagsters_migrations()
    if check_alembic_revision(config, connection)[0] is None:
        stamp_alembic_rev(config, connection)
    connection.commit()
