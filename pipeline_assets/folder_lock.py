"""One process at a time in a folder: a lock that the system drops when its holder dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline_assets import stopping

_LOOK_EVERY_S = 0.05


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Lock a folder that is there until the block ends, or the process does.

    It is waited for in short slices, so that a signal is heard.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        while not _is_taken(descriptor):
            stopping.sleep(_LOOK_EVERY_S)
        yield
    finally:
        os.close(descriptor)


def _is_taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
