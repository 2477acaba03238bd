"""How a signal stops this process: SIGINT and SIGTERM are noted, and work stops where it is safe.

A signal interrupts nothing by itself. Work looks at what was noted where it holds nothing that is
half done: between two files, pages or steps, while it sleeps, and while it waits for a lock. There
it raises `Interrupted`. A second signal ends the process at once, like a crash.

What was noted counts for the whole process, and stays noted.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)

# What has been done may still be recorded, even if that means waiting for a lock for so long.
_GRACE_S = 3
# Some send a signal to a process and then to its group: this is still the same request.
_SAME_REQUEST_S = 0.5


class Interrupted(BaseException):
    """The process was asked to stop. Not an `Exception`: nothing is wrong with the work itself."""

    def __init__(self, number: int) -> None:
        super().__init__(f"The process was asked to stop by {signal.Signals(number).name}.")


class _Request:
    """What this process was asked."""

    def __init__(self) -> None:
        self.number: int | None = None
        self._is_made = threading.Event()
        self._made_at = 0.0
        self._finishing = threading.local()

    def make(self, number: int) -> None:
        """Note the first signal; a second one ends the process."""
        if self.number is None:
            self.number, self._made_at = number, time.monotonic()
            self._is_made.set()
        elif time.monotonic() - self._made_at > _SAME_REQUEST_S:
            os._exit(128 + number)

    def wait(self, seconds: float) -> None:
        """Wait until it is made, for so long at most."""
        self._is_made.wait(max(0.0, seconds))

    def is_due(self) -> bool:
        """Whether the calling thread should stop now."""
        grace_s = _GRACE_S if getattr(self._finishing, "is_on", False) else 0
        return self._is_made.is_set() and time.monotonic() - self._made_at >= grace_s

    @contextmanager
    def put_off(self) -> Iterator[None]:
        """Not due for a little longer in the calling thread."""
        before = getattr(self._finishing, "is_on", False)
        self._finishing.is_on = True
        try:
            yield
        finally:
            self._finishing.is_on = before


_request = _Request()


def requested() -> int | None:
    """The number of the first signal that asked this process to stop; None if none has."""
    return _request.number


def request(number: int) -> None:
    """Ask this process to stop, as the signal with this number does."""
    _request.make(number)


def check() -> None:
    """Raise `Interrupted` if the process was asked to stop."""
    if _request.number is not None and _request.is_due():
        raise Interrupted(_request.number)


def sleep(seconds: float) -> None:
    """Sleep so many seconds; raise `Interrupted` as soon as the process is asked to stop."""
    _request.wait(seconds)
    check()


@contextmanager
def finishing() -> Iterator[None]:
    """Let the calling thread record what it has done: for 3 s, a request to stop does not count."""
    with _request.put_off():
        yield


@contextmanager
def hearing() -> Iterator[None]:
    """Note SIGINT and SIGTERM during the block, whoever handles them outside it.

    Only a process's main thread can; in other threads this does nothing. A signal that the process
    ignores (SIGINT in the background of a script) stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    outside = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    replaced = [n for n, handler in outside.items() if handler not in (None, signal.SIG_IGN)]
    for number in replaced:
        signal.signal(number, _note)
    try:
        yield
    finally:
        for number in replaced:
            signal.signal(number, outside[number])


def _note(number: int, _frame: FrameType | None) -> None:
    request(number)
