"""Dagster's storage on MySQL or MariaDB, as `deploy/mysql/dagster.yaml` names it.

Unlike Dagster's own, it is created by one process at a time, and a creation that was interrupted is
finished: each statement that creates a table commits, and Dagster takes the first tables for all.
"""

from collections.abc import Mapping
from typing import Any, cast

from dagster._core.storage.config import MySqlStorageConfig
from dagster._core.storage.event_log.schema import SqlEventLogStorageMetadata
from dagster._core.storage.runs.schema import RunStorageSqlMetadata, SecondaryIndexMigrationTable
from dagster._core.storage.schedules.migration import (
    OPTIONAL_SCHEDULE_DATA_MIGRATIONS,
    REQUIRED_SCHEDULE_DATA_MIGRATIONS,
)
from dagster._core.storage.schedules.schema import ScheduleStorageSqlMetadata
from dagster._core.storage.sql import check_alembic_revision, create_engine, stamp_alembic_rev
from dagster._serdes import ConfigurableClassData
from dagster_mysql import DagsterMySQLStorage
from dagster_mysql.utils import mysql_url_from_config

from pipeline_assets.catalogue.database.urls import shown_url
from pipeline_assets.catalogue.database.waiting import server_lock
from pipeline_assets.orchestration.looking import refuse_if_only_looking
from pipeline_assets.orchestration.storage_files import dagsters_migrations

# In the order in which they are created.
_TABLES = (RunStorageSqlMetadata, SqlEventLogStorageMetadata, ScheduleStorageSqlMetadata)
# What is noted at the very end of a creation.
_LAST_NOTES = (
    frozenset(REQUIRED_SCHEDULE_DATA_MIGRATIONS) | OPTIONAL_SCHEDULE_DATA_MIGRATIONS.keys()
)


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
        super().__init__(mysql_url, inst_data)

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
