"""A restore that is killed (SIGKILL) anywhere leaves the old catalogue or the new one.

And the same command, run again, finishes it: nothing that was accepted is lost.
"""

import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline_assets.services.operators.backup import back_up
from pipeline_assets_tests.commands import process
from pipeline_assets_tests.contents import Contents, contents, differences
from pipeline_assets_tests.killed_commands import Deadly, DeadlyCommand, deadly_commands
from pipeline_assets_tests.soaks import SEED, rounds
from pipeline_assets_tests.test_cli_restore import day
from pipeline_assets_tests.workplace import Workplace

USE_CASE = "pipeline_assets.services.operators.restore"
STEPS = {
    "the backup is staged": DeadlyCommand([], f"{USE_CASE}:stage_backup"),
    "the present one is kept": DeadlyCommand([], f"{USE_CASE}:_keep"),
    "just before": DeadlyCommand([], f"{USE_CASE}:overwrite_database", is_before=True),
    "just after": DeadlyCommand([], f"{USE_CASE}:overwrite_database"),
    "one file is back": DeadlyCommand([], f"{USE_CASE}:send_back"),
    "between two names": DeadlyCommand([], "os:link", call=2),
    "all files are back": DeadlyCommand([], f"{USE_CASE}:mark_finished", is_before=True),
}
WAITS = {"just after", "one file is back"}
RANDOM_KILLS = rounds(30)


@pytest.fixture(scope="module")
def run() -> Iterator[Deadly]:
    """Runs commands that die."""
    with deadly_commands() as run:
        yield run


@pytest.fixture
def before(workplace: Workplace) -> Contents:
    """Fills the workplace, with a backup halfway; what the catalogue holds at last."""
    for number in (1, 2):
        workplace.take(f"{number}.jsonl", day(number))
    workplace.post_process()
    back_up(workplace.pipeline, workplace.root / "copy.sqlite")
    for number in (3, 4, 5):
        workplace.take(f"{number}.jsonl", day(number))
    workplace.post_process()
    return contents(workplace, with_figures=False)


def restoring(place: Workplace) -> list[str]:
    return ["restore", str(place.root / "copy.sqlite"), "--force"]


def files_known(place: Workplace) -> int:
    count = place.one("SELECT COUNT(*) FROM ingested_files")
    assert isinstance(count, int)
    return count


def assert_nothing_is_lost(place: Workplace, before: Contents) -> None:
    """All files are in one place each, and a drain makes the catalogue what it was."""
    drained = place.outcomes(place.drain())
    assert sorted(drained.values()) == [("accepted", None)] * 3
    place.post_process()
    assert differences(before, contents(place, with_figures=False)) == {}
    names = [f"{number}.jsonl" for number in range(1, 6)]
    assert sorted(name[13:] for name in place.files("archive")) == names
    left = [path.name for path in place.data.iterdir() if path.name.startswith(".")]
    assert left == []


@pytest.mark.parametrize("step", STEPS)
def test_a_restore_that_is_killed_is_finished_by_the_next(
    workplace: Workplace, before: Contents, run: Deadly, step: str
) -> None:
    dies = DeadlyCommand(
        restoring(workplace), STEPS[step].function, STEPS[step].is_before, STEPS[step].call
    )
    assert run(workplace, dies) == -9
    is_old = step in ("the backup is staged", "the present one is kept", "just before")
    assert files_known(workplace) == (5 if is_old else 2)
    if is_old:
        assert differences(before, contents(workplace, with_figures=False)) == {}
    ended = process(workplace, *restoring(workplace), "--json")
    assert ended.status == 0, ended.err
    assert_nothing_is_lost(workplace, before)


@pytest.mark.parametrize("step", sorted(WAITS))
def test_until_it_is_finished_no_file_is_taken(
    workplace: Workplace, before: Contents, run: Deadly, step: str
) -> None:
    dies = DeadlyCommand(
        restoring(workplace), STEPS[step].function, STEPS[step].is_before, STEPS[step].call
    )
    assert run(workplace, dies) == -9
    drained = process(workplace, "drain")
    assert drained.status == 1
    assert "restore --send-back" in drained.out
    assert files_known(workplace) == 2
    assert "restore --send-back" in process(workplace, "status").out
    sent = process(workplace, "restore", "--send-back", "--json").json()["sent_back"]
    assert 0 < len(sent) <= 3
    assert_nothing_is_lost(workplace, before)


@pytest.mark.soak
def test_at_any_moment_there_is_the_old_catalogue_or_the_new_one(
    workplace: Workplace, before: Contents, run: Deadly
) -> None:
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    workplace.pipeline.engine.dispose()
    shutil.copytree(workplace.data, workplace.root / "as it was")
    began = time.monotonic()
    assert run(workplace, DeadlyCommand(restoring(workplace))) == 0
    usual_s = time.monotonic() - began
    seen = set()
    for _ in range(RANDOM_KILLS):
        workplace.pipeline.engine.dispose()
        shutil.rmtree(workplace.data)
        shutil.copytree(workplace.root / "as it was", workplace.data)
        delay_s = chance.uniform(0, usual_s)
        ended = run(workplace, DeadlyCommand(restoring(workplace), delay_s=delay_s))
        seen.add((ended, files_known(workplace)))
        assert process(workplace, *restoring(workplace)).status == 0
        assert_nothing_is_lost(workplace, before)
    print(sorted(seen))
    assert {known for _, known in seen} <= {2, 5}


def test_the_backup_stays_as_it_is(workplace: Workplace, before: Contents, run: Deadly) -> None:
    assert before
    backup = Path(workplace.root / "copy.sqlite")
    content, time = backup.read_bytes(), backup.stat().st_mtime_ns
    run(workplace, DeadlyCommand(restoring(workplace), f"{USE_CASE}:stage_backup"))
    process(workplace, *restoring(workplace))
    assert (backup.read_bytes(), backup.stat().st_mtime_ns) == (content, time)
