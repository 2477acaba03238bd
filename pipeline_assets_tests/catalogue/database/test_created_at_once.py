"""Many processes that create one catalogue at the same moment: one does it, the others wait."""

import os
import time
import traceback
from pathlib import Path

import pytest
from sqlalchemy import Engine

from pipeline_assets.catalogue.database.engine import engine_for
from pipeline_assets.catalogue.database.migrate import migrate
from pipeline_assets.catalogue.database.revision import SchemaState, schema_state
from pipeline_assets_tests.mysql_server import Server
from pipeline_assets_tests.soaks import rounds

PROCESSES = 6


def created_at_once(url: str) -> Engine:
    """The engine of a catalogue that several forks have created together."""
    begin = time.monotonic() + 0.1
    forks = [_fork(url, begin) for _ in range(PROCESSES)]
    ended = [os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) for fork in forks]
    assert ended == [0] * PROCESSES
    return engine_for(url)


def _fork(url: str, begin: float) -> int:
    process_id = os.fork()
    if process_id == 0:
        try:
            while time.monotonic() < begin:
                pass
            migrate(engine_for(url))
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return process_id


@pytest.mark.parametrize("full", [1, pytest.param(300, marks=pytest.mark.repeats)])
def test_on_sqlite(tmp_path: Path, full: int) -> None:
    """Switching a new file to its write-ahead log fails at once if another process does so too."""
    for number in range(rounds(full)):
        engine = created_at_once(f"sqlite:///{tmp_path / f'{number}.sqlite'}")
        assert schema_state(engine) is SchemaState.CURRENT
        engine.dispose()


@pytest.mark.parametrize("full", [1, pytest.param(50, marks=pytest.mark.repeats)])
def test_on_mariadb(mariadb: Server, full: int) -> None:
    for _ in range(rounds(full)):
        engine = created_at_once(mariadb.new_database())
        assert schema_state(engine) is SchemaState.CURRENT
        engine.dispose()
