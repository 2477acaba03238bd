"""Dagster's runs, as an inbox survey needs them."""

import json
import socket
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import dagster as dg

from pipeline_assets.domain.files.recovery import RunEnd, RunOfFile
from pipeline_assets.inbox.folders import BARCODE_ENRICHMENT_INBOX, PRODUCT_INBOX, Inbox
from pipeline_assets.orchestration.launcher.processes import waits_for_worker, worker_of
from pipeline_assets.orchestration.names import (
    BARCODE_ENRICHMENT,
    FILE_TAG,
    FINGERPRINT_TAG,
    MAX_RUNTIME_TAG,
    OLD_TAGS,
    PROCESS_TAG,
    PRODUCT_UPDATE,
    REPORTED_TAG,
    REQUESTER_TAG,
)
from pipeline_assets.services.files.liveness import is_alive

ACTIVE = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_ENDED_BADLY = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]

_NOT_BEGUN = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING]
# Dagster's own tags: why a run failed, and how to reach the code server that starts it.
_FAILURE_REASON_TAG = "dagster/failure_reason"
_SERVER_TAG = ".dagster/grpc_info"

_DEAD = (
    "The run's process ended without reporting, or did not start its work in time. Nothing is "
    "lost: the file's changes are in the catalogue completely or not at all."
)


class InstanceRuns:
    """A job's runs for files of its inbox, from a Dagster instance."""

    def __init__(self, instance: dg.DagsterInstance, job_name: str = PRODUCT_UPDATE) -> None:
        self._instance = instance
        self._job_name = job_name

    def active(self) -> Sequence[RunOfFile]:
        """The runs that are queued, starting or started."""
        return self._find(dg.RunsFilter(job_name=self._job_name, statuses=ACTIVE))

    def ended_badly(self, fingerprints: Collection[str]) -> Sequence[RunOfFile]:
        """The failed and cancelled runs of these versions of files."""
        if not fingerprints:
            return []
        return [
            run
            for tag in (FINGERPRINT_TAG, OLD_TAGS[FINGERPRINT_TAG])
            for run in self._find(
                dg.RunsFilter(
                    job_name=self._job_name,
                    statuses=_ENDED_BADLY,
                    tags={tag: sorted(fingerprints)},
                )
            )
        ]

    def report_dead(self, run_ids: Collection[str]) -> None:
        """Mark these runs as failed in the UI; a killed run would stay STARTED forever."""
        for run_id in run_ids:
            run = self._instance.get_run_by_id(run_id)
            if run is not None and not run.is_finished:
                self._instance.report_run_failed(run, _DEAD)

    def last_success_at(self, job_name: str = PRODUCT_UPDATE) -> datetime | None:
        """When the last run of the job that succeeded ended, in UTC."""
        statuses = [dg.DagsterRunStatus.SUCCESS]
        return self._last_end_at(dg.RunsFilter(job_name=job_name, statuses=statuses))

    def last_success_begun_at(self, job_name: str) -> datetime | None:
        """When the last run of the job that succeeded began, in UTC."""
        wanted = dg.RunsFilter(job_name=job_name, statuses=[dg.DagsterRunStatus.SUCCESS])
        records = self._instance.get_run_records(wanted, limit=1, order_by="update_timestamp")
        return _in_utc(records[0].start_time) if records else None

    def _last_end_at(self, wanted: dg.RunsFilter) -> datetime | None:
        records = self._instance.get_run_records(wanted, limit=1, order_by="update_timestamp")
        return _in_utc(records[0].end_time) if records else None

    def last_end_at(self, job_name: str) -> datetime | None:
        """When the last run of the job that has ended did so, however it ended; in UTC."""
        ended = [dg.DagsterRunStatus.SUCCESS, *_ENDED_BADLY]
        return self._last_end_at(dg.RunsFilter(job_name=job_name, statuses=ended))

    def was_interrupted(self, job_name: str) -> bool:
        """Whether the job's last run ended by a signal to its process, or with its daemon."""
        newest = self._instance.get_run_records(dg.RunsFilter(job_name=job_name), limit=1)
        return bool(newest) and self.end_of(newest[0]) is RunEnd.INTERRUPTED

    def is_reported(self, until: datetime) -> bool:
        """Whether a run has made a report of the files until then."""
        tags = {REPORTED_TAG: until.isoformat()}
        wanted = dg.RunsFilter(tags=tags, statuses=[dg.DagsterRunStatus.SUCCESS])
        return bool(self._instance.get_run_ids(wanted, limit=1))

    def is_active(self, job_name: str) -> bool:
        """Whether a run of the job is queued, starting or started."""
        wanted = dg.RunsFilter(job_name=job_name, statuses=ACTIVE)
        return self._instance.get_runs_count(wanted) > 0

    def _find(self, wanted: dg.RunsFilter) -> list[RunOfFile]:
        return [
            RunOfFile(
                record.dagster_run.run_id,
                record.dagster_run.tags[FILE_TAG],
                fingerprint_of(record.dagster_run) or "",
                record.create_timestamp.astimezone(UTC).replace(tzinfo=None),
                _is_queued(record.dagster_run),
                worker_of(record.dagster_run) or _own_tag(record.dagster_run, PROCESS_TAG),
                self.end_of(record),
            )
            for record in self._instance.get_run_records(wanted)
            if FILE_TAG in record.dagster_run.tags
        ]

    def end_of(self, record: dg.RunRecord) -> RunEnd | None:
        """How a run ended, or that it can no longer begin; None for one that may still work."""
        run = record.dagster_run
        if run.status in _NOT_BEGUN:
            return RunEnd.INTERRUPTED if _has_no_starter(run) else None
        if run.status not in _ENDED_BADLY:
            return None
        if run.tags.get(_FAILURE_REASON_TAG) == "UNEXPECTED_TERMINATION":
            return RunEnd.INTERRUPTED
        if record.start_time is None and (_has_no_starter(run) or was_not_taken(run)):
            return RunEnd.INTERRUPTED
        if self._was_overdue(record):
            return RunEnd.OVERDUE
        is_canceled = run.status is dg.DagsterRunStatus.CANCELED
        return RunEnd.TERMINATED if is_canceled else RunEnd.FAILED

    def _was_overdue(self, record: dg.RunRecord) -> bool:
        if record.start_time is None or record.end_time is None:
            return False
        longest_s = record.dagster_run.tags.get(MAX_RUNTIME_TAG)
        limit_s = float(longest_s or self._instance.run_monitoring_max_runtime_seconds)
        return 0 < limit_s <= record.end_time - record.start_time


