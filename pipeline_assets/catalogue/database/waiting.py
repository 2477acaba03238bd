"""Waits for locks in short slices, because the drivers hear no signal while they wait."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.functions import Function

from pipeline_assets import stopping

LONGEST_MIGRATION_S = 600
_SERVER_SLICE_S = 1
_PAUSE_S = 0.02


class WaitedTooLongError(TimeoutError):
    """Another process has held a lock of the server for too long."""


def in_slices(
    timeout_s: float, is_locked: Callable[[Exception], bool], take: Callable[[], object]
) -> None:
    """Take a lock; each try waits for a slice, and there are tries for `timeout_s` seconds."""
    until = time.monotonic() + timeout_s
    while True:
        try:
            take()
        except Exception as error:
            if not is_locked(error) or time.monotonic() >= until:
                raise
        else:
            return
        # SQLite does not wait where another process turns WAL on at the same moment.
        stopping.sleep(_PAUSE_S)


@contextmanager
def server_lock(connection: Connection, name: str) -> Iterator[None]:
    """Hold a named lock of a MySQL or MariaDB server; it ends with the connection at the latest.

    It lies outside transactions, and must begin outside one. It is waited for in short slices, so
    that a signal is heard. Raises `WaitedTooLongError` after `LONGEST_MIGRATION_S`.
    """
    until = time.monotonic() + LONGEST_MIGRATION_S
    while _ask(connection, func.get_lock(name, _SERVER_SLICE_S)) != 1:
        stopping.check()
        if time.monotonic() > until:
            raise WaitedTooLongError(
                f"another process has been creating its tables for {LONGEST_MIGRATION_S} s"
            )
    try:
        yield
    finally:
        try:
            _ask(connection, func.release_lock(name))
        except DBAPIError:
            connection.invalidate()  # it is lost, and the lock with it


def _ask(connection: Connection, function: Function[Any]) -> int | None:
    answer: int | None = connection.execute(select(function)).scalar_one()
    connection.rollback()  # this began a transaction
    return answer
