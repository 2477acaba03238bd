"""What commands report about files, as plain data for the terminal and for scripts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.enrichment import figures_of_runs, open_rows_of_runs
from pipeline_assets.catalogue.file_log import FileLog
from pipeline_assets.catalogue.reports import FILE_FIGURES, FileReport, files_of_runs
from pipeline_assets.domain.enrichment.rows import SERVED, Outcome
from pipeline_assets.domain.files.attempts import Event
from pipeline_assets.services.files.inbox_survey import Survey
from pipeline_assets.services.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A run that failed, and why."""

    run_id: str
    message: str


class Runs(Protocol):
    """The runs of a drain: all of them in order, and those that failed by file."""

    run_ids: list[str]
    failed: dict[str, FailedRun]


def file_reports(pipeline: Pipeline, runs: Runs) -> list[FileReport]:
    """What happened to the files of these runs, even if a failure could not be recorded."""
    with reading(pipeline.engine) as connection:
        reports = {one.run_id: one for one in files_of_runs(connection, runs.run_ids)}
    for name, failed in runs.failed.items():
        recorded = reports.get(failed.run_id)
        if recorded is None or recorded.outcome == Event.STARTED:
            unrecorded = FileReport(name, "failed", None, failed.message, failed.run_id, {})
            reports[failed.run_id] = unrecorded
    return list(reports.values())


def totals(reports: Sequence[FileReport]) -> dict[str, int]:
    """Files by outcome and the sums of their figures."""
    outcomes = Counter(report.outcome for report in reports)
    sums = {name: sum(r.figures.get(name, 0) for r in reports) for name in FILE_FIGURES}
    return {
        "files": len(reports),
        "accepted": outcomes["accepted"],
        "quarantined": outcomes["quarantined"],
        "halted": outcomes["halted"],
        "failed": outcomes["failed"] + outcomes[Event.STARTED],
        **sums,
    }


def file_log(log: FileLog) -> dict[str, Any]:
    """A log as plain data."""
    files = [with_times(asdict(file)) | {"seconds": file.seconds} for file in log.files]
    return {
        "since": _utc(log.since),
        "outcomes": dict(log.outcomes),
        "shown": files,
        "not_shown": log.not_shown,
    }


def with_times(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values; times, which are in UTC, as ISO texts that say so."""
    return {
        name: _utc(value) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _utc(moment: datetime) -> str:
    return f"{moment.isoformat(timespec='seconds')}Z"


def left(found: Survey) -> dict[str, Any]:
    """What a drain left in an inbox, by reason."""
    return {key: value for key, value in inbox(found).items() if value} | {
        "halted": dict(found.halted)
    }


def inbox(found: Survey) -> Mapping[str, Any]:
    """A survey as lists of names, and reasons by name."""
    return {
        "takeable": [one.file.name for one in found.takeable],
        "waiting": [one.file.name for one in found.waiting],
        "unread": [file.name for file in found.unread],
        "unsettled": [file.name for file in found.unsettled],
        "in_flight": [file.name for file in found.in_flight],
        "halted": dict(found.halted),
        "others": dict(found.others),
    } | ({} if found.on_hold is None else {"on_hold": found.on_hold})


def enrichment_reports(pipeline: Pipeline, runs: Runs) -> list[FileReport]:
    """What happened to the files of these runs of barcode enrichment.

    The figures tell the rows that stay open by the reason: `rows_blocked`, `rows_gone` and so on.
    """
    with reading(pipeline.engine) as connection:
        figures = figures_of_runs(connection, runs.run_ids)
        left_open = open_rows_of_runs(connection, runs.run_ids)
    for run_id, of_file in figures.items():
        reasons = left_open.get(run_id, {})
        of_file |= {f"rows_{why}": reasons.get(why, 0) for why in Outcome if why not in SERVED}
    return [
        replace(report, figures=figures.get(report.run_id or "", {}))
        for report in file_reports(pipeline, runs)
    ]
