"""What all servers have in common that tests start: a port, an answer to wait for, an end."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack

END_S = 30


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    (port,) = free_ports(1)
    return port


def free_ports(number: int) -> list[int]:
    """Several of them; all are looked for before one is given back."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


def is_listening(port: int) -> bool:
    """Whether somebody listens on this port of loopback."""
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def wait_until(
    is_so: Callable[[], object],
    within_s: float,
    about: Callable[[], str] = str,
    every_s: float = 0.1,
) -> None:
    """Wait for it; raises `TimeoutError` with what `about` says."""
    give_up_at = time.monotonic() + within_s
    while not is_so():
        if time.monotonic() > give_up_at:
            raise TimeoutError(f"not so within {within_s:g} s: {about()}")
        time.sleep(every_s)


def end(process: subprocess.Popen[bytes] | None, how: int = signal.SIGTERM) -> None:
    """Send a process this signal and wait for its end; it is killed if that takes too long."""
    if process is None:
        return
    process.send_signal(how)
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(END_S)
