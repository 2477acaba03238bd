"""Removes rows of Dagster's storage, many with one statement.

Dagster deletes run by run, and leaves behind the runs' tags on SQLite and the results of checks.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import dagster as dg
from dagster._core.instance.utils import RUNLESS_RUN_ID
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.runs.schema import RunsTable, RunTagsTable

from pipeline_assets.catalogue.database.sizes import bytes_used

_EVENTS, _RESULTS = SqlEventLogStorageTable.c, AssetCheckExecutionsTable.c
_OF_ASSETS = [
    dg.DagsterEventType.ASSET_MATERIALIZATION.value,
    dg.DagsterEventType.ASSET_OBSERVATION.value,
]
_EVALUATED = {AssetCheckExecutionRecordStatus.SUCCEEDED, AssetCheckExecutionRecordStatus.FAILED}
_AT_ONCE = 1_000


def remove_runs(instance: dg.DagsterInstance, run_ids: Sequence[str]) -> int:
    """Remove runs that have ended, their logs and events; returns how many events.

    The runs go last: after a crash, what is left is found again.
    """
    for run_id in run_ids:
        instance.compute_log_manager.delete_logs(prefix=[run_id])
    storage: Any = instance.event_log_storage
    with storage.index_connection() as connection:
        of_assets = SqlEventLogStorageTable.select().with_only_columns(_EVENTS.id)
        of_assets = of_assets.where(
            _EVENTS.run_id.in_(run_ids), _EVENTS.dagster_event_type.in_(_OF_ASSETS)
        )
        removed = _remove_events(connection, _ids(connection, of_assets))
        rest = SqlEventLogStorageTable.delete().where(_EVENTS.run_id.in_(run_ids))
        removed += int(connection.execute(rest).rowcount)
    runs: Any = instance.run_storage
    with runs.connect() as connection:
        connection.execute(RunTagsTable.delete().where(RunTagsTable.c.run_id.in_(run_ids)))
        connection.execute(RunsTable.delete().where(RunsTable.c.run_id.in_(run_ids)))
    return removed


def kept_results(instance: dg.DagsterInstance) -> list[tuple[int, int | None, str]]:
    """The last result of each check, and the last that says whether it passed.

    As its id, its event's and its run's.
    """
    storage: Any = instance.event_log_storage
    with storage.index_connection() as connection:
        columns = _RESULTS.asset_key, _RESULTS.check_name
        found = AssetCheckExecutionsTable.select().with_only_columns(*columns).distinct()
        names = connection.execute(found).all()
    kept = []
    for asset, name in names:
        key = dg.AssetKey.from_db_string(asset)
        if key is None:
            continue
        for status in (None, _EVALUATED):
            kept += storage.get_asset_check_execution_history(
                dg.AssetCheckKey(key, name), limit=1, status=status
            )
    found = AssetCheckExecutionsTable.select().with_only_columns(
        _RESULTS.id, _RESULTS.evaluation_event_storage_id, _RESULTS.run_id
    )
    with storage.index_connection() as connection:
        rows = connection.execute(found.where(_RESULTS.id.in_({one.id for one in kept})))
        return [(row[0], row[1], row[2]) for row in rows]


def remove_results(instance: dg.DagsterInstance, before: datetime, kept: Collection[int]) -> int:
    """Remove some results of checks from before then, but not these; returns how many."""
    storage: Any = instance.event_log_storage
    found = AssetCheckExecutionsTable.select().with_only_columns(_RESULTS.id)
    found = found.where(_RESULTS.create_timestamp < before, _RESULTS.id.not_in(kept))
    with storage.index_connection() as connection:
        ids = _ids(connection, found.order_by(_RESULTS.id).limit(_AT_ONCE))
        connection.execute(AssetCheckExecutionsTable.delete().where(_RESULTS.id.in_(ids)))
    return len(ids)


def remove_runless_events(
    instance: dg.DagsterInstance, before: datetime, kept: Collection[int]
) -> int:
    """Remove some events from before then that belong to no run, but not these.

    Such are sensors' observations and results of checks. Returns how many.
    """
    storage: Any = instance.event_log_storage
    found = SqlEventLogStorageTable.select().with_only_columns(_EVENTS.id)
    found = found.where(
        _EVENTS.run_id == RUNLESS_RUN_ID, _EVENTS.timestamp < before, _EVENTS.id.not_in(kept)
    )
    with storage.index_connection() as connection:
        ids = _ids(connection, found.order_by(_EVENTS.id).limit(_AT_ONCE))
        return _remove_events(connection, ids)


def bytes_of_storage(instance: dg.DagsterInstance) -> int:
    """What runs, events and ticks take up in their databases."""
    runs: Any = instance.run_storage
    events: Any = instance.event_log_storage
    ticks: Any = instance.schedule_storage
    sizes: dict[str, int] = {}
    for opened in (runs.connect, events.index_connection, ticks.connect):
        with opened() as connection:
            sizes[str(connection.engine.url)] = bytes_used(connection)
    return sum(sizes.values())


def _ids(connection: Any, query: Any) -> list[int]:
    return [row[0] for row in connection.execute(query)]


def _remove_events(connection: Any, ids: Sequence[int]) -> int:
    if ids:
        connection.execute(
            AssetEventTagsTable.delete().where(AssetEventTagsTable.c.event_id.in_(ids))
        )
        connection.execute(SqlEventLogStorageTable.delete().where(_EVENTS.id.in_(ids)))
    return len(ids)
