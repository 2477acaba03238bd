"""Dagster's storage on one machine, as `dagster.yaml` names it: SQLite files below DAGSTER_HOME.

These classes differ from Dagster's own in two ways. Storages are created by one process at a time
(`storage_files`), and a relative `base_dir` starts in DAGSTER_HOME, whatever folder the process was
started in: Dagster would create a second, empty storage in another folder.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log import (
    ConsolidatedSqliteEventLogStorage,
    SqlEventLogStorageMetadata,
)
from dagster._core.storage.local_compute_log_manager import LocalComputeLogManager
from dagster._core.storage.root import LocalArtifactStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.runs.schema import RunStorageSqlMetadata
from dagster._core.storage.schedules import SqliteScheduleStorage
from dagster._core.storage.schedules.schema import ScheduleStorageSqlMetadata
from dagster._serdes import ConfigurableClassData

from pipeline_assets.orchestration.storage_files import StorageFile, ready
from pipeline_assets.settings import home_folder


def _below_home(base_dir: str) -> Path:
    return home_folder() / Path(base_dir).expanduser()


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


class SqliteRuns(SqliteRunStorage):
    """Runs and their tags."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "SqliteRuns":
        """The storage in `base_dir`."""
        folder = _below_home(config_value["base_dir"])
        with ready(folder, _RUNS):
            return cls.from_local(str(folder), inst_data)


class SqliteSchedules(SqliteScheduleStorage):
    """Sensors and their ticks."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "SqliteSchedules":
        """The storage in `base_dir`."""
        folder = _below_home(config_value["base_dir"])
        with ready(folder, _SCHEDULES):
            found = cls.from_local(str(folder), inst_data)
        assert isinstance(found, cls)
        return found


class SqliteEvents(ConsolidatedSqliteEventLogStorage):
    """The events of all runs."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "SqliteEvents":
        """The storage in `base_dir`."""
        folder = _below_home(config_value["base_dir"])
        with ready(folder, _EVENTS):
            return cls(str(folder), inst_data)


class ArtifactFolder(LocalArtifactStorage):
    """The folder for whatever else Dagster keeps."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "ArtifactFolder":
        """The folder `base_dir`."""
        return cls(str(_below_home(config_value["base_dir"])), inst_data)


class LogFolder(LocalComputeLogManager):
    """What runs print."""

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> "LogFolder":
        """The logs below `base_dir`."""
        folder = str(_below_home(config_value["base_dir"]))
        return cls(**{**config_value, "base_dir": folder}, inst_data=inst_data)
