"""`status` leaves everything as it was and tells the truth; recovery writes down what it told."""

import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from alembic import command as alembic
from sqlalchemy import Engine, inspect, text

from pipeline_assets.catalogue.database.engine import engine_for, reading, writing
from pipeline_assets.catalogue.database.migrate import alembic_config
from pipeline_assets.orchestration.run_records import runs_of_inbox
from pipeline_assets.services.files.recovery import recover
from pipeline_assets_tests.commands import Command, in_this_process, process
from pipeline_assets_tests.services.situations import (
    INBOX,
    OTHER_INBOX,
    SITUATIONS,
    TAKEABLE,
    Status,
    a_dead_attempt,
    a_move_that_was_made,
    drop,
    launch,
)
from pipeline_assets_tests.workplace import Workplace

ON_BOTH_DATABASES = True

EMPTY: dict[str, Any] = {
    "takeable": [],
    "waiting": [],
    "unread": [],
    "unsettled": [],
    "in_flight": [],
    "halted": {},
    "others": {},
}
PREPARE = "pipeline-assets prepare"
# What the record says; recovery adds to it what it finds.
OF_THE_RECORD = ("files", "halted")


@pytest.fixture
def command(workplace: Workplace, capfd: pytest.CaptureFixture[str]) -> Command:
    return in_this_process(capfd)


@pytest.fixture
def dead_process() -> str:
    """The name of a process that has ended."""
    with subprocess.Popen(["true"]) as ended:
        ended.wait(10)
    return f"{socket.gethostname()}/{ended.pid}/1"


def files_below(folder: Path) -> dict[str, bytes]:
    """Every file's bytes by its path, but those of SQLite.

    It moves its log into the database's file when its last reader leaves; that changes no row, and
    `stored` compares these.
    """
    return {
        str(path.relative_to(folder)): path.read_bytes()
        if path.is_file() and path.suffix not in (".sqlite", ".db")
        else b""
        for path in sorted(folder.rglob("*"))
        if not path.name.endswith(("-wal", "-shm"))
    }


def stored(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, the migrations' own included."""
    with reading(engine) as connection:
        return {
            name: sorted(
                (tuple(one) for one in connection.execute(text(f"SELECT * FROM {name}"))), key=repr
            )
            for name in inspect(connection).get_table_names()
        }


def without(said: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in said.items() if key not in keys}


def dagster_runs(place: Workplace) -> list[tuple[Any, ...]]:
    """Every run with its status, its tags and its events."""
    return [
        (
            run.run_id,
            run.status,
            run.tags,
            [dg.serialize_value(e) for e in place.instance.all_logs(run.run_id)],
        )
        for run in place.instance.get_runs()
    ]


def everything(place: Workplace) -> tuple[Any, ...]:
    """The data folder, the catalogue and Dagster's runs."""
    return files_below(place.data), stored(place.pipeline.engine), dagster_runs(place)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda one: one.__name__)
def test_status_tells_the_truth_and_leaves_all_as_it_was_and_recovery_writes_it_down(
    situation: Callable[[Workplace, str], None],
    workplace: Workplace,
    command: Command,
    dead_process: str,
) -> None:
    expected = SITUATIONS[situation]
    situation(workplace, dead_process)
    before = everything(workplace)

    ran = command("status", "--json")
    said = ran.json()
    assert (ran.status, ran.err) == (1 if expected.inbox.get("halted") else 0, "")
    assert (said["is_prepared"], said["message"]) == (True, None)
    assert said["product_inbox"] == EMPTY | expected.inbox
    assert said["barcode_enrichment_inbox"] == EMPTY
    assert said["open_moves"] == expected.moves
    assert command("status").status == ran.status
    assert everything(workplace) == before

    for inbox in workplace.pipeline.inboxes:
        recover(workplace.pipeline, runs_of_inbox(workplace.instance, inbox), inbox)
    outcomes = workplace.rows("SELECT outcome FROM file_attempts ORDER BY attempt_id")
    assert [outcome for (outcome,) in outcomes] == expected.recorded
    assert [run.status for run in workplace.instance.get_runs()] == expected.runs
    after = command("status", "--json").json()
    if expected.delivers:
        assert after["product_inbox"] == EMPTY | TAKEABLE
        assert after["open_moves"] == []
    else:
        assert without(after, *OF_THE_RECORD) == without(said, *OF_THE_RECORD)

    recovered = everything(workplace)
    for inbox in workplace.pipeline.inboxes:
        recover(workplace.pipeline, runs_of_inbox(workplace.instance, inbox), inbox)
    assert everything(workplace) == recovered


