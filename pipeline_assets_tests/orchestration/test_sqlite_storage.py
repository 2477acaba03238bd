"""Dagster's storage in SQLite files: created once, repaired, and found from any folder."""

import os
import random
import signal
import sqlite3
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.schedules import SqliteScheduleStorage
from dagster._core.utils import make_new_run_id

from pipeline_assets.errors import DagsterStorageError, NoDagsterStorageError
from pipeline_assets.orchestration.instance import instance_to_look_at, open_instance
from pipeline_assets_tests.commands import in_this_process
from pipeline_assets_tests.soaks import SEED, rounds
from pipeline_assets_tests.workplace import Workplace, row

SENSORS = ("product_inbox_sensor", "barcode_enrichment_inbox_sensor", "post_processing_sensor")
FILES = ("runs/runs.db", "events/event_log.db", "schedules/schedules.db")
HEAD, ANCESTOR, UNKNOWN = "29b539ebc72a", "5771160a95ad", "0123456789ab"


def storage(place: Workplace, name: str) -> Path:
    return place.home / ".dagster" / name


def query(file: Path, *statements: str) -> list[tuple[object, ...]]:
    """Execute the statements; the rows of the last one."""
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in statements[:-1]:
            connection.execute(statement)
        return connection.execute(statements[-1]).fetchall()


def revisions(file: Path) -> list[object]:
    return [revision for (revision,) in query(file, "SELECT version_num FROM alembic_version")]


def in_a_fork(work: Callable[[], None]) -> int:
    """The id of a fork that does this work and ends with 0, or with 1 after an error."""
    process_id = os.fork()
    if process_id == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return process_id


def ended(process_id: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process_id, 0)[1])


def open_and_close() -> None:
    with open_instance() as instance:
        assert instance.get_runs_count() == 0


def a_working_storage(place: Workplace) -> None:
    """All files are as they are after an undisturbed creation, and nothing else is there."""
    open_and_close()
    found = {str(path.relative_to(place.home)) for path in place.home.rglob("*") if path.is_file()}
    assert found == {"dagster.yaml", *(f".dagster/{name}" for name in FILES)}
    for name in FILES:
        file = storage(place, name)
        assert revisions(file) == [HEAD]
        assert contents(file) == made_by_dagster()[name]


SCHEMA = "SELECT name, sql FROM sqlite_master ORDER BY name"
NOTED = "SELECT name FROM secondary_indexes WHERE migration_completed > 0 ORDER BY name"


def contents(file: Path) -> tuple[object, object]:
    """The tables and indexes, and the changes of data that are noted as made."""
    return query(file, SCHEMA), query(file, NOTED)


@cache
def made_by_dagster() -> dict[str, tuple[object, object]]:
    """The contents of the files that Dagster's own storages create in one undisturbed process."""
    creators = (
        SqliteRunStorage.from_local,
        ConsolidatedSqliteEventLogStorage,
        SqliteScheduleStorage.from_local,
    )
    with tempfile.TemporaryDirectory() as folder:
        for create in creators:
            create(folder)
        return {name: contents(Path(folder, Path(name).name)) for name in FILES}


@pytest.mark.from_nothing
@pytest.mark.parametrize("full", [1, pytest.param(50, marks=pytest.mark.repeats)])
def test_processes_that_open_it_together_create_it_once(workplace: Workplace, full: int) -> None:
    for _ in range(rounds(full)):
        begin = time.monotonic() + 0.1

        def open_at_once(begin: float = begin) -> None:
            time.sleep(max(0.0, begin - time.monotonic()))
            open_and_close()

        forks = [in_a_fork(open_at_once) for _ in range(6)]
        assert [ended(fork) for fork in forks] == [0] * 6
        a_working_storage(workplace)
        for name in FILES:
            storage(workplace, name).unlink()


@pytest.mark.from_nothing
@pytest.mark.parametrize("full", [2, pytest.param(50, marks=pytest.mark.repeats)])
def test_a_creation_that_is_killed_is_taken_up_again(workplace: Workplace, full: int) -> None:
    rng = random.Random(SEED)
    print(f"seed {SEED}")
    begun = time.monotonic()
    assert ended(in_a_fork(open_and_close)) == 0
    takes_s = time.monotonic() - begun
    for _ in range(rounds(full)):
        for name in FILES:
            storage(workplace, name).unlink(missing_ok=True)
        fork = in_a_fork(open_and_close)
        time.sleep(rng.uniform(0, takes_s))
        os.kill(fork, signal.SIGKILL)
        ended(fork)
        a_working_storage(workplace)


