"""The server of forks: a process with the definitions loaded, which forks a worker for each run.

The daemon starts it with `python -m`, with two descriptors: a socket for orders, and a pipe for the
workers that ends with the daemon. It has one thread and no connection, lock or channel: all that
would be shared with the workers, and broken in them. It ends when nobody can send orders any more.
"""

import gc
import importlib
import os
import signal
import socket
import sys
import threading
from pathlib import Path

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._core.secrets.env_file import get_env_var_dict
from dagster._core.storage.sql import get_alembic_config
from dagster._serdes import deserialize_value

from pipeline_assets.orchestration.names import CODE_LOCATION, DEFINITIONS

READY = b"ready"
LONGEST_MESSAGE = 2**17


def serve(orders_descriptor: int, daemon: int) -> None:
    """Load everything, say so, and fork a worker for each order: the id of a run."""
    outside = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the daemon to follow
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system forgets the workers that end
    orders = socket.socket(fileno=orders_descriptor)
    ref = deserialize_value(orders.recv(LONGEST_MESSAGE).decode(), InstanceRef)
    load(ref)
    check_forkable()
    orders.send(READY)
    while True:
        order, descriptors, _, _ = socket.recv_fds(orders, LONGEST_MESSAGE, 1)
        if not order:
            return
        with socket.socket(fileno=descriptors[0]) as reply:
            if _is_fork(reply):
                orders.close()
                signal.signal(signal.SIGINT, outside)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _work_and_end(ref, order.decode(), reply, daemon)


def load(ref: InstanceRef) -> None:
    """Import what a run needs, and what the instance is made of."""
    os.environ.update(get_env_var_dict(str(Path.cwd())))  # as a code server does
    if ref.secrets_loader is not None:
        os.environ.update(ref.secrets_loader.get_secrets_for_environment(CODE_LOCATION))
    repository = importlib.import_module(DEFINITIONS).defs.get_repository_def()
    for job in repository.get_all_jobs():
        assert job.name
    importlib.import_module(f"{__package__}.worker")
    with dg.DagsterInstance.from_ref(ref) as instance:  # all that it is made of, and checked once
        instance.run_launcher, instance.run_coordinator, instance.compute_log_manager  # noqa: B018
    del instance
    get_alembic_config.cache_clear()  # it keeps the connection that was checked, though closed
    gc.collect()
    gc.freeze()  # the workers' collections leave these objects, and the pages they share, alone


def check_forkable() -> None:
    """Raise `RuntimeError` if there is a second thread, whoever made it."""
    tasks = Path("/proc/self/task")
    count = len(list(tasks.iterdir())) if tasks.exists() else threading.active_count()
    if count != 1:
        raise RuntimeError(f"There are {count} threads: what they hold would be broken in a fork.")


def _is_fork(reply: socket.socket) -> bool:
    """Fork: true in the worker, false in the server, which says why there is none."""
    try:
        return os.fork() == 0
    except OSError as error:  # short of memory or of processes, for a while
        reply.send(f"No process could be forked: {error}".encode())
        return False


def _work_and_end(ref: InstanceRef, run_id: str, reply: socket.socket, daemon: int) -> None:
    """In the fork; it never returns, whatever happens."""
    status = 1
    try:
        from pipeline_assets.orchestration.launcher.worker import work

        work(ref, run_id, reply, daemon)
        status = 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
