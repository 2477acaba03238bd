"""A full disk, a read-only inbox, two daemons by mistake: a clear error, nothing lost."""

import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pipeline_assets.catalogue import ledger
from pipeline_assets.domain.snapshots.rows import parse_snapshot
from pipeline_assets.inbox import filing
from pipeline_assets.inbox.reading import read_file
from pipeline_assets.services.files import attempt
from pipeline_assets.services.ingestion import ingest_file
from pipeline_assets_tests.commands import Command, in_this_process, outcomes, process
from pipeline_assets_tests.contents import contents, differences
from pipeline_assets_tests.end_to_end.dagster_dev import dagster_dev, eventually
from pipeline_assets_tests.end_to_end.many_ingests import overlapping_files
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True

Mount = Callable[[Path, str], None]


@pytest.fixture
def mount() -> Iterator[Mount]:
    """Mounts a small file system in memory on a folder; it is gone after the test."""
    with ExitStack() as stack:

        def mounted(folder: Path, options: str) -> None:
            folder.mkdir(parents=True, exist_ok=True)
            command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
            ran = subprocess.run(command, capture_output=True, check=False)
            if ran.returncode:
                pytest.skip("file systems cannot be mounted here")
            stack.callback(subprocess.run, ["umount", "-l", str(folder)], check=True)

        yield mounted


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    return in_this_process(capfd)


@pytest.mark.from_nothing
def test_a_full_disk_is_said_and_loses_nothing(
    workplace: Workplace, mount: Mount, command: Command
) -> None:
    """The data folder's disk; on it is the catalogue too, unless that is on a server."""
    mount(workplace.data, "size=4m")
    assert command("drain").status == 0
    bad_row = row("9", name=None)  # reported in `rejects/`, so that each file needs room
    for name, rows in overlapping_files(1, stores=4, rows=100).items():
        workplace.inbox.mkdir(exist_ok=True)
        workplace.drop(name, [*rows, bad_row | {"metadata": rows[0]["metadata"]}])
    filler = workplace.data / "filler"
    fill_up(filler)
    ran = command("drain")
    assert ran.status == 1
    said = ran.out + ran.err
    assert "No space left on device" in said if workplace.catalogue_url else "disk is full" in said
    assert "Traceback" not in ran.err
    assert len(workplace.files("product_inbox")) == 4

    filler.unlink()
    command("requeue", "--all-halted")
    ran = command("drain", "--json")
    assert ran.status == 0, ran.err
    assert len(workplace.files("archive")) == 4
    assert workplace.one("SELECT COUNT(*) FROM store_prices") == 400


@pytest.mark.from_nothing
def test_a_full_disk_below_dagsters_storage_is_not_called_the_catalogues(
    workplace: Workplace, mount: Mount
) -> None:
    """Neither where the storage is to be created nor where a run is to be noted in it."""
    storage = workplace.home / ".dagster"
    mount(storage, "size=16m")
    workplace.drop("a.jsonl", [row("1", 1.5)])
    filler = storage / "filler"
    for is_new in (True, False):
        if not is_new:
            assert process(workplace, "prepare").status == 0
        fill_up(filler)
        ran = process(workplace, "drain")
        assert ran.status == 1
        assert "Traceback" not in ran.err
        assert ran.err.startswith("error: Dagster's storage "), ran.err
        assert "atalogue" not in ran.err
        filler.unlink()
    assert process(workplace, "drain").status == 0
    assert workplace.one("SELECT COUNT(*) FROM store_prices") == 1


def fill_up(filler: Path) -> None:
    """Write until there is no space left."""
    descriptor = os.open(filler, os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(descriptor, b"x" * 4096)
    except OSError as full:
        if full.errno != errno.ENOSPC:
            raise
    finally:
        os.close(descriptor)


def test_a_read_only_inbox_is_said_and_its_files_are_taken_once(
    workplace: Workplace, mount: Mount, command: Command
) -> None:
    assert workplace.pipeline
    mount(workplace.inbox, "size=4m")
    workplace.drop("a.jsonl", [row("1", 1.5)])
    subprocess.run(["mount", "-o", "remount,ro", str(workplace.inbox)], check=True)
    ran = command("drain")
    assert ran.status == 1
    assert "Read-only file system" in ran.out
    assert "requeue a.jsonl" in ran.out + ran.err
    subprocess.run(["mount", "-o", "remount,rw", str(workplace.inbox)], check=True)
    assert command("requeue", "a.jsonl").status == 0
    assert command("drain").status == 0
    assert workplace.files("product_inbox") == []
    assert len(workplace.files("archive")) == 1
    assert workplace.one("SELECT COUNT(*) FROM ingested_files WHERE moved_at IS NOT NULL") == 1
    assert workplace.one("SELECT COUNT(*) FROM price_history") == 1


def test_a_file_that_vanishes_before_it_is_read_ends_well(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workplace.drop("a.jsonl", [row("1", 1.5)])
    workplace.drop("b.jsonl", [row("1", 1.5, store_id="G2")])

    def vanishing(*arguments: object) -> object:
        path.unlink(missing_ok=True)
        return read_file(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(attempt, "read_file", vanishing)
    found = workplace.outcomes(workplace.drain())
    assert found == {"a.jsonl": ("vanished", None), "b.jsonl": ("accepted", None)}


def test_of_two_runs_of_one_file_the_slower_finishes_what_the_quicker_began(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workplace.drop("a.jsonl", [row("1", 1.5)])
    quicker: list[int] = []

    def overtaken(*arguments: object) -> object:
        snapshot = parse_snapshot(*arguments)  # type: ignore[arg-type]
        if not quicker:
            quicker.append(1)
            with monkeypatch.context() as patch:  # written by the other run, not yet moved
                patch.setattr(filing, "move", lambda *_: None)
                patch.setattr(ledger, "close_move", lambda *_: None)
                workplace.ingest("a.jsonl")
        return snapshot

    monkeypatch.setattr(ingest_file, "parse_snapshot", overtaken)
    outcome = workplace.ingest("a.jsonl")
    assert (outcome.state, outcome.counts) == ("archived", {})
    assert workplace.files("quarantine") == []
    assert len(workplace.files("archive")) == 1
    assert workplace.one("SELECT COUNT(*) FROM price_history") == 1


@pytest.mark.soak
def test_two_daemons_by_mistake_take_each_file_once(workplace: Workplace) -> None:
    assert workplace.pipeline
    files = overlapping_files(2, stores=16, rows=80)
    (workplace.root / "one").mkdir()
    with Workplace.create(workplace.root / "one") as one_only:
        for name, rows in files.items():
            one_only.drop(name, rows)
        assert outcomes(process(one_only, "drain", "--json").json())
        expected = contents(one_only, with_figures=False)
    for name, rows in files.items():
        workplace.drop(name, rows)
    log, other_log = workplace.root / "dev.log", workplace.root / "other.log"
    with dagster_dev(workplace.home, log), dagster_dev(workplace.home, other_log):
        exported = workplace.data / "translation_tables" / "products.json"
        eventually(lambda: not any(workplace.inbox.iterdir()) and exported.exists(), 240, log)
    assert len(workplace.files("archive")) == len(files)
    assert workplace.files("quarantine") == []
    assert process(workplace, "post-process").status == 0
    assert differences(expected, contents(workplace, with_figures=False)) == {}