def runs_at_work(instance: dg.DagsterInstance) -> list[str]:
    """The runs that are queued or at work, in words; not those whose process is gone."""
    records = instance.get_run_records(dg.RunsFilter(statuses=ACTIVE))
    runs = InstanceRuns(instance)
    return [
        f"run {record.dagster_run.run_id[:8]} of {record.dagster_run.job_name}"
        for record in records
        if runs.end_of(record) is None and not _is_gone(record.dagster_run)
    ]


def _is_gone(run: dg.DagsterRun) -> bool:
    return is_alive(worker_of(run) or _own_tag(run, PROCESS_TAG)) is False


def _in_utc(timestamp: float | None) -> datetime | None:
    return (
        None if timestamp is None else datetime.fromtimestamp(timestamp, UTC).replace(tzinfo=None)
    )


def fingerprint_of(run: dg.DagsterRun) -> str | None:
    """The version of the file that the run was created for; None where its tags do not say."""
    return _hidden_tag(run, FINGERPRINT_TAG)


def _own_tag(run: dg.DagsterRun, name: str) -> str | None:
    """A tag about the run's processes; a run that repeats another one has copied the other's."""
    return None if run.parent_run_id else _hidden_tag(run, name)


def _hidden_tag(run: dg.DagsterRun, name: str) -> str | None:
    return run.tags.get(name, run.tags.get(OLD_TAGS[name]))


def _is_queued(run: dg.DagsterRun) -> bool:
    """Whether the run waits in Dagster's queue, or in a broker for one of its workers."""
    is_in_broker = run.status is dg.DagsterRunStatus.STARTING and waits_for_worker(run)
    return run.status is dg.DagsterRunStatus.QUEUED or is_in_broker


def was_not_taken(run: dg.DagsterRun) -> bool:
    """Whether the run failed because no worker took it: no fault of its file."""
    return run.status is dg.DagsterRunStatus.FAILURE and waits_for_worker(run)


def _has_no_starter(run: dg.DagsterRun) -> bool:
    """Whether the code server that was to start the run has ended, as it does with its daemon.

    Its socket alone would not tell: on another machine, it is not there either.
    """
    server = json.loads(run.tags.get(_SERVER_TAG, "{}")).get("socket")
    if server is None or is_alive(_own_tag(run, REQUESTER_TAG)) is not False:
        return False
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(server) != 0


def runs_of_inbox(instance: dg.DagsterInstance, inbox: Inbox) -> InstanceRuns:
    """The runs of the job that takes the inbox's files."""
    return InstanceRuns(instance, _JOB_OF[inbox.name])


_JOB_OF = {PRODUCT_INBOX: PRODUCT_UPDATE, BARCODE_ENRICHMENT_INBOX: BARCODE_ENRICHMENT}
INBOX_OF_JOB = {job: inbox for inbox, job in _JOB_OF.items()}
