"""Ends the wait for a channel that takes too long, whatever it is busy with."""

import threading
import time
from collections.abc import Callable

from pipeline_assets import stopping
from pipeline_assets.alerts.channels import ChannelError

_LOOK_EVERY_S = 0.02


def within(limit_s: float, send: Callable[[], None]) -> None:
    """Call `send`, which raises `ChannelError` if it fails; so does this after `limit_s` seconds.

    The libraries' own time-outs are for single reads, and a server can go on with those for ever.
    A call that is given up goes on in its thread until they end it.
    """
    failures: list[BaseException] = []

    def call() -> None:
        try:
            send()
        except BaseException as error:  # raised again below, in the caller's thread
            failures.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    until = time.monotonic() + limit_s
    while thread.is_alive() and time.monotonic() < until:
        thread.join(_LOOK_EVERY_S)
        stopping.check()
    if failures:
        raise failures[0]
    if thread.is_alive():
        raise ChannelError(f"it was not done within {limit_s:g} s")
