"""Connections of Dagster's storage that are kept open between uses, by all threads of a process.

Dagster opens and closes one for every event and every look at a run. On SQLite, closing the last
one moves everything from the log into the file and waits for the disk, which costs more than what
was written. Decision 0021 says which durability is given up here, and why that is harmless.
"""

import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

from pipeline_assets.catalogue.database.forks import forks_wait, not_in_forks

# More are opened when more threads need one, and closed again afterwards.
_KEPT = 4
_IDENTITY = "identity of the file"


class KeptConnections:
    """Connections of an engine. They are closed by `close()`, or once nothing refers to this.

    A fork begins without any, and opens its own (`forks`).
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        not_in_forks(engine)
        weakref.finalize(self, engine.dispose)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection in a transaction that is committed at the end of the block."""
        with forks_wait(), self._engine.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close all connections; the next transaction opens a new one."""
        self._engine.dispose()


def connections_to_file(url: str, lock_timeout_s: float) -> KeptConnections:
    """Connections to the SQLite file at this URL.

    If the file is replaced or removed, they are not used again: what is written must not vanish in
    a file that has no name any more.
    """
    engine = create_engine(
        url,
        pool_size=_KEPT,
        max_overflow=-1,
        connect_args={"timeout": lock_timeout_s},
    )
    file = str(engine.url.database)
    event.listen(engine, "connect", partial(_prepare, file))
    event.listen(engine, "checkout", partial(_refuse_if_replaced, file))
    return KeptConnections(engine)


def _prepare(file: str, connection: Any, record: Any) -> None:
    """Files are in WAL mode since they were created: a commit need not wait for the disk."""
    connection.execute("PRAGMA synchronous=NORMAL")
    record.info[_IDENTITY] = _identity(file)


def _refuse_if_replaced(file: str, _connection: Any, record: Any, _use: Any) -> None:
    if record.info[_IDENTITY] != _identity(file):
        raise DisconnectionError  # SQLAlchemy opens a new one


def _identity(file: str) -> tuple[int, int] | None:
    try:
        found = Path(file).stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
