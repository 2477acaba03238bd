"""Migrations that end within: cut off by an error, or killed (SIGKILL) with their process.

Run with `python -m`: each line on stdin is JSON {"url", "statements"}; a process migrates that
catalogue and is killed after so many statements that change something. Each line on stdout is how
it ended (-9: killed). There is a fork per line, so the project is imported only once.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from pipeline_assets.catalogue.database.engine import engine_for
from pipeline_assets.catalogue.database.migrate import migrate

_HARMLESS = ("SELECT", "SHOW", "PRAGMA", "BEGIN", "SET", "DESCRIBE")


class CutOffError(Exception):
    """The migration ends here."""


@contextmanager
def after_each_change(
    engine: Engine | type[Engine], notice: Callable[[str], None]
) -> Iterator[None]:
    """Call `notice` after each statement that changes the schema or rows."""

    def executed(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(_HARMLESS):
            notice(" ".join(statement.split()))

    event.listen(engine, "after_cursor_execute", executed)
    try:
        yield
    finally:
        event.remove(engine, "after_cursor_execute", executed)


def cut_after_every_statement(
    engine: Engine | type[Engine], work: Callable[[], object]
) -> list[str]:
    """Do the work again and again until it ends, cut off once after each of its statements.

    Returns these statements. `engine` may be the class: then on every engine.
    """
    seen: list[str] = []

    def notice(statement: str) -> None:
        if statement not in seen:
            seen.append(statement)
            raise CutOffError(statement)

    with after_each_change(engine, notice):
        while True:
            try:
                work()
            except CutOffError:
                if isinstance(engine, Engine):
                    engine.dispose()
            else:
                return seen


def main() -> None:
    """One fork per line of stdin."""
    for line in sys.stdin:
        print(_fork(**json.loads(line)), flush=True)


def _fork(url: str, statements: int) -> int:
    process_id = os.fork()
    if process_id == 0:
        os._exit(_migrate(url, statements))
    return os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1])


def _migrate(url: str, statements: int) -> int:
    """What the fork does; it returns only when there were fewer statements."""
    made: list[str] = []

    def notice(statement: str) -> None:
        made.append(statement)
        if len(made) == statements:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        engine = engine_for(url)
        with after_each_change(engine, notice):
            migrate(engine)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    main()
