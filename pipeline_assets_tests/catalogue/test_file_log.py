"""The log of handled files: one line for each version of a file, whatever became of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from pipeline_assets.catalogue import attempts
from pipeline_assets.catalogue.database.engine import reading, writing
from pipeline_assets.catalogue.file_log import (
    FileLog,
    acknowledged,
    halted_since,
    last_handled_at,
    read_file_log,
)
from pipeline_assets.domain.files.attempts import Event
from pipeline_assets.services.ingestion.ingest_file import ingest_file
from pipeline_assets.services.operators.requeue import requeue
from pipeline_assets_tests.workplace import Clock, Workplace, row

ON_BOTH_DATABASES = True

NOON = datetime(2025, 9, 10, 12)
LONG_AGO = datetime(2000, 1, 1)
INBOX = "product_inbox"


@pytest.fixture
def clock(workplace: Workplace) -> Clock:
    """The workplace's clock, at noon."""
    clock = Clock(NOON)
    workplace.change(clock=clock)
    return clock


def log(place: Workplace, since: datetime = LONG_AGO, most: int = 100) -> FileLog:
    with reading(place.pipeline.engine) as connection:
        return read_file_log(connection, since, most)


def note(place: Workplace, outcome: Event, at: datetime, name: str = "a.jsonl") -> None:
    with writing(place.pipeline.engine) as connection:
        attempts.note(connection, INBOX, name, "1-1-1", outcome, at, message="noted")


def told(place: Workplace, since: datetime = LONG_AGO) -> list[tuple[str, str]]:
    """The log as (name, outcome)."""
    return [(one.name, one.outcome) for one in log(place, since).files]


def test_an_accepted_file_is_told_with_its_store_and_what_it_changed(
    workplace: Workplace, clock: Clock
) -> None:
    workplace.take("old.jsonl", [row("1", 1), row("2", 2), row("3", 3)])
    clock.now += timedelta(minutes=1)
    day = "2025-09-02"
    rows = [row("1", 1, day=day), row("2", 5, day=day), row("4", 4, day=day), row("5", -1, day=day)]
    workplace.drop("new.jsonl", rows)
    ingest_file(workplace.pipeline, "new.jsonl", "run-1")
    found = log(workplace)
    assert [one.name for one in found.files] == ["new.jsonl", "old.jsonl"]
    new = found.files[0]
    assert new == replace(
        new,
        handled_at=NOON + timedelta(minutes=1),
        inbox=INBOX,
        company="aldi",
        store_id="G1",
        outcome="accepted",
        reason=None,
        rows_read=4,
        rows_rejected=1,
        prices_new=1,
        prices_changed=1,
        prices_delisted=1,
        run_id="run-1",
        acknowledged_at=None,
    )
    assert found.outcomes == {"accepted": 2}
    assert found.refused_share == 0


BAD = [row("1", -1), row("2", None, name="")]
SHORT = [row("1", 1, day="2025-09-05")]


@pytest.mark.parametrize(
    ("name", "content", "reason", "facts"),
    [
        ("unreadable", b"\xff\xfe", "unreadable", (None, None, None, None)),
        ("empty", b"", "no_metadata", (None, None, 0, None)),
        ("three lines", b"1\n\n2\n3\n", "no_metadata", (None, None, 3, None)),
        ("no date", [row(day="soon")], "no_metadata", ("aldi", "G1", 1, None)),
        ("nothing", BAD, "no_products", ("aldi", "G1", 2, 2)),
        ("future", [row(day="2031-01-01")], "future", ("aldi", "G1", 1, 0)),
        ("stale", [row("1", 1), row("2", -1)], "stale", ("aldi", "G1", 2, 1)),
        ("partial", SHORT, "partial", ("aldi", "G1", 1, 0)),
    ],
)
def test_a_refused_file_is_told_as_far_as_it_could_be_read(
    workplace: Workplace,
    clock: Clock,
    name: str,
    content: Any,
    reason: str,
    facts: tuple[Any, ...],
) -> None:
    workplace.take("first.jsonl", [row(str(n), 1, name=f"Tea {n}") for n in range(4)])
    clock.now += timedelta(minutes=1)
    outcome = workplace.take(f"{name}.jsonl", content)
    one = log(workplace).files[0]
    assert (one.name, one.outcome, one.reason) == (f"{name}.jsonl", "quarantined", reason)
    assert (one.company, one.store_id, one.rows_read, one.rows_rejected) == facts
    assert one.message == outcome.message
    assert one.prices_new is None
    assert log(workplace).refused_share == 0.5


def test_a_duplicate_is_told_with_the_store_and_the_rows_of_what_was_accepted(
    workplace: Workplace, clock: Clock
) -> None:
    workplace.take("a.jsonl", [row("1", 1), row("2", -1)])
    clock.now += timedelta(minutes=1)
    workplace.take("b.jsonl", [row("1", 1), row("2", -1)])
    one = log(workplace).files[0]
    assert (one.name, one.reason) == ("b.jsonl", "duplicate")
    assert (one.company, one.store_id, one.rows_read, one.rows_rejected) == ("aldi", "G1", 2, 1)
    assert one.prices_new is None


