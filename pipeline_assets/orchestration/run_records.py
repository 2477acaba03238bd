"""Dagster's runs, as an inbox survey needs them."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import dagster as dg

from pipeline_assets.domain.files.recovery import RunOfFile
from pipeline_assets.inbox.folders import BARCODE_ENRICHMENT_INBOX, PRODUCT_INBOX, Inbox
from pipeline_assets.orchestration.names import (
    BARCODE_ENRICHMENT,
    FILE_TAG,
    FINGERPRINT_TAG,
    PROCESS_TAG,
    PRODUCT_UPDATE,
)

ACTIVE = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_ENDED_BADLY = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]

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
        tags = {FINGERPRINT_TAG: sorted(fingerprints)}
        statuses = _ENDED_BADLY
        return self._find(dg.RunsFilter(job_name=self._job_name, statuses=statuses, tags=tags))

    def report_dead(self, run_ids: Collection[str]) -> None:
        """Mark these runs as failed in the UI; a killed run would stay STARTED forever."""
        for run_id in run_ids:
            run = self._instance.get_run_by_id(run_id)
            if run is not None and not run.is_finished:
                self._instance.report_run_failed(run, _DEAD)

    def last_success_at(self, job_name: str = PRODUCT_UPDATE) -> datetime | None:
        """When the last run of the job that succeeded ended, in UTC."""
        wanted = dg.RunsFilter(job_name=job_name, statuses=[dg.DagsterRunStatus.SUCCESS])
        records = self._instance.get_run_records(wanted, limit=1, order_by="update_timestamp")
        ended = records[0].end_time if records else None
        return None if ended is None else datetime.fromtimestamp(ended, UTC).replace(tzinfo=None)

    def is_active(self, job_name: str) -> bool:
        """Whether a run of the job is queued, starting or started."""
        wanted = dg.RunsFilter(job_name=job_name, statuses=ACTIVE)
        return self._instance.get_runs_count(wanted) > 0

    def _find(self, wanted: dg.RunsFilter) -> list[RunOfFile]:
        return [
            RunOfFile(
                record.dagster_run.run_id,
                record.dagster_run.tags[FILE_TAG],
                record.dagster_run.tags.get(FINGERPRINT_TAG, ""),
                record.create_timestamp.astimezone(UTC).replace(tzinfo=None),
                record.dagster_run.status == dg.DagsterRunStatus.QUEUED,
                record.dagster_run.tags.get(PROCESS_TAG),
            )
            for record in self._instance.get_run_records(wanted)
            if FILE_TAG in record.dagster_run.tags
        ]


class NoRuns:
    """Dagster's runs where it has none, because its storage was never created."""

    def active(self) -> Sequence[RunOfFile]:
        """None."""
        return ()

    def ended_badly(self, fingerprints: Collection[str]) -> Sequence[RunOfFile]:
        """None."""
        return ()

    def report_dead(self, run_ids: Collection[str]) -> None:
        """There is nothing to report."""


def runs_of_inbox(instance: dg.DagsterInstance, inbox: Inbox) -> InstanceRuns:
    """The runs of the job that takes the inbox's files."""
    return InstanceRuns(instance, _JOB_OF[inbox.name])


_JOB_OF = {PRODUCT_INBOX: PRODUCT_UPDATE, BARCODE_ENRICHMENT_INBOX: BARCODE_ENRICHMENT}
