"""Killed at any step while history moves: all answers stay, and the next command finishes."""

from collections.abc import Iterator

import pytest

from pipeline_assets_tests.conftest import enter
from pipeline_assets_tests.killed_commands import Deadly, DeadlyCommand, deadly_commands
from pipeline_assets_tests.retention.past import answers, fill, rows_left
from pipeline_assets_tests.workplace import Workplace

WRITING = "pipeline_assets.history.writing"
CATALOGUE = "pipeline_assets.catalogue.retention.history"
# Where it is killed: a function, and at its how manieth call.
MOMENTS = [
    (f"{WRITING}:YearlyFiles.add", 2),
    (f"{WRITING}:_Unfinished.verify", 2),
    (f"{WRITING}:_Unfinished.appear", 1),
    (f"{WRITING}:YearlyFiles.finish", 1),
    (f"{CATALOGUE}:record_moved_files", 1),
    (f"{CATALOGUE}:remove_entries", 1),
    (f"{CATALOGUE}:remove_entries", 2),
    (f"{CATALOGUE}:note_removed", 1),
]


@pytest.fixture(scope="module")
def deadly() -> Iterator[Deadly]:
    with deadly_commands() as send:
        yield send


@pytest.fixture
def years(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A workplace with years of history, of which all but the last are to be moved."""
    with (
        pytest.MonkeyPatch.context() as patch,
        Workplace.create(tmp_path_factory.mktemp("years")) as place,
    ):
        place.variables["PIPELINE_KEEP_HISTORY_YEARS"] = "1"
        fill(enter(place, patch), "killed", 16)
        yield place


@pytest.mark.parametrize("full", [1, pytest.param(2, marks=pytest.mark.repeats)])
def test_killed_at_every_step_one_after_the_other_no_answer_changes(
    years: Workplace, deadly: Deadly, full: int
) -> None:
    before, whole = answers(years), rows_left(years)
    command = ["retention", "--json"]
    for is_before in (True, False)[-full:]:
        for function, call in MOMENTS:
            killed = DeadlyCommand(command, function, is_before, call)
            ended = deadly(years, killed)
            # What an earlier command has finished is not done again.
            assert ended in (-9, 0), function
            assert answers(years) == before, (function, is_before)
    assert deadly(years, DeadlyCommand(command)) == 0
    assert answers(years) == before
    assert rows_left(years) < whole
    left = sorted(path.name for path in years.pipeline.settings.history_path.iterdir())
    assert len(left) == len({name[:18] for name in left})
    assert all(name.startswith("price_history-") for name in left)
    assert years.one("SELECT COUNT(*) FROM price_history_files WHERE removed_at IS NULL") == 0
