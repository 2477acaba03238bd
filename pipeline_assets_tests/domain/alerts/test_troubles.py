"""What counts as one cause, and what an alert says about it."""

from datetime import datetime, timedelta

import pytest

from pipeline_assets.domain.alerts.causes import is_covered
from pipeline_assets.domain.alerts.troubles import (
    MOST_KINDS,
    RunFailure,
    failed_check,
    failed_runs,
    job_of,
)

NOON = datetime(2026, 1, 1, 12)


def failure(
    number: int = 1,
    message: str = "ValueError: a bug",
    error: str = "ValueError",
    job: str = "product_update",
    file: str | None = None,
) -> RunFailure:
    failed_at = NOON + timedelta(seconds=number)
    return RunFailure(f"run{number}", job, failed_at, error, message, f"Told: {message}", file)


def test_thirty_runs_that_fail_alike_are_one_trouble_that_names_the_latest() -> None:
    runs = [failure(n, f"'{n}.jsonl' cannot be read: row {n} of /data/{n}") for n in range(30)]
    (trouble,) = failed_runs(reversed(runs))
    assert trouble.title == "30 runs of product_update failed: ValueError"
    assert trouble.text == (
        "The latest one failed at 2026-01-01 12:00:29 UTC: "
        "Told: '29.jsonl' cannot be read: row 29 of /data/29"
    )
    assert (trouble.place, trouble.times) == ("runs/run29", 30)
    assert job_of(trouble.subject) == "product_update"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (failure(message="disk is full"), failure(message="no rights")),
        (failure(error="KeyError"), failure(error="ValueError")),
        (failure(job="product_update"), failure(job="post_process_only")),
    ],
    ids=["message", "error", "job"],
)
def test_another_message_error_or_job_is_another_trouble(
    one: RunFailure, other: RunFailure
) -> None:
    assert len(failed_runs([one, other])) == 2


def test_a_files_name_makes_no_difference_and_is_told() -> None:
    runs = [
        failure(n, f"{name} is halted: ValueError: a bug.", file=name)
        for n, name in enumerate(["one fine file.jsonl", "another.jsonl"])
    ]
    (trouble,) = failed_runs(runs)
    assert trouble.title == "2 runs of product_update failed: ValueError"
    assert "failed for another.jsonl at" in trouble.text


def test_a_storm_of_different_errors_is_a_handful_of_alerts() -> None:
    words = ["".join(chr(97 + int(digit)) for digit in str(n)) for n in range(40)]
    runs = [failure(n, f"{word} is missing") for n, word in enumerate(words)]
    troubles = failed_runs(runs)
    assert len(troubles) == MOST_KINDS + 1
    assert sorted(one.times for one in troubles) == [1] * MOST_KINDS + [40 - MOST_KINDS]
    known = [one.subject for one in troubles]
    (later,) = failed_runs([failure(99, "something else")], known)
    assert later.subject in known
    (elsewhere,) = failed_runs([failure(99, "something else", job="enrich")], known)
    assert elsewhere.subject not in known


def test_a_check_is_compared_by_its_cause_or_else_by_what_it_says() -> None:
    told = failed_check(["a"], "c", "1 file is refused.", "x y", "place")
    assert (told.subject, told.cause) == ("check/a/c", "x y")
    assert (told.title, told.text) == ("check c of a fails", "1 file is refused.")
    for empty in (None, "", "  "):
        first = failed_check(["a"], "c", "1 file is refused.", empty, "place")
        second = failed_check(["a"], "c", "2 files are refused.", empty, "place")
        assert not is_covered(first.cause, second.cause)
    assert failed_check(["a"], "c", "", None, "place").text.startswith("The check gives no")


def test_subjects_and_causes_fit_into_the_record() -> None:
    first, second = (
        failed_check(["a" * 300], f"check{n}", "x", "y " * 50_000 + str(n), "p") for n in (1, 2)
    )
    assert len(first.subject) <= 255
    assert len(first.cause) < 20
    assert first.subject != second.subject
    assert first.cause != second.cause
