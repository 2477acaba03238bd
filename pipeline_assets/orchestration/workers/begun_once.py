"""A run is begun once, however often the broker delivers it, and by however many workers.

Brokers promise delivery at least once: they deliver again what a worker has not acknowledged when
its connection breaks, or after a time. Dagster itself only looks at the run's status, which two
workers can do at the same moment.
"""

import dagster as dg
from dagster._utils.interrupts import capture_interrupts

from pipeline_assets.catalogue.database.engine import Lock, writing
from pipeline_assets.orchestration.launcher.processes import worker_of
from pipeline_assets.orchestration.launcher.worker import begin_run, execute_to_its_end
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.services.pipeline import Pipeline


def execute_once(run_id: str) -> None:
    """Execute the run in this process, unless a worker has begun it before or it is over.

    If neither database can be reached, this raises, and the run is requested again when the run
    monitor has seen that it did not start.
    """
    with capture_interrupts(), dg.DagsterInstance.get() as instance:
        run = begin_once(instance, PipelineResource().open(), run_id)
        if run is not None:
            execute_to_its_end(instance, run)


def begin_once(
    instance: dg.DagsterInstance, pipeline: Pipeline, run_id: str
) -> dg.DagsterRun | None:
    """The run, tagged with this process; None if there is nothing to do for it.

    The catalogue's lock makes it one process that finds the run without a worker.
    """
    with writing(pipeline.engine, Lock.ATTEMPTS):
        run = instance.get_run_by_id(run_id)
        if run is None or run.is_finished or worker_of(run) is not None:
            return None
        return begin_run(instance, run_id)
