"""What a forked process does: it executes one run, and ends.

It writes down itself that it executes the run, before it tells the launcher that it has begun. Once
the daemon is gone, however that ended, it ends its run as interrupted.
"""

import os
import signal
import socket
import threading
import traceback
from contextlib import suppress
from types import FrameType

import dagster as dg
from dagster._core.events import EngineEventData
from dagster._core.instance.ref import InstanceRef
from dagster._grpc.impl import core_execute_run
from dagster._utils.hosted_user_process import recon_job_from_origin
from dagster._utils.interrupts import capture_interrupts

from pipeline_assets import stopping
from pipeline_assets.orchestration.launcher.processes import TERMINATE, worker_tags

BEGUN = b"begun"
_LONGEST_REPLY = 10_000


def work(ref: InstanceRef, run_id: str, reply: socket.socket, daemon: int) -> None:
    """Execute the run, once `reply` was told that it has begun; or tell it why it cannot.

    `daemon` is the reading end of a pipe that ends with the daemon.
    """
    signal.signal(TERMINATE, _terminate)
    threading.Thread(target=_follow, args=(daemon,), daemon=True).start()
    with capture_interrupts():
        try:
            instance = dg.DagsterInstance.from_ref(ref)
            run = begin_run(instance, run_id)
        except Exception:
            reply.send(traceback.format_exc().encode()[-_LONGEST_REPLY:])
            return
        reply.send(BEGUN)
        reply.close()
        if run is not None:
            execute_to_its_end(instance, run)
        instance.dispose()


def begin_run(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRun | None:
    """The run, tagged with this process; None if it was terminated, or has ended, meanwhile.

    Who terminates it notes that before looking for the tag: one of both sees what the other did.
    """
    instance.add_run_tags(run_id, worker_tags(run_id))
    run = instance.get_run_by_id(run_id)
    if run is not None and run.status is dg.DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run)
        return None
    return None if run is not None and run.is_finished else run


def execute_to_its_end(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Execute a run of this code location in this process; how it ends is among its events."""
    process_id = os.getpid()
    began = f"Started process for run (pid: {process_id})."
    instance.report_engine_event(began, run, EngineEventData.in_process(process_id))
    assert run.job_code_origin is not None  # the launchers have looked at it
    job = recon_job_from_origin(run.job_code_origin)
    # What goes wrong is among the run's events before it is raised.
    with suppress(Exception, KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
        for _ in core_execute_run(job, run, instance, inject_env_vars=False):
            pass


def _terminate(number: int, _frame: FrameType | None) -> None:
    """The run was terminated by someone: this counts once, however often they click."""
    signal.signal(number, signal.SIG_IGN)
    signal.raise_signal(signal.SIGINT)


def _follow(daemon: int) -> None:
    os.read(daemon, 1)  # nothing is ever written into it: this returns when the daemon has ended
    if stopping.requested() is None:
        stopping.request(signal.SIGTERM)
