"""`pipeline-assets backup`: one file that holds the catalogue as it was at one moment."""

import os
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text

from pipeline_assets.catalogue.schema import metadata
from pipeline_assets_tests.commands import SCRIPT, Command, in_this_process, process
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True


@pytest.fixture
def command(workplace: Workplace, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in the workplace."""
    return in_this_process(capfd)


def day(number: int) -> list[dict[str, Any]]:
    """A store's snapshot of a day on which some prices differ from the day before's."""
    date = f"2025-09-{number:02}"
    rows = [row(str(sku), 1 + sku % 7, day=date) for sku in range(30)]
    return [*rows, row("90", number + 0.5, day=date)]


def fill(place: Workplace) -> None:
    for number in (1, 2, 3):
        place.take(f"{number}.jsonl", day(number))
    place.post_process()


def everything(url: str) -> dict[str, list[str]]:
    """All rows of all tables, in Python's types."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            table.name: sorted(str(tuple(one)) for one in connection.execute(select(table)))
            for table in metadata.sorted_tables
        }
    engine.dispose()
    return found


def is_one_file(folder: Path) -> bool:
    return [path.name for path in folder.iterdir()] == ["copy.sqlite"]


@pytest.fixture
def target(workplace: Workplace) -> Path:
    """Where the backup goes: a folder of its own."""
    folder = workplace.root / "backups"
    folder.mkdir()
    return folder / "copy.sqlite"


def test_the_file_holds_all_of_the_catalogue(
    command: Command, workplace: Workplace, target: Path
) -> None:
    fill(workplace)
    before = workplace.tables(without=())
    done = command("backup", str(target), "--json").json()
    assert is_one_file(target.parent)
    assert done["rows"] == {
        name: len(rows) for name, rows in before.items() if name in done["rows"]
    }
    assert done["rows"]["prices"] == 31
    catalogue = str(workplace.pipeline.settings.database_url)
    assert everything(f"sqlite:///{target}") == everything(catalogue)
    assert workplace.tables(without=()) == before
    with closing(sqlite3.connect(f"{target.as_uri()}?mode=ro", uri=True)) as copy:
        assert copy.execute("SELECT COUNT(*) FROM store_prices").fetchone() == (31,)
    assert is_one_file(target.parent)


def test_what_stands_only_in_the_write_ahead_log_is_in_it(
    command: Command, workplace: Workplace, target: Path
) -> None:
    fill(workplace)
    engine = workplace.pipeline.engine
    with engine.connect() as reader:  # keeps the log from being taken into the file
        reader.execute(text("SELECT COUNT(*) FROM prices"))
        workplace.take("4.jsonl", day(4))
        assert command("backup", str(target)).status == 0
    with closing(sqlite3.connect(target)) as copy:
        wanted = "SELECT price FROM store_prices WHERE sku = '90'"
        assert copy.execute(wanted).fetchone() == (4.5,)


def test_a_file_that_is_there_stays_unless_forced(
    command: Command, workplace: Workplace, target: Path
) -> None:
    fill(workplace)
    target.write_text("precious")
    ran = command("backup", str(target))
    assert ran.status == 2
    assert "is there already" in ran.err
    assert target.read_text() == "precious"
    assert command("backup", str(target), "--force").status == 0
    assert target.read_bytes().startswith(b"SQLite format 3")
    assert is_one_file(target.parent)


def test_neither_the_catalogue_nor_a_missing_folder_is_written_to(
    command: Command, workplace: Workplace
) -> None:
    file = workplace.pipeline.settings.catalogue_file
    if file is not None:
        ran = command("backup", str(file), "--force")
        assert ran.status == 2
        assert "is the catalogue itself" in " ".join(ran.err.split())
    assert command("backup", str(workplace.root / "none" / "a.sqlite")).status == 2


@pytest.mark.from_nothing
def test_without_a_catalogue_there_is_nothing_to_back_up(
    command: Command, workplace: Workplace, target: Path
) -> None:
    ran = command("backup", str(target))
    assert ran.status == 2
    assert "no catalogue of this version" in " ".join(ran.err.split())
    assert list(target.parent.iterdir()) == []


def test_a_backup_that_is_killed_leaves_the_last_one(workplace: Workplace, target: Path) -> None:
    fill(workplace)
    assert process(workplace, "backup", str(target)).status == 0
    before = target.read_bytes()
    environment = workplace.environment | {"PATH": "/usr/bin:/bin", "HOME": str(workplace.root)}
    begun = subprocess.Popen([str(SCRIPT), "backup", str(target), "--force"], env=environment)
    until = time.monotonic() + 30
    while len(list(target.parent.iterdir())) == 1 and begun.poll() is None:
        assert time.monotonic() < until
    os.kill(begun.pid, signal.SIGKILL)
    begun.wait()
    assert target.read_bytes() == before or begun.returncode == 0
    assert process(workplace, "backup", str(target), "--force").status == 0
    assert is_one_file(target.parent)
