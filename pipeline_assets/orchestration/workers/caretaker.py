"""Records the deaths of this machine's processes: from another one nobody can see them.

A worker keeps one such process. It ends once the worker and all processes of its runs have ended,
and looks a few times more; so the runs of a killed worker are known to be dead within seconds. If
it was killed too, the next worker of this machine begins with a look.

A whole machine that vanishes leaves nobody to look: its runs are ended by the run monitor, and its
files are free again when they could not be in work any more (`max_work_s`).
"""

import logging
import os
import select
import signal
import time

import dagster as dg
from dagster._core.launcher import WorkerStatus

from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.orchestration.launcher.processes import health_of
from pipeline_assets.orchestration.resources import PipelineResource
from pipeline_assets.orchestration.run_records import ACTIVE, runs_of_inbox
from pipeline_assets.services.files.liveness import is_alive
from pipeline_assets.services.files.recovery import recover
from pipeline_assets.services.pipeline import Pipeline

_LOOK_EVERY_S = 5
_PAUSES_AT_THE_END_S = (1, 5)
_log = logging.getLogger(__name__)


def keep_caretaker() -> None:
    """Fork the caretaker of this worker, before it has threads, connections or pool processes."""
    worker, writing_end = os.pipe()  # the worker and its pool hold the writing end until they end
    if os.fork():
        os.close(worker)
        return
    status = 1
    try:
        os.close(writing_end)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # they are for the worker, which it outlives
        _look_until_the_end(worker)
        status = 0
    finally:
        os._exit(status)


def _look_until_the_end(worker: int) -> None:
    _look()
    while not select.select([worker], [], [], _LOOK_EVERY_S)[0]:
        _look()
    # The pipe ends when a process closes what it has open, a moment before it is gone.
    for pause_s in _PAUSES_AT_THE_END_S:
        time.sleep(pause_s)
        _look()


def _look() -> None:
    try:
        with dg.DagsterInstance.get() as instance:
            record_own_deaths(instance, PipelineResource().open())
    except Exception:  # a database out of reach, for a while
        _log.warning("Deaths on this machine could not be looked for.", exc_info=True)


def record_own_deaths(instance: dg.DagsterInstance, pipeline: Pipeline) -> None:
    """Record which attempts and runs of this machine's processes are dead, if any are."""
    for inbox in pipeline.inboxes:
        with reading(pipeline.engine) as connection:
            working = attempts.started(connection, inbox.name)
        if any(is_alive(one.process) is False for one in working):
            recover(pipeline, runs_of_inbox(instance, inbox), inbox)
    for run in instance.get_runs(dg.RunsFilter(statuses=ACTIVE)):
        health = health_of(run)
        if health.status is WorkerStatus.FAILED:
            _end(instance, run.run_id, health.msg or "")


def _end(instance: dg.DagsterInstance, run_id: str, why: str) -> None:
    """End a run whose process is gone, unless that had ended it before it went."""
    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished:
        return
    if run.status is dg.DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run, why)
    else:
        instance.report_run_failed(run, why)