def test_a_move_that_was_made_is_on_record_after_recovery(workplace: Workplace) -> None:
    a_move_that_was_made(workplace, "")
    inbox = workplace.pipeline.product_inbox
    recover(workplace.pipeline, runs_of_inbox(workplace.instance, inbox), inbox)
    assert workplace.one("SELECT COUNT(*) FROM ingested_files WHERE moved_at IS NULL") == 0


def test_a_file_that_status_shows_as_halted_can_be_requeued_and_stays_so(
    workplace: Workplace, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_MAX_DEATHS", "1")
    launch(workplace, drop(workplace), Status.FAILURE)
    assert command("status").status == 1
    requeued = command("requeue", "--all-halted", "--json").json()
    assert requeued == {"requeued": [{"name": "a.jsonl", "came_from": INBOX, "warning": None}]}
    assert command("status").status == 0
    assert command("drain", "--json").json()["totals"]["accepted"] == 1


def test_a_status_from_outside_leaves_no_file_behind_in_the_data_folder(
    workplace: Workplace, dead_process: str
) -> None:
    assert process(workplace, "prepare").status == 0
    a_dead_attempt(workplace, dead_process)
    workplace.pipeline.engine.dispose()
    before, at_home = files_below(workplace.data), files_below(workplace.home)
    assert process(workplace, "status").status == 0
    assert files_below(workplace.data) == before
    assert files_below(workplace.home).keys() == at_home.keys()
    assert list(workplace.data.glob("catalogue.sqlite-*")) == []


@pytest.mark.from_nothing
def test_status_does_not_create_the_storage_of_dagster(
    workplace: Workplace, command: Command
) -> None:
    drop(workplace)
    before = files_below(workplace.home)
    assert command("status", "--json").json()["product_inbox"] == EMPTY | TAKEABLE
    assert files_below(workplace.home) == before


@pytest.mark.from_nothing
@pytest.mark.parametrize("as_json", [True, False], ids=["as JSON", "in words"])
def test_status_of_a_new_home_says_so_in_one_sentence_and_creates_nothing(
    workplace: Workplace, as_json: bool
) -> None:
    shutil.rmtree(workplace.data)
    before = files_below(workplace.root)
    ran = process(workplace, "status", *(["--json"] if as_json else []))
    assert (ran.status, ran.err) == (0, "")
    if as_json:
        said = ran.json()
        assert said.pop("is_prepared") is False
        assert said.pop("message").startswith("Nothing has been set up in ")
        assert set(said.values()) == {None}
        assert {"product_inbox", "open_moves", "quarantined", "catalogue"} < said.keys()
    else:
        assert ran.out.startswith("Nothing has been set up in ")
        assert PREPARE in ran.out
    assert files_below(workplace.root) == before
    if workplace.catalogue_url:
        assert stored(engine_for(workplace.catalogue_url)) == {}


@pytest.mark.from_nothing
def test_status_of_an_older_schema_says_how_to_migrate_it_and_leaves_it(
    workplace: Workplace, command: Command
) -> None:
    url = workplace.catalogue_url or f"sqlite:///{workplace.data / 'catalogue.sqlite'}"
    engine = engine_for(url)
    with writing(engine) as connection:
        config = alembic_config()
        config.attributes["connection"] = connection
        alembic.upgrade(config, "0003")
    before = stored(engine), files_below(workplace.data), files_below(workplace.home)
    ran = command("status")
    assert (ran.status, ran.err) == (1, "")
    assert ran.out.startswith("The catalogue was written by an older version.")
    assert PREPARE in ran.out
    assert (stored(engine), files_below(workplace.data), files_below(workplace.home)) == before
    assert command("prepare").status == 0
    assert command("status").status == 0
    engine.dispose()


def test_status_without_the_folders_names_them_and_the_setting(
    workplace: Workplace, command: Command
) -> None:
    assert workplace.pipeline
    (workplace.data / OTHER_INBOX).rmdir()
    said = command("status", "--json")
    assert said.status == 1
    assert f"has no {OTHER_INBOX}. Check PIPELINE_DATA_DIR" in said.json()["message"]
    assert not (workplace.data / OTHER_INBOX).exists()


@pytest.mark.from_nothing
def test_prepare_creates_folders_catalogue_and_the_storage_of_dagster_and_may_be_repeated(
    workplace: Workplace, command: Command
) -> None:
    shutil.rmtree(workplace.data)
    for _ in range(2):
        ran = command("prepare", "--json")
        assert (ran.status, ran.err) == (0, "")
        assert ran.json()["data_dir"] == str(workplace.data)
    assert (workplace.data / INBOX).is_dir()
    assert (workplace.home / ".dagster" / "runs" / "runs.db").is_file()
    found = command("status", "--json")
    assert (found.status, found.json()["product_inbox"]) == (0, EMPTY)
