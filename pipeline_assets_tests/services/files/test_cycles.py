"""Cycles: what lay there when one began is taken without a pause, what came later waits."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline_assets.inbox.peeking import Peeked
from pipeline_assets.inbox.scanning import InboxFile
from pipeline_assets.services.files.cycles import CycleStep, next_step
from pipeline_assets.services.files.inbox_survey import Survey

BEGAN = datetime(2025, 9, 10, 12)
NOW = BEGAN + timedelta(seconds=100)
PAUSE = timedelta(seconds=30)
AT_WORK = CycleStep((), BEGAN, "The files of this cycle are being processed.")


def file(name: str, came_s: float) -> InboxFile:
    """A file that came to lie there `came_s` seconds after the cycle began."""
    came = (BEGAN + timedelta(seconds=came_s)).replace(tzinfo=UTC).timestamp()
    return InboxFile(name, 1, 0, round(came * 1e9), 0)


def peeked(name: str, came_s: float) -> Peeked:
    return Peeked(file(name, came_s), None, None)


EARLY, LATE = peeked("early", -1), peeked("late", 1)


def step(
    found: Survey, began: datetime | None = BEGAN, last_success_at: datetime | None = None
) -> CycleStep:
    return next_step(found, began, last_success_at, NOW, PAUSE)


def test_a_cycle_takes_the_files_that_lay_there_when_it_began_without_a_pause() -> None:
    assert step(Survey(takeable=[LATE, EARLY]), last_success_at=NOW) == CycleStep([EARLY], BEGAN)


def test_a_file_that_came_at_the_very_moment_belongs_to_the_cycle() -> None:
    at_once = peeked("at once", 0)
    assert step(Survey(takeable=[at_once]), last_success_at=NOW) == CycleStep([at_once], BEGAN)


@pytest.mark.parametrize(
    "found",
    [
        Survey(takeable=[LATE], in_flight=[file("early", -1)]),
        Survey(takeable=[LATE], waiting=[EARLY]),
    ],
    ids=["in flight", "waiting for another of its store"],
)
def test_what_came_later_waits_while_a_file_of_the_cycle_is_not_done(found: Survey) -> None:
    assert step(found) == AT_WORK


@pytest.mark.parametrize(
    "found",
    [
        Survey(takeable=[LATE], in_flight=[file("late too", 2)]),
        Survey(takeable=[LATE], waiting=[peeked("late too", 2)]),
        Survey(takeable=[LATE], halted={"early": "why"}, others={"folder": "why"}),
        Survey(takeable=[LATE], unsettled=[file("early", -1)]),
    ],
    ids=["others in flight", "others waiting", "halted", "still growing"],
)
def test_a_cycle_is_done_when_none_of_its_files_is_at_work_or_waits(found: Survey) -> None:
    assert step(found) == CycleStep([LATE], NOW)


def test_the_next_cycle_begins_thirty_seconds_after_the_last_success() -> None:
    found = Survey(takeable=[LATE])
    too_early = step(found, last_success_at=NOW - timedelta(seconds=10))
    assert too_early == CycleStep((), None, "The next cycle starts in 20 s.")
    assert step(found, last_success_at=NOW - PAUSE) == CycleStep([LATE], NOW)


def test_the_first_cycle_begins_at_once_with_all_that_can_be_taken() -> None:
    assert step(Survey(takeable=[EARLY, LATE]), began=None) == CycleStep([EARLY, LATE], NOW)


@pytest.mark.parametrize("began", [None, BEGAN], ids=["no cycle", "a cycle that is done"])
def test_where_nothing_can_be_taken_the_cycle_ends(began: datetime | None) -> None:
    ended = step(Survey(unsettled=[file("growing", -1)]), began)
    assert (ended.requests, ended.cycle_began_at) == ((), None)
    assert ended.idle_because == "No file in product_inbox/ can be processed now: 1 is arriving."
