"""Which process the launcher has started for a run, and how any process of the machine ends it.

A process is known by its host, its id and when it started, so that another process which was given
the same id later is never taken for it, nor is one that has ended and was not waited for.
"""

import os
import signal

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus

from pipeline_assets.orchestration.names import SENT_TAG, WORKER_TAG
from pipeline_assets.services.files.liveness import is_alive, this_process

TERMINATE = signal.SIGUSR1
"""Asks a worker to end its run. Unlike SIGINT and SIGTERM, a second one changes nothing."""


def worker_tags(run_id: str) -> dict[str, str]:
    """The tag that says that this process executes the run.

    It names the run too, because a run that repeats another one copies its tags.
    """
    return {WORKER_TAG: f"{run_id} {this_process()}"}


def worker_of(run: dg.DagsterRun) -> str | None:
    """The process that was forked for the run, as host/pid/start; None if none was."""
    run_id, _, process = run.tags.get(WORKER_TAG, "").partition(" ")
    return process if run_id == run.run_id else None


def health_of(run: dg.DagsterRun) -> CheckRunHealthResult:
    """Whether the run's process is there; a run of a process that cannot be seen is left alone."""
    process = worker_of(run)
    if process is not None and is_alive(process) is False:
        message = f"Process {process} ended without reporting: killed, or short of memory."
        return CheckRunHealthResult(WorkerStatus.FAILED, message, run_worker_id=process)
    return CheckRunHealthResult(WorkerStatus.RUNNING, run_worker_id=process)


def sent_tags(run_id: str) -> dict[str, str]:
    """The tag that says that the run is sent to the workers of a broker."""
    return {SENT_TAG: run_id}


def was_sent(run: dg.DagsterRun) -> bool:
    """Whether the run itself, not one that it repeats, was sent to the workers of a broker."""
    return run.tags.get(SENT_TAG) == run.run_id


def waits_for_worker(run: dg.DagsterRun) -> bool:
    """Whether the run was sent to the workers, and none has begun it."""
    return was_sent(run) and worker_of(run) is None


def ask_to_end(process: str) -> bool:
    """Ask a worker on this machine to end its run; False if it is not there any more."""
    process_id = int(process.rsplit("/", 2)[1])
    try:
        handle = os.pidfd_open(process_id)
    except ProcessLookupError:
        return False
    try:
        # The handle means one process for good: if that is ours now, it is ours when it is sent.
        if not is_alive(process):
            return False
        signal.pidfd_send_signal(handle, TERMINATE)
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True
