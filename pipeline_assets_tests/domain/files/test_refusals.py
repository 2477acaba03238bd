"""Which refusals stand: the last one of each file that lies there, recent and not acknowledged."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from pipeline_assets.domain.files.refusals import (
    Refusal,
    StandingRefusal,
    standing_refusals,
    unacknowledged,
)

NOON = datetime(2025, 9, 1, 12)
SINCE = NOON - timedelta(hours=24)
ONE = Refusal(
    1, "product_inbox", "a.jsonl", "1-2-3", "d" * 64, "stale", "why", None, None, NOON, None
)
TWO = replace(ONE, attempt_id=2, name="b.jsonl")


def test_a_recent_refusal_stands_while_its_file_lies_there_and_the_newest_comes_first() -> None:
    places = {1: "stale/a", 2: "stale/b"}
    found = standing_refusals([ONE, TWO], places, SINCE)
    assert found == [StandingRefusal(TWO, "stale/b"), StandingRefusal(ONE, "stale/a")]
    assert standing_refusals([ONE, TWO], {2: "stale/b"}, SINCE) == found[:1]


def test_a_refusal_as_old_as_the_window_still_stands_and_an_older_one_does_not() -> None:
    old = replace(ONE, refused_at=SINCE)
    assert [one.refusal for one in standing_refusals([old], {1: "p"}, SINCE)] == [old]
    older = replace(ONE, refused_at=SINCE - timedelta(microseconds=1))
    assert standing_refusals([older], {1: "p"}, SINCE) == []


@pytest.mark.parametrize(
    ("first", "last", "stands"),
    [(NOON, NOON, False), (NOON, None, True), (None, NOON, False), (None, None, True)],
)
def test_of_a_file_that_was_refused_again_the_last_refusal_counts(
    first: datetime | None, last: datetime | None, stands: bool
) -> None:
    refusals = [
        replace(ONE, attempt_id=9, acknowledged_at=last),
        replace(ONE, acknowledged_at=first),
    ]
    found = standing_refusals(refusals, {1: "p", 9: "p"}, SINCE)
    assert [one.refusal.attempt_id for one in found] == ([9] if stands else [])


def test_every_refusal_of_a_wanted_file_is_acknowledged_once() -> None:
    done = replace(ONE, attempt_id=3, acknowledged_at=NOON)
    again, moved = replace(ONE, attempt_id=4), replace(ONE, attempt_id=5)
    places = {1: "p", 2: "q", 3: "p", 4: "p"}
    assert unacknowledged([ONE, TWO, done, again, moved], places, {"p", "r"}) == {"p": [1, 4]}
    assert unacknowledged([done], places, {"p"}) == {}
