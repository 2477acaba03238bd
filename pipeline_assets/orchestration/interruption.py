"""How a signal, or the end of Dagster's daemon, stops a run: between transactions, not within one.

Dagster raises an error wherever a signal finds the run's code, such as between a commit and what
has to follow it. During a run's own work, signals are therefore only noted (`stopping`).
"""

import multiprocessing
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import dagster as dg
import psutil

from pipeline_assets import stopping

_LOOK_EVERY_S = 1


@contextmanager
def stoppable() -> Iterator[None]:
    """The work of a run; a request to stop ends the run as interrupted.

    Work that was done when the request came is done: then the block ends as usual.
    """
    _follow_daemon()
    with stopping.hearing():
        try:
            stopping.check()
            yield
        except stopping.Interrupted as stop:
            raise dg.DagsterExecutionInterruptedError(str(stop)) from stop


@lru_cache(maxsize=1)
def _follow_daemon() -> None:
    """Ask a run's own process to stop once one of the Dagster processes above it is gone.

    The code server would otherwise let the run go on after the daemon has ended, if need be for
    hours.
    """
    is_spawned = multiprocessing.parent_process() is not None  # as code servers spawn runs
    followed = list(_dagster_ancestors()) if is_spawned else []
    if followed:
        threading.Thread(target=_follow, args=(followed,), daemon=True).start()


def _dagster_ancestors() -> Iterator[psutil.Process]:
    for process in psutil.Process().parents():
        try:
            if not any(Path(word).name.startswith("dagster") for word in process.cmdline()):
                return
        except psutil.Error:
            return
        yield process


def _follow(processes: list[psutil.Process]) -> None:
    while all(_is_there(process) for process in processes):
        time.sleep(_LOOK_EVERY_S)
    if stopping.requested() is None:
        stopping.request(signal.SIGTERM)


def _is_there(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
