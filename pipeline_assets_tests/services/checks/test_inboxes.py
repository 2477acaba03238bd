"""Checks on the inboxes: files that wait for too long, files that are halted."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.domain.files.attempts import Event
from pipeline_assets.inbox.folders import BARCODE_ENRICHMENT_INBOX, PRODUCT_INBOX
from pipeline_assets.inbox.scanning import file_to_process
from pipeline_assets.services.checks.check import Check
from pipeline_assets.services.checks.inboxes import INBOX_CHECKS
from pipeline_assets.services.files.liveness import this_process
from pipeline_assets_tests.services.checks.judging import judged
from pipeline_assets_tests.workplace import Clock, Workplace, row

ON_BOTH_DATABASES = True

CHECKS = {(check.asset, check.name): check for check in INBOX_CHECKS}
HOUR = timedelta(hours=1)


def of(name: str, inbox: str = PRODUCT_INBOX) -> Check:
    return CHECKS[inbox, name]


@pytest.fixture
def place(workplace: Workplace) -> Workplace:
    """A file in each inbox."""
    workplace.drop("a.jsonl", [row()])
    Path(workplace.pipeline.barcode_enrichment_inbox.folder, "b.jsonl").write_text("{}")
    return workplace


def note(
    place: Workplace, inbox: str, name: str, event: Event, at: datetime, why: str = ""
) -> None:
    """Put an event on the record of a file."""
    file = file_to_process(place.data / inbox / name)
    with writing(place.pipeline.engine) as connection:
        attempts.note(connection, inbox, name, file.fingerprint, event, at, message=why)


def later(place: Workplace, hours: float) -> datetime:
    """Move the place's clock to so many hours from now."""
    place.change(clock=Clock(place.pipeline.clock() + timedelta(hours=hours)))
    return place.pipeline.clock()


@pytest.mark.parametrize("inbox", [PRODUCT_INBOX, BARCODE_ENRICHMENT_INBOX])
def test_files_that_have_just_come_are_not_late(place: Workplace, inbox: str) -> None:
    for name in ("waiting_files", "halted_files"):
        verdict = judged(place, of(name, inbox))
        assert (verdict.passed, verdict.cause) == (True, "none")
    assert judged(place, of("waiting_files", inbox)).figures == {"waiting": 1, "too_long": 0}


@pytest.mark.parametrize(
    ("inbox", "file", "hours"), [(PRODUCT_INBOX, "a", 1), (BARCODE_ENRICHMENT_INBOX, "b", 24)]
)
def test_a_file_that_waits_for_too_long_is_named(
    place: Workplace, inbox: str, file: str, hours: int
) -> None:
    later(place, hours - 0.1)
    assert judged(place, of("waiting_files", inbox)).passed
    later(place, 0.2)
    verdict = judged(place, of("waiting_files", inbox))
    assert not verdict.passed
    assert [(found[0], found[1]) for found in verdict.rows] == [(f"{file}.jsonl", hours * 60 + 6)]
    assert verdict.cause == f"files wait in {inbox}"
    assert "`pipeline-assets drain`" in verdict.summary


def test_a_file_that_was_sent_back_waits_from_then_on(place: Workplace) -> None:
    now = later(place, 5)
    note(place, PRODUCT_INBOX, "a.jsonl", Event.REQUEUED, now - HOUR / 2)
    assert judged(place, of("waiting_files")).passed


def test_a_file_at_work_does_not_wait(place: Workplace) -> None:
    now = later(place, 5)
    file = file_to_process(place.inbox / "a.jsonl")
    with writing(place.pipeline.engine) as connection:
        attempts.begin(
            connection,
            PRODUCT_INBOX,
            file.name,
            file.fingerprint,
            now - HOUR * 2,
            None,
            this_process(),
        )
    assert judged(place, of("waiting_files")).figures == {"waiting": 0, "too_long": 0}


@pytest.mark.parametrize(
    ("inbox", "file"), [(PRODUCT_INBOX, "a.jsonl"), (BARCODE_ENRICHMENT_INBOX, "b.jsonl")]
)
def test_a_halted_file_is_named_with_its_reason_and_does_not_count_as_waiting(
    place: Workplace, inbox: str, file: str
) -> None:
    now = later(place, 30)
    note(place, inbox, file, Event.HALTED, now - HOUR * 26, "the disk was full")
    verdict = judged(place, of("halted_files", inbox))
    assert not verdict.passed
    assert verdict.rows == [(file, "the disk was full")]
    assert verdict.summary.startswith(f"1 file in {inbox}/ halted. Remove the cause")
    assert judged(place, of("waiting_files", inbox)).passed
    note(place, inbox, file, Event.REQUEUED, now)
    assert judged(place, of("halted_files", inbox)).passed


def test_the_cause_of_halted_files_is_which_they_are(place: Workplace) -> None:
    place.drop("c.jsonl", [row()])
    now = place.pipeline.clock()
    note(place, PRODUCT_INBOX, "a.jsonl", Event.HALTED, now, "the disk was full")
    first = judged(place, of("halted_files")).cause
    note(place, PRODUCT_INBOX, "a.jsonl", Event.HALTED, now, "the disk was full again")
    assert judged(place, of("halted_files")).cause == first
    note(place, PRODUCT_INBOX, "c.jsonl", Event.HALTED, now, "the disk was full")
    assert judged(place, of("halted_files")).cause != first
