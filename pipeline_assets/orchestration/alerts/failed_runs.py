"""Runs that failed, as alerts need them: which ones, and what people should read about them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import dagster as dg
from dagster import DagsterEventType, EventLogRecord
from dagster._core.errors import DagsterAssetCheckFailedError
from dagster._core.event_api import RunStatusChangeRecordsFilter
from dagster._utils.error import SerializableErrorInfo  # type: ignore[attr-defined]

from pipeline_assets.domain.alerts.troubles import RunFailure
from pipeline_assets.domain.files.recovery import RunEnd
from pipeline_assets.errors import HaltedFileError
from pipeline_assets.orchestration.names import FILE_TAG
from pipeline_assets.orchestration.run_records import InstanceRuns, was_not_taken

# A run that takes too long is cancelled; one that an operator cancels is told apart by its times.
ENDS: tuple[Literal[DagsterEventType.RUN_FAILURE], Literal[DagsterEventType.RUN_CANCELED]] = (
    DagsterEventType.RUN_FAILURE,
    DagsterEventType.RUN_CANCELED,
)
_MOST_AT_ONCE = 200

# They only say where the next error in the chain was raised.
_WRAPPERS = ("DagsterExecutionStepExecutionError", "RetryRequested", "RetryRequestedFromPolicy")
_STOPPED_BY_CHECK = DagsterAssetCheckFailedError.__name__
_CLASS = re.compile(r"^[\w.]+: ")


@dataclass(frozen=True, slots=True)
class NewFailures:
    """The failed runs since the last look, and up to which events that was."""

    runs: list[RunFailure]
    seen: dict[str, int]


def last_events(instance: dg.DagsterInstance) -> dict[str, int]:
    """The newest events, by type: what happened before them is not looked at."""
    newest = {}
    for kind in ENDS:
        records = instance.fetch_run_status_changes(kind, limit=1).records
        newest[kind.value] = records[0].storage_id if records else 0
    return newest


def new_failures(
    instance: dg.DagsterInstance,
    seen: Mapping[str, int],
    location: str | None,
) -> NewFailures:
    """The runs of this code location, or of commands, that failed after the events in `seen`.

    Those that an operator or a signal ended have not failed, and those that a check stopped are
    the check's to tell. A run that no worker took is told: perhaps there is none.
    """
    found: list[RunFailure] = []
    now_seen = dict(seen)
    for kind in ENDS:
        after = RunStatusChangeRecordsFilter(kind, after_storage_id=seen.get(kind.value, 0))
        events = instance.fetch_run_status_changes(after, _MOST_AT_ONCE, ascending=True).records
        found += _failed(instance, events, location)
        if events:
            now_seen[kind.value] = events[-1].storage_id
    return NewFailures(found, now_seen)


def _failed(
    instance: dg.DagsterInstance,
    events: Sequence[EventLogRecord],
    location: str | None,
) -> Iterator[RunFailure]:
    if not events:
        return
    wanted = dg.RunsFilter(run_ids=[event.run_id for event in events])
    records = {one.dagster_run.run_id: one for one in instance.get_run_records(wanted)}
    runs = InstanceRuns(instance)
    for event in events:
        record = records.get(event.run_id)
        if record is None or not _is_ours(record.dagster_run, location):
            continue
        has_failed = runs.end_of(record) in (RunEnd.FAILED, RunEnd.OVERDUE)
        if not has_failed and not was_not_taken(record.dagster_run):
            continue
        chain = list(_chain(_error(event)))
        if _STOPPED_BY_CHECK not in [one.cls_name for one in chain]:
            yield _failed_run(event, record.dagster_run, chain)


def _is_ours(run: dg.DagsterRun, location: str | None) -> bool:
    origin = run.remote_job_origin
    if origin is None or location is None:
        return True
    return origin.repository_origin.code_location_origin.location_name == location


def _failed_run(
    event: EventLogRecord, run: dg.DagsterRun, chain: Sequence[SerializableErrorInfo]
) -> RunFailure:
    said = [one for one in chain if one.cls_name not in _WRAPPERS] or chain[-1:]
    entry = event.event_log_entry.dagster_event
    message = said[0].message if said else (entry.message if entry else None)
    if said and said[0].cls_name == dg.Failure.__name__:
        message = _CLASS.sub("", said[0].message)
    message = (message or "").strip() or "No reason is recorded."
    return RunFailure(
        run_id=run.run_id,
        job=run.job_name,
        failed_at=datetime.fromtimestamp(event.timestamp, UTC).replace(tzinfo=None),
        error=(chain[-1].cls_name if chain else None) or "the run itself reports no error",
        cause=chain[-1].message if chain else message,
        message=message,
        file=run.tags.get(FILE_TAG) or _configured_file(run),
        is_halted=HaltedFileError.__name__ in [one.cls_name for one in chain],
    )


def _configured_file(run: dg.DagsterRun) -> str | None:
    """The file that a run was asked for by its config."""
    steps = run.run_config.get("ops")
    for step in steps.values() if isinstance(steps, Mapping) else ():
        config = step.get("config") if isinstance(step, Mapping) else None
        file = config.get("file") if isinstance(config, Mapping) else None
        if isinstance(file, str):
            return file
    return None


def _error(event: EventLogRecord) -> SerializableErrorInfo | None:
    """The error of the step that failed first, or else of the run."""
    entry = event.event_log_entry.dagster_event
    if entry is None or entry.event_type is not DagsterEventType.RUN_FAILURE:
        return None
    data = entry.job_failure_data
    first = data.first_step_failure_event if data else None
    if first is not None and first.step_failure_data.error is not None:
        return first.step_failure_data.error
    return data.error if data else None


def _chain(error: SerializableErrorInfo | None) -> Iterator[SerializableErrorInfo]:
    while error is not None:
        yield error
        error = error.cause
