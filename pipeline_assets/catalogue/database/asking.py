"""Whether a connection to MySQL or MariaDB is still good: asked when it leaves the pool, only then.

MySQL's own driver asks the server again for each statement, which doubles the round trips. A
connection that is lost between two statements is noticed by the second one all the same.
"""

from typing import Any

from sqlalchemy import Engine, event


def ask_once(engine: Engine) -> None:
    """For an engine whose pool asks."""
    event.listen(engine, "connect", _trust)


def _trust(connection: Any, _record: Any) -> None:
    if hasattr(connection, "is_connected"):  # other drivers do not ask
        connection.is_connected = lambda: True