def add_a_run() -> None:
    with open_instance() as instance:
        run = dg.DagsterRun("a_job", run_id=make_new_run_id())
        instance.add_run(run)
        instance.report_engine_event("It is there.", run)


def number_of_events() -> int:
    with open_instance() as instance:
        return sum(len(instance.all_logs(run.run_id)) for run in instance.get_runs())


@pytest.mark.parametrize("left", [(HEAD, ANCESTOR), (ANCESTOR, HEAD), ()], ids=str)
def test_storages_that_processes_have_broken_together_are_repaired(
    workplace: Workplace, left: tuple[str, ...]
) -> None:
    add_a_run()
    for name in FILES:
        query(
            storage(workplace, name),
            "DELETE FROM alembic_version",
            "DELETE FROM secondary_indexes",
            *(f"INSERT INTO alembic_version VALUES ('{revision}')" for revision in left),
            "SELECT 1",
        )
    assert number_of_events() == 1
    for name in FILES:
        assert revisions(storage(workplace, name)) == [HEAD]
        assert contents(storage(workplace, name)) == made_by_dagster()[name]


@pytest.mark.parametrize(
    "left",
    [
        "SELECT 1",
        "CREATE TABLE alembic_version (version_num VARCHAR(32))",
        "CREATE TABLE secondary_indexes (id INTEGER)",
    ],
)
def test_unfinished_storages_without_a_row_are_made_anew(workplace: Workplace, left: str) -> None:
    open_and_close()
    for name in FILES:
        storage(workplace, name).write_bytes(b"")
        query(storage(workplace, name), left)
    a_working_storage(workplace)


@pytest.mark.parametrize(
    "damage",
    [
        f"INSERT INTO alembic_version VALUES ('{UNKNOWN}')",
        "DROP TABLE run_tags; DELETE FROM alembic_version",
    ],
)
def test_a_storage_that_cannot_be_repaired_is_left_and_the_message_says_what_to_do(
    workplace: Workplace, damage: str, capfd: pytest.CaptureFixture[str]
) -> None:
    add_a_run()
    assert workplace.pipeline
    file = storage(workplace, FILES[0])
    query(file, *damage.split("; "), "SELECT 1")
    before = query(file, "SELECT * FROM runs")
    command = in_this_process(capfd)
    for name in ("post-process", "status", "prepare"):
        ran = command(name)
        assert ran.status == 1
        assert str(file.parent) in ran.err.replace("\n", "")
        assert "`pipeline-assets prepare`" in ran.err.replace("\n", " ")
    assert query(file, "SELECT * FROM runs") == before != []
    file.rename(file.with_suffix(".away"))
    assert command("prepare").status == 0
    assert number_of_events() == 0


def test_looking_neither_creates_nor_repairs(workplace: Workplace) -> None:
    open_and_close()
    file = storage(workplace, FILES[0])
    query(file, f"INSERT INTO alembic_version VALUES ('{ANCESTOR}')", "SELECT 1")
    with pytest.raises(NoDagsterStorageError, match="incomplete"), instance_to_look_at():
        pass
    assert revisions(file) == [HEAD, ANCESTOR]
    file.unlink()
    with instance_to_look_at() as instance:
        assert instance is None
    assert not file.exists()


def test_relative_folders_start_in_the_home_whatever_the_working_folder(
    workplace: Workplace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    with dg.DagsterInstance.get() as instance:
        assert instance.root_directory == str(workplace.home / ".dagster")
        assert instance.get_runs_count() == 0
    assert list(elsewhere.iterdir()) == []


def test_a_storage_that_cannot_be_opened_is_said_in_one_sentence(workplace: Workplace) -> None:
    open_and_close()
    storage(workplace, FILES[0]).write_bytes(b"not a database" * 100)
    with pytest.raises(DagsterStorageError, match="not a database"), open_instance():
        pass


def test_no_sensor_requests_a_run_that_would_be_recorded_in_a_temporary_storage(
    workplace: Workplace, tmp_path: Path
) -> None:
    """`dagster dev` makes one where DAGSTER_HOME is not set and no dagster.yaml is near."""
    workplace.drop("a.jsonl", [row("1", 1.5)])
    home = tmp_path / ".tmp_dagster_home_1"
    home.mkdir()
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(home))) as instance:
        for name in SENSORS:
            sensor = workplace.definitions.resolve_sensor_def(name)
            with dg.build_sensor_context(
                instance=instance, resources={"pipeline": workplace.resource}
            ) as context:
                skipped = sensor(context)
            assert isinstance(skipped, dg.SkipReason)
            assert "Set DAGSTER_HOME" in str(skipped.skip_message)
