"""`pipeline-assets import-archive`: old files taken in date order, from a folder that stays."""

import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.catalogue.unfinished_restore import mark_finished, mark_unfinished
from pipeline_assets.sample.writer import write_sample
from pipeline_assets_tests.commands import Command, Ran, in_this_process, process
from pipeline_assets_tests.contents import contents, differences
from pipeline_assets_tests.killed_commands import Deadly, DeadlyCommand, deadly_commands
from pipeline_assets_tests.test_cli_restore import day
from pipeline_assets_tests.workplace import Workplace

ON_BOTH_DATABASES = True


@pytest.fixture
def command(workplace: Workplace, capfd: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in the workplace."""
    return in_this_process(capfd)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three files at a time."""
    monkeypatch.setattr("pipeline_assets.services.operators.archive_import._BATCH_FILES", 3)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The old archive's folder, elsewhere."""
    folder = tmp_path / "old archive"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def run() -> Iterator[Deadly]:
    """Runs commands that die."""
    with deadly_commands() as run:
        yield run


def put(place: Workplace, archive: Path, name: str, content: Any) -> Path:
    """Put a file into the archive, as `Workplace.drop` writes it."""
    target = archive / name
    target.parent.mkdir(parents=True, exist_ok=True)
    dropped = place.drop("made.jsonl.gz" if name.endswith(".gz") else "made.jsonl", content)
    shutil.move(dropped, target)
    return target


def states(folder: Path) -> dict[str, tuple[int, int, int, bytes]]:
    """Everything about each file that someone else's change would show."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() else b""
        found[str(path)] = (status.st_mtime_ns, status.st_ino, status.st_nlink, content)
    return found


def outcomes(ran: Ran) -> dict[str, tuple[str, str | None]]:
    return {one["path"]: (one["outcome"], one["reason"]) for one in ran.json()["files"]}


def scattered(paths: Mapping[str, bytes], archive: Path, seed: int) -> None:
    """The files under shuffled names, in sub-folders, with shuffled times."""
    chance = random.Random(seed)
    contents_ = list(paths.items())
    chance.shuffle(contents_)
    for number, (name, content) in enumerate(contents_):
        folder = archive / chance.choice(["", "a", "a/b", "z"])
        folder.mkdir(parents=True, exist_ok=True)
        ending = ".jsonl.gz" if name.endswith(".gz") else ".jsonl"
        path = folder / f"{number:03}{ending}"
        path.write_bytes(content)
        moment = chance.uniform(1e9, 1.7e9)
        os.utime(path, (moment, moment))


def test_an_import_equals_a_drain_in_whatever_order_the_folder_gives_the_files(
    command: Command, workplace: Workplace, archive: Path, small_batches: None
) -> None:
    assert workplace.pipeline
    other = Workplace.create(_made(workplace))
    written = write_sample(other.data, workplace.pipeline.clock().date())
    wanted = {path.name: path.read_bytes() for path in written if path.parent == other.inbox}
    for path in (other.data / "barcode_enrichment_inbox").iterdir():
        path.unlink()
    assert process(other, "drain").status == 0
    scattered(wanted, archive, seed=1)
    before = states(archive)
    ran = command("import-archive", str(archive), "--json")
    assert ran.status == 0
    assert states(archive) == before
    found = Counter(outcome for outcome, _ in outcomes(ran).values())
    assert found["accepted"] == other.one("SELECT COUNT(*) FROM ingested_files") > 15
    assert len(outcomes(ran)) == len(wanted)
    with other:
        drained = contents(other, with_figures=False)
    assert differences(drained, contents(workplace, with_figures=False)) == {}
    assert workplace.files("product_inbox") == []
    assert len(workplace.files("archive")) == len(other.files("archive"))


def _made(place: Workplace) -> Path:
    root = place.root / "other place"
    root.mkdir()
    return root


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.repeats)])
def test_an_import_of_the_real_files_equals_a_drain_of_them(
    command: Command,
    workplace: Workplace,
    archive: Path,
    real_scrapes: Path,
    real_catalogue: Callable[[datetime], Workplace],
    small_batches: None,
    seed: int,
) -> None:
    files = {path.name: path.read_bytes() for path in real_scrapes.glob("*.jsonl.gz")}
    assert len(files) == 20
    scattered(files, archive, seed)
    before = states(archive)
    ran = command("import-archive", str(archive), "--json")
    assert ran.status == 0
    assert states(archive) == before
    assert Counter(outcomes(ran).values()) == {
        ("accepted", None): 19,
        ("quarantined", "partial"): 1,
    }
    drained = real_catalogue(workplace.pipeline.clock())
    drained.post_process()
    expected = contents(drained, with_figures=False)
    assert differences(expected, contents(workplace, with_figures=False)) == {}


def test_it_is_said_what_each_file_became(
    command: Command, workplace: Workplace, archive: Path
) -> None:
    put(workplace, archive, "2025/09/g1.jsonl", day(3))
    put(workplace, archive, "2025/08/g1.jsonl", day(1))
    put(workplace, archive, "copies/g1.jsonl.gz", day(1))
    put(workplace, archive, "small.jsonl", day(4, skus=3))
    put(workplace, archive, "broken.jsonl", b"nothing\n")
    put(workplace, archive, "notes.txt.jsonl", b"")
    (archive / "notes.txt").write_text("no snapshot")
    (archive / ".hidden.jsonl").write_text("unfinished")
    workplace.take("new.jsonl", day(2, "G2"))
    put(workplace, archive, "late.jsonl", day(1, "G2"))
    put(workplace, archive, "there.jsonl", day(2, "G2"))
    expected = {
        "2025/08/g1.jsonl": ("accepted", None),
        "2025/09/g1.jsonl": ("accepted", None),
        "broken.jsonl": ("quarantined", "no_metadata"),
        "copies/g1.jsonl.gz": ("known", None),
        "late.jsonl": ("quarantined", "stale"),
        "notes.txt.jsonl": ("quarantined", "no_metadata"),
        "small.jsonl": ("quarantined", "partial"),
        "there.jsonl": ("known", None),
    }
    ran = command("import-archive", str(archive), "--json", "--strict")
    assert ran.status == 3
    assert outcomes(ran) == expected
    totals = ran.json()["totals"]
    assert {name: totals[name] for name in ("files", "accepted", "quarantined", "known")} == {
        "files": 8,
        "accepted": 2,
        "quarantined": 4,
        "known": 2,
    }
    assert len([one for one in ran.json()["files"] if one["figures"]]) == 2
    tables, refused = workplace.tables(), workplace.files("quarantine")
    again = command("import-archive", str(archive))
    assert again.status == 0
    assert "8 files: 0 accepted, 0 quarantined, 8 known before" in again.out
    assert workplace.tables() == tables
    assert workplace.files("quarantine") == refused


def test_later_files_in_the_inbox_wait_for_the_old_ones(
    command: Command, workplace: Workplace, archive: Path, small_batches: None
) -> None:
    for number in range(1, 8):
        put(workplace, archive, f"{number}.jsonl", day(number))
    workplace.drop("new.jsonl", day(9))
    workplace.drop("between.jsonl", day(6, skus=19))
    ran = command("import-archive", str(archive), "--json")
    expected = {f"{number}.jsonl": ("accepted", None) for number in range(1, 8)}
    assert outcomes(ran) == expected | {"6.jsonl": outcomes(ran)["6.jsonl"]}
    assert workplace.files("product_inbox") == ["new.jsonl"]
    assert workplace.ingest("new.jsonl").reason is None


@pytest.mark.parametrize(
    "death",
    [
        DeadlyCommand([], "pipeline_assets.inbox.filing:appear", is_before=True, call=2),
        DeadlyCommand([], "pipeline_assets.inbox.filing:appear", call=2),
        DeadlyCommand([], "pipeline_assets.catalogue.attempts:begin", call=2),
        DeadlyCommand([], "pipeline_assets.inbox.filing:move", is_before=True, call=4),
        DeadlyCommand([], "pipeline_assets.catalogue.ledger:close_move", call=3),
    ],
    ids=lambda death: f"{death.function.split(':')[1]} {death.call}",
)
def test_an_import_that_is_killed_goes_on(
    command: Command, workplace: Workplace, archive: Path, run: Deadly, death: DeadlyCommand
) -> None:
    assert workplace.pipeline
    for number in range(1, 6):
        put(workplace, archive, f"{number}.jsonl", day(number))
    before = states(archive)
    dies = DeadlyCommand(
        ["import-archive", str(archive)], death.function, death.is_before, death.call
    )
    assert run(workplace, dies) == -9
    ran = command("import-archive", str(archive), "--json")
    assert ran.status == 0
    assert {outcome for outcome, _ in outcomes(ran).values()} <= {"accepted", "known"}
    assert states(archive) == before
    assert workplace.one("SELECT COUNT(*) FROM ingested_files") == 5
    assert [path.name for path in workplace.inbox.iterdir()] == []
    assert workplace.files("quarantine") == []
    assert len(workplace.files("archive")) == 5


def test_an_import_stops_while_a_restore_is_unfinished(
    command: Command, workplace: Workplace, archive: Path, small_batches: None
) -> None:
    for number in range(1, 8):
        put(workplace, archive, f"{number}.jsonl", day(number))
    with writing(workplace.pipeline.engine) as connection:
        mark_unfinished(connection, "monday.sqlite")
    ran = command("import-archive", str(archive), "--json")
    assert ran.status == 1
    assert "restore --send-back" in ran.json()["left"]["on_hold"]
    assert {outcome for outcome, _ in outcomes(ran).values()} == {"waiting"}
    assert len(workplace.files("product_inbox")) == 3
    with writing(workplace.pipeline.engine) as connection:
        mark_finished(connection)
    ran = command("import-archive", str(archive), "--json")
    assert set(outcomes(ran).values()) == {("accepted", None)}


def test_links_are_not_followed(command: Command, workplace: Workplace, archive: Path) -> None:
    assert workplace.pipeline
    elsewhere = workplace.root / "elsewhere"
    elsewhere.mkdir()
    secret = put(workplace, elsewhere, "secret.jsonl", day(1))
    (archive / "file.jsonl").symlink_to(secret)
    (archive / "folder").symlink_to(elsewhere)
    os.mkfifo(archive / "pipe.jsonl")
    assert command("import-archive", str(archive), "--json").json()["files"] == []


def test_a_folder_that_cannot_be_meant_is_refused(
    command: Command, workplace: Workplace, archive: Path
) -> None:
    assert workplace.pipeline
    (archive / "link").symlink_to(workplace.data / "archive")
    for folder in (
        workplace.data,
        workplace.data / "archive",
        workplace.root,
        archive / "link",
        archive / "none",
    ):
        ran = command("import-archive", str(folder))
        assert ran.status == 2, folder


def test_disk_use_is_bounded_by_the_batch(
    command: Command, workplace: Workplace, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert workplace.pipeline
    monkeypatch.setattr("pipeline_assets.services.operators.archive_import._BATCH_BYTES", 5000)
    sizes = [
        put(workplace, archive, f"{number}.jsonl", day(number)).stat().st_size
        for number in range(1, 9)
    ]
    most: list[int] = []
    copying = shutil.copyfileobj

    def watching(source: Any, target: Any, length: int) -> None:
        copying(source, target, length)
        most.append(sum(path.stat().st_size for path in workplace.inbox.iterdir()))

    monkeypatch.setattr("pipeline_assets.inbox.staging.shutil.copyfileobj", watching)
    assert command("import-archive", str(archive), "--json").status == 0
    assert len(most) == 8
    assert max(most) <= max(5000, *sizes) < sum(sizes)
