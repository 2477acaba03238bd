"""What a person at the terminal types."""

import select
import sys

from pipeline_assets import stopping

_WAIT_FOR_LINE_S = 0.2


def is_at_terminal() -> bool:
    """Whether there is a person who reads and can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def typed_line() -> str:
    """A line that is typed, with its end; empty if there are no more. A signal ends the wait."""
    while not select.select([sys.stdin], [], [], _WAIT_FOR_LINE_S)[0]:
        stopping.check()
    return sys.stdin.readline()
