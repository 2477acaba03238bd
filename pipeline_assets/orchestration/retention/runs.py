"""Removes Dagster's old runs with their events and logs, in small batches."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import dagster as dg

from pipeline_assets.orchestration.retention.kept_runs import ENDED, KeptRuns
from pipeline_assets.orchestration.retention.storage import (
    bytes_of_storage,
    kept_results,
    remove_results,
    remove_runless_events,
    remove_runs,
)
from pipeline_assets.services.pipeline import Pipeline
from pipeline_assets.services.retention.part import RetentionPart, switched_off
from pipeline_assets.services.retention.time_limit import TimeLimit

_NAME = "runs"
# So many runs have some hundred events, which SQLite removes in a hundredth of a second.
_AT_ONCE = 50


def remove_old_runs(
    pipeline: Pipeline,
    instance: dg.DagsterInstance,
    limit: TimeLimit,
    *,
    is_rehearsal: bool = False,
) -> RetentionPart:
    """Remove runs that ended long ago, and events of that age that belong to no run."""
    days = pipeline.settings.keep_runs_days
    if days is None:
        return switched_off(_NAME, "keep_runs_days")
    before = (pipeline.clock() - timedelta(days=days)).replace(tzinfo=UTC)
    results = kept_results(instance)
    kept = KeptRuns(instance, pipeline, (run_id for _, _, run_id in results))
    if is_rehearsal:
        old = _old_runs(instance, kept, before, None)
        return RetentionPart(_NAME, figures={"runs_removed": len(old)})
    size = bytes_of_storage(instance)
    figures = {"runs_removed": 0, "events_removed": 0, "check_results_removed": 0}
    is_cut_short = not _remove_runs(instance, kept, before, limit, figures)
    is_cut_short |= not _remove_rest(instance, results, before, limit, figures)
    figures |= {"bytes_before": size, "bytes_after": bytes_of_storage(instance)}
    return RetentionPart(_NAME, None, figures, is_cut_short)


def _remove_runs(
    instance: dg.DagsterInstance,
    kept: KeptRuns,
    before: datetime,
    limit: TimeLimit,
    figures: dict[str, int],
) -> bool:
    """Remove batch after batch; returns whether all are gone."""
    while not limit.is_over:
        old = _old_runs(instance, kept, before, _AT_ONCE)
        if not old:
            return True
        figures["events_removed"] += remove_runs(instance, old)
        figures["runs_removed"] += len(old)
    return False


def _old_runs(
    instance: dg.DagsterInstance, kept: KeptRuns, before: datetime, most: int | None
) -> list[str]:
    """The oldest runs that may go, at most so many.

    Runs that stay are read again each time, but they are few: it is asked for as many more.
    """
    wanted = dg.RunsFilter(statuses=ENDED, updated_before=before)
    while True:
        asked = None if most is None else most + len(kept.ids)
        records = instance.get_run_records(wanted, limit=asked, ascending=True)
        old = [one.dagster_run.run_id for one in records if not kept.stays(one.dagster_run)]
        if old or asked is None or len(records) < asked:
            return old[:most]


def _remove_rest(
    instance: dg.DagsterInstance,
    results: Sequence[tuple[int, int | None, str]],
    before: datetime,
    limit: TimeLimit,
    figures: dict[str, int],
) -> bool:
    """Remove old results of checks, and old events without a run; returns whether all are gone."""
    moment = before.replace(tzinfo=None)
    latest = _latest_events(instance) | {event for _, event, _ in results if event is not None}
    ids = {one for one, _, _ in results}
    while not limit.is_over:
        of_checks = remove_results(instance, moment, ids)
        events = remove_runless_events(instance, moment, latest)
        figures["check_results_removed"] += of_checks
        figures["events_removed"] += events
        if not of_checks and not events:
            return True
    return False


def _latest_events(instance: dg.DagsterInstance) -> set[int]:
    """The last materialization and the last observation of each asset, by storage id."""
    return {
        record.storage_id
        for key in instance.get_asset_keys()
        for fetch in (instance.fetch_materializations, instance.fetch_observations)
        for record in fetch(key, limit=1).records
    }
