"""Enrichment takes one file at a time: whoever claimed one keeps it a minute, or while at it."""

import socket
from datetime import timedelta
from typing import Any

import pytest

from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.database.engine import writing
from pipeline_assets.domain.files.attempts import Event
from pipeline_assets.errors import EnrichmentBusyError
from pipeline_assets.inbox.peeking import Peeked
from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.services.enrichment.claims import begin_alone, claim_next
from pipeline_assets.services.files.inbox_survey import Survey
from pipeline_assets.services.files.liveness import this_process
from pipeline_assets.services.pipeline import utc_now
from pipeline_assets_tests.workplace import Clock, Workplace

FIRST, SECOND = (InboxFile(name, 1, 2, 3, 4) for name in ("first.jsonl", "second.jsonl"))
WAITING = Survey(takeable=[Peeked(FIRST, None, None), Peeked(SECOND, None, None)])


@pytest.fixture
def clock(workplace: Workplace) -> Clock:
    """The workplace's clock, which tests move."""
    clock = Clock(utc_now())
    workplace.change(clock=clock)
    return clock


def record(place: Workplace) -> list[tuple[Any, ...]]:
    return place.rows(
        "SELECT inbox, name, fingerprint, outcome, run_id FROM file_attempts ORDER BY attempt_id"
    )


def test_the_first_file_is_claimed_and_nobody_claims_another_for_a_minute(
    workplace: Workplace, clock: Clock
) -> None:
    assert claim_next(workplace.pipeline, WAITING) == FIRST
    assert record(workplace) == [
        ("barcode_enrichment_inbox", "first.jsonl", FIRST.fingerprint, "asked", None)
    ]
    clock.now += timedelta(seconds=59)
    assert claim_next(workplace.pipeline, WAITING) is None
    clock.now += timedelta(seconds=2)
    assert claim_next(workplace.pipeline, WAITING) == FIRST


def test_nothing_is_claimed_where_nothing_waits_or_a_file_is_under_way(
    workplace: Workplace, clock: Clock
) -> None:
    under_way = Survey(takeable=WAITING.takeable, in_flight=[SECOND])
    assert claim_next(workplace.pipeline, Survey()) is None
    assert claim_next(workplace.pipeline, under_way) is None
    assert record(workplace) == []


def test_while_a_file_is_being_enriched_nobody_claims_or_begins_another(
    workplace: Workplace, clock: Clock
) -> None:
    pipeline = workplace.pipeline
    attempt_id = begin_alone(pipeline, "r1", FIRST)
    assert record(workplace) == [
        ("barcode_enrichment_inbox", "first.jsonl", FIRST.fingerprint, "started", "r1")
    ]
    assert workplace.one("SELECT process FROM file_attempts") == this_process()
    clock.now += timedelta(days=1)
    assert claim_next(pipeline, WAITING) is None
    with pytest.raises(EnrichmentBusyError, match=r"second\.jsonl.*first\.jsonl"):
        begin_alone(pipeline, "r2", SECOND)
    with pytest.raises(EnrichmentBusyError):
        begin_alone(pipeline, None, SECOND)

    with writing(pipeline.engine) as connection:
        attempts.end(connection, attempt_id, Event.ACCEPTED, clock())
    assert claim_next(pipeline, WAITING) == FIRST


def test_a_run_that_is_tried_again_is_not_held_up_by_its_own_earlier_try(
    workplace: Workplace, clock: Clock
) -> None:
    begin_alone(workplace.pipeline, "r1", FIRST)
    assert begin_alone(workplace.pipeline, "r1", FIRST) == 2


def test_a_file_whose_process_died_holds_up_nobody(workplace: Workplace, clock: Clock) -> None:
    pipeline = workplace.pipeline
    with writing(pipeline.engine) as connection:
        attempts.begin(
            connection,
            pipeline.barcode_enrichment_inbox.name,
            FIRST.name,
            FIRST.fingerprint,
            clock(),
            "r1",
            f"{socket.gethostname()}/{2**22 + 1}/1",
        )
    assert begin_alone(pipeline, "r2", SECOND) == 2
