"""Old archived files move to another place: equal there before they go here, and found there."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline_assets.catalogue.database.engine import reading
from pipeline_assets.catalogue.retention import archive as catalogue
from pipeline_assets.errors import PipelineError, UsageError
from pipeline_assets.services.checks.check import CheckContext
from pipeline_assets.services.checks.ledger import archive_is_complete
from pipeline_assets.services.files.run_records import NoRuns
from pipeline_assets.services.pipeline import utc_now
from pipeline_assets.services.post_processing.options import PostProcessingOptions
from pipeline_assets.services.retention.archive import move_old_archive
from pipeline_assets.services.retention.part import RetentionPart
from pipeline_assets.services.retention.time_limit import TimeLimit
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True


@pytest.fixture
def cold(workplace: Workplace, tmp_path: Path) -> Path:
    """The other place; in the archive are three old files, one of them with rejects."""
    workplace.take("1.jsonl", [row()])
    workplace.take("2.jsonl.gz", [row(day="2025-09-02"), row(day="2025-09-02", name=None)])
    workplace.take("3.jsonl", [row(day="2025-09-03")])
    place = tmp_path / "cold"
    workplace.change(
        settings={"move_archive_to": place, "move_archive_days": 100},
        clock=lambda: utc_now() + timedelta(days=101),
    )
    return place


def move(place: Workplace, **more: Any) -> RetentionPart:
    return move_old_archive(place.pipeline, TimeLimit(60), **more)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_and_rejects_are_there_and_not_here_and_checks_find_them(
    workplace: Workplace, cold: Path
) -> None:
    archived, rejects = (contents(workplace.data / one) for one in ("archive", "rejects"))
    assert (len(archived), len(rejects)) == (3, 1)
    assert move(workplace, is_rehearsal=True).figures == {"archive_files_moved": 3}
    assert not cold.exists()
    moved = move(workplace)
    assert moved.figures["archive_files_moved"] == 3
    assert moved.figures["archive_bytes_moved"] == sum(map(len, archived.values()))
    assert contents(cold / "archive") == archived
    assert contents(cold / "rejects") == rejects
    assert workplace.files("archive") == workplace.files("rejects") == []
    with reading(workplace.pipeline.engine) as connection:
        checked = archive_is_complete(
            CheckContext(
                connection,
                workplace.pipeline,
                lambda _: NoRuns(),
                utc_now(),
                PostProcessingOptions(),
            )
        )
    assert checked.passed
    assert checked.figures["files"] == 3
    again = workplace.take("again.jsonl", [row()])
    assert again.reason == "duplicate"
    assert str(cold) in str(again.message)
    assert move(workplace).figures["archive_files_moved"] == 0


@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
def test_a_process_that_dies_before_or_after_the_record_loses_nothing(
    workplace: Workplace, cold: Path, monkeypatch: pytest.MonkeyPatch, is_before: bool
) -> None:
    archived = contents(workplace.data / "archive")
    original: Callable[..., Any] = catalogue.record_places

    def die(*_: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        if is_before:
            patch.setattr(catalogue, "record_places", die)
        else:
            patch.setattr("pipeline_assets.services.retention.archive._remove", die)
        with pytest.raises(RuntimeError):
            move(workplace)
    assert catalogue.record_places is original
    assert contents(workplace.data / "archive") == archived
    move(workplace)
    assert contents(cold / "archive") == archived
    assert workplace.files("archive") == workplace.files("rejects") == []


def test_a_file_whose_copy_differs_stays(workplace: Workplace, cold: Path) -> None:
    archived = contents(workplace.data / "archive")
    (cold / "archive").mkdir(parents=True)
    (cold / "archive" / sorted(archived)[0]).write_bytes(b"another")
    with pytest.raises(PipelineError, match="is not equal to"):
        move(workplace)
    assert contents(workplace.data / "archive") == archived


def test_young_files_stay_and_so_do_all_without_the_setting(
    workplace: Workplace, cold: Path
) -> None:
    workplace.change(clock=utc_now)
    assert move(workplace).figures["archive_files_moved"] == 0
    workplace.change(settings={"move_archive_to": workplace.data / "cold"})
    with pytest.raises(UsageError, match="is in the data folder"):
        move(workplace)
    workplace.change(settings={})
    assert move(workplace).why_off == "PIPELINE_MOVE_ARCHIVE_TO is not set."
    assert len(workplace.files("archive")) == 3
