"""Dagster's storage on a server: created once, finished after a kill, left alone by a look."""

import os
import re
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import dagster as dg
import pytest
from dagster._core.events.log import EventLogEntry
from dagster_mysql import DagsterMySQLStorage
from sqlalchemy import Engine

from pipeline_assets.errors import NoDagsterStorageError
from pipeline_assets.orchestration.looking import only_looking
from pipeline_assets.orchestration.mysql_storage import MySqlStorage
from pipeline_assets_tests.catalogue.database.interrupted import cut_after_every_statement
from pipeline_assets_tests.mysql_server import Server
from pipeline_assets_tests.soaks import rounds


def dump(server: Server, url: str) -> str:
    """The storage's tables and rows, without moments and without numbers that a retry uses up."""
    name = urlsplit(url).path[1:]
    found = server.dump(name).replace(name, "dagster")
    lines = re.sub(r" AUTO_INCREMENT=\d+", "", found).splitlines()
    return "\n".join(line for line in lines if not line.startswith("INSERT INTO `secondary_"))


@pytest.fixture(scope="module")
def made_by_dagster(mariadb: Server) -> str:
    """What Dagster's own storage creates in one undisturbed process."""
    url = mariadb.new_database()
    DagsterMySQLStorage(url)
    return dump(mariadb, url)


def test_a_creation_that_is_cut_off_after_every_statement_ends_as_dagsters_own(
    mariadb: Server, made_by_dagster: str
) -> None:
    url = mariadb.new_database()
    statements = cut_after_every_statement(Engine, lambda: MySqlStorage(url))
    assert len(statements) > 50
    assert dump(mariadb, url) == made_by_dagster
    storage = MySqlStorage(url)
    assert storage.run_storage.get_runs_count() == 0
    assert storage.event_log_storage.has_secondary_index("asset_key_table")  # type: ignore[attr-defined]


@pytest.fixture
def url(mariadb: Server) -> str:
    return mariadb.new_database()


@pytest.mark.parametrize("full", [1, pytest.param(50, marks=pytest.mark.repeats)])
def test_processes_that_open_it_together_create_it_once(
    mariadb: Server, made_by_dagster: str, full: int
) -> None:
    for _ in range(rounds(full)):
        url, begin = mariadb.new_database(), time.monotonic() + 0.1
        forks = [_fork(url, begin) for _ in range(6)]
        assert [os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]) for fork in forks] == [0] * 6
        assert dump(mariadb, url) == made_by_dagster


def _fork(url: str, begin: float) -> int:
    process_id = os.fork()
    if process_id == 0:
        try:
            time.sleep(max(0.0, begin - time.monotonic()))
            MySqlStorage(url)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return process_id


def test_runs_that_report_one_check_at_the_same_moment_do_not_block_each_other(url: str) -> None:
    """Dagster updates a run's entry, and inserts it where there is none."""
    storage = MySqlStorage(url).event_log_storage
    together = threading.Barrier(2)

    def report(number: int) -> None:
        for round_number in range(10):
            event = evaluation(f"{round_number}-{number}")
            try:
                together.wait(60)
                storage.store_event(event)
            except BaseException:
                together.abort()  # the others wait for this thread
                raise

    with ThreadPoolExecutor(together.parties) as pool:
        list(pool.map(report, range(together.parties)))
    key = dg.AssetCheckKey(dg.AssetKey("made"), "fine")
    assert len(storage.get_asset_check_execution_history(key, limit=100)) == 20


def evaluation(run_id: str) -> EventLogEntry:
    found = dg.AssetCheckEvaluation(asset_key=dg.AssetKey("made"), check_name="fine", passed=True)
    kind = dg.DagsterEventType.ASSET_CHECK_EVALUATION
    event = dg.DagsterEvent(kind.value, "a_job", event_specific_data=found)
    said_at = time.time()
    return EventLogEntry(None, "debug", "", run_id, said_at, "a_step", "a_job", event)  # type: ignore[no-untyped-call]


def test_a_look_creates_nothing_and_opens_what_is_there(mariadb: Server, url: str) -> None:
    empty = dump(mariadb, url)
    with only_looking(), pytest.raises(NoDagsterStorageError, match="not there yet"):
        MySqlStorage(url)
    assert dump(mariadb, url) == empty
    MySqlStorage(url)
    with only_looking():
        assert MySqlStorage(url).run_storage.get_runs_count() == 0


def test_a_storage_of_an_earlier_dagster_is_left_for_its_own_migration(
    mariadb: Server, url: str
) -> None:
    MySqlStorage(url)
    database = urlsplit(url).path[1:]
    mariadb.execute(f"UPDATE {database}.alembic_version SET version_num = '5771160a95ad'")
    mariadb.execute(f"DELETE FROM {database}.secondary_indexes")
    mariadb.execute(f"DROP TABLE {database}.backfill_tags")
    before = dump(mariadb, url)
    with only_looking():
        MySqlStorage(url)
    MySqlStorage(url)
    assert dump(mariadb, url) == before
