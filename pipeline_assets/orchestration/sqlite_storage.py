"""Dagster's storage on one machine, as `dagster.yaml` names it: SQLite files below DAGSTER_HOME.

These classes differ from Dagster's own in three ways. Storages are created by one process at a time
(`storage_files`), and their connections stay open (`kept_connections`). And a relative `base_dir`
starts in DAGSTER_HOME, whatever folder the process was started in: Dagster would create a second,
empty storage in another folder.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import (
    ConsolidatedSqliteEventLogStorage,
    SqlEventLogStorageMetadata,
)
from dagster._core.storage.event_log.schema import AssetKeyTable, SqlEventLogStorageTable
from dagster._core.storage.root import LocalArtifactStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.runs.schema import RunStorageSqlMetadata
from dagster._core.storage.schedules import SqliteScheduleStorage
from dagster._core.storage.schedules.schema import ScheduleStorageSqlMetadata
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS, create_db_conn_string
from dagster._serdes import ConfigurableClassData

from pipeline_assets.catalogue.database.kept_connections import KeptConnections, connections_to_file
from pipeline_assets.orchestration.events_together import EventsTogether
from pipeline_assets.orchestration.log_folder import LogFolder, below_home
from pipeline_assets.orchestration.remembered import RemembersWhatIsThere
from pipeline_assets.orchestration.storage_files import StorageFile, ready

_LOG = logging.getLogger(__name__)
__all__ = ["ArtifactFolder", "LogFolder", "SqliteEvents", "SqliteRuns", "SqliteSchedules"]

_INSERT = SqlEventLogStorageTable.insert()
# How often to look for new events of a run that someone watches.
_LOOK_EVERY_S = 0.5


def _connections(url: str) -> KeptConnections:
    return connections_to_file(url, SQLITE_BUSY_TIMEOUT_SECONDS)


def _optimise(storage: SqliteRunStorage | SqliteScheduleStorage) -> None:
    storage.migrate()
    storage.optimize()


def _index(storage: ConsolidatedSqliteEventLogStorage) -> None:
    storage.reindex_events()
    storage.reindex_assets()


_RUNS = StorageFile("runs.db", RunStorageSqlMetadata, SqliteRunStorage.from_local, _optimise)
_SCHEDULES = StorageFile(
    "schedules.db", ScheduleStorageSqlMetadata, SqliteScheduleStorage.from_local, _optimise
)
_EVENTS = StorageFile(
    "event_log.db", SqlEventLogStorageMetadata, ConsolidatedSqliteEventLogStorage, _index
)


class _StaysOpen:
    """Goes before one of Dagster's storages: its connections stay open between uses."""

    def __init__(self, conn_string: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._connections = _connections(conn_string)
        super().__init__(conn_string, inst_data)  # type: ignore[call-arg]

    @contextmanager
    def connect(self) -> Iterator[Any]:
        """A connection in a transaction."""
        with self._connections.transaction() as connection:
            yield connection

    def dispose(self) -> None:
        """Close the connections."""
        self._connections.close()


class SqliteRuns(_StaysOpen, RemembersWhatIsThere, SqliteRunStorage):
    """Runs and their tags."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "SqliteRuns":
        """The storage in `base_dir`."""
        folder = below_home(config_value["base_dir"])
        with ready(folder, _RUNS) as is_known:
            if is_known:
                return cls(create_db_conn_string(str(folder), "runs"), inst_data)
            return cls.from_local(str(folder), inst_data)


class SqliteSchedules(_StaysOpen, SqliteScheduleStorage):
    """Sensors and their ticks."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "SqliteSchedules":
        """The storage in `base_dir`."""
        folder = below_home(config_value["base_dir"])
        with ready(folder, _SCHEDULES) as is_known:
            if is_known:
                return cls(create_db_conn_string(str(folder), "schedules"), inst_data)
            found = cls.from_local(str(folder), inst_data)
        assert isinstance(found, cls)
        return found


class _KeptOpen(ConsolidatedSqliteEventLogStorage):
    """Dagster's own, on connections that stay open."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._connections = _connections(create_db_conn_string(base_dir, "event_log"))
        super().__init__(base_dir, inst_data)

    @contextmanager
    def _connect(self) -> Iterator[Any]:
        with self._connections.transaction() as connection:
            yield connection

    def has_table(self, table_name: str) -> bool:
        """Whether the table is there."""
        with self._connect() as connection:
            return bool(connection.dialect.has_table(connection, table_name))

    def dispose(self) -> None:
        """Close the connections, and stop watching."""
        super().dispose()  # type: ignore[no-untyped-call]
        self._connections.close()


class SqliteEvents(EventsTogether, _KeptOpen):
    """The events of all runs."""

    def write(self, events: Sequence[EventLogEntry]) -> None:
        """Write the events and what follows from them in one transaction."""
        with self._in_one_transaction() as connection:
            for event in events:
                written = connection.execute(_INSERT, self._event_to_row(event))
                (event_id,) = written.inserted_primary_key
                self._follow(event, event_id)

    def _store_asset_event(self, conn: Any, event: EventLogEntry, event_id: int) -> None:
        """As Dagster does, but for a known asset without a failed insertion first."""
        dagster_event = event.get_dagster_event()
        values = self._get_asset_entry_values(event, event_id, has_asset_key_index_cols=True)
        if not (dagster_event.asset_key and values):
            return
        table, key = AssetKeyTable, dagster_event.asset_key.to_string()
        is_asset = table.c.asset_key == key
        if not conn.execute(table.update().values(**values).where(is_asset)).rowcount:
            conn.execute(table.insert().values(asset_key=key, **values))

    def watch(self, run_id: str, cursor: str | None, callback: Callable[..., Any]) -> None:
        """Call back for each new event of the run, until it has ended or `end_watch`."""
        if self._obs is None:
            follower: Any = _Follower(self)
            follower.start()
            self._obs = follower
        super().watch(run_id, cursor, callback)  # type: ignore[no-untyped-call]

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "SqliteEvents":
        """The storage in `base_dir`."""
        folder = below_home(config_value["base_dir"])
        with ready(folder, _EVENTS):
            return cls(str(folder), inst_data)


class _Follower(threading.Thread):
    """Looks for new events of the runs that someone watches.

    Dagster's own waits for a change of the file; but an event is in SQLite's log at first, which
    may have changed a moment before a reader can see what is new.
    """

    def __init__(self, events: Any) -> None:
        super().__init__(name="event follower", daemon=True)
        self._events = events
        self._is_to_stop = threading.Event()

    def run(self) -> None:
        """Look, until it is to stop."""
        while not self._is_to_stop.wait(_LOOK_EVERY_S):
            try:
                self._events.on_modified()
            except Exception:
                _LOG.exception("New events could not be read; they are looked for again.")

    def stop(self) -> None:
        """Let it end after the look that it is at."""
        self._is_to_stop.set()


class ArtifactFolder(LocalArtifactStorage):
    """The folder for whatever else Dagster keeps."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "ArtifactFolder":
        """The folder `base_dir`."""
        return cls(str(below_home(config_value["base_dir"])), inst_data)
