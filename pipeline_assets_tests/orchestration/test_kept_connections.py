"""Connections of Dagster's storage stay open: across threads, forks, kills and replaced files."""

import gc
import os
import shutil
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from queue import Queue

import dagster as dg
import pytest
from dagster._core.events.log import EventLogEntry
from dagster._core.utils import make_new_run_id

from pipeline_assets.catalogue.database.kept_connections import connections_to_file
from pipeline_assets.orchestration.instance import open_instance
from pipeline_assets_tests.orchestration.test_sqlite_storage import ended, in_a_fork
from pipeline_assets_tests.workplace import Workplace

WITHIN_S = 20


@pytest.fixture
def instance(workplace: Workplace) -> Iterator[dg.DagsterInstance]:
    with open_instance() as opened:
        yield opened


@pytest.fixture
def run(instance: dg.DagsterInstance) -> dg.DagsterRun:
    return instance.add_run(dg.DagsterRun("a_job", run_id=make_new_run_id()))


def open_files(folder: Path) -> list[str]:
    """This process's open files below the folder, each as often as it is open."""
    found = []
    for entry in Path("/proc/self/fd").iterdir():
        try:
            path = entry.readlink()
        except FileNotFoundError:
            continue
        if path.is_relative_to(folder):
            found.append(str(path.relative_to(folder)))
    return sorted(found)


def say(instance: dg.DagsterInstance, run: dg.DagsterRun, message: str) -> None:
    instance.report_engine_event(message, run)


def said(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[str]:
    return [entry.get_dagster_event().message or "" for entry in instance.all_logs(run.run_id)]


def test_one_connection_to_a_file_serves_one_thread_until_the_instance_is_closed(
    workplace: Workplace,
) -> None:
    folder = workplace.home / ".dagster"
    with open_instance() as instance:
        run = instance.add_run(dg.DagsterRun("a_job", run_id=make_new_run_id()))
        for number in range(20):
            say(instance, run, str(number))
            instance.add_run_tags(run.run_id, {"number": str(number)})
        opened = open_files(folder)
        assert opened.count("events/event_log.db") == opened.count("runs/runs.db") == 1
    del instance
    gc.collect()
    assert open_files(folder) == []
    assert not list(folder.rglob("*-wal"))


def test_connections_that_nobody_closes_end_with_what_they_belong_to(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    connections = connections_to_file(f"sqlite:///{file}", WITHIN_S)
    with connections.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INTEGER)")
    assert open_files(tmp_path) == ["a.db"]
    del connections
    gc.collect()
    assert open_files(tmp_path) == []


def test_threads_that_write_together_lose_nothing(
    instance: dg.DagsterInstance, run: dg.DagsterRun
) -> None:
    def write(name: int) -> None:
        for number in range(15):
            say(instance, run, f"{name} {number}")

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    written = said(instance, run)
    assert len(written) == len(set(written)) == 8 * 15
    for name in range(8):
        own = [message for message in written if message.startswith(f"{name} ")]
        assert own == [f"{name} {number}" for number in range(15)]


def test_a_fork_has_no_connection_of_its_parent_and_both_write(
    workplace: Workplace, instance: dg.DagsterInstance, run: dg.DagsterRun
) -> None:
    say(instance, run, "before")
    assert open_files(workplace.home / ".dagster")

    def write() -> None:
        assert open_files(workplace.home / ".dagster") == []
        for number in range(20):
            say(instance, run, f"fork {number}")

    forks = [in_a_fork(write) for _ in range(3)]
    for number in range(20):
        say(instance, run, f"parent {number}")
    assert [ended(fork) for fork in forks] == [0] * 3
    assert len(said(instance, run)) == 1 + 4 * 20
    assert said(instance, run)[0] == "before"


def test_a_fork_waits_until_another_threads_transaction_has_ended(tmp_path: Path) -> None:
    """SQLite would find, in the fork, a lock of its own process that nobody ever gives back."""
    file = tmp_path / "a.db"
    connections = connections_to_file(f"sqlite:///{file}", WITHIN_S)
    with connections.transaction() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        connection.exec_driver_sql("CREATE TABLE t (name TEXT)")
    is_within, may_end = threading.Event(), threading.Event()

    def write(name: str) -> None:
        with connections.transaction() as connection:
            connection.exec_driver_sql("INSERT INTO t VALUES (?)", (name,))
            is_within.set()
            assert may_end.wait(WITHIN_S)

    def write_in_fork() -> None:
        may_end.set()  # the fork's own copy
        write("fork")

    writer = threading.Thread(target=write, args=("parent",))
    writer.start()
    assert is_within.wait(WITHIN_S)
    threading.Timer(0.3, may_end.set).start()
    fork = in_a_fork(write_in_fork)
    assert may_end.is_set()
    writer.join()
    assert ended(fork) == 0
    connections.close()
    with closing(sqlite3.connect(file)) as plain:
        assert plain.execute("SELECT name FROM t").fetchall() == [("parent",), ("fork",)]
        assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_what_was_recorded_before_a_kill_is_there(
    instance: dg.DagsterInstance, run: dg.DagsterRun
) -> None:
    def write_and_die() -> None:
        for number in range(5):
            say(instance, run, str(number))
        os.kill(os.getpid(), signal.SIGKILL)

    assert ended(in_a_fork(write_and_die)) == -signal.SIGKILL
    assert said(instance, run) == ["0", "1", "2", "3", "4"]


def test_a_storage_that_is_put_back_from_a_copy_is_used_at_once(
    workplace: Workplace, instance: dg.DagsterInstance, run: dg.DagsterRun
) -> None:
    """An open connection would go on writing into the file that has been taken away."""
    folder = workplace.home / ".dagster" / "events"
    shutil.copytree(folder, workplace.home / "copy")
    say(instance, run, "lost with the old file")
    shutil.rmtree(folder)
    (workplace.home / "copy").rename(folder)
    say(instance, run, "in the new file")
    assert said(instance, run) == ["in the new file"]


def test_a_storage_that_is_taken_away_is_an_error_not_a_silent_loss(
    workplace: Workplace, instance: dg.DagsterInstance, run: dg.DagsterRun
) -> None:
    say(instance, run, "one")
    shutil.rmtree(workplace.home / ".dagster" / "events")
    with pytest.raises(Exception, match="unable to open database file"):
        say(instance, run, "two")


def test_who_watches_a_run_sees_what_another_process_records(
    instance: dg.DagsterInstance, run: dg.DagsterRun
) -> None:
    """As the UI does. SQLite writes to the file itself only now and then, once it stays open."""
    seen: Queue[str] = Queue()

    def note(entry: EventLogEntry, _cursor: str) -> None:
        seen.put(entry.get_dagster_event().message or "")

    instance.watch_event_logs(run.run_id, None, note)
    for message in ("first", "second"):

        def write(message: str = message) -> None:
            say(instance, run, message)

        assert ended(in_a_fork(write)) == 0
        assert seen.get(timeout=WITHIN_S) == message
    instance.end_watch_event_logs(run.run_id, note)
