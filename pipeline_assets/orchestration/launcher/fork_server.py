"""The daemon's side of the server of forks: starts it, gives it orders, renews it.

Orders go through a pair of sockets that has no name, so no other process can give any.
"""

import os
import socket
import subprocess
import sys
import threading

from dagster._core.instance.ref import InstanceRef
from dagster._serdes import serialize_value

from pipeline_assets.orchestration.launcher import server
from pipeline_assets.orchestration.launcher.worker import BEGUN

# BLAS must have no threads of its own where processes are forked.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_START_S = 60
_BEGIN_S = 60


class NoServerError(Exception):
    """A server of forks cannot be started here; the message says why."""


class ForkServer:
    """At most one server at a time, which ends with this process; its workers follow."""

    def __init__(self, ref: InstanceRef) -> None:
        self._ref = ref
        self._lock = threading.Lock()
        self._orders: socket.socket | None = None
        self._processes: list[subprocess.Popen[bytes]] = []
        # Only this process has the writing end, and never uses it: the pipe ends when it does.
        self._daemon, self._writing_end = os.pipe()
        self._is_closed = False

    def start(self) -> None:
        """Start the server, if there is none; raises `NoServerError`."""
        with self._lock:
            self._started()

    def renew(self) -> None:
        """Have the next worker forked from a new server; the workers there are go on."""
        with self._lock:
            self._retire()

    def fork(self, run_id: str) -> None:
        """Fork a worker for the run; returns once that has begun.

        Raises `NoServerError`, and `RuntimeError` where the worker says that it cannot begin.
        """
        # A server that is killed takes with it the orders that it has not read. Where all who could
        # reply are gone without a word, nobody has begun, so the order can be given again.
        said = self._said_to(run_id) or self._said_to(run_id)
        if said != BEGUN:
            raise RuntimeError(said.decode() or "The run's process ended before it had begun.")

    def close(self) -> None:
        """End the server, and have the workers end their runs."""
        with self._lock:
            self._retire()
            if not self._is_closed:
                self._is_closed = True
                os.close(self._writing_end)
                os.close(self._daemon)
            for process in self._processes:
                process.wait()

    def _said_to(self, run_id: str) -> bytes:
        """What the run's worker says, or nothing, if it or its server ended before it said so."""
        reply, its_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with reply:
            with its_end, self._lock:
                self._send(run_id.encode(), its_end)
            reply.settimeout(_BEGIN_S)
            try:
                return reply.recv(server.LONGEST_MESSAGE)
            except TimeoutError:
                return BEGUN  # it may still begin; if not, it is failed when it is overdue

    def _send(self, message: bytes, descriptor: socket.socket) -> None:
        """Give the server an order; a new one, if it has ended."""
        for is_last in (False, True):
            try:
                socket.send_fds(self._started(), [message], [descriptor.fileno()])
                return
            except OSError as error:
                self._retire()
                if is_last:
                    raise NoServerError(f"It has ended: {error}") from error

    def _started(self) -> socket.socket:
        if self._is_closed:
            raise NoServerError("This process is ending")
        if self._orders is None:
            self._orders = self._start()
        return self._orders

    def _start(self) -> socket.socket:
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its:
            self._processes.append(
                subprocess.Popen(  # noqa: S603 - this very program
                    [sys.executable, "-m", server.__name__, str(its.fileno()), str(self._daemon)],
                    env=os.environ | ONE_THREAD,
                    pass_fds=(its.fileno(), self._daemon),
                )
            )
        try:
            ours.settimeout(_START_S)
            ours.send(serialize_value(self._ref).encode())
            if ours.recv(server.LONGEST_MESSAGE) == server.READY:
                ours.settimeout(None)
                return ours
            why = "it ended while it was starting; its error is in the daemon's output"
        except OSError as error:
            why = str(error)
        ours.close()
        raise NoServerError(f"It could not be started: {why}.")

    def _retire(self) -> None:
        if self._orders is not None:
            self._orders.close()
            self._orders = None
        self._processes = [one for one in self._processes if one.poll() is None]
