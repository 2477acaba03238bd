"""What a record of attempts comes to: another try, a halt, a permission."""

import pytest

from pipeline_assets.domain.files.attempts import (
    WAIVER,
    Event,
    FileState,
    after_failure,
    file_state,
    halted_by_deaths,
    is_forced,
)
from pipeline_assets_tests.domain.files.facts import DIED_THREE_TIMES, attempt


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        pytest.param([], FileState(), id="a new file"),
        pytest.param(
            [Event.STARTED, Event.ASKED, Event.VANISHED, Event.QUARANTINED, Event.INTERRUPTED],
            FileState(),
            id="no trouble",
        ),
        pytest.param([Event.FAILED, Event.DIED, Event.FAILED], FileState(2, 1), id="all count"),
        pytest.param([Event.FAILED, Event.DIED, Event.ACCEPTED], FileState(), id="accepted"),
        pytest.param([Event.FAILED, Event.HALTED, Event.REQUEUED], FileState(), id="requeued"),
        pytest.param([Event.FAILED, Event.HALTED], FileState(halted="why"), id="halted"),
        pytest.param(
            [Event.FAILED, Event.HALTED, Event.FAILED, Event.DIED],
            FileState(1, 1, "why"),
            id="tried all the same",
        ),
    ],
)
def test_the_attempts_since_the_last_success_or_requeue_count(
    outcomes: list[Event], expected: FileState
) -> None:
    record = [attempt(outcome, number, message="why") for number, outcome in enumerate(outcomes)]
    assert file_state(record) == expected


def test_a_file_that_was_halted_without_a_message_is_halted_too() -> None:
    assert file_state([attempt(Event.HALTED)]).halted == ""


@pytest.mark.parametrize(
    ("failures", "is_transient", "expected"),
    [
        pytest.param(0, True, Event.FAILED, id="the first"),
        pytest.param(8, True, Event.FAILED, id="the ninth"),
        pytest.param(9, True, Event.HALTED, id="the tenth"),
        pytest.param(10, True, Event.HALTED, id="one more than that"),
        pytest.param(0, False, Event.HALTED, id="not transient"),
        pytest.param(9, False, Event.HALTED, id="not transient, the tenth"),
    ],
)
def test_a_transient_error_asks_for_another_try_until_the_tenth_and_any_other_halts(
    failures: int, is_transient: bool, expected: Event
) -> None:
    state = FileState(failures, deaths=2)
    assert after_failure(state, is_transient=is_transient, max_failures=10) is expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (FileState(deaths=2), None),
        (FileState(deaths=3), DIED_THREE_TIMES),
        (FileState(failures=9, deaths=4), DIED_THREE_TIMES.replace("3", "4")),
        (FileState(deaths=3, halted="why"), None),
    ],
)
def test_the_third_death_halts_a_file_that_is_not_halted_yet(
    state: FileState, expected: str | None
) -> None:
    assert halted_by_deaths(state, max_deaths=3) == expected


@pytest.mark.parametrize(
    ("outcome", "reason", "expected"),
    [
        pytest.param(Event.REQUEUED, WAIVER, True, id="requeued by force"),
        pytest.param(Event.REQUEUED, None, False, id="requeued"),
        pytest.param(Event.QUARANTINED, "partial", False, id="refused"),
        pytest.param(Event.QUARANTINED, WAIVER, False, id="the word alone"),
    ],
)
def test_only_a_requeue_by_force_permits_a_partial_file(
    outcome: Event, reason: str | None, expected: bool
) -> None:
    refused = attempt(Event.QUARANTINED, reason="partial")
    assert is_forced([refused, attempt(outcome, 2, reason=reason)]) is expected


def test_without_any_attempt_nothing_is_permitted() -> None:
    assert is_forced([]) is False
