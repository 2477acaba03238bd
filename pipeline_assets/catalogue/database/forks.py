"""Forks of this process begin without open connections to databases.

SQLite remembers per process which files it has locked. A fork that inherited an open connection
would take its parent's locks for its own, or wait for ever for one that no thread of it holds. So a
fork waits until the other threads' transactions have ended, and every connection is closed first.
"""

import os
import threading
import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

# As long as SQLite itself waits for a lock: a transaction that takes longer is stuck.
_WAIT_AT_MOST_S = 30

_engines: weakref.WeakSet[Engine] = weakref.WeakSet()
_using: Counter[int] = Counter()
"""How many transactions each thread is in."""
_is_forking = False
_changes = threading.Condition(threading.Lock())


def not_in_forks(engine: Engine) -> None:
    """Close the engine's connections when this process forks."""
    _engines.add(engine)


@contextmanager
def forks_wait() -> Iterator[None]:
    """Until the block ends, other threads' forks wait, and while one waits, no block begins."""
    thread = threading.get_ident()
    with _changes:
        _changes.wait_for(lambda: not _is_forking or thread in _using)
        _using[thread] += 1
    try:
        yield
    finally:
        with _changes:
            _using[thread] -= 1
            if not _using[thread]:
                del _using[thread]
                _changes.notify_all()


def _before() -> None:
    """The condition's lock is held until the fork is there, so that it is free in both."""
    global _is_forking
    _changes.acquire()
    _is_forking = True
    _changes.wait_for(lambda: not _using.keys() - {threading.get_ident()}, _WAIT_AT_MOST_S)
    for engine in list(_engines):
        engine.dispose()


def _after_in_parent() -> None:
    global _is_forking
    _is_forking = False
    _changes.notify_all()
    _changes.release()


def _after_in_child() -> None:
    for thread in _using.keys() - {threading.get_ident()}:
        del _using[thread]
    for engine in list(_engines):
        engine.dispose(close=False)
    _after_in_parent()


os.register_at_fork(
    before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child
)
