"""Checks on the ledger, the archive and the running totals."""

import pytest

from pipeline_assets.services.checks.ledger import (
    ARCHIVE_IS_COMPLETE,
    ROWS_ADD_UP,
    TOTALS_ARE_RIGHT,
)
from pipeline_assets_tests.services.checks.judging import break_by, judged
from pipeline_assets_tests.workplace import Workplace, row

ON_BOTH_DATABASES = True


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """Two accepted files; of one, a row was rejected."""
    workplace.take("a.jsonl", [row("1"), row("2", -1), row("3", None)])
    workplace.take("b.jsonl", [row("1", day="2025-09-02")])
    return workplace


def test_all_is_well_with_the_ledger_as_the_pipeline_leaves_it(place: Workplace) -> None:
    for check in (ROWS_ADD_UP, ARCHIVE_IS_COMPLETE, TOTALS_ARE_RIGHT):
        verdict = judged(place, check)
        assert (verdict.passed, verdict.total, verdict.cause) == (True, 0, "none"), check.name
    assert judged(place, ARCHIVE_IS_COMPLETE).figures == {
        "offenders": 0,
        "files": 2,
        "in_archive": 2,
    }


@pytest.mark.parametrize(
    "change",
    ["rows_read = 4", "rows_rejected = 0", "prices_new = 3", "rows_priced = 3, prices_new = 3"],
)
def test_a_file_whose_rows_do_not_add_up_is_named(place: Workplace, change: str) -> None:
    break_by(place, f"UPDATE ingested_files SET {change} WHERE source_path LIKE '%/a.jsonl'")
    verdict = judged(place, ROWS_ADD_UP)
    assert not verdict.passed
    assert [found[-1][-7:] for found in verdict.rows] == ["a.jsonl"]


def test_a_file_that_is_gone_from_the_archive_is_named(place: Workplace) -> None:
    (gone,) = (place.data / "archive").glob("*-a.jsonl")
    gone.unlink()
    verdict = judged(place, ARCHIVE_IS_COMPLETE)
    assert not verdict.passed
    assert [(found[0], found[1], found[3]) for found in verdict.rows] == [
        (f"archive/{gone.name}", "missing", "product_inbox/a.jsonl")
    ]
    assert verdict.summary.startswith("1 accepted file missing from archive/, or in it twice.")


def test_files_older_than_the_setting_may_have_left_the_archive(place: Workplace) -> None:
    for path in (place.data / "archive").iterdir():
        path.unlink()
    assert judged(place, ARCHIVE_IS_COMPLETE).total == 2
    break_by(place, "UPDATE ingested_files SET moved_at = '2020-01-01 00:00:00.000000'")
    assert judged(place, ARCHIVE_IS_COMPLETE).passed


def test_a_second_copy_of_an_accepted_file_is_named(place: Workplace) -> None:
    (kept,) = (place.data / "archive").glob("*-a.jsonl")
    copy = kept.with_name(kept.name.replace("a.jsonl", "again.jsonl"))
    copy.write_bytes(kept.read_bytes())
    verdict = judged(place, ARCHIVE_IS_COMPLETE)
    assert not verdict.passed
    assert [tuple(found[:2]) for found in verdict.rows] == [
        (f"archive/{copy.name}", "a second copy")
    ]


def test_a_place_that_the_ledger_gives_to_two_files_is_named(place: Workplace) -> None:
    (kept,) = (place.data / "archive").glob("*-a.jsonl")
    break_by(place, f"UPDATE ingested_files SET archive_path = 'archive/{kept.name}'")
    verdict = judged(place, ARCHIVE_IS_COMPLETE)
    assert [tuple(found[:2]) for found in verdict.rows] == [
        (f"archive/{kept.name}", "two files in the ledger")
    ]


def test_files_that_the_ledger_does_not_know_are_not_its_business(place: Workplace) -> None:
    (place.data / "archive" / "notes.txt").write_text("bought a scraper")
    verdict = judged(place, ARCHIVE_IS_COMPLETE)
    assert verdict.passed
    assert verdict.figures["in_archive"] == 3


def test_a_running_total_that_is_off_is_named_and_the_docs_mend_it(place: Workplace) -> None:
    break_by(place, "UPDATE catalogue_totals SET total = total + 5 WHERE name = 'prices'")
    verdict = judged(place, TOTALS_ARE_RIGHT)
    assert not verdict.passed
    assert verdict.rows == [("prices", 6, 1)]
    break_by(
        place,
        "UPDATE catalogue_totals SET total = (SELECT COUNT(*) FROM prices) WHERE name = 'prices'",
    )
    assert judged(place, TOTALS_ARE_RIGHT).passed
