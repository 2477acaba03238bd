"""Which old runs stay: those that the UI, the sensors and recovery still ask for."""

from collections.abc import Iterable

import dagster as dg

from pipeline_assets.orchestration.run_records import fingerprint_of
from pipeline_assets.services.pipeline import Pipeline

_SUCCESS = [dg.DagsterRunStatus.SUCCESS]
ENDED = [*_SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


class KeptRuns:
    """Says of runs that have ended whether they stay.

    That are those with the latest materialization or observation of an asset; of each job the last
    run, the last that ended and the last that succeeded; the last that made a report; and those
    that ended badly for a version of a file that is in an inbox now.
    """

    def __init__(
        self,
        instance: dg.DagsterInstance,
        pipeline: Pipeline,
        evaluated_by: Iterable[str] = (),
    ) -> None:
        self._instance = instance
        self.ids = {*_latest_of_assets(instance), *evaluated_by}
        self._jobs: set[str] = set()
        self._fingerprints = {
            file.fingerprint
            for inbox in pipeline.inboxes
            for file in pipeline.files.look(inbox.folder).files
        }

    def stays(self, run: dg.DagsterRun) -> bool:
        """Whether this run stays; it is among `ids` from then on."""
        if run.job_name not in self._jobs:
            self._jobs.add(run.job_name)
            self.ids.update(self._last_of(run.job_name))
        is_of_waiting_file = fingerprint_of(run) in self._fingerprints
        if not run.is_finished or is_of_waiting_file:
            self.ids.add(run.run_id)
        return run.run_id in self.ids

    def _last_of(self, job_name: str) -> Iterable[str]:
        wanted = [
            (dg.RunsFilter(job_name=job_name), None),
            (dg.RunsFilter(job_name=job_name, statuses=ENDED), "update_timestamp"),
            (dg.RunsFilter(job_name=job_name, statuses=_SUCCESS), "update_timestamp"),
        ]
        for found, order in wanted:
            for record in self._instance.get_run_records(found, limit=1, order_by=order):
                yield record.dagster_run.run_id


def _latest_of_assets(instance: dg.DagsterInstance) -> Iterable[str]:
    """The runs with what each asset's page shows first."""
    for key in instance.get_asset_keys():
        made = instance.fetch_materializations(key, limit=1).records
        seen = instance.fetch_observations(key, limit=1).records
        yield from (record.run_id for record in (*made, *seen))
