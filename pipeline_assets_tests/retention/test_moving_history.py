"""Moving history to files, step by step: stopped anywhere, late files, missing files."""

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipeline_assets import Catalogue
from pipeline_assets.catalogue.retention import history as catalogue
from pipeline_assets.errors import PipelineError
from pipeline_assets_tests.conftest import enter
from pipeline_assets_tests.retention.past import KEPT, TODAY, answers, files, fill, move, rows_left
from pipeline_assets_tests.workplace import Workplace, row


@pytest.fixture(scope="module")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue with years of history, as one file."""
    with (
        pytest.MonkeyPatch.context() as patch,
        Workplace.create(tmp_path_factory.mktemp("filled")) as place,
    ):
        fill(enter(place, patch), "filled", 30)
        place.pipeline.engine.dispose()
        file = place.pipeline.settings.catalogue_file
        assert file is not None
        return file


@pytest.fixture
def filled(filled_once: Path, workplace: Workplace) -> Workplace:
    shutil.copy(filled_once, workplace.data)
    workplace.change(settings=KEPT, clock=lambda: TODAY)
    return workplace


class StoppedError(Exception):
    """The work ends here."""


def stop_at(monkeypatch: pytest.MonkeyPatch, name: str, *, is_before: bool) -> None:
    """Let a function of the catalogue be the last that is called, or the first that is not."""
    original: Callable[..., Any] = getattr(catalogue, name)

    def stopped(*arguments: Any) -> None:
        if not is_before:
            original(*arguments)
        raise StoppedError

    monkeypatch.setattr(catalogue, name, stopped)


@pytest.mark.parametrize("name", ["record_moved_files", "note_seen", "remove_entries"])
@pytest.mark.parametrize("is_before", [True, False], ids=["before", "within"])
def test_a_transaction_that_fails_leaves_every_answer_and_the_next_run_finishes(
    filled: Workplace, monkeypatch: pytest.MonkeyPatch, name: str, is_before: bool
) -> None:
    before, whole = answers(filled), rows_left(filled)
    with monkeypatch.context() as patch:
        stop_at(patch, name, is_before=is_before)
        with pytest.raises(StoppedError):
            move(filled)
    assert answers(filled) == before
    assert rows_left(filled) == whole
    move(filled)
    assert answers(filled) == before
    assert rows_left(filled) < whole
    assert filled.one("SELECT COUNT(*) FROM price_history_files WHERE removed_at IS NULL") == 0


def test_when_time_is_short_the_next_run_goes_on(filled: Workplace) -> None:
    before = answers(filled)
    assert move(filled, seconds=0).is_cut_short
    assert answers(filled) == before
    assert not move(filled).is_cut_short
    assert answers(filled) == before


def test_late_snapshots_of_a_year_that_was_moved_are_answered_and_then_moved_too(
    filled: Workplace,
) -> None:
    move(filled)
    for day, price in (("2023-02-01", 5), ("2023-02-08", 6), ("2023-02-15", 5), ("2024-02-01", 7)):
        late = [row("1", price, name="Oat Bar 0", store_id="A9", day=day)]
        filled.take(f"late-{day}.jsonl", late)
    with Catalogue(
        filled.pipeline.settings.database_url, history_dir=filled.data / "price_history"
    ) as asked:
        told = asked.history(company="aldi", store_id="A9")
    assert told["price_cents"].tolist() == [500, 600, 500, 700]
    assert told["price_before_cents"].fillna(0).tolist() == [0, 500, 600, 500]
    before, known = answers(filled), files(filled)
    moved = move(filled)
    assert moved.figures["history_rows_written"] == 4
    assert answers(filled) == before
    assert len(set(files(filled)) - set(known)) == 2
    filled.take("A9-last.jsonl", [row("1", 8, name="Oat Bar 0", store_id="A9", day="2026-02-01")])
    assert filled.one("SELECT previous_price FROM store_prices WHERE store_id = 'A9'") in (
        7,
        "7.00",
    )


def test_a_year_later_the_next_year_moves(filled: Workplace) -> None:
    move(filled)
    before = answers(filled)
    filled.change(clock=lambda: datetime(2027, 2, 1))
    moved = move(filled)
    assert moved.figures["history_files_written"] == 1
    assert answers(filled) == before
    assert files(filled)[-1].name.startswith("price_history-2025-")


def test_the_view_and_charts_begin_where_the_table_is_whole(filled: Workplace) -> None:
    since = "scraped_date >= '2025-01-01'"
    whole = filled.rows(f"SELECT * FROM price_changes WHERE {since} ORDER BY 1, 2, 4, 11")
    move(filled)
    assert filled.rows("SELECT * FROM price_changes ORDER BY 1, 2, 4, 11") == whole
    assert filled.one("SELECT COUNT(*) FROM price_history WHERE NOT " + since) > 0


def test_nothing_is_removed_or_answered_without_the_file(filled: Workplace) -> None:
    move(filled, seconds=0)
    files(filled)[0].unlink()
    whole = rows_left(filled)
    with pytest.raises(PipelineError, match="PIPELINE_HISTORY_DIR"):
        move(filled)
    assert rows_left(filled) == whole
    with pytest.raises(PipelineError, match="not there or is not whole"):
        answers(filled)


def test_a_file_says_by_itself_what_changed_where(filled: Workplace) -> None:
    move(filled)
    table = pq.read_table(files(filled)[1])
    assert {str(at.year) for at in table["scraped_at"].to_pylist()} == {"2023"}
    stored = (
        table.num_rows,
        filled.rows("SELECT row_count, byte_count FROM price_history_files WHERE year = 2023"),
    )
    assert stored == (table.num_rows, [(table.num_rows, files(filled)[1].stat().st_size)])
    assert set(table["company"].to_pylist()) <= {"aldi", "iga"}


def test_without_the_setting_nothing_is_moved(filled: Workplace) -> None:
    filled.change(settings={})
    assert move(filled).why_off == "PIPELINE_KEEP_HISTORY_YEARS is not set."
    assert not filled.pipeline.settings.history_path.exists()