def test_only_the_last_thing_that_happened_to_a_version_of_a_file_is_told(
    workplace: Workplace, clock: Clock
) -> None:
    workplace.drop("a.jsonl", b"\xff\xfe")
    workplace.ingest("a.jsonl")
    clock.now += timedelta(minutes=1)
    requeue(workplace.pipeline, "a.jsonl")
    assert told(workplace) == [("a.jsonl", "requeued")]
    clock.now += timedelta(minutes=1)
    workplace.ingest("a.jsonl")
    assert told(workplace) == [("a.jsonl", "quarantined")]
    clock.now += timedelta(minutes=1)
    workplace.take("a.jsonl", [row()])  # another version
    assert told(workplace) == [("a.jsonl", "accepted"), ("a.jsonl", "quarantined")]


def test_that_a_file_had_vanished_is_told_only_if_nothing_else_is_known(
    workplace: Workplace, clock: Clock
) -> None:
    for number, outcome in enumerate((Event.HALTED, Event.VANISHED, Event.ASKED)):
        note(workplace, outcome, NOON + timedelta(minutes=number))
    assert told(workplace) == [("a.jsonl", "halted")]
    note(workplace, Event.VANISHED, NOON + timedelta(hours=1), "b.jsonl")
    note(workplace, Event.ASKED, NOON + timedelta(hours=2), "c.jsonl")
    assert told(workplace) == [("b.jsonl", "vanished"), ("a.jsonl", "halted")]


def test_the_window_and_the_number_of_files_shown_are_limits_and_the_rest_is_counted(
    workplace: Workplace, clock: Clock
) -> None:
    for hour in range(5):
        note(workplace, Event.HALTED, NOON + timedelta(hours=hour), f"{hour}.jsonl")
    note(workplace, Event.FAILED, NOON + timedelta(hours=5), "5.jsonl")
    found = log(workplace, since=NOON + timedelta(hours=2), most=3)
    assert [one.name for one in found.files] == ["5.jsonl", "4.jsonl", "3.jsonl"]
    assert found.outcomes == {"failed": 1, "halted": 3}
    assert found.not_shown == 1
    assert found.refused_share is None


def test_an_attempt_that_has_not_ended_is_not_told(workplace: Workplace, clock: Clock) -> None:
    with writing(workplace.pipeline.engine) as connection:
        attempts.begin(connection, INBOX, "a.jsonl", "1-1-1", NOON, None, "host/1/1")
    assert told(workplace) == []
    assert handled_at(workplace) is None


def handled_at(place: Workplace) -> datetime | None:
    with reading(place.pipeline.engine) as connection:
        return last_handled_at(connection)


def test_a_file_that_was_only_asked_for_or_requeued_was_not_handled(
    workplace: Workplace, clock: Clock
) -> None:
    assert handled_at(workplace) is None
    workplace.take("a.jsonl", [row()])
    note(workplace, Event.ASKED, NOON + timedelta(hours=1), "b.jsonl")
    note(workplace, Event.REQUEUED, NOON + timedelta(hours=1), "b.jsonl")
    assert handled_at(workplace) == NOON
    note(workplace, Event.HALTED, NOON + timedelta(hours=2), "b.jsonl")
    assert handled_at(workplace) == NOON + timedelta(hours=2)


def test_since_when_a_file_is_halted_is_on_record(workplace: Workplace, clock: Clock) -> None:
    note(workplace, Event.HALTED, NOON)
    note(workplace, Event.REQUEUED, NOON + timedelta(hours=1))
    note(workplace, Event.HALTED, NOON + timedelta(hours=2))
    note(workplace, Event.HALTED, NOON, "c.jsonl")
    with reading(workplace.pipeline.engine) as connection:
        found = halted_since(connection, INBOX, ["a.jsonl", "b.jsonl"])
    assert found == {"a.jsonl": NOON + timedelta(hours=2)}


def test_an_acknowledged_file_is_known_by_its_inbox_name_and_bytes(
    workplace: Workplace, clock: Clock
) -> None:
    workplace.take("a.jsonl", b"\xff\xfe")
    workplace.take("b.jsonl", b"\xff\xff")
    digests = [digest for (digest,) in workplace.rows("SELECT digest FROM file_attempts")]
    with writing(workplace.pipeline.engine) as connection:
        assert acknowledged(connection, digests) == set()
        connection.exec_driver_sql(
            "UPDATE file_attempts SET acknowledged_at = ended_at WHERE name = 'a.jsonl'"
        )
        assert acknowledged(connection, digests) == {(INBOX, "a.jsonl", digests[0])}
        assert acknowledged(connection, digests[1:]) == set()
    assert [one.acknowledged_at for one in log(workplace).files] == [None, NOON]
